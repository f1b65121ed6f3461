//! What is around every handler. The layers know services only through the trait `Service`.

pub(crate) mod cors;
pub(crate) mod faults;
pub(crate) mod limits;
pub(crate) mod metrics;
pub(crate) mod origins;
pub(crate) mod rate_limiter;
pub(crate) mod request_log;
