//! Klaim on real JavaScript values.

use js_sys::{Object, Reflect};
use user_handle::klaim::{KlaimClient, NewKlaimUser};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{Profile, ada, answer_with, asked, text};

const STORED: &str = r#"{"message":"m","user_id":"a/ü","klaim_id":"k","email":"a@b.c","credit_balance":2.5,
    "created_at":1753306133860,"metadata":{"name":"Ada ✓","tags":["a"],"manager":null}}"#;

fn client() -> KlaimClient {
    KlaimClient::builder("key").base_url("http://localhost:8000/klaim/").build().unwrap()
}

#[wasm_bindgen_test]
async fn a_klaim_record_goes_out_and_comes_back_with_plain_headers() {
    let calls = answer_with(200, STORED);
    let new = NewKlaimUser { metadata: Some(ada()), ..NewKlaimUser::new("a@b.c") };
    let record = client().user("a/ü").unwrap().create(new).await.unwrap();
    assert_eq!(record.metadata, Some(ada()));
    assert_eq!((record.credit_balance, record.created_at), (2.5, 1_753_306_133_860.0));
    assert_eq!(asked(&calls, "url").as_string().unwrap(), "http://localhost:8000/klaim/users");
    let body = r#"{"email":"a@b.c","userId":"a/ü","metadata":{"name":"Ada ✓","tags":["a"],"manager":null}}"#;
    assert_eq!(text(&asked(&calls, "init"), "body"), body);
    let headers = asked(&calls, "headers");
    assert_eq!(
        (text(&headers, "authorization"), text(&headers, "content-type")),
        ("Bearer key".into(), "application/json".into())
    );
    assert_eq!(Reflect::own_keys(&headers).unwrap().length(), 2);

    let calls = answer_with(200, STORED);
    client().user("a/ü").unwrap().get::<Profile>().await.unwrap();
    assert_eq!(asked(&calls, "url").as_string().unwrap(), "http://localhost:8000/klaim/users/a%2F%C3%BC");
}

#[wasm_bindgen_test]
async fn klaims_metadata_is_checked_by_the_same_rules() {
    let refused = async |metadata: JsValue| {
        let new = NewKlaimUser { metadata: Some(Opaque(metadata)), ..NewKlaimUser::new("a@b.c") };
        let error = client().user("a").unwrap().create(new).await.unwrap_err();
        (error.to_string(), error.violation().unwrap().path.clone())
    };
    let holder = Object::new();
    Reflect::set(&holder, &"a".into(), &f64::NAN.into()).unwrap();
    assert_eq!(refused(holder.into()).await, ("metadata.a is NaN, which JSON cannot hold".into(), "metadata.a".into()));
    let array = js_sys::Array::new();
    assert_eq!(
        refused(array.into()).await,
        ("metadata must be a JSON object, but is an array".into(), "metadata".into())
    );
}

/// A JavaScript value as it is.
#[derive(Clone, Debug)]
struct Opaque(JsValue);

impl serde::Serialize for Opaque {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_wasm_bindgen::preserve::serialize(&self.0, serializer)
    }
}

impl<'de> serde::Deserialize<'de> for Opaque {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde_wasm_bindgen::preserve::deserialize(deserializer).map(Opaque)
    }
}

#[wasm_bindgen_test]
async fn klaims_list_follows_its_cursor() {
    let page = format!(r#"{{"message":"","data":[{STORED}],"lastKey":{{"prefix_app_id":"p","type_id":"t"}}}}"#);
    answer_with(200, &page);
    let mut listing = client().users().list::<Profile>();
    assert_eq!(listing.next().await.unwrap().unwrap().user_id, "a/ü");
    let calls = answer_with(200, r#"{"message":"","data":[]}"#);
    assert!(listing.next().await.unwrap().is_none());
    let cursor = "%7B%22prefix_app_id%22%3A%22p%22%2C%22type_id%22%3A%22t%22%7D";
    let expected = format!("http://localhost:8000/klaim/users?starting_after={cursor}");
    assert_eq!(asked(&calls, "url").as_string().unwrap(), expected);
}
