//! Calls Klaim's API, and checks what all of its responses have in common.

use axum::body::Body;
use axum::http::Request;

use super::{Answer, Api};

/// The `Authorization` header with the key of the demo.
pub const KEY: &str = "Bearer demo-klaim-key";

/// Sends a request to a path under `/klaim/`.
pub async fn call(api: &Api, method: &str, path: &str, body: &str) -> Answer {
    call_as(api, Some(KEY), method, path, body).await
}

/// Like [`call`], with this `Authorization` header.
pub async fn call_as(api: &Api, key: Option<&str>, method: &str, path: &str, body: &str) -> Answer {
    let request =
        Request::builder().method(method).uri(format!("/klaim/{path}")).header("Content-Type", "application/json");
    let request = key.into_iter().fold(request, |request, key| request.header("Authorization", key));
    let answer = api.send(request.body(Body::from(body.to_owned())).unwrap()).await;
    for limit in ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"] {
        answer.header(limit).parse::<u64>().unwrap();
    }
    assert_eq!(answer.header("content-type"), "application/json;charset=utf-8");
    assert!(answer.json()["message"].is_string(), "{answer:?}");
    answer
}

/// The status of an error, and its message.
#[track_caller]
pub fn error(answer: &Answer) -> (u16, String) {
    assert!(answer.status >= 400, "{answer:?}");
    assert_eq!(answer.keys(), ["message"], "{answer:?}");
    (answer.status, answer.json()["message"].as_str().unwrap().to_owned())
}
