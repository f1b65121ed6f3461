//! Connections that are slow, too many, or open when the server stops; on real sockets.

use std::net::SocketAddr;
use std::time::Instant;

use axum::routing::get;
use tokio::task::JoinHandle;

use super::*;

const CHUNKED: &str = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";

struct Server {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    served: JoinHandle<()>,
}

async fn server(limits: ConnectionLimits) -> Server {
    server_of(Router::new().route("/", get(async || "hello")), limits).await
}

async fn server_of(app: Router, limits: ConnectionLimits) -> Server {
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

/// A limit for tests that hang. It is longer than any test takes on any machine.
const PATIENCE: Duration = Duration::from_secs(900);

async fn answer(stream: &mut TcpStream) -> String {
    try_answer(stream).await.unwrap()
}

async fn try_answer(stream: &mut TcpStream) -> std::io::Result<String> {
    stream.write_all(GET).await?;
    let mut bytes = [0; 1_024];
    let length = stream.read(&mut bytes).await?;
    Ok(String::from_utf8(bytes[..length].to_vec()).unwrap())
}

/// A connection that got a response. It may take several attempts with a server that closes connections early: on a busy
/// machine the time for a request may be over before it is sent.
async fn answered(server: &Server) -> TcpStream {
    loop {
        let mut stream = server.connect().await;
        if try_answer(&mut stream).await.is_ok_and(|text| text.ends_with("hello")) {
            return stream;
        }
    }
}

/// What the server sends until it closes the connection.
async fn rest(mut stream: TcpStream) -> String {
    let mut text = String::new();
    let read = tokio::time::timeout(PATIENCE, stream.read_to_string(&mut text)).await;
    read.expect("the connection stays open").unwrap();
    text
}

#[tokio::test]
async fn a_head_that_comes_byte_by_byte_is_cut_off_in_time_and_others_are_answered_meanwhile() {
    let head = Duration::from_millis(300);
    let server = server(ConnectionLimits::new(100, head, PATIENCE)).await;
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
    answered(&server).await;
    for slow in slow {
        let text = tokio::time::timeout(PATIENCE, slow).await.expect("the connection stays open").unwrap();
        assert!(!text.contains("200 OK"), "{text}");
    }
    assert!(start.elapsed() >= head);
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_closed() {
    let server = server(ConnectionLimits::new(100, Duration::from_millis(50), PATIENCE)).await;
    assert_eq!(rest(server.connect().await).await, "");
    // The same after a response.
    assert_eq!(rest(answered(&server).await).await, "");
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused_before_it_is_whole() {
    let server = server(ConnectionLimits::new(100, PATIENCE, PATIENCE)).await;
    let mut stream = server.connect().await;
    let line = format!("GET / HTTP/1.1\r\nX-Long: {}", "a".repeat(MAX_HEAD));
    // The response may come, and the connection end, before everything is sent.
    let _ = stream.write_all(line.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 431 Request Header Fields Too Large\r\n"), "{answer}");
}

#[tokio::test]
async fn beyond_the_most_connections_others_wait_for_one_to_end() {
    let server = server(ConnectionLimits::new(2, PATIENCE, PATIENCE)).await;
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
    let server = server_of(app, ConnectionLimits::new(1, PATIENCE, Duration::from_millis(300))).await;
    let mut deaf = server.connect().await;
    deaf.write_all(b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut next = server.connect().await;
    let answered = tokio::time::timeout(PATIENCE, answer(&mut next)).await;
    assert!(answered.expect("there is no room").ends_with("hello"));
    drop(deaf);
}

/// The burst is a fifth of the connections that this process may open, so that both ends of each fit under any limit.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_of_connections_leaves_it_answering() {
    let limits = ConnectionLimits { head_timeout: PATIENCE, ..ConnectionLimits::of_this_process() };
    let burst = limits.permits.available_permits().min(10_000) / 5;
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
    let server =
        server_of(Router::new().route("/", get(handler)), ConnectionLimits::new(100, PATIENCE, PATIENCE)).await;
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

#[tokio::test]
async fn at_the_end_half_a_head_is_not_waited_for() {
    let server = server(ConnectionLimits::new(100, PATIENCE, PATIENCE)).await;
    let mut first = server.connect().await;
    first.write_all(&GET[..10]).await.unwrap();
    // The half is of the second request of this connection, so the server has read what came before it.
    let mut second = server.connect().await;
    second.write_all(&[GET, &GET[..10]].concat()).await.unwrap();
    let mut bytes = [0; 1_024];
    assert!(second.read(&mut bytes).await.unwrap() > 0);
    server.stop.send_replace(true);
    let ended = tokio::time::timeout(PATIENCE / 2, server.served).await;
    ended.expect("it waits for the rest of a head").unwrap();
}

#[tokio::test]
async fn at_the_end_a_client_that_sends_no_body_or_takes_no_answer_is_not_waited_for() {
    let head = "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n";
    let continued = "HTTP/1.1 100 Continue\r\n\r\n";
    let bodies = axum::routing::post(async |_: axum::body::Bytes| "hello");
    let app = Router::new().route("/", bodies).route("/long", get(async || vec![b'a'; 64 * 1024 * 1024]));
    let server = server_of(app, ConnectionLimits::new(100, PATIENCE, PATIENCE)).await;
    let mut held = Vec::new();
    for rest in ["Content-Length: 9\r\n\r\nhalf", "Transfer-Encoding: chunked\r\n\r\n9\r\nhalf"] {
        let mut stream = server.connect().await;
        stream.write_all(format!("{head}{rest}").as_bytes()).await.unwrap();
        let mut bytes = vec![0; continued.len()];
        stream.read_exact(&mut bytes).await.unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), continued, "the request is under way");
        held.push(stream);
    }
    let mut deaf = server.connect().await;
    deaf.write_all(&b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n".repeat(3)).await.unwrap();
    deaf.readable().await.unwrap();
    server.stop.send_replace(true);
    let ended = tokio::time::timeout(PATIENCE / 2, server.served).await;
    ended.expect("it waits for a client").unwrap();
    drop((held, deaf));
}

#[tokio::test]
async fn a_request_with_doubtful_framing_is_refused_before_it_reaches_the_app() {
    let reached = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = reached.clone();
    let handler = async move |body: axum::body::Bytes| {
        if body != "sound" {
            count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
        "hello"
    };
    let app = Router::new().route("/", axum::routing::post(handler));
    let server = server_of(app, ConnectionLimits::new(100, PATIENCE, PATIENCE)).await;
    let sound = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nsound";
    let chunked = "0\r\n\r\n";
    for doubtful in [
        format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n{chunked}"),
        format!("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n{chunked}"),
        format!("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity, chunked\r\n\r\n{chunked}"),
        "POST / HTTP/1.1\r\nHost: x\r\nHost: y\r\nContent-Length: 0\r\n\r\n".to_owned(),
        "POST / HTTP/1.1\nHost: x\nContent-Length: 0\n\n".to_owned(),
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\n\r\n".to_owned(),
        "POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n".to_owned(),
        format!("{CHUNKED}5\nhello\r\n0\r\n\r\n"),
        format!("{CHUNKED}5;x\nhello\r\n0\r\n\r\n"),
        format!("{CHUNKED}0\r\nX: y\n\r\n"),
        format!("{CHUNKED}0\r\n\n"),
    ] {
        for before in ["", sound] {
            let mut stream = server.connect().await;
            stream.write_all(format!("{before}{doubtful}").as_bytes()).await.unwrap();
            let answer = rest(stream).await;
            let (_, last) = answer.rsplit_once("HTTP/1.1 ").unwrap();
            assert!(last.starts_with("400 Bad Request\r\n"), "{doubtful:?}: {answer}");
            assert_eq!(answer.matches("hello").count(), usize::from(!before.is_empty()), "{answer}");
        }
    }
    assert_eq!(reached.load(std::sync::atomic::Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_clock_after_the_year_9999_is_an_answer_that_says_so() {
    fn far() -> SystemTime {
        UNIX_EPOCH + LAST_TIME + Duration::from_secs(1)
    }
    let limits = ConnectionLimits { clock: far, ..ConnectionLimits::new(100, PATIENCE, PATIENCE) };
    let server = server(limits).await;
    let mut stream = server.connect().await;
    stream.write_all(GET).await.unwrap();
    let answer = rest(stream).await;
    assert!(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\nthe clock of this machine is after the year 9999, set it right"), "{answer}");
    assert_eq!(check_clock(UNIX_EPOCH + LAST_TIME), Ok(()));
    assert_eq!(check_clock(SystemTime::now()), Ok(()));
}

async fn many<T, F: Future<Output = T>>(count: usize, make: impl Fn() -> F) -> Vec<T> {
    let mut done = Vec::with_capacity(count);
    for _ in 0..count {
        done.push(make().await);
    }
    done
}
