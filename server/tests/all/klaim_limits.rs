//! What the layers do for Klaim's API, as for Stream's: limits, timeouts, faults, latency and unknown paths, with errors in
//! Klaim's form.

use std::time::Duration;

use crate::common::klaim::{KEY, call, call_as, error};
use crate::common::{Api, in_one_window, over_the_limit, server};
use axum::body::{Body, Bytes};
use axum::http::Request;
use http_body_util::BodyExt;
use tokio::time::Instant;
use tower::ServiceExt;
use user_handle_server::{Faults, RateLimit, Settings};

fn with_faults(spec: &str) -> Api {
    Api::with(Settings { faults: Some(Faults::parse(spec).unwrap()), ..Settings::default() })
}

#[tokio::test]
async fn over_the_limit_whoever_has_the_key_is_told_how_long_to_wait() {
    let api = Api::with(Settings { rate_limit: Some(RateLimit::PerMinute(1)), ..Settings::default() });
    let (refused, wait) = over_the_limit(async || call(&api, "POST", "users/ada", "").await).await;
    let text = format!("over the rate limit of 1 requests per minute, retry in {wait} s");
    assert_eq!(error(&refused), (429, text));
    let stranger = call_as(&api, Some("Bearer other"), "GET", "users", "").await;
    assert_eq!((stranger.status, stranger.header("x-ratelimit-remaining")), (401, "1"), "counted for nobody");
    let preflight = Request::options("/klaim/users").header("Authorization", KEY).body(Body::empty()).unwrap();
    assert_eq!(api.send(preflight).await.status, 200, "preflights are free");
    let metrics = api.send(Request::get("/metrics").body(Body::empty()).unwrap()).await.text;
    assert!(!metrics.contains("http_requests_rate_limited_total 0\n"), "{metrics}");
}

#[tokio::test]
async fn each_service_has_a_limit_of_its_own() {
    let api = Api::with(Settings { rate_limit: Some(RateLimit::PerMinute(3)), ..Settings::default() });
    for _ in 0..3 {
        call(&api, "GET", "users", "").await;
    }
    assert_eq!(api.call("GET", "user/a/", &server(), "").await.header("x-ratelimit-remaining"), "2");
}

#[tokio::test]
async fn with_streams_limits_each_operation_is_counted_for_itself() {
    let api = Api::with(Settings { rate_limit: Some(RateLimit::Stream), ..Settings::default() });
    let left = async |method: &str, path: &str| -> u64 {
        let answer = call(&api, method, path, "{}").await;
        assert_eq!(answer.header("x-ratelimit-limit"), "1000");
        answer.header("x-ratelimit-remaining").parse().unwrap()
    };
    let round =
        async || vec![left("POST", "users/a").await, left("POST", "users/b/").await, left("POST", "users").await];
    let seen = in_one_window(round).await;
    assert_eq!(seen[0] - seen[1], 1, "the path is that of the route, in both spellings: {seen:?}");
    assert!(seen[2] > seen[1], "another operation: {seen:?}");
}

#[tokio::test(start_paused = true)]
async fn latency_holds_up_every_answer_once() {
    let api = Api::with(Settings { latency: Duration::from_millis(80), ..Settings::default() });
    let start = Instant::now();
    call(&api, "GET", "nothing", "").await;
    assert_eq!(start.elapsed(), Duration::from_millis(80));
    call_as(&api, None, "GET", "users", "").await;
    assert_eq!(start.elapsed(), Duration::from_millis(160));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_arrive_is_408() {
    let never = Body::from_stream(futures_util::stream::pending::<Result<Bytes, std::io::Error>>());
    let start = Instant::now();
    let answer = Api::new().send(Request::post("/klaim/users").header("Authorization", KEY).body(never).unwrap()).await;
    assert_eq!(error(&answer), (408, "body did not arrive within 30 s".to_owned()));
    assert_eq!(start.elapsed(), Duration::from_secs(30));
}

#[tokio::test]
async fn what_leads_nowhere_is_an_error_in_the_form_of_the_service() {
    let api = Api::new();
    for path in ["", "user", "users/a/credit", "api/v1.0/user/"] {
        let text = format!("there is nothing at /klaim/{path}");
        assert_eq!(error(&call(&api, "GET", path, "").await), (404, text));
    }
    for (method, path, allow) in
        [("DELETE", "users", "POST,GET,HEAD"), ("GET", "users/a", "POST,PUT"), ("GET", "users/a/credits/", "POST")]
    {
        let refused = call(&api, method, path, "").await;
        assert_eq!(error(&refused), (405, format!("method {method} is not allowed on this path")));
        assert_eq!(refused.header("allow"), allow);
    }
}

#[tokio::test]
async fn faults_are_told_in_the_form_of_the_service() {
    for (kind, status, retry_after) in [("503", 503, Some("0")), ("429", 429, Some("0")), ("500", 500, None)] {
        let answer = call(&with_faults(&format!("rate=1,kinds={kind}")), "GET", "users", "").await;
        assert_eq!(error(&answer), (status, "a fault of --faults".to_owned()));
        assert_eq!(answer.headers.get("retry-after").map(|value| value.to_str().unwrap()), retry_after);
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_answer_is_a_second_late() {
    let start = Instant::now();
    assert_eq!(call(&with_faults("rate=1,kinds=slow"), "GET", "nothing", "").await.status, 404);
    assert_eq!(start.elapsed(), Duration::from_secs(1));
}

#[tokio::test]
async fn a_reset_has_no_answer() {
    let request = Request::get("/klaim/users").header("Authorization", KEY).body(Body::empty()).unwrap();
    let answer = with_faults("rate=1,kinds=reset").0.clone().oneshot(request).await.unwrap();
    assert!(answer.into_body().frame().await.unwrap().is_err());
}

#[tokio::test]
async fn an_answer_that_is_cut_off_is_one_of_the_service() {
    let api = with_faults("rate=1,kinds=truncate");
    let request = Request::post("/klaim/users").header("Authorization", KEY).body(Body::from("{}")).unwrap();
    let answer = api.0.clone().oneshot(request).await.unwrap();
    assert_eq!(answer.status(), 400);
    let whole = r#"{"message":"missing required fields"}"#;
    assert_eq!(answer.headers()["content-length"], whole.len().to_string().as_str());
    let mut body = answer.into_body();
    let half = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(half, whole.as_bytes()[..whole.len() / 2]);
    assert!(body.frame().await.unwrap().is_err());
}
