//! Responses: JSON, with the headers that Stream's API sends.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use user_handle_service::answer::{HEADERS, Success, WithDuration};
use user_handle_service::error::ApiError;

use super::context;
use crate::store::StoreError;

/// Room for the headers of a response, with those that the layers add.
const MAX_HEADERS: usize = 20;

/// A successful response: the fields of `T`, then `duration`.
pub(crate) struct JsonResponse<T>(pub(crate) StatusCode, pub(crate) T);

/// What a handler returns.
pub(crate) type JsonResult<T> = Result<JsonResponse<T>, Refusal>;

/// Turns the answer of an operation into what a handler returns.
pub(crate) fn respond<T>(answer: Result<Success<T>, ApiError>) -> JsonResult<T> {
    let Success(status, body) = answer?;
    Ok(JsonResponse(status_of(status), body))
}

impl<T: Serialize> IntoResponse for JsonResponse<T> {
    fn into_response(self) -> Response {
        let JsonResponse(status, body) = self;
        json(status, &WithDuration { body, duration: context::duration() })
    }
}

/// An error that a handler returns. Its response has the form of the service that the request is for.
#[derive(Debug)]
pub(crate) struct Refusal(ApiError);

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Refusal(error)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Refusal(error.into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Refusal(error) = self;
        if let Some(cause) = &error.cause {
            tracing::error!(%cause, "internal error");
        }
        let mut response = json_text(status_of(error.kind.status()), context::error_body(&error));
        if let Some(seconds) = error.retry_after_seconds {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// The response to a request that is refused before it reaches a handler.
pub(crate) fn refuse(error: ApiError) -> Response {
    Refusal(error).into_response()
}

fn status_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// A response with this body, written as JSON.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_string(body) {
        Ok(text) => json_text(status, text),
        Err(error) => refuse(ApiError::internal(&error)),
    }
}

/// A response whose body is JSON text already.
pub(crate) fn json_text(status: StatusCode, text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    *headers = HeaderMap::with_capacity(MAX_HEADERS);
    for (name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::budget::Reservation;

    #[tokio::test]
    async fn the_duration_comes_last() {
        let response = context::within(None, Reservation::default(), async {
            JsonResponse(StatusCode::CREATED, [("id", "a")].into_iter().collect::<std::collections::BTreeMap<_, _>>())
                .into_response()
        })
        .await;
        assert_eq!(response.status(), 201);
        assert_eq!(response.headers()["content-type"], "application/json;charset=utf-8");
        let body = http_body_util::BodyExt::collect(response.into_body()).await.unwrap().to_bytes();
        let text = std::str::from_utf8(&body).unwrap();
        assert!(text.starts_with(r#"{"id":"a","duration":"0."#) && text.ends_with(r#"ms"}"#), "{text}");
    }

    #[test]
    fn whoever_must_wait_is_told_how_long() {
        let rate_limited = ApiError::rate_limited(String::new(), 42);
        assert_eq!(refuse(rate_limited).headers()["retry-after"], "42");
        assert_eq!(refuse(ApiError::unavailable("")).headers()["retry-after"], "1");
    }
}
