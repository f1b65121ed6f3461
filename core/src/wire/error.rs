//! What a call fails with: an error, and the host's values that belong to it.

use alloc::string::String;
use alloc::sync::Arc;
use core::ops::Deref;

use super::values::HostValues;
use crate::rules::error::Parts;
use crate::rules::{Code, Error, Kind, RateLimit};

/// What the service said, for [`Kind::Api`].
pub struct ApiFailure<H: HostValues> {
    /// The HTTP status.
    pub status: u16,
    /// The limits that the response carried.
    pub rate_limit: Option<RateLimit>,
    /// How long the service asks to wait, in milliseconds.
    pub retry_after_ms: Option<f64>,
    /// The service's explanation.
    pub detail: Option<String>,
    /// The parsed body, or its text where it is not JSON.
    pub body: H::Value,
    /// The response's headers.
    pub headers: H::Headers,
}

impl<H: HostValues> ApiFailure<H> {
    /// The service's own number, such as 22.
    pub fn api_code(&self) -> Option<f64> {
        H::number_field(&self.body, "code")
    }

    /// By which the service's log has the request, where the response says so.
    pub fn request_id(&self) -> Option<String> {
        H::header(&self.headers, "x-request-id")
    }

    /// The service's own name, such as `ConflictException`.
    pub fn exception(&self) -> Option<String> {
        H::string_field(&self.body, "exception")
    }
}

/// Any failure of a call: an [`Error`], with what caused it or what the service said.
pub struct CallError<H: HostValues>(Arc<Failure<H>>);

/// What a [`CallError`] holds. Shared: several who wait for one answer are told one error.
struct Failure<H: HostValues> {
    error: Error,
    cause: Option<H::Value>,
    api: Option<ApiFailure<H>>,
}

impl<H: HostValues> CallError<H> {
    /// With what it was caused by.
    #[must_use]
    pub fn with_cause(self, cause: H::Value) -> Self {
        CallError(Arc::new(Failure { error: self.0.error.clone(), cause: Some(cause), api: None }))
    }

    /// With what the service said.
    pub(crate) fn of_api(error: Error, api: ApiFailure<H>) -> Self {
        CallError(Arc::new(Failure { error, cause: None, api: Some(api) }))
    }

    /// The caller's signal fired, for this reason.
    pub(crate) fn aborted(reason: H::Value) -> Self {
        CallError::from(Error::new(Kind::Aborted, Code::Internal, &["the call was aborted"])).with_cause(reason)
    }

    /// What `fetch` or the token provider failed with, or the reason of the caller's abort.
    pub fn cause(&self) -> Option<&H::Value> {
        self.0.cause.as_ref()
    }

    /// What the service said.
    pub fn api(&self) -> Option<&ApiFailure<H>> {
        self.0.api.as_ref()
    }

    /// The error alone.
    pub fn into_error(self) -> Error {
        self.0.error.clone()
    }

    pub(crate) fn set(&mut self, change: impl FnOnce(&mut Parts)) {
        if let Some(failure) = Arc::get_mut(&mut self.0) {
            failure.error.set(change);
        }
    }
}

impl<H: HostValues> From<Error> for CallError<H> {
    fn from(error: Error) -> Self {
        CallError(Arc::new(Failure { error, cause: None, api: None }))
    }
}

impl<H: HostValues> Deref for CallError<H> {
    type Target = Error;

    fn deref(&self) -> &Error {
        &self.0.error
    }
}

// By hand: derived, they would ask for a host that can be cloned and printed.
impl<H: HostValues> Clone for CallError<H> {
    fn clone(&self) -> Self {
        CallError(self.0.clone())
    }
}

// The cause may be any value, and is nobody's business in a log.
impl<H: HostValues> core::fmt::Debug for CallError<H> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.error.fmt(f)
    }
}

impl<H: HostValues> core::fmt::Display for CallError<H> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        core::fmt::Display::fmt(&self.0.error, f)
    }
}

impl<H: HostValues> core::error::Error for CallError<H> {}
