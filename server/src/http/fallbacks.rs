//! The responses to requests that no route is for.

use axum::http::{Method, Uri};
use user_handle_service::error::ApiError;

use super::response::Refusal;

pub(crate) async fn unknown_path(uri: Uri) -> Refusal {
    ApiError::unknown_path(uri.path()).into()
}

pub(crate) async fn method_not_allowed(method: Method) -> Refusal {
    ApiError::method_not_allowed(method.as_str()).into()
}
