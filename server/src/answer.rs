//! What every answer has in common: JSON, and how long the server took.

use std::time::Instant;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::service::Service;

tokio::task_local! {
    static ASKED: (Instant, Service);
}

/// Runs `work` on a request to `service` with its clock started, so that every answer made in it knows its `duration` and
/// its form.
pub(crate) async fn asked<T>(started: Instant, service: Service, work: impl Future<Output = T>) -> T {
    ASKED.scope((started, service), work).await
}

/// The service in whose form the answer is.
pub(crate) fn form() -> Service {
    ASKED.try_with(|(_, service)| *service).unwrap_or_default()
}

/// The time since the request arrived, as Go writes durations: `"0.75ms"`.
pub(crate) fn duration() -> String {
    let milliseconds = ASKED.try_with(|(started, _)| started.elapsed().as_secs_f64() * 1_000.0).unwrap_or_default();
    format!("{milliseconds:.2}ms")
}

/// A successful answer: the fields of `T`, then `duration`.
pub(crate) struct Answer<T>(pub(crate) StatusCode, pub(crate) T);

/// The answer of operations that have nothing to say but that they are done.
#[derive(Serialize, ToSchema)]
pub(crate) struct Done {}

#[derive(Serialize)]
struct WithDuration<T> {
    #[serde(flatten)]
    body: T,
    duration: String,
}

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        let Answer(status, body) = self;
        json(status, &WithDuration { body, duration: duration() })
    }
}

/// A response with this body, with the headers that the hosted API sends.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_string(body) {
        Ok(text) => json_text(status, text),
        Err(error) => ApiError::internal(&error).into_response(),
    }
}

/// The same, of JSON that is written already.
pub(crate) fn json_text(status: StatusCode, text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json;charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_go_duration_of_two_decimals() {
        assert_eq!(duration(), "0.00ms");
    }

    #[tokio::test]
    async fn the_duration_comes_last() {
        let started = Instant::now();
        let response = asked(started, Service::Stream, async {
            Answer(StatusCode::CREATED, [("id", "a")].into_iter().collect::<std::collections::BTreeMap<_, _>>())
                .into_response()
        })
        .await;
        assert_eq!(response.status(), 201);
        assert_eq!(response.headers()["content-type"], "application/json;charset=utf-8");
        let body = http_body_util::BodyExt::collect(response.into_body()).await.unwrap().to_bytes();
        let text = std::str::from_utf8(&body).unwrap();
        assert!(text.starts_with(r#"{"id":"a","duration":"0."#) && text.ends_with(r#"ms"}"#), "{text}");
    }
}
