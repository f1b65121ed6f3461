//! Connections: how many there may be at once, how long each may take, and how they end.

mod activity;
mod framing;

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use self::activity::{Activity, AnswerBody, Stream, UnderWay};
use self::framing::MAX_HEAD;

/// How long a connection may take to send the head of a request, including the time before its first byte. So it is also how
/// long a connection may be idle.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a connection may leave a response unread. Only Linux supports this.
const UNREAD_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a connection has, when the server stops, for the rest of a head that it began to send, and may send nothing of a body
/// and take nothing of an answer.
const LAST_TIMEOUT: Duration = Duration::from_secs(1);

/// How long a connection that is refused has to send its request and to take the answer.
const REFUSAL_TIMEOUT: Duration = Duration::from_secs(5);

/// The last second of the year 9999, in Unix time.
const LAST_TIME: Duration = Duration::from_secs(253_402_300_799);

/// The most connections at once, if the system allows that many.
const MAX_CONNECTIONS: usize = 16_384;

/// The files that the server needs besides its connections: of the database, the log and the console.
#[cfg(unix)]
const OTHER_FILES: u64 = 128;

/// How long to wait when the process may not open another file for a connection.
const OUT_OF_FILES_WAIT: Duration = Duration::from_millis(100);

/// The limits that all listeners share.
#[derive(Clone)]
pub struct ConnectionLimits {
    /// A permit for each connection that there may be.
    permits: Arc<Semaphore>,
    head_timeout: Duration,
    unread_timeout: Duration,
    /// The clock of this machine.
    clock: fn() -> SystemTime,
}

impl ConnectionLimits {
    /// As many connections as the system allows this process to have. Raises the soft limit of the process to get there.
    pub fn of_this_process() -> Self {
        ConnectionLimits::new(max_connections(), HEAD_TIMEOUT, UNREAD_TIMEOUT)
    }

    fn new(connections: usize, head_timeout: Duration, unread_timeout: Duration) -> Self {
        let permits = Arc::new(Semaphore::new(connections));
        ConnectionLimits { permits, head_timeout, unread_timeout, clock: SystemTime::now }
    }
}

/// Serves the connections of one listener until `stopped` is true; then waits for the requests that are in flight.
///
/// When there are as many connections as allowed, further ones wait in the queue of the system until one ends.
pub async fn serve(listener: TcpListener, app: Router, limits: ConnectionLimits, mut stopped: watch::Receiver<bool>) {
    // Every connection has a receiver of this, so that it is closed when the last of them has ended.
    let (connections, _) = watch::channel(());
    loop {
        let next = tokio::select! {
            next = accept(&listener, &limits) => next,
            // An error means that the sender was dropped, which also ends the server.
            _ = stopped.wait_for(|stopped| *stopped) => break,
        };
        let Some((stream, permit)) = next else { break };
        if let Err(problem) = check_clock((limits.clock)()) {
            tracing::error!(problem, "a connection is refused");
            tokio::spawn(refuse(stream, problem, permit));
            continue;
        }
        let connection = serve_connection(stream, app.clone(), limits.head_timeout, stopped.clone());
        let open = connections.subscribe();
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection");
            }
            drop((permit, open));
        });
    }
    drop(listener);
    connections.closed().await;
}

/// Fails if HTTP cannot write this time in `Date`: its years have four digits. Hyper would panic at each request.
pub fn check_clock(now: SystemTime) -> Result<(), &'static str> {
    match now.duration_since(UNIX_EPOCH) {
        Ok(since) if since > LAST_TIME => Err("the clock of this machine is after the year 9999, set it right"),
        _ => Ok(()),
    }
}

/// Answers whatever comes first with 503, and closes the connection.
async fn refuse(mut stream: TcpStream, problem: &str, permit: OwnedSemaphorePermit) {
    let (status, length) = ("503 Service Unavailable", problem.len());
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\nRetry-After: 60\r\n\
         Connection: close\r\n\r\n{problem}"
    );
    let exchange = async {
        // A connection that is closed with bytes unread is reset, and the answer may be lost. How many came does not matter.
        let _length = stream.read(&mut [0; 4_096]).await?;
        stream.write_all(answer.as_bytes()).await
    };
    // A client that does not wait for the answer misses nothing.
    let _ = tokio::time::timeout(REFUSAL_TIMEOUT, exchange).await;
    drop(permit);
}

/// Serves one connection until it ends. Once `stopped` is true, it ends after the request that is under way.
async fn serve_connection(
    stream: TcpStream,
    app: Router,
    head_timeout: Duration,
    mut stopped: watch::Receiver<bool>,
) -> hyper::Result<()> {
    let activity = Arc::new(Activity::default());
    let stream = TokioIo::new(Stream::new(stream, Arc::clone(&activity)));
    let app = TowerToHyperService::new(app);
    let service = service_fn(|request: Request<Incoming>| {
        let _request = UnderWay::new(&activity);
        let response = app.call(request);
        async { Ok::<_, std::convert::Infallible>(response.await?.map(|body| AnswerBody { body, _request })) }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head_timeout).max_buf_size(MAX_HEAD);
    let mut connection = pin!(http.serve_connection(stream, service));
    tokio::select! {
        served = connection.as_mut() => return served,
        _ = stopped.wait_for(|stopped| *stopped) => connection.as_mut().graceful_shutdown(),
    }
    // Hyper now closes the connection after the request that is under way, or at once when there is none. But it would wait
    // for the rest of a head or of a body, and for a client that takes no answer.
    let client_is_late = async {
        loop {
            let moves = activity.moves();
            tokio::time::sleep(LAST_TIMEOUT).await;
            let is_still = activity.is_waiting_for_the_client() && activity.moves() == moves;
            if activity.is_waiting_for_a_request() || is_still {
                break;
            }
        }
    };
    tokio::select! {
        served = connection.as_mut() => served,
        () = client_is_late => Ok(()),
    }
}

/// The next connection, with its permit. `None`: there will be no more permits.
async fn accept(listener: &TcpListener, limits: &ConnectionLimits) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let permit = Arc::clone(&limits.permits).acquire_owned().await.ok()?;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Responses are written in one piece, so waiting for more to send would only delay them.
                let _ = stream.set_nodelay(true);
                set_unread_timeout(&stream, limits.unread_timeout);
                return Some((stream, permit));
            }
            Err(error) if is_about_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "cannot accept a connection");
                tokio::time::sleep(OUT_OF_FILES_WAIT).await;
            }
        }
    }
}

/// Closes the connection if the client does not read. Without this, hyper would wait for ever until it can write.
#[cfg(target_os = "linux")]
fn set_unread_timeout(stream: &TcpStream, after: Duration) {
    let milliseconds = u32::try_from(after.as_millis()).unwrap_or(u32::MAX);
    // If it fails, the connection is like one on other systems, which do not support this.
    let _ = rustix::net::sockopt::set_tcp_user_timeout(stream, milliseconds);
}

#[cfg(not(target_os = "linux"))]
fn set_unread_timeout(_: &TcpStream, _: Duration) {}

/// Whether the error is that this one connection ended before it was accepted. The next one may be fine.
fn is_about_one_connection(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[cfg(unix)]
fn max_connections() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    // Shells start programs with a low soft limit, for those that use `select`. If raising it fails, the low limit holds.
    let raised = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    let files = if raised.is_ok() { limit.maximum } else { limit.current };
    let files = files.unwrap_or(u64::MAX).saturating_sub(OTHER_FILES);
    usize::try_from(files).unwrap_or(usize::MAX).clamp(1, MAX_CONNECTIONS)
}

#[cfg(not(unix))]
fn max_connections() -> usize {
    MAX_CONNECTIONS
}

#[cfg(test)]
mod tests;
