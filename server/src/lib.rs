//! A stand-in for Stream's users API, and for Klaim's: a real service with a real database, for trying `user-handle` out, for work
//! offline and for tests.
//!
//! [`app()`] is the whole server as a service over a [`store::Store`]. The program around it reads the flags, listens
//! and shuts down.

mod activity;
mod answer;
mod app;
mod apps;
mod auth;
mod claims;
mod envelope;
mod error;
mod fault_switch;
mod faults;
mod feed_input;
mod feeds;
mod input;
mod json;
mod klaim;
mod limits;
mod metrics;
mod openapi;
mod pages;
mod query;
mod service;
pub mod store;
mod stream;

pub use app::{Settings, app, openapi};
pub use apps::Application;
pub use error::ApiError;
pub use faults::Faults;
pub use klaim::KlaimKey;
pub use limits::{RateLimit, UNLIMITED};
