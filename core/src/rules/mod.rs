//! What is allowed, and how it is said when something is not. Everything here is pure.

pub mod base_url;
pub mod error;
pub mod headers;
mod numbered;
pub mod options;
pub mod text;
pub mod token;
pub mod validate;

pub use error::{Code, Error, Kind, Phase, RateLimit, Violation};
