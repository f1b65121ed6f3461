//! A handler that panics is an error of its request, not the end of the connection.

use std::panic::AssertUnwindSafe;

use axum::extract::Request;
use axum::response::Response;
use futures_util::FutureExt;
use user_handle_service::error::ApiError;

use crate::http::response::refuse;

/// The layer. What panicked is dropped, so that nothing sees the state in which the panic left it.
pub(crate) async fn layer(request: Request, next: impl AsyncFnOnce(Request) -> Response) -> Response {
    let answered = AssertUnwindSafe(next(request)).catch_unwind().await;
    answered.unwrap_or_else(|_| refuse(ApiError::internal(&"a handler panicked")))
}
