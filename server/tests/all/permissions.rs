//! Who may do what: every route with every kind of caller.

use crate::common::database::Database;
use crate::common::{Answer, Api, forge, klaim, server, user};
use axum::body::Body;
use axum::http::Request;

const NO_PERMISSION: &str = "You do not have permission to perform this action.";

/// A server token with this resource and action.
fn scope(resource: &str, action: &str) -> String {
    let claims = format!(r#"{{"resource":"{resource}","action":"{action}","feed_id":"*"}}"#);
    forge::token(r#"{"alg":"HS256"}"#, &claims, "demo-secret-that-everybody-may-know")
}

/// A call of a route for the user `own`, and who may make it.
#[derive(Clone, Copy)]
struct Rule {
    route: (&'static str, &'static str),
    query: &'static str,
    body: &'static str,
    /// The status for callers who may make it.
    status: u16,
    /// The resource and the action that a server token needs.
    resource: &'static str,
    action: &'static str,
    /// Whether the user itself may make it, and whether other users may.
    own: bool,
    other: bool,
}

const USER: &str = "/api/v1.0/user/";
const ONE: &str = "/api/v1.0/user/{id}/";
const MANY: &str = "/api/v1.0/users/";
const FLAG: &str = "/api/v1.0/moderation/flag";
const LIST: &str = "/admin/users";
const FEED: &str = "/api/v1.0/feed/{group}/{id}/";
const ENRICHED: &str = "/api/v1.0/enrich/feed/{group}/{id}/";
const FOLLOWING: &str = "/api/v1.0/feed/{group}/{id}/following/";
const FOLLOWED: &str = "/api/v1.0/feed/{group}/{id}/following/{target}/";

#[rustfmt::skip]
const RULES: [Rule; 14] = [
    Rule { route: ("post", USER), query: "", body: r#"{"id":"own"}"#, status: 201, resource: "users", action: "write", own: true, other: false },
    Rule { route: ("get", ONE), query: "", body: "", status: 200, resource: "users", action: "read", own: true, other: true },
    Rule { route: ("put", ONE), query: "", body: "{}", status: 201, resource: "users", action: "write", own: true, other: false },
    Rule { route: ("delete", ONE), query: "", body: "", status: 200, resource: "users", action: "delete", own: true, other: false },
    Rule { route: ("post", MANY), query: "", body: r#"{"users":[{"id":"own"}]}"#, status: 201, resource: "users", action: "write", own: false, other: false },
    Rule { route: ("get", MANY), query: "?ids=own", body: "", status: 200, resource: "users", action: "read", own: false, other: false },
    Rule { route: ("delete", MANY), query: "?ids=own", body: "", status: 200, resource: "users", action: "delete", own: false, other: false },
    Rule { route: ("post", FEED), query: "", body: r#"{"actor":"SU:own","verb":"v","object":"o"}"#, status: 201, resource: "feed", action: "write", own: true, other: false },
    Rule { route: ("get", FEED), query: "", body: "", status: 200, resource: "feed", action: "read", own: true, other: false },
    Rule { route: ("get", ENRICHED), query: "", body: "", status: 200, resource: "feed", action: "read", own: true, other: false },
    Rule { route: ("post", FOLLOWING), query: "", body: r#"{"target":"user:other"}"#, status: 201, resource: "follower", action: "write", own: true, other: false },
    Rule { route: ("delete", FOLLOWED), query: "", body: "", status: 200, resource: "follower", action: "delete", own: true, other: false },
    Rule { route: ("post", FLAG), query: "", body: r#"{"entity_type":"stream:user","entity_id":"own"}"#, status: 201, resource: "moderation", action: "write", own: false, other: false },
    Rule { route: ("get", LIST), query: "?limit=1", body: "", status: 200, resource: "users", action: "read", own: false, other: false },
];

/// A call of a route of Klaim's. Exactly the callers who have the key may make it.
struct KlaimRule {
    route: (&'static str, &'static str),
    body: &'static str,
}

#[rustfmt::skip]
const KLAIM_RULES: [KlaimRule; 6] = [
    KlaimRule { route: ("post", "/klaim/users"), body: r#"{"email":"new@b.c"}"# },
    KlaimRule { route: ("get", "/klaim/users"), body: "" },
    KlaimRule { route: ("post", "/klaim/users/{id}"), body: "" },
    KlaimRule { route: ("put", "/klaim/users/{id}"), body: "{}" },
    KlaimRule { route: ("post", "/klaim/users/{id}/credits"), body: "" },
    KlaimRule { route: ("get", "/klaim/admin/users"), body: "" },
];

/// The routes that need neither key nor token.
const OPEN: [(&str, &str); 2] = [("get", "/health"), ("get", "/metrics")];

/// The methods and paths of all routes in the OpenAPI document.
fn routes() -> Vec<(String, String)> {
    let document = serde_json::to_value(user_handle_server::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, item): (&String, &serde_json::Value)| -> Vec<(String, String)> {
        item.as_object().unwrap().keys().map(|method| (method.clone(), path.clone())).collect()
    };
    paths.iter().flat_map(of_path).collect()
}

impl Rule {
    /// A server on which the user exists, unless the call creates it.
    async fn prepared(&self) -> Api {
        let api = Api::new();
        if self.route != ("post", USER) {
            assert_eq!(api.call("POST", "user/", &server(), r#"{"id":"own"}"#).await.status, 201);
        }
        api
    }

    /// The responses to the call without and with the final slash.
    async fn answers(&self, token: &str) -> [Answer; 2] {
        let (method, path) = (self.route.0.to_uppercase(), self.route.1.replace("{id}", "own"));
        let path = path.replace("{group}", "timeline").replace("{target}", "user:other");
        let path = path.trim_end_matches('/');
        let call = async |slash: &str| {
            let api = self.prepared().await;
            api.call_at(&method, &format!("{path}{slash}{}", self.query), token, self.body).await
        };
        [call("").await, call("/").await]
    }
}

impl KlaimRule {
    /// The answers to the call in both spellings of the path, from a server that has the user.
    async fn answers(&self, authorization: Option<&str>) -> [Answer; 2] {
        let (method, path) = (self.route.0.to_uppercase(), self.route.1.replace("{id}", "own"));
        let path = path.strip_prefix("/klaim/").unwrap();
        let call = async |slash: &str| {
            let api = Api::new();
            let user = r#"{"email":"own@b.c","userId":"own"}"#;
            assert_eq!(klaim::call(&api, "POST", "users", user).await.status, 200);
            klaim::call_as(&api, authorization, &method, &format!("{path}{slash}"), self.body).await
        };
        [call("").await, call("/").await]
    }
}

/// So a new route cannot be added without deciding who may use it.
#[test]
fn every_route_has_one_rule_and_every_rule_a_route() {
    let rules = RULES.iter().map(|rule| rule.route).chain(KLAIM_RULES.iter().map(|rule| rule.route)).chain(OPEN);
    let mut ruled: Vec<_> = rules.map(|(method, path)| (method.to_owned(), path.to_owned())).collect();
    let mut described = routes();
    ruled.sort();
    described.sort();
    assert_eq!(ruled, described);
}

#[tokio::test]
async fn every_route_of_klaims_with_every_caller() {
    let none = "the header Authorization must be there once, with Bearer and the API key";
    let (alone, unknown) = ("the header Authorization must be Bearer and the API key", "the API key is unknown");
    let (token, in_bearer) = (server(), format!("Bearer {}", server()));
    for rule in KLAIM_RULES {
        for answer in rule.answers(Some(klaim::KEY)).await {
            assert_eq!(answer.status, 200, "{:?}: {answer:?}", rule.route);
        }
        for (authorization, text) in [
            (None, none),
            (Some("Bearer wrong"), unknown),
            (Some("demo-klaim-key"), alone),
            (Some(&token), alone),
            (Some(&in_bearer), unknown),
        ] {
            for answer in rule.answers(authorization).await {
                assert_eq!(klaim::error(&answer), (401, text.to_owned()), "{:?}", rule.route);
            }
        }
    }
}

#[tokio::test]
async fn every_route_with_every_caller() {
    for rule in RULES {
        let name = format!("{:?}", rule.route);
        let bad = user_handle_core::rules::token::sign(
            r#"{"resource":"*","action":"*"}"#,
            user_handle_core::rules::token::Secret("another-secret"),
        );
        for answer in rule.answers("").await {
            assert_eq!(answer.error(), (403, 17, "Missing auth header.".into()), "{name}");
        }
        for answer in rule.answers(&bad).await {
            assert_eq!(answer.error(), (403, 17, "signature is invalid".into()), "{name}");
        }
        for answer in rule.answers(klaim::KEY).await {
            let text = "the Authorization header must be the token alone, without \"Bearer \"";
            assert_eq!(answer.error(), (403, 17, text.into()), "{name}");
        }
        for (token, may) in [(server(), true), (user("own"), rule.own), (user("other"), rule.other)] {
            for answer in rule.answers(&token).await {
                match may {
                    true => assert_eq!(answer.status, rule.status, "{name}: {answer:?}"),
                    false => assert_eq!(answer.error(), (403, 17, NO_PERMISSION.into()), "{name}"),
                }
            }
        }
    }
}

#[tokio::test]
async fn open_routes_need_nothing() {
    let api = Api::new();
    for (method, path) in OPEN {
        let request = Request::builder().method(method.to_uppercase().as_str()).uri(path).body(Body::empty()).unwrap();
        assert_eq!(api.send(request).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn every_route_with_servers_of_every_scope() {
    for rule in RULES {
        for resource in ["*", "users", "moderation", "feed", "follower", "feed,users"] {
            for action in ["*", "read", "write", "delete"] {
                let allowed = (resource == "*" || resource.split(',').any(|name| name == rule.resource))
                    && (action == "*" || action == rule.action);
                let expected = if allowed { rule.status } else { 403 };
                for answer in rule.answers(&scope(resource, action)).await {
                    assert_eq!(answer.status, expected, "{resource} {action}: {:?}", rule.route);
                }
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
    let token = forge::token(r#"{"alg":"HS256"}"#, claims, "demo-secret-that-everybody-may-know");
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
    let other_app = user_handle_core::rules::token::sign(
        r#"{"user_id":"a"}"#,
        user_handle_core::rules::token::Secret("other-secret"),
    );
    let expired = user_handle_core::rules::token::sign(
        r#"{"user_id":"a","exp":1600000000}"#,
        user_handle_core::rules::token::Secret("demo-secret-that-everybody-may-know"),
    );
    let none = forge::token(r#"{"alg":"none"}"#, r#"{"user_id":"a"}"#, "demo-secret-that-everybody-may-know");
    let bearer = format!("Bearer {}", server());
    for (authorization, detail) in [
        (vec![], "Missing auth header."),
        (vec![""], "Missing auth header."),
        (vec!["demo-secret-that-everybody-may-know"], "token does not have three parts"),
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
