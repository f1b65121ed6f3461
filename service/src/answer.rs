//! What is sent back where a request is carried out.

use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;

/// The headers of every answer.
pub const HEADERS: [(&str, &str); 2] =
    [("content-type", "application/json;charset=utf-8"), ("cache-control", "no-cache")];

/// A successful answer: its status and its body.
pub struct Success<T>(pub u16, pub T);

/// How an operation ends.
pub type Answer<T> = Result<Success<T>, ApiError>;

/// The answer of operations that have nothing to say but that they are done.
#[derive(Serialize, ToSchema)]
#[schema(as = Done)]
pub struct Empty {}

/// The fields of `T`, then how long it took, as Go writes durations: what Stream's API sends.
#[derive(Serialize)]
pub struct WithDuration<T> {
    /// The answer.
    #[serde(flatten)]
    pub body: T,
    /// `"0.75ms"`.
    pub duration: String,
}
