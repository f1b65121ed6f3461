//! What the JavaScript of `user-handle/testing` calls. All that is more than a number or a text crosses as JSON.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::value::RawValue;
use user_handle_core::rules::{options, validate};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::ApiError;
use crate::json;
use crate::memory::{self, MemoryService};

/// The service.
#[wasm_bindgen]
pub struct Service(MemoryService);

#[wasm_bindgen]
impl Service {
    /// A service without users, which knows this API key, or each.
    #[wasm_bindgen(constructor)]
    pub fn new(api_key: Option<String>) -> Self {
        Service(MemoryService::new(api_key))
    }

    /// The answer to a request with this body.
    ///
    /// # Errors
    /// The request is not one.
    pub fn answer(&self, request: &str, body: &str) -> Result<String, JsValue> {
        let request = json::read(request, "request").map_err(told)?;
        Ok(memory::text(&self.0.answer(&request, body)))
    }

    /// Adds users.
    ///
    /// # Errors
    /// The service would refuse one of them.
    pub fn add(&self, users: &str, time: Option<f64>) -> Result<(), JsValue> {
        self.0.add(users, time).map_err(told)
    }

    /// A user.
    pub fn user(&self, id: &str) -> Option<String> {
        self.0.user(id)
    }

    /// All users.
    pub fn users(&self) -> String {
        self.0.users()
    }
}

/// The answer of a failure with this status.
#[wasm_bindgen]
pub fn failure(status: u16) -> String {
    memory::text(&memory::failure(status))
}

/// A token as [`MemoryService`] takes it: signed with nothing. `claims` are the text of a JSON object, with the id in it.
///
/// # Errors
/// No user can have the id, which is given as JSON.
#[wasm_bindgen(js_name = userToken)]
pub fn user_token(id: Option<String>, claims: &str) -> Result<String, JsValue> {
    let checked = || {
        let id = id.as_deref().map(|id| json::read::<&RawValue>(id, "id")).transpose()?;
        validate::id(&json::string(id, "id")?).map_err(ApiError::from)
    };
    checked().map_err(told)?;
    let parts = [r#"{"alg":"HS256","typ":"JWT"}"#, claims, "not signed"];
    Ok(parts.map(|part| Base64UrlUnpadded::encode_string(part.as_bytes())).join("."))
}

/// What is said of an option that was refused, by what `readOptions` of `src/js/arguments.js` gives for it.
#[wasm_bindgen(js_name = refusedOption)]
pub fn refused_option(name: &str, rule: &str, found: &str, rules: &str) -> String {
    options::refusal(name, rule, found, rules).to_string()
}

/// What the users of a test are checked by: the numbers by which `write` of `src/js/walk.js` goes for a list of them, and the keys
/// that a user may have.
#[wasm_bindgen(js_name = listRules)]
pub fn list_rules() -> String {
    // The data of a user is below the user, and that below the list.
    let depth = validate::MAX_DEPTH + 2;
    let [in_object, in_array] = [false, true].map(validate::allowed_kinds);
    format!(r#"{{"numbers":[{depth},{in_object},{in_array}],"keys":"{}"}}"#, validate::MEMBER_KEYS)
}

/// What is said of a value of this kind that JSON would lose, by the path that `write` gives.
#[wasm_bindgen(js_name = refusedValue)]
pub fn refused_value(kind: u32, path: &str) -> String {
    validate::refusal(validate::ValueKind::from_number(kind), path).to_string()
}

/// What is said of a key that users have not.
#[wasm_bindgen(js_name = refusedKey)]
pub fn refused_key(path: &str) -> String {
    validate::unknown_key(path).to_string()
}

fn told(error: ApiError) -> JsValue {
    JsValue::from(error.detail)
}
