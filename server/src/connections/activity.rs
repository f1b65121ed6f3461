//! What a connection is doing: whether a request is under way, or an answer waits to be read.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes};
use http_body::{Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::framing::Framing;

/// What one connection is doing.
#[derive(Default)]
pub(super) struct Activity {
    requests: AtomicUsize,
    is_write_blocked: AtomicBool,
    /// Whether the rest of a body is waited for.
    is_body_awaited: AtomicBool,
    /// How often bytes were read or written.
    moves: AtomicUsize,
}

impl Activity {
    /// Whether the connection does nothing but wait for the next request, of which a part may have come.
    pub(super) fn is_waiting_for_a_request(&self) -> bool {
        self.requests.load(Ordering::Relaxed) == 0 && !self.is_write_blocked.load(Ordering::Relaxed)
    }

    /// Whether the client has to send the rest of a body, or to take a part of an answer, before anything can go on.
    pub(super) fn is_waiting_for_the_client(&self) -> bool {
        self.is_body_awaited.load(Ordering::Relaxed) || self.is_write_blocked.load(Ordering::Relaxed)
    }

    /// How often bytes were read or written so far.
    pub(super) fn moves(&self) -> usize {
        self.moves.load(Ordering::Relaxed)
    }

    fn count_move(&self) {
        self.moves.fetch_add(1, Ordering::Relaxed);
    }
}

/// A request that is under way until this is dropped.
pub(super) struct UnderWay(Arc<Activity>);

impl UnderWay {
    pub(super) fn new(activity: &Arc<Activity>) -> Self {
        activity.requests.fetch_add(1, Ordering::Relaxed);
        UnderWay(Arc::clone(activity))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.requests.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What hyper gets in place of the end of a line that makes a request doubtful: a carriage return and no line feed, which it refuses
/// in a head, in the line of a chunk's size and in trailers.
const DOUBTFUL: &[u8] = b"\r\0";

/// The body of an answer. Its request is under way until hyper has taken all of it.
pub(super) struct AnswerBody {
    pub(super) body: Body,
    pub(super) _request: UnderWay,
}

impl http_body::Body for AnswerBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A stream that notes whether its writes are blocked, and ends a request with doubtful framing in a way that hyper refuses.
pub(super) struct Stream {
    stream: TcpStream,
    framing: Framing,
    /// What hyper still has to get of [`DOUBTFUL`].
    doubtful: &'static [u8],
    activity: Arc<Activity>,
}

impl Stream {
    pub(super) fn new(stream: TcpStream, activity: Arc<Activity>) -> Self {
        Stream { stream, framing: Framing::default(), doubtful: &[], activity }
    }

    fn note<T>(&self, written: Poll<T>) -> Poll<T> {
        self.activity.is_write_blocked.store(written.is_pending(), Ordering::Relaxed);
        if written.is_ready() {
            self.activity.count_move();
        }
        written
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.doubtful.is_empty() {
            let before = buffer.filled().len();
            let read = Pin::new(&mut self.stream).poll_read(context, buffer);
            let is_awaited = read.is_pending() && self.framing.is_inside_body();
            self.activity.is_body_awaited.store(is_awaited, Ordering::Relaxed);
            ready!(read)?;
            self.activity.count_move();
            let read = buffer.filled().get(before..).unwrap_or_default();
            match self.framing.follow(read) {
                Ok(()) => return Poll::Ready(Ok(())),
                Err(sound) => buffer.set_filled(before + sound),
            }
            self.doubtful = DOUBTFUL;
        }
        let (now, later) = self.doubtful.split_at(self.doubtful.len().min(buffer.remaining()));
        buffer.put_slice(now);
        self.doubtful = later;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.note(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.note(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
