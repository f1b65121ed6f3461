//! Who is calling, of a request.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use user_handle_service::error::ApiError;
use user_handle_service::stream::application::Application;
use user_handle_service::stream::permissions::{Caller, authorization};
use user_handle_service::stream::token::Rights;

use super::state::StreamState;
use crate::http::clock::unix_seconds;
use crate::http::response::Refusal;

impl FromRequestParts<StreamState> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &StreamState) -> Result<Self, Refusal> {
        let application = state.application_of(&parts.uri)?;
        Ok(Caller { app: application.key.clone(), rights: rights(&parts.headers, application)? })
    }
}

/// The rights of the token in these headers, which has to be one of this application.
pub(super) fn rights(headers: &HeaderMap, application: &Application) -> Result<Rights, ApiError> {
    let values = headers.get_all(AUTHORIZATION).iter();
    let token = authorization(values.map(|value| value.to_str().ok()))?;
    application.verify(token, unix_seconds()).map_err(ApiError::not_allowed)
}
