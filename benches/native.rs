//! The pure core without a browser: `cargo bench -p user-handle --features typed --bench native`, or `cargo xtask bench native`.
//!
//! Nothing here is compared with a peer. It shows that one part has become slower, where a whole call would not.
// Clippy looks at all targets for wasm32 too, where there is nothing to measure.
#![cfg_attr(target_arch = "wasm32", no_main)]
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a measurement fails by panicking")]

use std::future::{Future, ready};
use std::hint::black_box;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use divan::Bencher;
use serde_json::{Value, json};
use user_handle::host::{Answer, AttemptRequest, Body, Pending, Signal, StepResult, Transport};
use user_handle::{Client, Record, token, validate};

fn main() {
    divan::main();
}

/// Data of about so many bytes.
fn data(bytes: usize) -> Value {
    let item = |number| json!({ "id": format!("item-{number}"), "price": 12.5, "tags": ["new", "small"], "by": null });
    json!({ "name": "Ada Lovelace", "born": 1815, "items": (0..bytes / 70).map(item).collect::<Vec<_>>() })
}

/// A service that gives the same answer at once.
struct Answering {
    status: u16,
    body: Value,
}

impl Transport for Answering {
    fn now(&self) -> f64 {
        0.0
    }

    fn unix_ms(&self) -> f64 {
        1_795_244_400_000.0
    }

    fn random(&self) -> f64 {
        0.5
    }

    fn send(&self, request: AttemptRequest, _: Option<&Signal>) -> Pending<'_, StepResult> {
        black_box(request);
        let headers =
            [("x-ratelimit-limit", "1000"), ("x-ratelimit-remaining", "999"), ("x-ratelimit-reset", "1795244460")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Box::pin(ready(StepResult::Answer(Answer {
            status: self.status,
            headers,
            body: Body::Json(self.body.clone()),
        })))
    }

    fn wait(&self, _: f64, _: Option<&Signal>) -> Pending<'static, Option<Value>> {
        Box::pin(ready(None))
    }
}

fn client(status: u16, body: Value) -> Client {
    Client::builder("key").secret("secret").build_on(Rc::new(Answering { status, body }), false).unwrap()
}

/// Nothing here waits.
fn done<T>(call: impl Future<Output = T>) -> T {
    match pin!(call).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("a call waits although its answer is there"),
    }
}

fn record(data: Value) -> Value {
    let time = "2026-01-01T00:00:00.000000Z";
    json!({ "id": "ada", "created_at": time, "updated_at": time, "data": data, "duration": "1.00ms" })
}

#[divan::bench]
fn id_is_checked() {
    validate::id(black_box("f47ac10b-58cc-4372-a567-0e02b2c3d479")).unwrap();
}

#[divan::bench]
fn id_is_refused(bencher: Bencher) {
    bencher.bench(|| validate::id(black_box("user with a space")).is_err());
}

#[divan::bench]
fn token_is_signed(bencher: Bencher) {
    bencher.bench(|| token::sign(black_box(r#"{"user_id":"ada"}"#), token::Secret("secret")));
}

#[divan::bench]
fn token_is_decoded(bencher: Bencher) {
    let token = token::sign(r#"{"user_id":"ada"}"#, token::Secret("secret"));
    bencher.bench(|| token::decode(black_box(&token)).unwrap());
}

/// Data is checked and written, the request is made, and the answer decoded.
#[divan::bench(args = [100, 2_000, 9_900])]
fn create(bencher: Bencher, bytes: usize) {
    let (client, data) = (client(201, record(json!({}))), data(bytes));
    let user = client.user("ada").unwrap();
    bencher.bench_local(|| {
        let created: Record<Value> = done(user.create(black_box(&data))).unwrap();
        created
    });
}

#[divan::bench(args = [100, 2_000, 9_900])]
fn get(bencher: Bencher, bytes: usize) {
    let client = client(200, record(data(bytes)));
    let user = client.user("ada").unwrap();
    bencher.bench_local(|| {
        let found: Record<Value> = done(user.get()).unwrap();
        found
    });
}

#[divan::bench]
fn error_is_told(bencher: Bencher) {
    let body = json!({ "detail": "User does not exist", "status_code": 404, "code": 16, "exception": "DoesNotExistException" });
    let client = client(404, body);
    let user = client.user("ada").unwrap();
    bencher.bench_local(|| done(user.get::<Value>()).unwrap_err());
}
