//! Stream's API as a [`Service`], and what the OpenAPI document says about all of its operations.

use axum::extract::Request;
use axum::http::StatusCode;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};

use super::caller;
use super::state::StreamState;
use crate::http::context;
use crate::http::docs::{self, ServiceDocs};
use crate::http::service::Service;
use user_handle_service::error::ApiError;
use user_handle_service::stream::error_body::ErrorBody;

impl Service for StreamState {
    fn roots(&self) -> &'static [&'static str] {
        &["api", "admin"]
    }

    /// The application that the request is authenticated for. Its key alone does not count, because it is public.
    fn caller(&self, request: &Request) -> Option<&str> {
        let client = self.client_of(request.uri()).ok()?;
        caller::rights(request.headers(), client).is_ok().then_some(&client.application.key)
    }

    fn has_published_key(&self, request: &Request) -> bool {
        self.client_of(request.uri()).is_ok_and(|client| client.application.has_published_secret())
    }

    fn error_body(&self, error: &ApiError) -> String {
        serde_json::to_string(&ErrorBody::new(error, context::duration())).unwrap_or_default()
    }
}

pub(crate) fn docs() -> ServiceDocs {
    let key = ApiKeyValue::with_description("api_key", "The key of the application");
    let token = "A token of the application, alone: without `Bearer`. `user-handle-server token` prints one";
    let token = ApiKeyValue::with_description("Authorization", token);
    ServiceDocs {
        security_schemes: vec![
            ("api_key", SecurityScheme::ApiKey(ApiKey::Query(key))),
            ("token", SecurityScheme::ApiKey(ApiKey::Header(token))),
        ],
        security: SecurityRequirement::new::<_, [&str; 0], &str>("api_key", []).add("token", [""; 0]),
        success: docs::with_duration,
        error: docs::schemas_of::<ErrorBody<'_>>(),
        errors: &[
            (StatusCode::BAD_REQUEST, docs::BAD_INPUT),
            (StatusCode::UNAUTHORIZED, docs::BAD_KEY),
            (StatusCode::FORBIDDEN, "The token is missing, refused, or does not reach so far"),
            (StatusCode::NOT_FOUND, "There is no such thing"),
            (StatusCode::TOO_MANY_REQUESTS, docs::RATE_LIMITED),
            (StatusCode::INTERNAL_SERVER_ERROR, docs::FAILED),
            (StatusCode::SERVICE_UNAVAILABLE, docs::UNAVAILABLE),
        ],
    }
}
