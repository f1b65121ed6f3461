//! Request bodies: how large they may be, and what every one of them has to be.

use serde_json::value::RawValue;
use user_handle_core::rules::validate::{MAX_BATCH_BYTES, MAX_DATA_BYTES};

use crate::error::ApiError;

/// The largest body about one user: data of which each byte is an escape, which has six, and 4 kB for what is around it.
pub const MAX_BODY: usize = 6 * MAX_DATA_BYTES + 4_096;

/// The largest body of a batch.
pub const MAX_BATCH_BODY: usize = MAX_BATCH_BYTES;

/// The body of a request, which may not have arrived yet: an operation reads it only once it knows that the caller may do it.
pub trait Body {
    /// Reads the body, which may have at most `limit` bytes, and parses it.
    fn parse<T: Send + 'static>(
        self,
        limit: usize,
        parse: fn(&[u8]) -> Result<T, ApiError>,
    ) -> impl Future<Output = Result<T, ApiError>> + Send;
}

/// The error for a body that is too large.
pub fn over(limit: usize) -> ApiError {
    ApiError::too_large("body", format!("body is over {limit} bytes"))
}

/// The JSON value in a body.
///
/// # Errors
/// It is empty, or not JSON.
pub fn document(bytes: &[u8]) -> Result<&RawValue, ApiError> {
    if bytes.is_empty() {
        return Err(ApiError::input("body", "body is empty, a JSON object is expected"));
    }
    serde_json::from_slice(bytes).map_err(|error| ApiError::input("body", format!("body is not JSON: {error}")))
}
