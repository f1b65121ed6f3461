//! What the layers do for every request: CORS, limits, unknown paths and methods; and health and the page.

use std::time::Duration;

use crate::common::{Answer, Api, in_one_window, over_the_limit, server};
use axum::body::{Body, Bytes};
use axum::http::Request;
use futures_util::FutureExt;
use tower::ServiceExt;
use user_handle_server::{Application, Page, RateLimit, Settings};

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
            "x-requested-with, content-type, accept, origin, authorization, x-csrftoken, x-stream-client, stream-auth-type, \
             baggage, traceparent, tracestate, sentry-trace, b3, x-b3-traceid, x-b3-spanid, x-b3-parentspanid, x-b3-sampled, \
             x-b3-flags, x-datadog-trace-id, x-datadog-parent-id, x-datadog-origin, x-datadog-sampling-priority, \
             x-datadog-tags, newrelic, uber-trace-id, x-amzn-trace-id, x-cloud-trace-context, request-id, request-context, \
             elastic-apm-traceparent, sw8, x-instana-t, x-instana-s, x-instana-l, x-dynatrace, x-request-id, x-correlation-id"
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
async fn whoever_is_not_authenticated_uses_up_nobodys_limit() {
    let api = Api::with(Settings { rate_limit: Some(RateLimit::PerMinute(5)), ..Settings::default() });
    let forged = format!("{}x", server());
    for token in ["", &forged, "", &forged, "", &forged] {
        let refused = api.call("GET", "user/a/", token, "").await;
        assert_eq!((refused.status, refused.header("x-ratelimit-remaining")), (403, "5"));
    }
    assert_eq!(api.call("GET", "user/a/", &server(), "").await.header("x-ratelimit-remaining"), "4");
}

/// The status of a request with the published keys, and these headers.
async fn from_page(api: &Api, method: &str, path: &str, headers: &[(&str, &str)]) -> u16 {
    let credential = if path.starts_with("/klaim") { crate::common::klaim::KEY.to_owned() } else { server() };
    let request = Request::builder().method(method).uri(path).header("Authorization", credential);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    // The page of the API reference is compressed, so it is no text.
    api.0.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap().status().as_u16()
}

#[tokio::test]
async fn published_keys_and_what_needs_none_are_for_pages_of_this_machine_and_for_programs() {
    let here = ("Host", "127.0.0.1:8000");
    let own: [&[(&str, &str)]; 4] = [
        &[],
        &[here],
        &[here, ("Origin", "http://localhost:5173"), ("Sec-Fetch-Site", "cross-site")],
        &[here, ("Sec-Fetch-Site", "same-origin")],
    ];
    let others: [&[(&str, &str)]; 4] = [
        &[here, ("Origin", "https://example.com"), ("Sec-Fetch-Site", "cross-site")],
        &[here, ("Origin", "null")],
        &[here, ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "no-cors")],
        &[("Host", "example.com:8000")],
    ];
    let (demo, open) = (Api::new(), Api::with(Settings { open: true, ..Settings::default() }));
    for (method, path, status) in [
        ("GET", "/klaim/users", 200),
        ("GET", "/klaim/admin/users", 200),
        ("GET", "/admin/users?api_key=demo-key", 200),
        ("DELETE", "/api/v1.0/users/?api_key=demo-key&ids=a", 200),
        ("GET", "/metrics", 200),
        ("GET", "/openapi.json", 200),
        ("GET", "/docs/", 200),
    ] {
        for headers in own {
            assert_eq!(from_page(&demo, method, path, headers).await, status, "{path} {headers:?}");
        }
        for headers in others {
            assert_eq!(from_page(&demo, method, path, headers).await, 403, "{path} {headers:?}");
            assert_eq!(from_page(&open, method, path, headers).await, status, "{path} {headers:?}");
            assert_eq!(from_page(&demo, "OPTIONS", path, headers).await, 200, "a page reads the refusal");
            assert_eq!(from_page(&demo, "GET", "/health", headers).await, 200);
        }
    }
    // An application with a secret of its own is for all pages, as in the hosted API.
    let token = Application::parse("other-key:other-secret").unwrap().token(None).unwrap();
    for headers in others {
        let request = Request::get("/api/v1.0/users/?api_key=other-key&ids=a").header("Authorization", &token);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        assert_eq!(demo.send(request.body(Body::empty()).unwrap()).await.status, 200, "{headers:?}");
    }
}

#[tokio::test]
async fn what_a_page_of_another_origin_asks_for_is_refused_before_it_is_counted() {
    let api = Api::with(Settings { rate_limit: Some(RateLimit::PerMinute(5)), ..Settings::default() });
    let from = async |path: &str, key: &str, origin: &str| -> (u16, String) {
        let request = Request::get(path).header("Authorization", key).header("Origin", origin);
        let answer = api.send(request.body(Body::empty()).unwrap()).await;
        (answer.status, answer.header("x-ratelimit-remaining").to_owned())
    };
    let token = server();
    for (path, key) in
        [("/api/v1.0/users/?api_key=demo-key&ids=a", token.as_str()), ("/klaim/users", crate::common::klaim::KEY)]
    {
        for _ in 0..6 {
            assert_eq!(from(path, key, "https://example.com").await, (403, "5".into()), "{path}");
        }
        assert_eq!(from(path, key, "http://localhost:3000").await, (200, "4".into()), "{path}");
    }
}

/// A body of this many bytes, which ends when the sender is dropped. Each piece is sent when the one before was taken.
fn slow_body() -> (tokio::sync::mpsc::Sender<Bytes>, Body) {
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    let frames = futures_util::stream::unfold(receiver, async |mut receiver| {
        let bytes: Bytes = receiver.recv().await?;
        Some((Ok::<_, std::io::Error>(bytes), receiver))
    });
    (sender, Body::from_stream(frames))
}

#[tokio::test]
async fn large_bodies_have_a_budget_and_leave_room_for_others() {
    let api = Api::new();
    let piece = Bytes::from(vec![b' '; 1024 * 1024]);
    let mut held = Vec::new();
    // Four bodies of 12 MiB are 48 MiB.
    for _ in 0..4 {
        let (sender, body) = slow_body();
        let (api, token) = (api.clone(), server());
        let answer = tokio::spawn(async move { api.call("POST", "users/", &token, body).await });
        for _ in 0..12 {
            sender.send(piece.clone()).await.unwrap();
        }
        // The channel holds one piece, so an empty one that is sent shows that the pieces before it were taken.
        sender.send(Bytes::new()).await.unwrap();
        sender.send(Bytes::new()).await.unwrap();
        held.push((sender, answer));
    }
    let batch = r#"{"users":[{"id":"a"}]}"#;
    let refused = api.call("POST", "users/", &server(), batch).await;
    assert_eq!(refused.error(), (503, -1, "too many large bodies are in flight, retry later".into()));
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(api.call("POST", "user/", &server(), r#"{"id":"a"}"#).await.status, 201);
    for (sender, answer) in held {
        drop(sender);
        assert_eq!(answer.await.unwrap().status, 400);
    }
    assert_eq!(api.call("POST", "users/", &server(), batch).await.status, 201);
}

#[tokio::test]
async fn millions_of_members_are_counted_and_refused_while_others_are_answered() {
    let api = Api::new();
    let body = |members: usize| format!(r#"{{"users":[{}{{}}]}}"#, "{},".repeat(members - 1));
    let refused = api.call("POST", "users/", &server(), body(1_001)).await;
    assert_eq!(refused.error(), (400, 4, "users has 1001 members, at most 1000 are allowed in one batch".into()));
    // On one thread, the other request is answered only if the body is parsed on another.
    let token = server();
    let mut large = Box::pin(api.call("POST", "users/", &token, body(5_000_000)));
    assert!((&mut large).now_or_never().is_none());
    assert_eq!(send(&api, "GET", "/health").await.status, 200);
    let text = "users has 5000000 members, at most 1000 are allowed in one batch";
    assert_eq!(large.await.error(), (400, 4, text.into()));
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
    assert_eq!(
        (answer.status, answer.keys()),
        (200, ["status", "reads", "writes", "version", "duration"].map(String::from).to_vec())
    );
    for part in ["status", "reads", "writes"] {
        assert_eq!(answer.json()[part], "ok");
    }
    assert_eq!(send(&Api::new(), "GET", "/health?of=reads").await.status, 200);
    let refused = send(&Api::new(), "GET", "/health?of=all").await;
    assert_eq!((refused.status, &refused.json()["detail"]), (400, &"of must be reads, but is \"all\"".into()));
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
    let api = Api::with(Settings { page: Page::Folder(folder.join("www")), ..Settings::default() });
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
