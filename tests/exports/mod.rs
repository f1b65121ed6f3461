//! What JavaScript imports, driven from JavaScript. Run in Node by `exports_in_node.rs` and in a browser by
//! `exports_in_browser.rs`.

use js_sys::Promise;
use user_handle::exports::{connect, user};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen(module = "/tests/exports/use.js")]
extern "C" {
    /// Options of `connect`, with a `fetch` that has users of its own.
    fn options() -> JsValue;

    /// Uses a client as a program does; rejects where something is not as it has to be.
    #[wasm_bindgen(js_name = useClient)]
    fn use_client(client: JsValue) -> Promise;

    /// The same of a handle that `user` gave.
    #[wasm_bindgen(js_name = useHandle)]
    fn use_handle(user: JsValue) -> Promise;
}

#[wasm_bindgen_test]
async fn a_client_and_its_handles_work() {
    let client = connect(&"key".into(), &"secret".into(), &JsValue::NULL, &options()).unwrap();
    JsFuture::from(use_client(client.into())).await.unwrap();
    let handle = user(&"ada".into()).unwrap();
    JsFuture::from(use_handle(handle.into())).await.unwrap();
}

#[wasm_bindgen_test]
fn a_bad_argument_is_refused_at_once() {
    for key in [JsValue::UNDEFINED, 5.into(), "".into()] {
        assert!(connect(&key, &"secret".into(), &JsValue::NULL, &options()).is_err());
    }
}
