//! Klaim's API as a [`Service`], and what the OpenAPI document says about all of its operations.

use axum::extract::{FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};

use super::responses::with_message;
use super::state::KlaimState;
use crate::http::docs::{self, ServiceDocs};
use crate::http::response::Refusal;
use crate::http::service::Service;
use user_handle_service::error::ApiError;
use user_handle_service::klaim::responses::ErrorBody;

impl Service for KlaimState {
    fn roots(&self) -> &'static [&'static str] {
        &["klaim"]
    }

    /// There is one key, so all requests that have it are of one caller.
    fn caller(&self, request: &Request) -> Option<&str> {
        self.verify(request.headers()).is_ok().then_some("")
    }

    fn has_published_key(&self, _: &Request) -> bool {
        KlaimState::has_published_key(self)
    }

    fn error_body(&self, error: &ApiError) -> String {
        serde_json::to_string(&ErrorBody { message: &error.detail }).unwrap_or_default()
    }
}

/// A handler that takes this refuses requests without the key. The key allows everything.
pub(super) struct Authorized;

impl FromRequestParts<KlaimState> for Authorized {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &KlaimState) -> Result<Self, Refusal> {
        state.verify(&parts.headers)?;
        Ok(Authorized)
    }
}

pub(crate) fn docs() -> ServiceDocs {
    let key = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("Klaim's API key: `--klaim-key`"));
    ServiceDocs {
        security_schemes: vec![("klaim_key", SecurityScheme::Http(key.build()))],
        security: SecurityRequirement::new::<_, [&str; 0], &str>("klaim_key", []),
        success: with_message,
        error: docs::schemas_of::<ErrorBody<'_>>(),
        errors: &[
            (StatusCode::UNAUTHORIZED, docs::BAD_KEY),
            (StatusCode::FORBIDDEN, "The key is published, and the request is from a page of another origin"),
            (StatusCode::TOO_MANY_REQUESTS, docs::RATE_LIMITED),
            (StatusCode::INTERNAL_SERVER_ERROR, docs::FAILED),
            (StatusCode::SERVICE_UNAVAILABLE, docs::UNAVAILABLE),
        ],
    }
}
