//! Connections that are slow on purpose, too many, or under way at the end; on real sockets.

use std::net::SocketAddr;
use std::time::Instant;

use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinHandle;

use super::*;

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";

struct Server {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    served: JoinHandle<()>,
}

async fn server(limits: Limits) -> Server {
    server_of(Router::new().route("/", get(async || "hello")), limits).await
}

async fn server_of(app: Router, limits: Limits) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    Server { address, stop, served: tokio::spawn(serve(listener, app, limits, stopped)) }
}

impl Server {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}

async fn answer(stream: &mut TcpStream) -> String {
    stream.write_all(GET).await.unwrap();
    let mut bytes = [0; 1_024];
    let length = stream.read(&mut bytes).await.unwrap();
    String::from_utf8(bytes[..length].to_vec()).unwrap()
}

/// What the server sends before it closes the connection, which it should do long before a test is given up.
async fn rest(mut stream: TcpStream) -> String {
    let mut text = String::new();
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_string(&mut text)).await;
    read.expect("the connection stays open").unwrap();
    text
}

#[tokio::test]
async fn a_head_that_comes_byte_by_byte_is_cut_off_in_time_and_others_are_answered_meanwhile() {
    let head = Duration::from_millis(300);
    let server = server(Limits::new(100, head, ANSWER)).await;
    let start = Instant::now();
    let slow: Vec<_> = many(40, || server.connect()).await;
    let slow: Vec<_> = slow
        .into_iter()
        .map(|stream| {
            tokio::spawn(async move {
                let (mut read, mut write) = stream.into_split();
                let mut drip = tokio::time::interval(Duration::from_millis(20));
                let dripping = async {
                    for byte in b"GET / HTTP/1.1\r\nX-Slow: ".iter().chain(std::iter::repeat(&b'a')) {
                        drip.tick().await;
                        if write.write_all(&[*byte]).await.is_err() {
                            break;
                        }
                    }
                };
                let mut text = String::new();
                tokio::select! {
                    read = read.read_to_string(&mut text) => drop(read),
                    () = dripping => {}
                }
                text
            })
        })
        .collect();
    assert!(answer(&mut server.connect().await).await.starts_with("HTTP/1.1 200 OK\r\n"));
    for slow in slow {
        let text = slow.await.unwrap();
        assert!(!text.contains("200 OK"), "{text}");
    }
    let took = start.elapsed();
    assert!(took >= head && took < Duration::from_secs(10), "{took:?}");
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_closed() {
    let server = server(Limits::new(100, Duration::from_millis(50), ANSWER)).await;
    assert_eq!(rest(server.connect().await).await, "");
    // The same after an answer.
    let mut stream = server.connect().await;
    assert!(answer(&mut stream).await.ends_with("hello"));
    assert_eq!(rest(stream).await, "");
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused_before_it_is_whole() {
    let server = server(Limits::new(100, HEAD, ANSWER)).await;
    let mut stream = server.connect().await;
    let line = format!("GET / HTTP/1.1\r\nX-Long: {}", "a".repeat(MAX_HEAD));
    // The answer may come, and the connection end, before all is sent.
    let _ = stream.write_all(line.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 431 Request Header Fields Too Large\r\n"), "{answer}");
}

#[tokio::test]
async fn beyond_the_most_connections_others_wait_for_one_to_end() {
    let server = server(Limits::new(2, HEAD, ANSWER)).await;
    let (mut first, mut second) = (server.connect().await, server.connect().await);
    assert!(answer(&mut first).await.ends_with("hello"));
    assert!(answer(&mut second).await.ends_with("hello"));
    let mut third = server.connect().await;
    let mut waiting = Box::pin(answer(&mut third));
    assert!(tokio::time::timeout(Duration::from_millis(200), &mut waiting).await.is_err(), "answered beyond the most");
    drop(first);
    assert!(waiting.await.ends_with("hello"));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_connection_that_does_not_read_its_answer_makes_room_for_others() {
    let long = get(async || vec![b'a'; 64 * 1024 * 1024]);
    let app = Router::new().route("/", get(async || "hello")).route("/long", long);
    let server = server_of(app, Limits::new(1, HEAD, Duration::from_millis(300))).await;
    let mut deaf = server.connect().await;
    deaf.write_all(b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut next = server.connect().await;
    let answered = tokio::time::timeout(Duration::from_secs(20), answer(&mut next)).await;
    assert!(answered.expect("there is no room").ends_with("hello"));
    drop(deaf);
}

/// A fifth of what this process may open, both ends counted, so that the test runs under any limit.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_of_connections_leaves_it_answering() {
    let limits = Limits::of_this_process();
    let burst = limits.slots.available_permits().min(10_000) / 5;
    let server = server(limits).await;
    let mut held = many(burst, || server.connect()).await;
    assert!(answer(&mut server.connect().await).await.ends_with("hello"));
    for stream in &mut held {
        assert!(answer(stream).await.ends_with("hello"));
    }
    drop(held);
    assert!(answer(&mut server.connect().await).await.ends_with("hello"));
}

#[tokio::test]
async fn at_the_end_requests_under_way_are_answered_and_idle_connections_closed() {
    let (started, running) = tokio::sync::oneshot::channel::<()>();
    let (finish, finished) = tokio::sync::oneshot::channel::<()>();
    let once = Arc::new(std::sync::Mutex::new(Some((started, finished))));
    let handler = async move || {
        let taken = once.lock().unwrap().take();
        let (started, finished) = taken.unwrap();
        started.send(()).unwrap();
        finished.await.unwrap();
        "late"
    };
    let server = server_of(Router::new().route("/", get(handler)), Limits::new(100, HEAD, ANSWER)).await;
    let idle = server.connect().await;
    let mut busy = server.connect().await;
    busy.write_all(GET).await.unwrap();
    running.await.unwrap();
    server.stop.send_replace(true);
    assert_eq!(rest(idle).await, "");
    assert!(!server.served.is_finished());
    finish.send(()).unwrap();
    assert!(rest(busy).await.ends_with("late"));
    server.served.await.unwrap();
}

async fn many<T, F: Future<Output = T>>(count: usize, make: impl Fn() -> F) -> Vec<T> {
    let mut done = Vec::with_capacity(count);
    for _ in 0..count {
        done.push(make().await);
    }
    done
}
