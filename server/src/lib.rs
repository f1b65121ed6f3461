//! A stand-in for Stream's users API, and for Klaim's: a real service with a real database, for trying `user-handle` out, for work
//! offline and for tests.
//!
//! [`app()`] is the whole server as a service over a [`store::Store`]. The program around it (`main.rs`) reads the flags,
//! listens and shuts down.
//!
//! ```text
//! app.rs         puts everything together            settings.rs     what can be set
//! services.rs    the list of services                openapi.rs      the description of all routes
//! stream/        Stream's API                        klaim/          Klaim's
//! monitoring.rs  health and metrics                  pages/          the console, and the API reference
//! layers/        what is around every handler        http/           what handlers and layers have in common
//! store/         the databases
//! ```
//!
//! Each knows only what is below it: no two files import each other, which `cargo xtask lint` checks.

mod app;
mod http;
mod klaim;
mod layers;
mod monitoring;
mod openapi;
mod pages;
mod services;
mod settings;
pub mod store;
mod stream;

pub use app::app;
pub use klaim::KlaimKey;
pub use layers::faults::Faults;
pub use layers::rate_limiter::RateLimit;
pub use openapi::openapi;
pub use pages::Page;
pub use settings::Settings;
pub use stream::Application;
