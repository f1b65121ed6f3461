//! The boundary: a stand-in `fetch`, real JavaScript values. Run in Node by `wasm.rs` and in a browser by `web.rs`.

#[cfg(feature = "klaim")]
mod klaim;

use js_sys::{Array, Object, Reflect};
use serde::{Deserialize, Serialize};
use user_handle::{CallOptions, Client, Kind, TokenReason};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen(module = "/tests/boundary/fetch.js")]
extern "C" {
    /// Replaces the global `fetch`: answers with this status and text, and notes what it was asked.
    #[wasm_bindgen(js_name = answerWith)]
    fn answer_with(status: u16, text: &str) -> Array;

    /// Replaces the global `fetch`: never answers; the array holds whether its signal has fired.
    #[wasm_bindgen(js_name = neverAnswer)]
    fn never_answer() -> Array;

    /// Replaces the global `fetch`: rejects with this.
    #[wasm_bindgen(js_name = rejectWith)]
    fn reject_with(reason: &JsValue);
}

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
struct Profile {
    name: String,
    tags: Vec<String>,
    manager: Option<String>,
}

fn ada() -> Profile {
    Profile { name: "Ada ✓".into(), tags: vec!["a".into()], manager: None }
}

fn client() -> Client {
    Client::builder("key").secret("secret").browser(false).local().build().unwrap()
}

const STORED: &str = r#"{"id":"ada","created_at":"c","updated_at":"u","duration":"1ms",
    "data":{"name":"Ada ✓","tags":["a"],"manager":null},"followers_count":2,"following_count":3}"#;

fn asked(calls: &Array, name: &str) -> JsValue {
    Reflect::get(&calls.get(0), &name.into()).unwrap()
}

fn text(value: &JsValue, name: &str) -> String {
    Reflect::get(value, &name.into()).unwrap().as_string().unwrap()
}

#[wasm_bindgen_test]
async fn a_typed_record_goes_out_and_comes_back() {
    let calls = answer_with(201, STORED);
    let record = client().user("ada").unwrap().create(&ada()).await.unwrap();
    assert_eq!(record.data, ada());
    assert_eq!((record.followers_count, record.following_count), (Some(2), Some(3)));
    let url = asked(&calls, "url").as_string().unwrap();
    assert_eq!(url, "http://localhost:8000/api/v1.0/user/?api_key=key&location=unspecified");
    let init = asked(&calls, "init");
    let body = r#"{"id":"ada","data":{"name":"Ada ✓","tags":["a"],"manager":null}}"#;
    assert_eq!(text(&init, "body"), body);
    assert_eq!(text(&init, "method"), "POST");
    for (name, value) in
        [("credentials", "omit"), ("redirect", "error"), ("cache", "no-store"), ("referrerPolicy", "no-referrer")]
    {
        assert_eq!(text(&init, name), value);
    }
}

#[wasm_bindgen_test]
async fn headers_are_those_that_the_service_lists() {
    let calls = answer_with(200, STORED);
    client().user("ada").unwrap().get::<Profile>().await.unwrap();
    let headers = asked(&calls, "headers");
    let names: Vec<String> =
        Object::keys(headers.unchecked_ref::<Object>()).iter().filter_map(|k| k.as_string()).collect();
    assert_eq!(names, ["authorization", "stream-auth-type", "x-stream-client"]);
    assert_eq!(text(&headers, "stream-auth-type"), "jwt");
}

#[wasm_bindgen_test]
async fn an_error_of_the_service_is_decoded() {
    answer_with(404, r#"{"detail":"","status_code":404,"code":16,"exception":"DoesNotExistException"}"#);
    let error = client().user("ada").unwrap().get::<Profile>().await.unwrap_err();
    assert_eq!(error.code().as_str(), "not_found");
    assert_eq!(error.to_string(), "get of user ada failed: there is no such user (HTTP 404, DoesNotExistException)");
    assert_eq!(error.api().unwrap().api_code(), Some(16.0));
}

#[wasm_bindgen_test]
async fn an_answer_that_is_not_json_is_no_success() {
    answer_with(200, "<html>Sign in</html>");
    let once = CallOptions { retries: Some(0), ..CallOptions::default() };
    let error = client().user("ada").unwrap().with(once).get::<Profile>().await.unwrap_err();
    assert_eq!(error.to_string(), "the answer to get of user ada (HTTP 200) is not JSON");
}

#[wasm_bindgen_test]
async fn stored_data_of_another_type_is_an_error() {
    answer_with(200, r#"{"id":"ada","created_at":"c","updated_at":"u","data":{"name":5}}"#);
    let error = client().user("ada").unwrap().get::<Profile>().await.unwrap_err();
    assert_eq!(error.code().as_str(), "invalid_response");
    let text = "get of user ada succeeded, but its answer is not of the type asked for: data.name: invalid type: floating point `5.0`";
    assert!(error.to_string().starts_with(text), "{error}");
    assert_eq!((error.attempts(), error.may_have_been_applied()), (1, false));
}

#[wasm_bindgen_test]
async fn a_rejection_may_be_anything() {
    let once = || CallOptions { retries: Some(0), ..CallOptions::default() };
    for reason in [JsValue::UNDEFINED, JsValue::NULL, 5.into(), "text".into(), Object::new().into()] {
        reject_with(&reason);
        let error = client().user("ada").unwrap().with(once()).get::<Profile>().await.unwrap_err();
        assert_eq!(error.code().as_str(), "network");
        assert_eq!(error.cause(), Some(&reason));
    }
}

#[wasm_bindgen_test]
async fn a_timeout_aborts_the_request() {
    let aborted = never_answer();
    let options = CallOptions { retries: Some(0), timeout_ms: Some(20.0), ..CallOptions::default() };
    let error = client().user("ada").unwrap().with(options).get::<Profile>().await.unwrap_err();
    assert_eq!(error.to_string(), "get of user ada failed: no answer within 20 ms");
    assert_eq!(aborted.get(0), JsValue::TRUE);
}

#[wasm_bindgen_test]
async fn the_callers_abort_ends_the_call_with_its_reason() {
    let aborted = never_answer();
    let controller = web_sys::AbortController::new().unwrap();
    let options = CallOptions { signal: Some(controller.signal()), ..CallOptions::default() };
    let user = client().user("ada").unwrap().with(options);
    let call = user.get::<Profile>();
    let abort = async { controller.abort_with_reason(&"enough".into()) };
    let (result, ()) = futures_util::future::join(call, abort).await;
    let error = result.unwrap_err();
    assert_eq!((error.kind(), error.cause()), (Kind::Aborted, Some(&"enough".into())));
    assert_eq!(aborted.get(0), JsValue::TRUE);
}

#[wasm_bindgen_test]
async fn what_a_rust_program_sends_is_validated_too() {
    let user = client().user("ada").unwrap();
    let error = user.create(&vec![1, 2]).await.unwrap_err();
    assert_eq!(error.to_string(), "data must be a JSON object, but is an array");
    let error = user.update(&Profile { name: "x".repeat(10_241), ..ada() }).await.unwrap_err();
    assert_eq!(error.code().as_str(), "data_too_large");
    #[derive(Serialize, Deserialize)]
    struct Score {
        score: f64,
    }
    let error = user.update(&Score { score: f64::NAN }).await.map(drop).unwrap_err();
    assert_eq!(error.to_string(), "data.score is NaN, which JSON cannot hold");
    // serde-wasm-bindgen would set the object's prototype.
    let error = user.update(&std::collections::BTreeMap::from([("__proto__".to_string(), 1)])).await.unwrap_err();
    assert_eq!(error.violation().unwrap().path, "data.__proto__");
}

#[wasm_bindgen_test]
async fn a_provider_may_be_any_future() {
    answer_with(200, STORED);
    let token = client().create_user_token("ada").unwrap();
    let provider = move |reason| {
        assert_eq!(reason, TokenReason::Initial);
        let token = token.clone();
        async move { Ok(token) }
    };
    let client = Client::builder("key").token_provider(provider).build().unwrap();
    client.user("ada").unwrap().get::<Profile>().await.unwrap();
    assert_eq!(client.user_id().as_deref(), Some("ada"));
}
