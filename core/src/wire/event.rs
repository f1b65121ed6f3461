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
