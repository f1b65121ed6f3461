//! The layer that makes requests fail on purpose.

use std::io;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use http_body::Frame;

use super::decisions::{Decisions, Fault, Faults, Kind};
use crate::http::response::refuse;
use crate::layers::metrics::Metrics;
use user_handle_service::error::{ApiError, ErrorKind};

/// The text of injected errors, so that nobody takes them for real ones. They may be retried at once, which keeps
/// rehearsals short.
const DETAIL: &str = "a fault of --faults";

/// How long a stalled request gets no response: longer than clients wait for one.
const STALL: Duration = Duration::from_secs(60);

/// The delay of a slow response.
const SLOW: Duration = Duration::from_secs(1);

/// The state of the layer, and the switch for it. Clones share it.
#[derive(Clone)]
pub(crate) struct Injector {
    decisions: Arc<Mutex<Decisions>>,
    metrics: Metrics,
}

impl Injector {
    pub(crate) fn new(faults: &Faults, metrics: Metrics) -> Self {
        Injector { decisions: Arc::new(Mutex::new(faults.decisions())), metrics }
    }

    fn next(&self) -> Option<Fault> {
        self.decisions().next().flatten()
    }

    fn decisions(&self) -> MutexGuard<'_, Decisions> {
        self.decisions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The faults that are in force.
    pub(super) fn faults(&self) -> Faults {
        self.decisions().faults.clone()
    }

    /// Puts these faults in force, beginning with their first decision.
    pub(super) fn switch(&self, faults: &Faults) {
        *self.decisions() = faults.decisions();
    }
}

/// The layer: carries out the next decision.
pub(crate) async fn layer(
    injector: &Injector,
    request: Request,
    next: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let Some(Fault { kind, applied }) = injector.next() else {
        return next(request).await;
    };
    tracing::info!(?kind, applied, "fault");
    injector.metrics.count_fault(kind.name());
    match kind {
        Kind::Reset => {
            if applied {
                next(request).await;
            }
            interrupted(Bytes::new())
        }
        // When the client gives up, this future is dropped, which ends the sleep.
        Kind::Stall => {
            if applied {
                next(request).await;
            }
            tokio::time::sleep(STALL).await;
            interrupted(Bytes::new())
        }
        Kind::Slow => {
            let response = next(request).await;
            tokio::time::sleep(SLOW).await;
            response
        }
        Kind::Unavailable => refuse(ApiError::unavailable(DETAIL).retry_after(0)),
        Kind::RateLimited => refuse(ApiError::rate_limited(DETAIL, 0)),
        Kind::Internal => {
            if applied {
                next(request).await;
            }
            // Not `ApiError::internal`: nothing failed, so there is nothing to log as an error.
            refuse(ApiError::new(ErrorKind::Internal, DETAIL))
        }
        Kind::Truncate => truncated(next(request).await).await,
    }
}

/// The first half of a response, with the `Content-Length` of the whole.
async fn truncated(response: Response) -> Response {
    let (mut head, body) = response.into_parts();
    // All bodies of this server are in memory, so they need no limit and cannot fail.
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
    let mut cut = interrupted(whole.slice(..whole.len() / 2));
    *cut.status_mut() = head.status;
    *cut.headers_mut() = head.headers;
    cut
}

/// A response whose connection breaks after `part` of its body. If `part` is empty, not even the head is sent: hyper closes
/// the connection when a body fails, and sends the head only after it has polled the body.
fn interrupted(part: Bytes) -> Response {
    let flushed = part.is_empty();
    Response::new(Body::new(Interrupted { part, flushed }))
}

struct Interrupted {
    part: Bytes,
    flushed: bool,
}

impl HttpBody for Interrupted {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if !self.part.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(mem::take(&mut self.part)))));
        }
        if !mem::replace(&mut self.flushed, true) {
            // Hyper flushes what it has when a body is pending.
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(io::Error::new(io::ErrorKind::ConnectionReset, DETAIL))))
    }
}
