//! Faults on purpose (`--faults`), so that a program can be tried against a service that fails.

mod decisions;
mod layer;
mod switch;

pub use decisions::Faults;
pub(crate) use layer::{Injector, layer};
pub(crate) use switch::routes as switch_routes;
