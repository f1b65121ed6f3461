//! What is around every handler. The layers know services only through the trait `Service`.
//!
//! A layer is an async function that is given the request and what is next. All of them are one service for axum (`app.rs`), which
//! would otherwise clone each layer with all that is inside of it for every request.

pub(crate) mod cors;
pub(crate) mod faults;
pub(crate) mod limits;
pub(crate) mod metrics;
pub(crate) mod origins;
pub(crate) mod panics;
pub(crate) mod rate_limiter;
pub(crate) mod request_log;
