//! Who may do what: every route with every kind of caller.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, in its helpers too"
)]

#[macro_use]
mod common;

use axum::body::Body;
use axum::http::Request;
use common::database::Database;
use common::{Api, forge, server, user};

const NO_PERMISSION: &str = "You do not have permission to perform this action.";

/// A token of a server with this resource and action.
fn scope(resource: &str, action: &str) -> String {
    let claims = format!(r#"{{"resource":"{resource}","action":"{action}","feed_id":"*"}}"#);
    forge::token(r#"{"alg":"HS256"}"#, &claims, "demo-secret")
}

/// Method, path, body, status for a server, and whether the user `own` may do it.
const ROUTES: [(&str, &str, &str, u16, bool); 11] = [
    ("POST", "user/", r#"{"id":"own"}"#, 201, true),
    ("POST", "user/", r#"{"id":"other"}"#, 201, false),
    ("POST", "user/?get_or_create=true", r#"{"id":"other"}"#, 201, false),
    ("GET", "user/own/", "", 200, true),
    ("GET", "user/other/", "", 200, true),
    ("PUT", "user/own/", "{}", 201, true),
    ("PUT", "user/other/", "{}", 201, false),
    ("POST", "users/", r#"{"users":[{"id":"own"}]}"#, 201, false),
    ("GET", "users/?ids=own", "", 200, false),
    ("POST", "moderation/flag", r#"{"entity_type":"stream:user","entity_id":"own"}"#, 201, false),
    ("DELETE", "users/?ids=own", "", 200, false),
];

/// A server that has the user `other`, and `own` unless the call creates it.
async fn prepared(method: &str, path: &str) -> Api {
    let api = Api::new();
    if (method, path) != ("POST", "user/") {
        api.call("POST", "users/", &server(), r#"{"users":[{"id":"own"},{"id":"other"}]}"#).await;
    }
    api
}

#[tokio::test]
async fn every_route_with_every_caller() {
    let deletes = [("DELETE", "user/own/", "", 200, true), ("DELETE", "user/other/", "", 200, false)];
    for (method, path, body, status, user_may) in ROUTES.into_iter().chain(deletes) {
        let name = format!("{method} {path} {body}");
        let api = prepared(method, path).await;
        assert_eq!(api.call(method, path, "", body).await.error(), (403, 17, "Missing auth header.".into()), "{name}");
        let stranger = api.call(method, path, &user("own"), body).await;
        match user_may {
            true => assert_eq!(stranger.status, status, "{name}"),
            false => assert_eq!(stranger.error(), (403, 17, NO_PERMISSION.into()), "{name}"),
        }
        let api = prepared(method, path).await;
        assert_eq!(api.call(method, path, &server(), body).await.status, status, "{name}");
    }
}

#[tokio::test]
async fn every_route_with_servers_of_every_scope() {
    let deletes = [("DELETE", "user/own/", "", 200, true), ("DELETE", "user/other/", "", 200, false)];
    for (method, path, body, status, _) in ROUTES.into_iter().chain(deletes) {
        let needed = if path.starts_with("moderation") { "moderation" } else { "users" };
        let verb = match method {
            "GET" => "read",
            "DELETE" => "delete",
            _ => "write",
        };
        for resource in ["*", "users", "moderation", "feed", "feed,users"] {
            for action in ["*", "read", "write", "delete"] {
                let allowed = (resource == "*" || resource.split(',').any(|name| name == needed))
                    && (action == "*" || action == verb);
                let api = prepared(method, path).await;
                let answer = api.call(method, path, &scope(resource, action), body).await;
                let expected = if allowed { status } else { 403 };
                assert_eq!(answer.status, expected, "{resource} {action}: {method} {path}");
            }
        }
    }
}

async fn whether_another_user_exists_is_not_told_by_a_refusal(database: Database) {
    let api = Api::over(&database).await;
    for (method, path, body) in [
        ("POST", "user/", r#"{"id":"nobody"}"#),
        ("PUT", "user/nobody/", "{}"),
        ("PUT", "user/nobody/", "not json"),
        ("DELETE", "user/nobody/", ""),
    ] {
        let refusal = api.call(method, path, &user("bob"), body).await;
        assert_eq!(refusal.error(), (403, 17, NO_PERMISSION.into()), "{method} {path}");
    }
    assert_eq!(api.call("GET", "user/nobody/", &user("bob"), "").await.error().0, 404);
    assert_eq!(api.call("GET", "user/bob/", &user("bob"), "").await.error().0, 404);
}

async fn the_star_of_ruby_and_php_is_not_a_user(database: Database) {
    let api = Api::over(&database).await;
    let claims = r#"{"resource":"users","action":"*","feed_id":"*","user_id":"*"}"#;
    let token = forge::token(r#"{"alg":"HS256"}"#, claims, "demo-secret");
    assert_eq!(api.call("POST", "user/", &token, r#"{"id":"any"}"#).await.status, 201);
}

async fn send(api: &Api, query: &str, authorization: &[&str]) -> (u16, i64, String) {
    let mut request = Request::get(format!("/api/v1.0/user/a/{query}"));
    for value in authorization {
        request = request.header("Authorization", *value);
    }
    api.send(request.body(Body::empty()).unwrap()).await.error()
}

async fn a_key_that_is_missing_or_unknown_is_401(database: Database) {
    let api = Api::over(&database).await;
    let missing = (401, 2, "api_key is missing".to_owned());
    assert_eq!(send(&api, "", &[&server()]).await, missing);
    assert_eq!(send(&api, "?api_key=", &[&server()]).await, missing);
    assert_eq!(send(&api, "?api_key=null", &[&server()]).await, (401, 2, "api_key is unknown".into()));
    assert_eq!(send(&api, "?api_key=DEMO-KEY", &[]).await, (401, 2, "api_key is unknown".into()));
}

async fn a_token_that_is_refused_is_403(database: Database) {
    let api = Api::over(&database).await;
    let other_app = user_handle::token::sign(r#"{"user_id":"a"}"#, "other-secret");
    let expired = user_handle::token::sign(r#"{"user_id":"a","exp":1600000000}"#, "demo-secret");
    let none = forge::token(r#"{"alg":"none"}"#, r#"{"user_id":"a"}"#, "demo-secret");
    let bearer = format!("Bearer {}", server());
    for (authorization, detail) in [
        (vec![], "Missing auth header."),
        (vec![""], "Missing auth header."),
        (vec!["demo-secret"], "token does not have three parts"),
        (vec![bearer.as_str()], "the Authorization header must be the token alone, without \"Bearer \""),
        (vec!["é"], "the Authorization header is not a token"),
        (vec![&other_app], "signature is invalid"),
        (vec![&expired], "token is expired"),
        (vec![&none], "token is not signed with HS256"),
        (vec![&other_app, &expired], "there is more than one Authorization header"),
    ] {
        let refusal = send(&api, "?api_key=demo-key", &authorization).await;
        assert_eq!(refusal, (403, 17, detail.into()), "{authorization:?}");
    }
}

async fn each_changed_bit_of_a_signature_is_refused(database: Database) {
    use base64ct::{Base64UrlUnpadded, Encoding};
    let api = Api::over(&database).await;
    let token = server();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature = Base64UrlUnpadded::decode_vec(signature).unwrap();
    for byte in 0..signature.len() {
        let mut forged = signature.clone();
        forged[byte] ^= 1 << (byte % 8);
        let forged = format!("{signed}.{}", Base64UrlUnpadded::encode_string(&forged));
        let refusal = send(&api, "?api_key=demo-key", &[&forged]).await;
        assert_eq!(refusal, (403, 17, "signature is invalid".into()));
    }
}

over_both_databases!(
    whether_another_user_exists_is_not_told_by_a_refusal,
    the_star_of_ruby_and_php_is_not_a_user,
    a_key_that_is_missing_or_unknown_is_401,
    a_token_that_is_refused_is_403,
    each_changed_bit_of_a_signature_is_refused,
);
