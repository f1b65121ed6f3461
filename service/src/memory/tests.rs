use serde_json::{Value, json};

use super::*;
use crate::store::{FeedName, Follows};

/// A token of everything, signed with nothing.
const SERVER: &str = "eyJhbGciOiJIUzI1NiJ9.eyJyZXNvdXJjZSI6IioiLCJhY3Rpb24iOiIqIn0.e30";

fn request(method: &str, route: &str, query: &str) -> Request {
    serde_json::from_value(json!({
        "method": method, "pathname": format!("/v1.0/{route}"), "route": route, "query": query,
        "authorization": SERVER, "time": 0,
    }))
    .unwrap()
}

/// The status, and the answer.
fn asked(service: &MemoryService, method: &str, route: &str, body: &str) -> (u16, Value) {
    let Response { status, body, .. } = service.answer(&request(method, route, "api_key=key"), body);
    (status, serde_json::from_str(&body).unwrap())
}

#[test]
fn the_same_requests_get_the_same_answers_on_a_clock_of_their_own() {
    let service = MemoryService::new(None);
    let (status, ada) = asked(&service, "POST", "user/", r#"{"id":"ada","data":{"a":1.0}}"#);
    assert_eq!((status, &ada["created_at"]), (201, &json!("2026-01-01T00:00:00.000000Z")));
    let (_, ada) = asked(&service, "PUT", "user/ada", "{}");
    assert_eq!((&ada["updated_at"], &ada["data"]), (&json!("2026-01-01T00:00:01.000000Z"), &json!({})));
    assert_eq!(asked(&service, "PUT", "user/eve/", "{}").0, 404);
    let (_, flag) = asked(&service, "POST", "moderation/flag", r#"{"entity_type":"stream:user","entity_id":"ada"}"#);
    assert_eq!(flag["flag_id"], "00000000-0000-4000-8000-000000000001");
    assert_eq!(flag["created_at"], "2026-01-01T00:00:02.000000Z");
    assert_eq!(asked(&service, "DELETE", "user/ada/", "").0, 200);
    assert_eq!(service.users(), "[]");
}

#[test]
fn a_clock_that_is_set_counts_and_what_is_written_again_is_later() {
    let service = MemoryService::new(None);
    service.add(r#"[{"id":"ada"}]"#, Some(1_000.5)).unwrap();
    service.add(r#"[{"id":"ada"}]"#, Some(1_000.5)).unwrap();
    let ada: Value = serde_json::from_str(&service.user("ada").unwrap()).unwrap();
    assert_eq!(ada["created_at"], "1970-01-01T00:00:01.000500Z");
    assert_eq!(ada["updated_at"], "1970-01-01T00:00:01.000501Z");
}

#[test]
fn paths_methods_and_keys_are_those_of_the_server() {
    let service = MemoryService::new(Some("key".into()));
    for (method, route, status, detail) in [
        ("GET", "nothing", 404, "there is nothing at /v1.0/nothing"),
        ("GET", "user/a/b", 404, "there is nothing at /v1.0/user/a/b"),
        ("GET", "user/", 405, "method GET is not allowed on this path"),
        ("POST", "user/a", 405, "method POST is not allowed on this path"),
        ("GET", "user/a%20b", 404, "id may only hold letters, digits, - and _, but has \" \" at position 1"),
        ("GET", "user/%FF", 404, "id is not valid UTF-8"),
        ("GET", "user/ada", 404, "user \"ada\" does not exist"),
        ("GET", "users", 400, "ids is missing"),
    ] {
        let (found, answer) = asked(&service, method, route, "");
        assert_eq!((found, &answer["detail"]), (status, &json!(detail)), "{method} {route}");
    }
    for (query, detail) in [("", "api_key is missing"), ("api_key=another", "api_key is unknown")] {
        let Response { status, body, .. } = service.answer(&request("GET", "user/ada", query), "");
        assert!(status == 401 && body.contains(detail), "{body}");
    }
}

#[test]
fn users_are_added_all_or_none_and_kept_in_their_order() {
    let service = MemoryService::default();
    let refused = service.add(r#"[{"id":"a"},{"id":"a b"}]"#, None).unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("users[1].id"));
    assert_eq!(service.users(), "[]");
    service.add(r#"[{"id":"b"},{"id":"a"},{"id":"b","data":{"n":2}}]"#, None).unwrap();
    let users: Value = serde_json::from_str(&service.users()).unwrap();
    assert_eq!((&users[0]["id"], &users[0]["data"], &users[1]["id"]), (&json!("b"), &json!({ "n": 2 }), &json!("a")));
}

#[test]
fn of_an_id_that_is_in_a_batch_twice_the_end_is_answered() {
    let service = MemoryService::default();
    let batch = r#"{"override":true,"users":[{"id":"a","data":{"n":1}},{"id":"b"},{"id":"a","data":{"n":2}}]}"#;
    let (status, answer) = asked(&service, "POST", "users/", batch);
    assert_eq!((status, answer["created_users"].as_array().unwrap().len()), (201, 2));
    assert_eq!(answer["created_users"][0]["data"], json!({ "n": 2 }));
}

#[test]
fn follows_are_counted_as_the_databases_count_them() {
    let store = MemoryStore::default();
    let feed = |group: &str, id: &str| FeedName { group: group.into(), id: id.into() };
    let follow = |source, target| at_once(async { store.follow("", &source, &target).await.map_err(ApiError::from) });
    follow(feed("timeline", "ada"), feed("user", "eve")).unwrap();
    follow(feed("timeline", "ada"), feed("user", "eve")).unwrap();
    follow(feed("timeline", "ada"), feed("news", "eve")).unwrap();
    let counts = |id| at_once(async { store.follow_counts("", id).await.map_err(ApiError::from) }).unwrap();
    assert_eq!((counts("eve").followers_count, counts("ada").following_count), (1, 1));
    let unfollow = at_once(async {
        store.unfollow("", &feed("timeline", "ada"), &feed("user", "eve")).await.map_err(ApiError::from)
    });
    assert_eq!((unfollow, counts("eve").followers_count), (Ok(()), 0));
}

#[test]
fn a_failure_has_the_body_of_its_status() {
    for (status, code) in [(429, 9), (503, -1), (502, -1), (418, 4)] {
        let Response { status: found, body, .. } = failure(status);
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((found, &body["status_code"], &body["code"]), (status, &json!(status), &json!(code)));
        assert_eq!(body["detail"], format!("scripted failure {status}"));
    }
}
