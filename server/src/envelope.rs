//! What goes around every request, whoever answers it: the clock, an id, cross-origin headers and a line in the log.

use std::time::Instant;

use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, HeaderName, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use crate::answer::{Answer, Done, asked};
use crate::service::Service;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The first four are those of the hosted API, to the letter. The fifth is ours: without it a page of another origin
/// cannot read the limits that it has to keep to.
const HEADERS: [(HeaderName, &str); 6] = [
    (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (ACCESS_CONTROL_MAX_AGE, "86400"),
    (ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, PATCH, DELETE, OPTIONS"),
    (
        ACCESS_CONTROL_ALLOW_HEADERS,
        "x-requested-with, content-type, accept, origin, authorization, x-csrftoken, x-stream-client, stream-auth-type",
    ),
    (
        ACCESS_CONTROL_EXPOSE_HEADERS,
        "X-Ratelimit-Limit, X-Ratelimit-Remaining, X-Ratelimit-Reset, Retry-After, Date, x-should-retry, X-Request-Id",
    ),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// The longest id of a request that is taken over.
const MAX_ID: usize = 128;

/// The outermost layer. The log has the path without its query, which holds the API key.
pub(crate) async fn around(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = given_id(&request).unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let service = Service::of(&path).unwrap_or_default();
    let span = tracing::info_span!("request", %id);
    let mut response = asked(started, service, next.run(request)).instrument(span.clone()).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(X_REQUEST_ID, id);
    }
    let (status, elapsed_us) = (response.status().as_u16(), started.elapsed().as_micros());
    span.in_scope(|| tracing::info!(%method, path, status, elapsed_us));
    response
}

/// The id that the caller gave the request, so that its log and this one can be read together. It goes into a log, so it
/// has to look like an id.
fn given_id(request: &Request) -> Option<String> {
    let id = request.headers().get(X_REQUEST_ID)?.to_str().ok()?;
    let is_id = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    (!id.is_empty() && id.len() <= MAX_ID && id.bytes().all(is_id)).then(|| id.to_owned())
}

/// Answers the question of a browser whether it may send a request, for every path.
pub(crate) async fn preflight(request: Request, next: Next) -> Response {
    if request.method() == Method::OPTIONS {
        return Answer(StatusCode::OK, Done {}).into_response();
    }
    next.run(request).await
}
