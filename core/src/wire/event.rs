//! What a program may hear of a call.

use super::error::CallError;
use super::operation::Operation;
use super::values::HostValues;
use crate::rules::RateLimit;

/// What happens during a call. No event carries a token, a secret or the API key.
#[non_exhaustive]
pub enum Event<'a, H: HostValues> {
    /// An attempt is about to be sent.
    Request {
        /// Which call of the client it belongs to, from 1.
        call: u32,
        /// What is asked.
        operation: &'static Operation,
        /// Behind the API root and version.
        path: &'a str,
        /// 1 for the first.
        attempt: u32,
    },
    /// A response arrived whole, a success or not.
    Response {
        /// Which call of the client it belongs to, from 1.
        call: u32,
        /// What was asked.
        operation: &'static Operation,
        /// Behind the API root and version.
        path: &'a str,
        /// 1 for the first.
        attempt: u32,
        /// The HTTP status.
        status: u16,
        /// Milliseconds since the attempt was sent.
        elapsed_ms: f64,
        /// The limits that the response carried.
        rate_limit: Option<RateLimit>,
        /// The body, or its text where it is not JSON.
        body: Option<&'a H::Value>,
    },
    /// An attempt failed and another follows.
    Retry {
        /// Which call of the client it belongs to, from 1.
        call: u32,
        /// What was asked.
        operation: &'static Operation,
        /// Behind the API root and version.
        path: &'a str,
        /// The attempt that failed.
        attempt: u32,
        /// Milliseconds until the next.
        delay_ms: f64,
        /// Why it failed.
        error: &'a CallError<H>,
    },
    /// A call that has sent something has ended. Not told of one whose future was dropped.
    End {
        /// Which call of the client it is, from 1.
        call: u32,
        /// What was asked.
        operation: &'static Operation,
        /// Behind the API root and version.
        path: &'a str,
        /// How many were sent.
        attempts: u32,
        /// Why it failed, if it did.
        error: Option<&'a CallError<H>>,
    },
}

// By hand, so that it is fit for a log: the body may hold anybody's data, and is left out.
impl<H: HostValues> core::fmt::Debug for Event<'_, H> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let (name, call, operation, path) = match *self {
            Event::Request { call, operation, path, .. } => ("Request", call, operation, path),
            Event::Response { call, operation, path, .. } => ("Response", call, operation, path),
            Event::Retry { call, operation, path, .. } => ("Retry", call, operation, path),
            Event::End { call, operation, path, .. } => ("End", call, operation, path),
        };
        let mut shown = f.debug_struct(name);
        shown.field("call", &call).field("operation", &operation.name).field("path", &path);
        match self {
            Event::Request { attempt, .. } => shown.field("attempt", attempt),
            Event::Response { attempt, status, elapsed_ms, .. } => {
                shown.field("attempt", attempt).field("status", status).field("elapsed_ms", elapsed_ms)
            }
            Event::Retry { attempt, delay_ms, error, .. } => {
                shown.field("attempt", attempt).field("delay_ms", delay_ms).field("error", error)
            }
            Event::End { attempts, error, .. } => shown.field("attempts", attempts).field("error", error),
        };
        shown.finish_non_exhaustive()
    }
}
