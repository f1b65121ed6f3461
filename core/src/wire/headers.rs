//! What the headers of a response say.

use super::host::Host;
use super::message::Answer;
use crate::rules::RateLimit;

/// What the service said about trying again.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RetryHints {
    /// `Retry-After`, or the end of the rate-limit window.
    pub retry_after_ms: Option<f64>,
    /// `x-should-retry`; or `false` where no response could come.
    pub should_retry: Option<bool>,
}

/// What the service says about trying again. `unix_ms` is the local time.
pub(crate) fn retry_hints<H: Host>(answer: &Answer<H>, rate_limit: Option<RateLimit>, unix_ms: f64) -> RetryHints {
    let headers = &answer.headers;
    let should_retry = match H::header(headers, "x-should-retry").as_deref() {
        Some("true") => Some(true),
        Some("false") => Some(false),
        _ => None,
    };
    // The service's clock, where it shows it: the local one may be off by hours.
    let now = H::date_header(headers, "date").unwrap_or(unix_ms);
    let until = |at: f64| (at - now).max(0.0);
    let retry_after_ms = match answer.status {
        429 => retry_after::<H>(headers, until).or(rate_limit.map(|limits| until(limits.reset * 1_000.0))),
        503 => retry_after::<H>(headers, until),
        _ => None,
    };
    RetryHints { retry_after_ms, should_retry }
}

/// Milliseconds from `Retry-After`: whole seconds, or a date; one in the past is no wait.
fn retry_after<H: Host>(headers: &H::Headers, until: impl Fn(f64) -> f64) -> Option<f64> {
    let seconds = H::whole_header(headers, "retry-after").map(|seconds| seconds * 1_000.0);
    seconds.or_else(|| H::date_header(headers, "retry-after").map(until))
}

/// The limits that a response carries.
pub(crate) fn rate_limit<H: Host>(headers: &H::Headers) -> Option<RateLimit> {
    Some(RateLimit {
        limit: H::whole_header(headers, "x-ratelimit-limit")?,
        remaining: H::whole_header(headers, "x-ratelimit-remaining")?,
        reset: H::whole_header(headers, "x-ratelimit-reset")?,
    })
}
