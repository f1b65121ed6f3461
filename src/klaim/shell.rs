//! What the classes of the npm package's `user-handle/klaim` call.

use alloc::string::String;

use js_sys::Promise;
use user_handle_core::klaim::requests::next_cursor;
use wasm_bindgen::prelude::*;

use super::connect::{Client, open, read};
use super::requests::{self, user_id_at};
use crate::bindings::errors::input_to_js;

/// A client, as the package's class holds it.
#[wasm_bindgen(skip_typescript)]
pub struct KlaimSession(Client);

#[wasm_bindgen]
impl KlaimSession {
    /// A client, from what [`read_settings`] gives or from the `settings` of another. Adds to them what it makes of them.
    #[wasm_bindgen(constructor, skip_typescript)]
    pub fn new(settings: JsValue) -> Result<KlaimSession, JsValue> {
        open(settings).map(KlaimSession).map_err(input_to_js)
    }

    /// The limits last seen.
    #[wasm_bindgen(getter, js_name = rateLimit, skip_typescript)]
    pub fn rate_limit(&self) -> JsValue {
        self.0.rate_limit()
    }

    /// Calls `listener(name, event)` from now on; with undefined, nothing is told.
    #[wasm_bindgen(skip_typescript)]
    pub fn listen(&self, listener: &JsValue) {
        self.0.listen(listener);
    }

    /// Refuses calls from now on; those that run finish.
    #[wasm_bindgen(skip_typescript)]
    pub fn dispose(&self) {
        self.0.is_disposed.set(true);
    }

    /// Makes the call that `method` names.
    #[wasm_bindgen(skip_typescript)]
    pub fn call(&self, method: &str, user_id: &JsValue, data: &JsValue, options: &JsValue) -> Promise {
        requests::make(&self.0, method, user_id, data, options)
    }
}

/// The arguments of `connect`, which may be any values, each part read once.
#[wasm_bindgen(js_name = readKlaimSettings, skip_typescript)]
pub fn read_settings(api_key: &JsValue, options: &JsValue) -> Result<JsValue, JsValue> {
    read(api_key, options).map_err(input_to_js)
}

/// Checks an id.
#[wasm_bindgen(js_name = checkUserId, skip_typescript)]
pub fn check_user_id(user_id: &JsValue) -> Result<(), JsValue> {
    user_id_at(user_id, "user_id").map(drop).map_err(input_to_js)
}

/// The cursor of the page that comes next, or undefined behind the last.
#[wasm_bindgen(js_name = nextCursor, skip_typescript)]
pub fn next(behind: Option<String>, last: Option<String>) -> Result<Option<String>, JsValue> {
    next_cursor(behind.as_deref(), last).map_err(input_to_js)
}
