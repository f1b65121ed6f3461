//! The calls of a client, from arguments that may be any values: each by the name of its method.

use alloc::string::String;

use js_sys::Promise;
use user_handle_core::klaim::operations::{CREATE, CREDIT_BALANCE, GET, GET_OR_CREATE};
use user_handle_core::klaim::settings::{CALL_OPTIONS, CHANGED_FIELDS, NEW_USER_FIELDS, OPTIONS};
use user_handle_core::klaim::{requests, rules};
use user_handle_core::rules::{Code, Error, validate};
use user_handle_core::wire::{CallError, Request};
use wasm_bindgen::prelude::*;

use super::connect::Client;
use crate::bindings::arguments::{Options, any_text_id};
use crate::bindings::base_client::call;
use crate::fetch::Fetch;
use crate::host::values::{describe, field, is_object};

#[wasm_bindgen(module = "/src/js/klaim.js")]
extern "C" {
    /// The fields, each read once; or an array of the name of one that cannot be read, and of why.
    #[wasm_bindgen(js_name = readFields)]
    fn read_fields(user: &JsValue, names: &str) -> JsValue;

    #[wasm_bindgen(js_name = withId)]
    fn with_id(fields: &JsValue, user_id: &JsValue) -> JsValue;
}

/// Makes the call that `method` names. `user_id` is a handle's or, for a page, the cursor as JSON text.
pub(super) fn make(client: &Client, method: &str, user_id: &JsValue, data: &JsValue, options: &JsValue) -> Promise {
    call(client, Options::read(options, OPTIONS, CALL_OPTIONS), |_| request(method, user_id, data))
}

fn request(method: &str, user_id: &JsValue, data: &JsValue) -> Result<Request<Fetch>, CallError<Fetch>> {
    let id = || user_id_at(user_id, "user_id");
    Ok(match method {
        "create" | "getOrCreate" => {
            let operation = if method == "create" { &CREATE } else { &GET_OR_CREATE };
            requests::create(operation, &id()?, &with_id(&fields(data, NEW_USER_FIELDS)?, user_id))?
        }
        "update" => requests::update(&id()?, &fields(data, CHANGED_FIELDS)?)?,
        "add" => {
            let fields = fields(data, NEW_USER_FIELDS)?;
            let user_id = field(&fields, "userId");
            let user_id = if user_id.is_undefined() { None } else { Some(user_id_at(&user_id, "userId")?) };
            requests::add(user_id.as_deref(), &fields)?
        }
        "list" => requests::list(user_id.as_string().as_deref()),
        "creditBalance" => Request::new(&CREDIT_BALANCE, &id()?),
        _ => Request::new(&GET, &id()?),
    })
}

/// The fields that the service knows; what they may be is for the rules to say.
fn fields(user: &JsValue, names: &str) -> Result<JsValue, CallError<Fetch>> {
    if !is_object(user) {
        return Err(validate::not_an_object(&describe(user), "user").into());
    }
    let fields = read_fields(user, names);
    let Some(name) = field(&fields, "0").as_string() else { return Ok(fields) };
    let message = ["user.", &name, " could not be read: a getter or proxy of it threw"];
    let error = Error::validation(Code::InvalidData, "user", &message);
    Err(CallError::from(error).with_cause(field(&fields, "1")))
}

/// An id: a string by the rules, whatever it is that was passed.
pub(super) fn user_id_at(value: &JsValue, path: &str) -> Result<String, Error> {
    let id = any_text_id(value, path)?;
    rules::user_id_at(&id, path)?;
    Ok(id)
}
