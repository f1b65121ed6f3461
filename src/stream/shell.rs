//! What the classes of the npm package call.

use js_sys::Promise;
use user_handle_core::stream::references;
use wasm_bindgen::prelude::*;

use super::arguments::id;
use super::connect::{Client, open, read};
use super::requests;
use crate::bindings::errors::input_to_js;
#[cfg(feature = "server")]
use crate::bindings::{
    arguments::Options,
    base_client::{call, error_to_js},
};
#[cfg(feature = "server")]
use crate::fetch::Fetch;
use crate::host::values::{new_object, parse_json, set_number, set_text};
#[cfg(feature = "server")]
use {
    user_handle_core::rules::options::MAX_MS,
    user_handle_core::stream::{Stream, batch},
    wasm_bindgen::JsCast,
};

/// A client, as the package's class holds it.
#[wasm_bindgen(skip_typescript)]
pub struct StreamSession(Client);

#[wasm_bindgen]
impl StreamSession {
    /// A client, from what [`read_settings`] gives or from the `settings` of another. Adds to them what it makes of them.
    #[wasm_bindgen(constructor, skip_typescript)]
    pub fn new(settings: JsValue) -> Result<StreamSession, JsValue> {
        open(settings).map(StreamSession).map_err(input_to_js)
    }

    /// `user_id` of the token in use.
    #[wasm_bindgen(getter, js_name = userId, skip_typescript)]
    pub fn user_id(&self) -> JsValue {
        self.0.user_id()
    }

    /// The token in use, or undefined.
    #[wasm_bindgen(getter, skip_typescript)]
    pub fn token(&self) -> JsValue {
        self.0.base.state.credentials.token().map(JsValue::from).unwrap_or_default()
    }

    /// The limits last seen.
    #[wasm_bindgen(getter, js_name = rateLimit, skip_typescript)]
    pub fn rate_limit(&self) -> JsValue {
        self.0.base.rate_limit()
    }

    /// Calls `listener(name, event)` from now on; with undefined, nothing is told.
    #[wasm_bindgen(skip_typescript)]
    pub fn listen(&self, listener: &JsValue) {
        self.0.base.listen(listener);
    }

    /// Refuses calls from now on; those that run finish.
    #[wasm_bindgen(skip_typescript)]
    pub fn dispose(&self) {
        self.0.base.is_disposed.set(true);
    }

    /// Makes the call that `method` names.
    #[wasm_bindgen(skip_typescript)]
    pub fn call(&self, method: &str, id: &JsValue, data: &JsValue, options: &JsValue) -> Promise {
        requests::make(&self.0, method, id, data, options)
    }

    /// Signs a user token.
    #[cfg(feature = "server")]
    #[wasm_bindgen(js_name = createUserToken, skip_typescript)]
    pub fn create_user_token(&self, user_id: &JsValue, claims: &JsValue) -> Result<JsValue, JsValue> {
        super::batch::create_user_token(&self.0, user_id, claims).map_err(input_to_js)
    }

    /// Sends users whose ids and data were checked: `body` is text or bytes of UTF-8, `hashes` are those of the ids.
    #[cfg(feature = "server")]
    #[wasm_bindgen(js_name = addUsers, skip_typescript)]
    pub fn add_users(&self, body: JsValue, hashes: alloc::vec::Vec<u32>, discards: bool, options: &JsValue) -> Promise {
        use user_handle_core::stream::settings::{CALL_OPTIONS, OPTIONS};
        call(&self.0.base, Options::read(options, OPTIONS, CALL_OPTIONS), |_| {
            Ok(batch::of_body(body.unchecked_into(), hashes, discards))
        })
    }

    /// Milliseconds after which a call without limits of its own has ended, unless its runtime has dropped it; no more than a timer
    /// can run.
    #[cfg(feature = "server")]
    #[wasm_bindgen(getter, js_name = longestCall, skip_typescript)]
    pub fn longest_call(&self) -> f64 {
        self.0.base.state.limits.longest_call_ms().min(MAX_MS)
    }

    /// What a `get` of a user comes to whose batch was dropped.
    #[cfg(feature = "server")]
    #[wasm_bindgen(skip_typescript)]
    pub fn unanswered(&self, id: &str) -> JsValue {
        let error = batch::unanswered::<Fetch>(id, self.0.base.state.limits.deadline_ms);
        error_to_js::<Stream>(&error)
    }

    /// Milliseconds since the Unix epoch, by the service's clock.
    #[cfg(feature = "server")]
    #[wasm_bindgen(getter, js_name = serviceTime, skip_typescript)]
    pub fn service_time(&self) -> f64 {
        self.0.base.state.unix_ms()
    }
}

/// The arguments of `connect`, which may be any values, each part read once.
#[wasm_bindgen(js_name = readSettings, skip_typescript)]
pub fn read_settings(
    api_key: &JsValue,
    secret_or_token: &JsValue,
    app_id: &JsValue,
    options: &JsValue,
) -> Result<JsValue, JsValue> {
    read(api_key, secret_or_token, app_id, options).map_err(input_to_js)
}

/// Checks an id.
#[wasm_bindgen(js_name = checkId, skip_typescript)]
pub fn check_id(user_id: &JsValue) -> Result<(), JsValue> {
    id(user_id, "id").map(drop).map_err(input_to_js)
}

/// The user whom a text stands for, or undefined.
#[wasm_bindgen(skip_typescript)]
pub fn referenced(text: &str) -> JsValue {
    references::referenced(text).map(JsValue::from).unwrap_or_default()
}

/// What stands for a user who does not exist.
#[wasm_bindgen(js_name = missingUser, skip_typescript)]
pub fn missing_user(id: &str) -> JsValue {
    parse_json(&references::missing(id).into())
}

/// What references begin with, and the numbers by which they are looked for and read.
#[wasm_bindgen(js_name = referenceRules, skip_typescript)]
pub fn reference_rules() -> JsValue {
    let rules = new_object();
    set_number(&rules, "depth", references::MAX_DEPTH.into());
    set_number(&rules, "readsAtATime", references::READS_AT_A_TIME as f64);
    set_text(&rules, "prefix", references::PREFIX);
    rules
}
