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

/// The headers of their requests that the hosted API lets pages send.
const ALLOWED: &str =
    "x-requested-with, content-type, accept, origin, authorization, x-csrftoken, x-stream-client, stream-auth-type";

/// Those that tracing adds to every `fetch` of a page, which may not have been written with this server in mind.
const TRACING: &str = "baggage, traceparent, tracestate, sentry-trace, b3, x-b3-traceid, x-b3-spanid, x-b3-parentspanid, \
    x-b3-sampled, x-b3-flags, x-datadog-trace-id, x-datadog-parent-id, x-datadog-origin, x-datadog-sampling-priority, \
    x-datadog-tags, newrelic, uber-trace-id, x-amzn-trace-id, x-cloud-trace-context, request-id, request-context, \
    elastic-apm-traceparent, sw8, x-instana-t, x-instana-s, x-instana-l, x-dynatrace, x-request-id, x-correlation-id";

/// The first four are those of the hosted API. `Access-Control-Expose-Headers` is our addition: without it, a page of another origin
/// cannot read the rate limits.
const HEADERS: [(HeaderName, &str); 6] = [
    (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (ACCESS_CONTROL_MAX_AGE, "86400"),
    (ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, PATCH, DELETE, OPTIONS"),
    (ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED),
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
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Answers every `OPTIONS` request, with which a browser asks whether it may send the actual one.
pub(crate) async fn answer_preflight(request: Request, next: impl AsyncFnOnce(Request) -> Response) -> Response {
    if request.method() == Method::OPTIONS {
        let mut response = JsonResponse(StatusCode::OK, Empty {}).into_response();
        // Only here, where browsers look for it, as it is long.
        if let Ok(allowed) = HeaderValue::try_from(format!("{ALLOWED}, {TRACING}")) {
            response.headers_mut().insert(ACCESS_CONTROL_ALLOW_HEADERS, allowed);
        }
        return response;
    }
    next(request).await
}
