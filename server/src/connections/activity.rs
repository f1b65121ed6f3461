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
}

impl Activity {
    /// Whether the connection does nothing but wait for the next request, of which a part may have come.
    pub(super) fn is_waiting_for_a_request(&self) -> bool {
        self.requests.load(Ordering::Relaxed) == 0 && !self.is_write_blocked.load(Ordering::Relaxed)
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
    activity: Arc<Activity>,
}

impl Stream {
    pub(super) fn new(stream: TcpStream, activity: Arc<Activity>) -> Self {
        Stream { stream, framing: Framing::default(), activity }
    }

    fn note<T>(&self, written: Poll<T>) -> Poll<T> {
        self.activity.is_write_blocked.store(written.is_pending(), Ordering::Relaxed);
        written
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        let read = buffer.filled().get(before..).unwrap_or_default();
        if let Err(sound) = self.framing.follow(read) {
            // No part of a head or of a chunk's size may have this byte, so hyper answers 400 and closes the connection.
            buffer.set_filled(before + sound);
            buffer.put_slice(b"\0");
        }
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
