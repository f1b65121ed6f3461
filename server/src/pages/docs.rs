//! The API reference: `/openapi.json`, and a page at `/docs` to read it and to try it out.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::routing::get;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::http::response::{json_text, refuse};
use user_handle_service::error::ApiError;

/// The path of the document.
const DOCUMENT: &str = "/openapi.json";

/// The page may load its own files. It sets styles on its elements, which the policy calls inline.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Serves the document and the page. The document is made at the first request for it, so that it does not delay the start.
pub(crate) fn docs(document: fn() -> OpenApi) -> Router {
    let text = Arc::new(OnceLock::new());
    let document = get(async move || match text.get_or_init(|| document().to_json()) {
        Ok(text) => json_text(StatusCode::OK, text.clone()),
        Err(error) => refuse(ApiError::internal(error)),
    });
    let set = |name: HeaderName, value| SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value));
    let page: Router = SwaggerUi::new("/docs").config(Config::from(DOCUMENT)).into();
    let page = page
        .layer(set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
        .layer(set(header::REFERRER_POLICY, "no-referrer"));
    Router::new().route(DOCUMENT, document).merge(page)
}
