//! Connections: how many there may be at once, how long each may take to ask, and how all of them end.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// How long a connection may take to send the head of a request, the time before its first byte included. So it is also
/// how long one may idle.
const HEAD: Duration = Duration::from_secs(30);

/// How long a connection may leave an answer lying about. Only Linux can tell.
const ANSWER: Duration = Duration::from_secs(30);

/// The longest head of a request: a batch of 1 000 ids is named in its query.
const MAX_HEAD: usize = 128 * 1024;

/// Connections at once, where the system allows so many.
const MAX_CONNECTIONS: usize = 16_384;

/// Files that the server needs beside its connections: the database's, the log, the page's.
#[cfg(unix)]
const OTHER_FILES: u64 = 128;

/// How long to wait when the system has no file left for a connection.
const OUT_OF_FILES: Duration = Duration::from_millis(100);

/// What the connections of all listeners share.
#[derive(Clone)]
pub struct Limits {
    slots: Arc<Semaphore>,
    head: Duration,
    answer: Duration,
}

impl Limits {
    /// As many connections as the system allows this process to have, for which its soft limit is raised.
    pub fn of_this_process() -> Self {
        Limits::new(most_connections(), HEAD, ANSWER)
    }

    fn new(connections: usize, head: Duration, answer: Duration) -> Self {
        Limits { slots: Arc::new(Semaphore::new(connections)), head, answer }
    }
}

/// Serves the connections of one listener until `stopped` says so; then waits for the requests that are under way.
///
/// Beyond the most connections, others wait in the queue of the system until one ends.
pub async fn serve(listener: TcpListener, app: Router, limits: Limits, mut stopped: watch::Receiver<bool>) {
    let connections = GracefulShutdown::new();
    loop {
        let next = tokio::select! {
            next = accept(&listener, &limits) => next,
            // An error means that the sender is gone, which is the end as well.
            _ = stopped.wait_for(|stopped| *stopped) => break,
        };
        let Some((stream, slot)) = next else { break };
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head)
            .max_buf_size(MAX_HEAD)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(app.clone()));
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection");
            }
            drop(slot);
        });
    }
    drop(listener);
    connections.shutdown().await;
}

/// The next connection, once there is a slot for it. `None`: there never will be.
async fn accept(listener: &TcpListener, limits: &Limits) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let slot = Arc::clone(&limits.slots).acquire_owned().await.ok()?;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Answers are written at once and whole: to wait for more to send would only delay them.
                let _ = stream.set_nodelay(true);
                cut_off_who_does_not_read(&stream, limits.answer);
                return Some((stream, slot));
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "cannot accept a connection");
                tokio::time::sleep(OUT_OF_FILES).await;
            }
        }
    }
}

/// Otherwise a caller that reads nothing would have its connection for as long as it likes: hyper waits until it can write.
#[cfg(target_os = "linux")]
fn cut_off_who_does_not_read(stream: &TcpStream, after: Duration) {
    let milliseconds = u32::try_from(after.as_millis()).unwrap_or(u32::MAX);
    // Without it the connection is no worse than on other systems.
    let _ = rustix::net::sockopt::set_tcp_user_timeout(stream, milliseconds);
}

#[cfg(not(target_os = "linux"))]
fn cut_off_who_does_not_read(_: &TcpStream, _: Duration) {}

/// Whether the connection was gone before it was accepted, which says nothing of the next.
fn is_of_one_connection(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[cfg(unix)]
fn most_connections() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    // Shells start programs with a low soft limit, for those that still use `select`. If it stays, fewer fit.
    let raised = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    let files = if raised.is_ok() { limit.maximum } else { limit.current };
    let files = files.unwrap_or(u64::MAX).saturating_sub(OTHER_FILES);
    usize::try_from(files).unwrap_or(usize::MAX).clamp(1, MAX_CONNECTIONS)
}

#[cfg(not(unix))]
fn most_connections() -> usize {
    MAX_CONNECTIONS
}

#[cfg(test)]
#[path = "connections_tests.rs"]
mod tests;
