//! What leaves, and what comes of it.

use alloc::string::String;

use super::host::Host;
use crate::rules::Phase;

/// One attempt, as it leaves. The headers are the host's: those of every request of its client, with these two.
pub struct AttemptRequest<H: Host> {
    /// `GET`, `POST`, `PUT` or `DELETE`.
    pub method: &'static str,
    /// The whole URL.
    pub url: String,
    /// The JSON body; with one, the header `content-type` says so.
    pub body: Option<H::Text>,
    /// The header `authorization`.
    pub authorization: Option<H::Text>,
    /// The headers that the caller adds, for whoever drives the call to fill in: an object of texts, by names in lower case.
    pub headers: Option<H::Value>,
    /// Milliseconds it may take, its body included.
    pub timeout_ms: f64,
    /// The longest body that is read, in bytes.
    pub max_answer_bytes: f64,
    /// Nobody reads the list in the body of a success: a host may give an empty one in its place.
    pub discards_list: bool,
}

/// A response, read to its end.
pub struct Answer<H: Host> {
    /// The HTTP status.
    pub status: u16,
    /// The response's headers, those a browser shows.
    pub headers: H::Headers,
    /// The body.
    pub body: Body<H::Value>,
}

/// A response's body.
#[derive(Clone, Debug)]
pub enum Body<Value> {
    /// Nothing.
    Empty,
    /// JSON.
    Json(Value),
    /// Text that is not JSON.
    Other(Value),
    /// More than the cap: not read to its end.
    TooLong,
}

/// An attempt that ended without a whole response.
pub struct AttemptFailure<Value> {
    /// How far it came.
    pub phase: Phase,
    /// Whether it is certain that the service never saw the request.
    pub unsent: bool,
    /// Whether another attempt would fail in the same way.
    pub is_final: bool,
    /// Whether the connection broke: where it had served other calls, it may just have been closed for being idle.
    pub broken: bool,
    /// What it was rejected with.
    pub cause: Value,
}

impl<Value> AttemptFailure<Value> {
    /// The answer was lost, in this phase.
    pub fn lost(phase: Phase, cause: Value) -> Self {
        AttemptFailure { phase, unsent: false, is_final: false, broken: false, cause }
    }

    /// No connection was made.
    pub fn unsent(cause: Value) -> Self {
        AttemptFailure { unsent: true, ..AttemptFailure::lost(Phase::Connect, cause) }
    }
}
