//! Faults on purpose: what a client gets on the wire for each kind, and what is stored afterwards.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use crate::common::{Api, server};
use axum::body::Body;
use axum::http::Request;
use tokio::time::Instant;
use tower::ServiceExt;
use user_handle_server::store::{Store, sqlite::Sqlite};
use user_handle_server::{Application, Faults, KlaimKey, Settings, app};

/// A server with faults, on a port, and one without faults over the same database.
struct Rehearsal {
    address: SocketAddr,
    faulty: Api,
    sound: Api,
}

async fn rehearse(spec: &str) -> Rehearsal {
    let store: Arc<dyn Store> = Arc::new(Sqlite::in_memory().unwrap());
    let settings = |faults| Settings { apps: vec![Application::demo()], faults, ..Settings::default() };
    let faulty = app(store.clone(), settings(Some(Faults::parse(spec).unwrap())));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, faulty.clone()).into_future());
    Rehearsal { address, faulty: Api(faulty), sound: Api(app(store, settings(None))) }
}

impl Rehearsal {
    /// Sends a request on a connection of its own. Returns every byte of the response.
    async fn bytes(&self, method: &'static str, path: &str, body: &str) -> String {
        let (address, path, body) = (self.address, path.to_owned(), body.to_owned());
        let exchange = move || {
            let mut stream = TcpStream::connect(address).unwrap();
            let (token, length) = (server(), body.len());
            write!(
                stream,
                "{method} {path}?api_key=demo-key HTTP/1.1\r\nHost: {address}\r\nAuthorization: {token}\r\n\
                 Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            )
            .unwrap();
            let mut answer = Vec::new();
            match stream.read_to_end(&mut answer) {
                Err(error) if error.kind() != ErrorKind::ConnectionReset => panic!("{error}"),
                _ => String::from_utf8(answer).unwrap(),
            }
        };
        tokio::task::spawn_blocking(exchange).await.unwrap()
    }

    async fn create(&self, id: &str) -> String {
        self.bytes("POST", "/api/v1.0/user/", &format!(r#"{{"id":"{id}","data":{{"id":"{id}"}}}}"#)).await
    }

    async fn is_stored(&self, id: &str) -> bool {
        match self.sound.call("GET", &format!("user/{id}/"), &server(), "").await {
            answer if answer.status == 200 => answer.json()["data"] == serde_json::json!({ "id": id }),
            answer => answer.status != 404,
        }
    }

    /// Creates forty users, and checks each response. Returns how many of the users were stored.
    async fn create_forty(&self, check: impl Fn(&str)) -> usize {
        let mut stored = 0;
        for number in 0..40 {
            check(&self.create(&format!("u{number}")).await);
            stored += usize::from(self.is_stored(&format!("u{number}")).await);
        }
        stored
    }
}

/// Checks that this is an injected error, in the documented shape.
fn assert_injected(answer: &str, status: u16, code: i64, exception: &str, retry_after: Option<&str>) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{head}");
    let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    assert_eq!(header("retry-after"), retry_after);
    assert_eq!(header("x-ratelimit-limit"), Some("1000000"));
    assert_eq!(header("content-length"), Some(&*body.len().to_string()));
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let keys: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["detail", "status_code", "code", "exception", "duration", "more_info"]);
    assert_eq!(
        (&body["detail"], &body["status_code"], &body["code"], &body["exception"]),
        (&"a fault of --faults".into(), &status.into(), &code.into(), &exception.into())
    );
}

#[tokio::test]
async fn a_reset_is_a_connection_without_an_answer_before_the_work_or_after_it() {
    let rehearsal = rehearse("rate=1,kinds=reset").await;
    let stored = rehearsal.create_forty(|answer| assert_eq!(answer, "")).await;
    assert!((10..30).contains(&stored), "{stored} of 40 were carried out");
}

#[tokio::test]
async fn a_truncated_answer_is_half_of_its_body_under_the_length_of_the_whole() {
    let rehearsal = rehearse("rate=1,kinds=truncate").await;
    let check = |answer: &str| {
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 201 "), "{head}");
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        assert_eq!(length.parse::<usize>().unwrap() / 2, body.len());
        assert!(body.starts_with(r#"{"created_at":""#), "{body}");
    };
    assert_eq!(rehearsal.create_forty(check).await, 40);
}

#[tokio::test]
async fn statuses_have_the_documented_body() {
    let rehearsal = rehearse("rate=1,kinds=503").await;
    let check = |answer: &str| assert_injected(answer, 503, -1, "ServiceUnavailableException", Some("0"));
    assert_eq!(rehearsal.create_forty(check).await, 0, "after a 503 nothing was changed");

    let rehearsal = rehearse("rate=1,kinds=429").await;
    let check = |answer: &str| assert_injected(answer, 429, 9, "RateLimitReached", Some("0"));
    assert_eq!(rehearsal.create_forty(check).await, 0);

    let rehearsal = rehearse("rate=1,kinds=500").await;
    let stored = rehearsal.create_forty(|answer| assert_injected(answer, 500, -1, "InternalException", None)).await;
    assert!((10..30).contains(&stored), "{stored} of 40 were carried out");
}

#[tokio::test(start_paused = true)]
async fn a_slow_answer_is_a_second_late() {
    let rehearsal = rehearse("rate=1,kinds=slow").await;
    let start = Instant::now();
    assert_eq!(rehearsal.faulty.call("POST", "user/", &server(), r#"{"id":"a"}"#).await.status, 201);
    assert_eq!(start.elapsed(), Duration::from_secs(1));
}

#[tokio::test]
async fn a_stall_has_no_answer_and_holds_up_no_other_write() {
    let rehearsal = rehearse("rate=1,kinds=stall").await;
    let stalled: Vec<_> = (0..20)
        .map(|number| {
            let request = Request::post("/api/v1.0/user/?api_key=demo-key").header("Authorization", server());
            let body = Body::from(format!(r#"{{"id":"u{number}","data":{{"id":"u{number}"}}}}"#));
            tokio::spawn(rehearsal.faulty.0.clone().oneshot(request.body(body).unwrap()))
        })
        .collect();
    assert_eq!(rehearsal.sound.call("POST", "user/", &server(), r#"{"id":"a"}"#).await.status, 201);
    assert!(stalled.iter().all(|request| !request.is_finished()));
    // Not earlier: a paused clock jumps to the next timer while another thread works on the database.
    tokio::time::pause();
    let start = Instant::now();
    for request in stalled {
        let answer = request.await.unwrap().unwrap();
        assert!(axum::body::to_bytes(answer.into_body(), usize::MAX).await.is_err());
    }
    assert!(start.elapsed() > Duration::from_secs(30), "{:?}", start.elapsed());
    let mut stored = 0;
    for number in 0..20 {
        stored += usize::from(rehearsal.is_stored(&format!("u{number}")).await);
    }
    assert!((3..17).contains(&stored), "{stored} of 20 were carried out");
}

#[tokio::test]
async fn health_preflights_and_the_page_never_fail() {
    let rehearsal = rehearse("rate=1,kinds=reset").await;
    for (method, path, status) in
        [("GET", "/health", 200), ("OPTIONS", "/api/v1.0/user/", 200), ("GET", "/", 404), ("POST", "/health", 405)]
    {
        let answer = rehearsal.bytes(method, path, "").await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{method} {path}: {answer}");
    }
    for (method, path) in [("GET", "/api/v1.0/user/a/"), ("PATCH", "/api/v1.0/user/"), ("GET", "/api/none")] {
        assert_eq!(rehearsal.bytes(method, path, "").await, "", "{method} {path}");
    }
}

#[tokio::test]
async fn the_same_seed_fails_the_same_requests() {
    let mut outcomes = Vec::new();
    for _ in 0..2 {
        let rehearsal = rehearse("seed=7,rate=0.4,kinds=reset,503,truncate").await;
        let mut outcome = Vec::new();
        for number in 0..40 {
            let answer = rehearsal.create(&format!("u{number}")).await;
            let length = answer.split_once("\r\n\r\n").map_or(0, |(_, body)| body.len());
            let stored = rehearsal.is_stored(&format!("u{number}")).await;
            outcome.push((answer.get(..12).unwrap_or_default().to_owned(), length > 100, stored));
        }
        outcomes.push(outcome);
    }
    assert_eq!(outcomes[0], outcomes[1]);
    assert!(outcomes[0].iter().any(|(answer, ..)| answer.is_empty()));
    assert!(outcomes[0].iter().any(|(answer, ..)| answer == "HTTP/1.1 201"));
}

/// A server with these applications and this key, and otherwise the default settings.
fn demo_with(apps: Vec<Application>, klaim_key: KlaimKey) -> Api {
    let store: Arc<dyn Store> = Arc::new(Sqlite::in_memory().unwrap());
    Api(app(store, Settings { apps, klaim_key: Some(klaim_key), ..Settings::default() }))
}

async fn ask(api: &Api, method: &str, spec: &str, headers: &[(&str, &str)]) -> crate::common::Answer {
    let mut request = Request::builder().method(method).uri(format!("/_faults{spec}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    api.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn the_demo_switches_faults_while_it_runs() {
    let api = demo_with(vec![Application::demo()], KlaimKey::demo());
    let here = [("Host", "localhost:8000"), ("Origin", "http://localhost:8000")];
    let status = async || api.call("GET", "user/none/", &server(), "").await.status;
    assert_eq!(ask(&api, "GET", "", &here).await.json()["rate"], 0.0);
    assert_eq!(status().await, 404);

    let on = ask(&api, "PUT", "?spec=rate=1,kinds=503", &here).await;
    assert_eq!((on.status, on.keys()), (200, ["seed", "rate", "kinds", "duration"].map(String::from).to_vec()));
    assert_eq!(ask(&api, "GET", "", &here).await.json()["kinds"], serde_json::json!(["503"]));
    assert_eq!(status().await, 503);

    let wrong = ask(&api, "PUT", "?spec=rate=2", &here).await;
    assert_eq!(wrong.error(), (400, 4, "rate must be a number from 0 to 1, but is \"2\"".into()));
    assert_eq!(ask(&api, "PUT", "", &here).await.status, 400);
    assert_eq!(ask(&api, "POST", "", &here).await.status, 405);
    assert_eq!(status().await, 503, "what is refused changes nothing");
    ask(&api, "PUT", "?spec=rate=0", &here).await;
    assert_eq!(status().await, 404);
}

#[tokio::test]
async fn faults_are_switched_from_this_machine_only() {
    let api = demo_with(vec![Application::demo()], KlaimKey::demo());
    let detail = "faults are switched from this machine only".to_owned();
    for headers in [
        [("Host", "localhost:8000"), ("Origin", "https://example.com")],
        [("Host", "localhost:8000"), ("Origin", "null")],
        [("Host", "rebound.example:8000"), ("Origin", "http://rebound.example:8000")],
    ] {
        assert_eq!(ask(&api, "GET", "", &headers).await.error(), (403, 17, detail.clone()));
        assert_eq!(ask(&api, "PUT", "?spec=rate=1", &headers).await.error(), (403, 17, detail.clone()));
    }
    assert_eq!(api.call("GET", "user/none/", &server(), "").await.status, 404);
}

#[tokio::test]
async fn who_has_a_secret_of_their_own_has_no_switch() {
    let own = || Application::parse("own-key:own-secret").unwrap();
    for api in [
        demo_with(vec![own()], KlaimKey::demo()),
        demo_with(vec![Application::demo(), own()], KlaimKey::demo()),
        demo_with(vec![Application::demo()], KlaimKey::parse("own-klaim-key").unwrap()),
    ] {
        for method in ["GET", "PUT"] {
            let answer = ask(&api, method, "?spec=rate=1", &[("Host", "localhost")]).await;
            assert_eq!(answer.error(), (404, 16, "there is nothing at /_faults".into()));
        }
    }
}
