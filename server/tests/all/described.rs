//! The OpenAPI document, the page that shows it, the metrics, and the ids of requests.

use crate::common::{Answer, Api, klaim, server, user};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use tower::ServiceExt;
use user_handle_server::{Faults, RateLimit, Settings};

async fn get(api: &Api, path: &str) -> Answer {
    api.send(Request::get(path).body(Body::empty()).unwrap()).await
}

async fn document() -> Value {
    get(&Api::new(), "/openapi.json").await.json()
}

#[tokio::test]
async fn the_document_is_openapi_3_1_with_a_name_for_every_operation() {
    let answer = get(&Api::new(), "/openapi.json").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json;charset=utf-8"));
    let document = answer.json();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["title"], "user-handle-server");
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    let mut names = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no name"));
            assert!(operation["summary"].is_string(), "{name} has no summary");
            names.push(name.to_owned());
        }
    }
    names.sort();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count, "a name is there twice: {names:?}");
}

#[tokio::test]
async fn every_operation_of_a_service_says_what_it_needs_and_tells_its_errors() {
    for (path, item) in document().await["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            let name = &operation["operationId"];
            let (security, error, statuses): (_, _, &[&str]) = match path.split('/').nth(1).unwrap() {
                "api" | "admin" => (
                    json!([{ "api_key": [], "token": [] }]),
                    "ErrorBody",
                    &["400", "401", "403", "404", "429", "500", "503"],
                ),
                "klaim" => (json!([{ "klaim_key": [] }]), "KlaimErrorBody", &["401", "403", "429", "500", "503"]),
                _ => (Value::Null, "ErrorBody", &[]),
            };
            assert_eq!(operation["security"], security, "{name}");
            for status in statuses {
                let response = &operation["responses"][status];
                let schema = &response["content"]["application/json"]["schema"]["$ref"];
                assert_eq!(schema, &format!("#/components/schemas/{error}"), "{name} {status}");
                assert!(response["headers"]["X-RateLimit-Remaining"].is_object(), "{name} {status}");
            }
            if statuses.is_empty() {
                continue;
            }
            assert!(operation["responses"]["429"]["headers"]["Retry-After"].is_object(), "{name}");
            let has_body = operation["requestBody"].is_object();
            assert_eq!(operation["responses"]["413"].is_object(), has_body, "{name}");
        }
    }
}

#[tokio::test]
async fn klaims_key_is_a_bearer_and_its_errors_are_a_message() {
    let document = document().await;
    let scheme = &document["components"]["securitySchemes"]["klaim_key"];
    assert_eq!((&scheme["type"], &scheme["scheme"]), (&json!("http"), &json!("bearer")));
    let error = &document["components"]["schemas"]["KlaimErrorBody"];
    assert_eq!((&error["required"], error["properties"].as_object().unwrap().len()), (&json!(["message"]), 1));
    let text = document["paths"]["/klaim/users"].to_string();
    assert!(!text.contains("duration"), "{text}");
}

/// References to a schema that does not exist would break every program that reads the document.
#[tokio::test]
async fn every_reference_in_the_document_leads_somewhere() {
    fn check(value: &Value, document: &Value) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(reference)) = fields.get("$ref") {
                    let pointer = reference.strip_prefix('#').unwrap();
                    assert!(document.pointer(pointer).is_some(), "{reference}");
                }
                fields.values().for_each(|field| check(field, document));
            }
            Value::Array(members) => members.iter().for_each(|member| check(member, document)),
            _ => {}
        }
    }
    let document = document().await;
    check(&document, &document);
}

#[tokio::test]
async fn the_page_is_served_from_this_server_alone() {
    let api = Api::new();
    let redirect = get(&api, "/docs").await;
    assert_eq!((redirect.status, redirect.header("location")), (303, "/docs/"));
    let page = api.0.clone().oneshot(Request::get("/docs/").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!((page.status().as_u16(), &page.headers()["content-type"]), (200, &"text/html".parse().unwrap()));
    assert_eq!(
        page.headers()["content-security-policy"],
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    for (file, kind) in [
        ("swagger-ui-bundle.js", "text/javascript"),
        ("swagger-ui-standalone-preset.js", "text/javascript"),
        ("swagger-initializer.js", "text/javascript"),
        ("swagger-ui.css", "text/css"),
        ("index.css", "text/css"),
        ("favicon-32x32.png", "image/png"),
    ] {
        let request = Request::get(format!("/docs/{file}")).body(Body::empty()).unwrap();
        let response = api.0.clone().oneshot(request).await.unwrap();
        assert_eq!((response.status().as_u16(), &response.headers()["content-type"]), (200, &kind.parse().unwrap()));
    }
    let set_up = get(&api, "/docs/swagger-initializer.js").await.text;
    assert!(set_up.contains(r#""url": "/openapi.json""#), "{set_up}");
}

/// The value of a metric. `metric` is its name and labels, as in the text.
fn value(text: &str, metric: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(metric)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {metric} in {text}")).parse().unwrap()
}

#[tokio::test]
async fn requests_are_counted_by_method_route_and_status() {
    let api = Api::new();
    for _ in 0..3 {
        api.call("GET", "user/a/", &server(), "").await;
    }
    api.call("GET", "user/b", &server(), "").await;
    api.call("POST", "user/", &server(), r#"{"id":"a"}"#).await;
    api.call("POST", "user/", &user("b"), r#"{"id":"a"}"#).await;
    api.call("GET", "no/such/path", &server(), "").await;
    get(&api, "/no-such-path").await;
    for (method, path) in [("POST", "users/a"), ("POST", "users/b/"), ("GET", "users"), ("GET", "no-such-path")] {
        klaim::call(&api, method, path, "").await;
    }
    let answer = get(&api, "/metrics").await;
    assert_eq!(answer.header("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
    let text = answer.text;
    let requests = |labels: &str| value(&text, &format!("http_requests_total{{{labels}}}"));
    assert_eq!(requests(r#"method="GET",route="/api/v1.0/user/{id}",status="404""#), 4.0);
    assert_eq!(requests(r#"method="POST",route="/api/v1.0/user",status="201""#), 1.0);
    assert_eq!(requests(r#"method="POST",route="/api/v1.0/user",status="403""#), 1.0);
    assert_eq!(requests(r#"method="POST",route="/klaim/users/{id}",status="404""#), 2.0);
    assert_eq!(requests(r#"method="GET",route="/klaim/users",status="200""#), 1.0);
    assert_eq!(requests(r#"method="GET",route="none",status="404""#), 3.0);
    let timed = r#"http_request_duration_seconds_count{method="GET",route="/api/v1.0/user/{id}"}"#;
    assert_eq!(value(&text, timed), 4.0);
    assert!(text.contains(r#"http_request_duration_seconds_bucket{le="0.0005""#), "{text}");
    assert_eq!(value(&text, "http_requests_in_flight"), 1.0, "the one that asks");
    assert_eq!(value(&text, "http_requests_rate_limited_total"), 0.0);
    assert_eq!(value(&text, "database_waiting"), 0.0);
    assert!(text.ends_with("# EOF\n"));
    assert!(!text.contains("no-such") && !text.contains("demo-key"), "{text}");
}

#[tokio::test]
async fn refusals_and_faults_are_counted() {
    let api = Api::with(Settings { rate_limit: Some(RateLimit::PerMinute(1)), ..Settings::default() });
    let mut refused = 0.0;
    for _ in 0..5 {
        refused += f64::from(u8::from(api.call("GET", "user/a/", &server(), "").await.status == 429));
    }
    assert!(refused >= 3.0);
    assert_eq!(value(&get(&api, "/metrics").await.text, "http_requests_rate_limited_total"), refused);

    let api = Api::with(Settings { faults: Some(Faults::parse("rate=1,kinds=503").unwrap()), ..Settings::default() });
    for _ in 0..3 {
        api.call("GET", "user/a/", &server(), "").await;
    }
    assert_eq!(value(&get(&api, "/metrics").await.text, r#"faults_total{kind="503"}"#), 3.0);
}

#[tokio::test(start_paused = true)]
async fn a_request_whose_caller_goes_away_is_no_longer_under_way() {
    let api = Api::with(Settings { faults: Some(Faults::parse("rate=1,kinds=stall").unwrap()), ..Settings::default() });
    let token = server();
    let call = api.call("GET", "user/a/", &token, "");
    assert!(tokio::time::timeout(std::time::Duration::from_secs(1), call).await.is_err());
    assert_eq!(value(&get(&api, "/metrics").await.text, "http_requests_in_flight"), 1.0, "the one that asks");
}

#[tokio::test]
async fn a_request_keeps_the_id_that_it_came_with_if_it_looks_like_one() {
    let api = Api::new();
    let with = async |id: &str| {
        let request = Request::get("/health").header("X-Request-Id", id.as_bytes()).body(Body::empty()).unwrap();
        api.send(request).await.header("x-request-id").to_owned()
    };
    let longest = "a".repeat(128);
    for id in ["1", "req-1_a.b:c", "7f3a2c1e-0000-4000-8000-000000000000", &longest] {
        assert_eq!(with(id).await, id);
    }
    let too_long = "a".repeat(129);
    for id in ["", "a b", "a\"b", "a=b", "é", "<b>", "a,b", &too_long] {
        let own = with(id).await;
        assert!(uuid::Uuid::parse_str(&own).is_ok(), "{id:?} became {own:?}");
    }
    assert_ne!(with("").await, with("").await);
}
