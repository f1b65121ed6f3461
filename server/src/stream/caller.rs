//! Who is calling, of a request.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use user_handle_service::error::ApiError;
use user_handle_service::stream::permissions::{Caller, authorization};
use user_handle_service::stream::token::Rights;

use super::state::{Client, StreamState};
use crate::http::clock::unix_seconds;
use crate::http::response::Refusal;

impl FromRequestParts<StreamState> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &StreamState) -> Result<Self, Refusal> {
        let client = state.client_of(&parts.uri)?;
        Ok(Caller { app: client.application.key.clone(), rights: rights(&parts.headers, client)? })
    }
}

/// The rights of the token in these headers, which has to be one of this client's application.
pub(super) fn rights(headers: &HeaderMap, client: &Client) -> Result<Rights, ApiError> {
    let values = headers.get_all(AUTHORIZATION).iter();
    let token = authorization(values.map(|value| value.to_str().ok()))?;
    let verify = |now| client.application.verify(token, now);
    client.tokens.rights(token, unix_seconds(), verify).map_err(ApiError::not_allowed)
}
