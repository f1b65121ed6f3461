//! Klaim on the call loop, on a host of its own: scripted answers, a virtual clock, no waiting.
#![cfg(not(target_arch = "wasm32"))]
// Helpers of tests fail as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod scripted;

use std::rc::Rc;

use scripted::Ending::{Answer, Lost, Unsent};
use scripted::{Script, run};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use user_handle::klaim::{KlaimChanges, KlaimClient, KlaimRecord, KlaimUser, NewKlaimUser};
use user_handle::{Error, Kind};

impl Script {
    fn client(&self) -> KlaimClient {
        KlaimClient::builder("key").base_url("https://klaim.example/v1").build_on(Rc::new(self.clone())).unwrap()
    }

    fn ada(&self) -> KlaimUser {
        self.client().user("ada").unwrap()
    }

    /// Method, path and body of each request; all have the key.
    fn sent(&self) -> Vec<String> {
        let told = |line: &String| {
            let (request, body) = line.split_once(" Bearer key ").expect("the key");
            let (method, path) = request.split_once(" https://klaim.example/v1/").expect("behind the root");
            format!("{method} {path} {body}").trim_end().to_owned()
        };
        self.sent.borrow().iter().map(told).collect()
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Metadata {
    born: u32,
}

fn record(user_id: &str) -> Value {
    json!({"message": "resource created successfully", "user_id": user_id, "klaim_id": "1753306133860_A36dL",
        "email": "ada@b.c", "credit_balance": 0, "created_at": 1_753_306_133_860_u64, "metadata": {"born": 1815}})
}

fn message(text: &str) -> Value {
    json!({ "message": text })
}

fn new() -> NewKlaimUser<Metadata> {
    NewKlaimUser { metadata: Some(Metadata { born: 1815 }), ..NewKlaimUser::new("ada@b.c") }
}

/// Code, text and attempts.
fn told<T: std::fmt::Debug>(result: Result<T, Error>) -> (&'static str, String, u32) {
    let error = result.unwrap_err();
    (error.code().as_str(), error.to_string(), error.attempts())
}

#[test]
fn each_verb_is_the_documented_request() {
    let answers = (0..5).map(|_| Answer(200, record("ada")));
    let script = Script::of(answers.chain([Answer(200, json!({"message": "", "credit_balance": 1.5}))]));
    let ada = script.ada();
    let KlaimRecord { user_id, klaim_id, metadata, created_at, .. } = run(ada.create(new())).unwrap();
    assert_eq!((&*user_id, &*klaim_id), ("ada", "1753306133860_A36dL"));
    assert_eq!((metadata, created_at), (Some(Metadata { born: 1815 }), 1_753_306_133_860.0));
    run(script.client().users().add(new())).unwrap();
    run(ada.get::<Metadata>()).unwrap();
    run(ada.update(KlaimChanges::<Metadata> { name: Some("A".into()), ..KlaimChanges::default() })).unwrap();
    run(ada.update(KlaimChanges::<Metadata> { user_id: Some("b".into()), ..KlaimChanges::default() })).unwrap();
    assert_eq!(run(ada.credit_balance()).unwrap(), 1.5);
    assert_eq!(
        script.sent(),
        [
            r#"POST users {"email":"ada@b.c","userId":"ada","metadata":{"born":1815}}"#,
            r#"POST users {"email":"ada@b.c","metadata":{"born":1815}}"#,
            "POST users/ada {}",
            r#"PUT users/ada {"name":"A"}"#,
            r#"PUT users/ada {"user_id":"b"}"#,
            "POST users/ada/credits {}",
        ]
    );
}

#[test]
fn an_id_is_encoded_in_the_path() {
    let ids = ["a/b", "../x", "ü", "ada@b.c", "%", "a b?c#d"];
    let script = Script::of(ids.map(|id| Answer(200, record(id))));
    for id in ids {
        run(script.client().user(id).unwrap().get::<Value>()).unwrap();
    }
    let paths = ["a%2Fb", "..%2Fx", "%C3%BC", "ada%40b.c", "%25", "a%20b%3Fc%23d"];
    assert_eq!(script.sent(), paths.map(|path| format!("POST users/{path} {{}}")));
}

#[test]
fn bad_input_is_refused_before_any_request() {
    let script = Script::default();
    let refused = |user: NewKlaimUser<Value>| {
        let error = run(script.ada().create(user)).unwrap_err();
        assert_eq!(error.kind(), Kind::Validation);
        (error.code().as_str(), error.to_string(), error.violation().unwrap().path.clone())
    };
    let email = "email must be an address such as ada@example.com".to_owned();
    assert_eq!(refused(NewKlaimUser::new("ada")), ("invalid_data", email, "email".into()));
    let with = |metadata| NewKlaimUser { metadata: Some(metadata), ..NewKlaimUser::new("a@b") };
    let text = "metadata must be a JSON object, but is an array".to_owned();
    assert_eq!(refused(with(json!([]))), ("invalid_data", text, "metadata".into()));
    let deep = (0..64).fold(json!(1), |inner, _| json!([inner]));
    let text = format!("metadata.a{} is nested deeper than 64 levels", "[0]".repeat(63));
    assert_eq!(refused(with(json!({ "a": deep }))).1, text);
    let text = "user_id is \"..\", which no URL path can hold".to_owned();
    assert_eq!(script.client().user("..").unwrap_err().to_string(), text);
    assert_eq!(script.client().user("").unwrap_err().to_string(), "user_id is empty");
    let renamed = KlaimChanges::<Value> { user_id: Some(".".into()), ..KlaimChanges::default() };
    assert_eq!(run(script.ada().update(renamed)).unwrap_err().code().as_str(), "invalid_id");
    assert!(script.sent().is_empty());
}

#[test]
fn an_answer_has_a_code_by_its_status_and_message() {
    for (status, text, code, error) in [
        (400, "missing required fields", "missing_fields", "missing required fields (HTTP 400)"),
        (400, "odd", "api_error", "odd (HTTP 400)"),
        (401, "", "unauthorized", "the service refused it (HTTP 401)"),
        (403, "no", "unauthorized", "no (HTTP 403)"),
        (
            404,
            "Can not find user with the given user_id.",
            "not_found",
            "Can not find user with the given user_id (HTTP 404)",
        ),
        (409, "Email already exists", "email_exists", "Email already exists (HTTP 409)"),
        (409, "User ID already exists", "user_id_exists", "User ID already exists (HTTP 409)"),
        (409, "user id already exists.", "user_id_exists", "user id already exists (HTTP 409)"),
        (409, "Phone already exists", "api_error", "Phone already exists (HTTP 409)"),
        (409, "", "api_error", "the service refused it (HTTP 409)"),
        (418, "", "api_error", "the service refused it (HTTP 418)"),
        (501, "", "server_error", "the service failed (HTTP 501)"),
    ] {
        let script = Script::of([Answer(status, message(text))]);
        let expected = (code, format!("create of user ada failed: {error}"), 1);
        assert_eq!(told(run(script.ada().create(new()))), expected);
    }
}

#[test]
fn a_user_who_exists_is_read_whatever_the_conflict_is_over() {
    for text in ["User ID already exists", "Email already exists", "something else"] {
        let script = Script::of([Answer(409, message(text)), Answer(200, record("ada"))]);
        assert_eq!(run(script.ada().get_or_create(new())).unwrap().user_id, "ada");
        assert_eq!(script.sent()[1], "POST users/ada {}");
    }
    // Nobody has the id, so the conflict was over the email.
    let nobody = || Answer(404, message("Can not find user with the given user_id."));
    let script = Script::of([Answer(409, message("Email already exists")), nobody()]);
    let text = "getOrCreate of user ada failed: Email already exists (HTTP 409)".to_owned();
    assert_eq!(told(run(script.ada().get_or_create(new()))), ("email_exists", text, 2));
    // What keeps it from being read is the news.
    let script = Script::of([Answer(409, message("User ID already exists")), Answer(401, message("gone"))]);
    let text = "get of user ada failed: gone (HTTP 401)".to_owned();
    assert_eq!(told(run(script.ada().get_or_create(new()))), ("unauthorized", text, 2));
}

#[test]
fn what_may_be_repeated_is_and_what_may_not_is_not() {
    // Sent again, an addition that was carried out is a conflict, after which the user is read.
    let conflict = || Answer(409, message("Email already exists"));
    let script = Script::of([Lost, conflict(), Answer(503, json!({})), Answer(200, record("ada"))]);
    assert_eq!(run(script.ada().get_or_create(new())).unwrap().user_id, "ada");
    let script = Script::of([Lost, Answer(503, json!({})), Answer(200, record("ada"))]);
    assert_eq!(run(script.ada().get::<Value>()).unwrap().user_id, "ada");
    let script = Script::of([Lost, Answer(200, record("ada"))]);
    run(script.ada().update(KlaimChanges::<Value> { name: Some("A".into()), ..KlaimChanges::default() })).unwrap();

    let script = Script::of([Lost]);
    let text = "create of user ada failed: no response arrived".to_owned();
    assert_eq!(told(run(script.ada().create(new()))), ("outcome_unknown", text, 1));
    let script = Script::of([Lost]);
    let error = run(script.client().users().add(new())).unwrap_err();
    assert_eq!(error.to_string(), "add of a new user failed: no response arrived");
    assert_eq!((error.code().as_str(), error.may_have_been_applied()), ("outcome_unknown", true));
    assert_eq!(
        error.hint().unwrap(),
        "list the users to see whether it was added, or give it a userId and use getOrCreate"
    );
    let script = Script::of([Lost]);
    let rename = KlaimChanges::<Value> { user_id: Some("b".into()), ..KlaimChanges::default() };
    assert_eq!(told(run(script.ada().update(rename))).0, "outcome_unknown");
    let script = Script::of([Unsent, Answer(429, json!({})), Answer(200, record("ada"))]);
    run(script.ada().create(new())).unwrap();
}

#[test]
fn the_list_follows_the_cursor_to_its_end_and_no_further() {
    let key = json!({"prefix_app_id": "app#1", "type_id": "a b"});
    let page = |ids: &[&str], last: Value| {
        let users: Vec<Value> = ids.iter().map(|id| record(id)).collect();
        Answer(200, json!({"message": "", "data": users, "lastKey": last}))
    };
    let script =
        Script::of([page(&["a", "b"], key.clone()), page(&[], json!({"type_id": "c"})), page(&["c"], Value::Null)]);
    let mut listing = script.client().users().list::<Metadata>();
    let mut ids = Vec::new();
    while let Some(user) = run(listing.next()).unwrap() {
        ids.push(user.user_id);
        if ids.len() == 1 {
            assert_eq!(script.sent(), ["GET users"], "the next page is asked for when it is needed");
        }
    }
    assert_eq!(ids, ["a", "b", "c"]);
    let cursor = "%7B%22prefix_app_id%22%3A%22app%231%22%2C%22type_id%22%3A%22a%20b%22%7D";
    assert_eq!(script.sent()[1], format!("GET users?starting_after={cursor}"));
    assert!(run(listing.next()).unwrap().is_none());

    let script = Script::of([page(&["a"], key.clone()), page(&["a"], key)]);
    let mut listing = script.client().users().list::<Metadata>();
    run(listing.next()).unwrap();
    let text = "list of the users failed: the service gave the same page again".to_owned();
    assert_eq!(told(run(listing.next()).map(drop)), ("invalid_response", text, 0));
}

#[test]
fn a_success_that_is_something_else_is_refused() {
    let script = Script::of([Answer(200, message("odd"))]);
    let text = "the answer to create of user ada (HTTP 200) is not of the documented shape".to_owned();
    assert_eq!(told(run(script.ada().create(new()))), ("invalid_response", text, 1));
    let script = Script::of([Answer(200, record("ada"))]);
    let error = run(script.ada().get::<String>()).unwrap_err();
    assert!(error.to_string().starts_with("get of user ada succeeded, but its answer is not of the type asked for: "));
}

#[test]
fn a_client_needs_a_key_and_a_place() {
    let built = |builder: user_handle::klaim::KlaimClientBuilder| builder.build_on(Rc::new(Script::default()));
    let place = "https://klaim.example/";
    for (result, text) in [
        (built(KlaimClient::builder("").base_url(place)), "the API key is missing"),
        (
            built(KlaimClient::builder("canary\n").base_url(place)),
            "apiKey may only hold visible ASCII characters: it travels in a header",
        ),
        (built(KlaimClient::builder("key")), "option baseUrl is missing"),
        (
            built(KlaimClient::builder("key").base_url("http://klaim.example/")),
            "baseUrl must start with https:// unless its host is this machine",
        ),
    ] {
        let error = result.unwrap_err();
        assert_eq!((error.code().as_str(), error.to_string()), ("invalid_option", text.to_owned()));
    }
    assert_eq!(
        format!("{:?}", Script::default().client()),
        r#"KlaimClient { base_url: "https://klaim.example/v1/", .. }"#
    );
}
