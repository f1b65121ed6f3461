//! What is around the API: cross-origin requests, limits, unknown paths and methods, health and the page.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, in its helpers too"
)]

mod common;

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use common::{Answer, Api, in_one_window, over_the_limit, server};
use user_handle_server::{RateLimit, Settings};

async fn send(api: &Api, method: &str, path: &str) -> Answer {
    api.send(Request::builder().method(method).uri(path).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_preflight_is_answered_without_key_and_token() {
    let api = Api::new();
    for path in ["/api/v1.0/user/", "/api/v1.0/user/a/", "/api/v1.0/users/?ids=a", "/api/v1.0/none", "/health", "/"] {
        let request = Request::options(path)
            .header("Origin", "https://example.com")
            .header("Access-Control-Request-Method", "PUT")
            .header("Access-Control-Request-Headers", "authorization,content-type,stream-auth-type,x-stream-client");
        let answer = api.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.keys(), ["duration"]);
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.header("access-control-max-age"), "86400");
        assert_eq!(answer.header("access-control-allow-methods"), "GET, POST, PUT, PATCH, DELETE, OPTIONS");
        assert_eq!(
            answer.header("access-control-allow-headers"),
            "x-requested-with, content-type, accept, origin, authorization, x-csrftoken, x-stream-client, stream-auth-type"
        );
        assert_eq!(
            answer.header("access-control-expose-headers"),
            "X-Ratelimit-Limit, X-Ratelimit-Remaining, X-Ratelimit-Reset, Retry-After, Date, x-should-retry, X-Request-Id"
        );
        assert!(answer.headers.get("access-control-allow-credentials").is_none());
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_are_errors_of_the_documented_shape() {
    let api = Api::new();
    for path in
        ["/api", "/api/", "/api/v1.0", "/api/v1.0/", "/api/v1.0/feeds/user/a/", "/api/v2/user/", "/api/v1.0//user/"]
    {
        let missing = send(&api, "GET", path).await;
        assert_eq!(missing.error(), (404, 16, format!("there is nothing at {path}")));
        assert_eq!(missing.header("x-ratelimit-limit"), "1000000");
    }
    assert_eq!(send(&api, "GET", "/").await.error(), (404, 16, "there is nothing at /".into()));
    for (method, path, allow) in [
        ("GET", "/api/v1.0/user/", "POST"),
        ("PATCH", "/api/v1.0/user/a/", "GET,HEAD,PUT,DELETE"),
        ("POST", "/api/v1.0/user/a", "GET,HEAD,PUT,DELETE"),
        ("PUT", "/api/v1.0/users/", "POST,GET,HEAD,DELETE"),
        ("DELETE", "/api/v1.0/moderation/flag", "POST"),
        ("BREW", "/api/v1.0/user", "POST"),
    ] {
        let refused = send(&api, method, path).await;
        assert_eq!(refused.error(), (405, 17, format!("method {method} is not allowed on this path")));
        assert_eq!(refused.header("allow"), allow);
        assert!(!refused.header("x-ratelimit-reset").is_empty());
    }
}

#[tokio::test]
async fn the_limit_is_shown_and_kept_for_each_application() {
    let api = Api::with(Settings { rate_limit: Some(RateLimit::PerMinute(1_000)), ..Settings::default() });
    let left = async || -> u64 {
        api.call("GET", "user/a/", &server(), "").await.header("x-ratelimit-remaining").parse().unwrap()
    };
    let seen = in_one_window(async || vec![left().await, left().await]).await;
    assert_eq!(seen[0] - seen[1], 1);

    let api = Api::with(Settings { rate_limit: Some(RateLimit::PerMinute(1)), ..Settings::default() });
    let (refused, wait) = over_the_limit(async || api.call("GET", "user/a/", &server(), "").await).await;
    let detail = format!("over the rate limit of 1 requests per minute, retry in {wait} s");
    assert_eq!(refused.error(), (429, 9, detail));
    let other = send(&api, "GET", "/api/v1.0/user/a/?api_key=other-key").await;
    assert_eq!(other.status, 403, "another application has its own limit");
    assert_eq!(send(&api, "OPTIONS", "/api/v1.0/user/a/?api_key=demo-key").await.status, 200, "preflights are free");
    assert_eq!(send(&api, "GET", "/health").await.status, 200);
}

#[tokio::test]
async fn with_streams_limits_each_operation_is_counted_for_itself() {
    let api = Api::with(Settings { rate_limit: Some(RateLimit::Stream), ..Settings::default() });
    let left = async |method: &str, path: &str| -> u64 {
        let answer = api.call(method, path, &server(), r#"{"id":"a"}"#).await;
        assert_eq!(answer.header("x-ratelimit-limit"), "1000");
        answer.header("x-ratelimit-remaining").parse().unwrap()
    };
    let round = async || vec![left("GET", "user/a/").await, left("GET", "user/b").await, left("POST", "user/").await];
    let seen = in_one_window(round).await;
    assert_eq!(seen[0] - seen[1], 1, "the path is that of the route, in both spellings: {seen:?}");
    assert!(seen[2] > seen[1], "another operation: {seen:?}");
}

#[tokio::test(start_paused = true)]
async fn latency_holds_up_the_api_and_nothing_else() {
    let api = Api::with(Settings { latency: Duration::from_millis(80), ..Settings::default() });
    let start = tokio::time::Instant::now();
    send(&api, "GET", "/health").await;
    assert_eq!(start.elapsed(), Duration::ZERO);
    send(&api, "GET", "/api/v1.0/user/a/").await;
    assert_eq!(start.elapsed(), Duration::from_millis(80));
}

#[tokio::test]
async fn health_says_ok() {
    let answer = send(&Api::new(), "GET", "/health").await;
    assert_eq!((answer.status, answer.keys()), (200, ["status", "version", "duration"].map(String::from).to_vec()));
    assert_eq!(answer.json()["status"], "ok");
}

#[tokio::test]
async fn the_page_is_served_with_its_types_and_a_strict_policy() {
    let folder = std::env::temp_dir().join(format!("user-handle-pages-{}", uuid::Uuid::new_v4()));
    for (name, text) in [
        ("www/index.html", "<!doctype html>"),
        ("www/app.js", "//"),
        ("www/style.css", "/**/"),
        ("www/icon.svg", "<svg/>"),
        ("www/app.js.br", "brotli"),
        ("secret.txt", "secret"),
    ] {
        let file = folder.join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    let api = Api::with(Settings { www: Some(folder.join("www")), ..Settings::default() });
    for (path, mime) in [
        ("/", "text/html"),
        ("/index.html", "text/html"),
        ("/app.js", "text/javascript"),
        ("/style.css", "text/css"),
        ("/icon.svg", "image/svg+xml"),
    ] {
        let answer = send(&api, "GET", path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("content-type").split(';').next(), Some(mime), "{path}");
        assert_eq!(
            answer.header("content-security-policy"),
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
             connect-src 'self' http://localhost:* http://127.0.0.1:* https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        );
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
    }
    for path in ["/none.html", "/none.js", "/../secret.txt", "/%2e%2e/secret.txt", "/..%2f..%2fsecret.txt", "/api/x"] {
        let missing = send(&api, "GET", path).await;
        assert_eq!(missing.error().0, 404, "{path}");
        assert!(!missing.text.contains("\"secret\""));
    }
    let request = Request::get("/app.js").header("Accept-Encoding", "gzip, br").body(Body::empty()).unwrap();
    let compressed = api.send(request).await;
    assert_eq!((compressed.header("content-encoding"), compressed.text.as_str()), ("br", "brotli"));
    assert_eq!(compressed.header("content-type"), "text/javascript");
    assert_eq!(api.call("POST", "user/", &server(), r#"{"id":"a"}"#).await.status, 201);
    std::fs::remove_dir_all(folder).unwrap();
}
