//! What a browser shows: the console at `/`, and the API reference at `/docs`.

mod built_in;
mod console;
mod docs;

pub use console::Page;
pub(crate) use console::console;
pub(crate) use docs::docs;
