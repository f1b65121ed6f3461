//! Cross-origin headers, so that pages of every origin can call the server, as they can call the hosted API.

use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, HeaderName, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};

use user_handle_service::answer::Empty;

use crate::http::response::JsonResponse;

/// The first four are those of the hosted API, and of the headers that pages may send those too that tracing adds to every
/// `fetch`. `Access-Control-Expose-Headers` is our addition: without it, a page of another origin cannot read the rate limits.
const HEADERS: [(HeaderName, &str); 6] = [
    (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (ACCESS_CONTROL_MAX_AGE, "86400"),
    (ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, PATCH, DELETE, OPTIONS"),
    (
        ACCESS_CONTROL_ALLOW_HEADERS,
        "x-requested-with, content-type, accept, origin, authorization, x-csrftoken, x-stream-client, stream-auth-type, \
         baggage, traceparent, tracestate, sentry-trace",
    ),
    (
        ACCESS_CONTROL_EXPOSE_HEADERS,
        "X-Ratelimit-Limit, X-Ratelimit-Remaining, X-Ratelimit-Reset, Retry-After, Date, x-should-retry, X-Request-Id",
    ),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// Adds the headers to every response.
pub(crate) async fn add_headers(request: Request, next: impl AsyncFnOnce(Request) -> Response) -> Response {
    let mut response = next(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Answers every `OPTIONS` request, with which a browser asks whether it may send the actual one.
pub(crate) async fn answer_preflight(request: Request, next: impl AsyncFnOnce(Request) -> Response) -> Response {
    if request.method() == Method::OPTIONS {
        return JsonResponse(StatusCode::OK, Empty {}).into_response();
    }
    next(request).await
}
