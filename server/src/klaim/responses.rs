//! Successful responses of Klaim's API, and their schema.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use user_handle_service::error::ApiError;
use user_handle_service::klaim::responses::{CREATED, FETCHED, WithMessage};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AllOfBuilder, ObjectBuilder, Schema};

use crate::http::docs;
use crate::http::response::{Refusal, json};

/// A successful response.
pub(super) struct MessageResponse<T>(WithMessage<T>);

/// What a handler returns.
pub(super) type MessageResult<T> = Result<MessageResponse<T>, Refusal>;

/// What a handler returns of an operation.
pub(super) fn respond<T>(answer: Result<WithMessage<T>, ApiError>) -> MessageResult<T> {
    Ok(MessageResponse(answer?))
}

impl<T: Serialize> IntoResponse for MessageResponse<T> {
    fn into_response(self) -> Response {
        json(StatusCode::OK, &self.0)
    }
}

/// The schema of a successful response, with the message as its first field.
pub(super) fn with_message(schema: RefOr<Schema>) -> RefOr<Schema> {
    let message = docs::text("What was done").enum_values(Some([CREATED, FETCHED]));
    let message = ObjectBuilder::new().property("message", message).required("message");
    RefOr::T(Schema::AllOf(AllOfBuilder::new().item(message).item(schema).build()))
}
