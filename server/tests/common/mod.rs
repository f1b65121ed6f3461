//! Calls the server as a client would, and checks what all responses have in common.
// Helpers of tests fail as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(dead_code, reason = "each test file uses its part")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use self::database::Database;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use serde_json::Value;
use tower::ServiceExt;
use user_handle_server::store::{Store, sqlite::Sqlite};
use user_handle_server::{Application, KlaimKey, Settings, app};

pub mod client;
#[macro_use]
pub mod database;
pub mod folder;
pub mod forge;
pub mod klaim;
pub mod pgbouncer;
pub mod postgres;
pub mod process;
pub mod relay;

/// A limit for tests that hang. It is longer than any test takes on any machine.
pub const PATIENCE: Duration = Duration::from_secs(900);

/// Waits until the condition is true.
#[track_caller]
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "it never came to this: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A server that is called without a network.
#[derive(Clone)]
pub struct Api(pub Router);

/// A response whose common headers were checked.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The keys of the body in their order.
    pub fn keys(&self) -> Vec<String> {
        self.json().as_object().unwrap().keys().cloned().collect()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no header {name}: {self:?}")).to_str().unwrap()
    }

    /// Checks that this is an error in the documented form. Returns its status, code and detail.
    #[track_caller]
    pub fn error(&self) -> (u16, i64, String) {
        let body = self.json();
        assert!(self.status >= 400, "{self:?}");
        let fields = body.get("exception_fields").is_some();
        let keys: &[&str] = match fields {
            true => &["detail", "status_code", "code", "exception", "exception_fields", "duration", "more_info"],
            false => &["detail", "status_code", "code", "exception", "duration", "more_info"],
        };
        assert_eq!(self.keys(), keys);
        assert_eq!(body["status_code"], self.status);
        assert!(!body["exception"].as_str().unwrap().is_empty());
        if fields {
            for (_, rules) in body["exception_fields"].as_object().unwrap() {
                assert_eq!(rules, &serde_json::json!([body["detail"]]));
            }
        }
        (self.status, body["code"].as_i64().unwrap(), body["detail"].as_str().unwrap().to_owned())
    }
}

impl Api {
    /// Over a database in memory.
    pub fn new() -> Self {
        Api::with(Settings::default())
    }

    /// With these settings, over a database in memory.
    pub fn with(settings: Settings) -> Self {
        Api::of(Arc::new(Sqlite::in_memory().unwrap()), settings)
    }

    /// Over this database.
    pub async fn over(database: &Database) -> Self {
        Api::of(database.open().await, Settings::default())
    }

    /// With these settings, over the demo's application and another one, and with the demo's key for Klaim unless another is set.
    fn of(store: Arc<dyn Store>, settings: Settings) -> Self {
        let apps = vec![Application::demo(), Application::parse("other-key:other-secret").unwrap()];
        let klaim_key = settings.klaim_key.or(Some(KlaimKey::demo()));
        Api(app(store, Settings { apps, klaim_key, ..settings }))
    }

    /// Sends a request to a path under `/api/v1.0/`, with the demo's key added to the query.
    pub async fn call(&self, method: &str, path: &str, token: &str, body: impl Into<Body>) -> Answer {
        self.call_at(method, &format!("/api/v1.0/{path}"), token, body).await
    }

    /// The same for any path of the service.
    pub async fn call_at(&self, method: &str, path: &str, token: &str, body: impl Into<Body>) -> Answer {
        let mark = if path.contains('?') { '&' } else { '?' };
        let request = Request::builder().method(method).uri(format!("{path}{mark}api_key=demo-key"));
        let request = if token.is_empty() { request } else { request.header("Authorization", token) };
        let answer = self.send(request.header("Content-Type", "application/json").body(body.into()).unwrap()).await;
        for limit in ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"] {
            answer.header(limit).parse::<u64>().unwrap();
        }
        assert_eq!(answer.header("content-type"), "application/json;charset=utf-8");
        let duration = answer.json()["duration"].as_str().unwrap().to_owned();
        assert!(duration.strip_suffix("ms").unwrap().parse::<f64>().unwrap() >= 0.0, "{duration}");
        answer
    }

    /// Sends any request.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.0.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8(bytes.into()).unwrap();
        let answer = Answer { status: parts.status.as_u16(), headers: parts.headers, text };
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(!answer.header("x-request-id").is_empty());
        answer
    }
}

/// A server token, as Stream's JavaScript client signs it.
pub fn server() -> String {
    Application::demo().token(None).unwrap()
}

/// The token of a user.
pub fn user(id: &str) -> String {
    Application::demo().token(Some(id)).unwrap()
}

/// The requests that are left after each call of a round, with all calls in one window of the rate limit. The window may end
/// between two calls and the count start again; then the round runs once more. The first two calls must count together.
pub async fn in_one_window(round: impl AsyncFn() -> Vec<u64>) -> Vec<u64> {
    let seen = round().await;
    if seen[1] < seen[0] { seen } else { round().await }
}

/// The refusal of a call that is allowed once a minute, with its headers checked. It takes more than two calls if the window
/// ends between them.
pub async fn over_the_limit(call: impl AsyncFn() -> Answer) -> (Answer, u64) {
    let mut answer = call().await;
    for _ in 0..3 {
        if answer.status == 429 {
            break;
        }
        answer = call().await;
    }
    assert_eq!((answer.header("x-ratelimit-limit"), answer.header("x-ratelimit-remaining")), ("1", "0"));
    assert_eq!(answer.header("x-ratelimit-reset").parse::<u64>().unwrap() % 60, 0);
    let wait = answer.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    (answer, wait)
}
