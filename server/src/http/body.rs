//! Request bodies: read with a limit on their size, on the time that they take, and on the memory that all of them take.

use std::time::Duration;

use axum::body::Body;
use http_body::Body as _;
use http_body_util::BodyExt;
use user_handle_service::body::{self, MAX_BATCH_BODY, MAX_BODY};
use user_handle_service::error::ApiError;

use super::context;

/// How long a body may take to arrive: a batch of the largest size at half a megabyte a second.
const BODY_SECONDS: u64 = 30;

/// The body of a request that is arriving.
pub(crate) struct Arriving(pub(crate) Body);

impl body::Body for Arriving {
    /// A large body is parsed on a thread that may block, because the event loop has other requests to serve meanwhile.
    async fn parse<T: Send + 'static>(
        self,
        limit: usize,
        parse: fn(&[u8]) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let Arriving(body) = self;
        let bytes = read(body, limit).await?;
        if bytes.len() <= MAX_BODY {
            return parse(&bytes);
        }
        let parsed = tokio::task::spawn_blocking(move || parse(&bytes)).await;
        parsed.unwrap_or_else(|error| Err(ApiError::internal(&error)))
    }
}

/// Reads a body of at most `limit` bytes.
pub(crate) async fn read(body: Body, limit: usize) -> Result<Vec<u8>, ApiError> {
    match tokio::time::timeout(Duration::from_secs(BODY_SECONDS), collect(body, limit)).await {
        Ok(read) => read,
        Err(_) => Err(ApiError::timeout("body", format!("body did not arrive within {BODY_SECONDS} s"))),
    }
}

/// A body that is refused is read to its end before, unless it is very long: a client whose connection closes while it still
/// sends would see a network error instead of the refusal.
async fn collect(mut body: Body, limit: usize) -> Result<Vec<u8>, ApiError> {
    let announced = body.size_hint().exact().and_then(|length| usize::try_from(length).ok());
    let mut bytes = Vec::with_capacity(announced.unwrap_or(0).min(limit));
    let mut length = 0_usize;
    let mut has_room = true;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| ApiError::input("body", "body was not sent to its end"))?;
        let Some(chunk) = frame.data_ref() else { continue };
        length = length.saturating_add(chunk.len());
        has_room = has_room && (length > limit || context::reserve(chunk.len(), limit > MAX_BODY));
        if length <= limit && has_room {
            bytes.extend_from_slice(chunk);
        } else {
            bytes = Vec::new();
            context::release();
        }
        if length > MAX_BATCH_BODY * 2 {
            break;
        }
    }
    if length > limit {
        return Err(body::over(limit));
    }
    match has_room {
        true => Ok(bytes),
        false => Err(ApiError::unavailable("too many large bodies are in flight, retry later")),
    }
}

#[cfg(test)]
mod tests {
    use user_handle_service::body::Body as _;

    use super::*;

    fn length(bytes: &[u8]) -> Result<usize, ApiError> {
        Ok(bytes.len())
    }

    async fn length_of(body: Body) -> Result<usize, ApiError> {
        Arriving(body).parse(MAX_BODY, length).await
    }

    #[tokio::test]
    async fn a_body_is_cut_off_at_its_limit_and_not_parsed() {
        assert_eq!(length_of(Body::from(" ".repeat(MAX_BODY))).await, Ok(MAX_BODY));
        let refusal = ApiError::too_large("body", "body is over 65536 bytes");
        assert_eq!(length_of(Body::from(" ".repeat(MAX_BODY + 1))).await, Err(refusal.clone()));
        assert_eq!(length_of(Body::from("[".repeat(MAX_BATCH_BODY * 3))).await, Err(refusal));
    }

    #[tokio::test]
    async fn a_large_body_is_parsed_as_a_whole() {
        let body = Body::from(" ".repeat(MAX_BATCH_BODY));
        assert_eq!(Arriving(body).parse(MAX_BATCH_BODY, length).await, Ok(MAX_BATCH_BODY));
    }

    /// A body that never ends: `parts` comes at once, and then nothing.
    fn stalled(parts: &'static str) -> Body {
        let stream = futures_util::stream::iter([Ok::<_, std::io::Error>(parts)]);
        Body::from_stream(futures_util::StreamExt::chain(stream, futures_util::stream::pending()))
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_arrive_is_given_up() {
        let start = tokio::time::Instant::now();
        let refusal = ApiError::timeout("body", "body did not arrive within 30 s");
        assert_eq!(length_of(stalled(r#"{"id":"#)).await.err(), Some(refusal.clone()));
        assert_eq!(length_of(stalled("")).await.err(), Some(refusal.clone()));
        assert_eq!(Arriving(stalled("{")).parse(MAX_BATCH_BODY, length).await.err(), Some(refusal));
        assert_eq!(start.elapsed().as_secs(), 90);
    }
}
