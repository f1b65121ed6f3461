//! The calls of a client, from arguments that may be any values: each by the name of its method.

use alloc::string::String;

use js_sys::Promise;
use user_handle_core::call::needs_secret;
use user_handle_core::stream::operations::{CREATE, DELETE, FOLLOW_COUNTS, GET, GET_OR_CREATE, UPDATE};
use user_handle_core::stream::requests;
use user_handle_core::stream::settings::{
    CALL_OPTIONS, CREATE_OPTIONS, FLAG_OPTIONS, GET_OPTIONS, OPTIONS, needs_user_token,
};
use user_handle_core::wire::{CallError, Effect, Host, HostValues, Operation, Request};
use wasm_bindgen::prelude::*;

use super::arguments::{id, is_missing};
use super::connect::Client;
use crate::bindings::arguments::Options;
use crate::bindings::base_client::call;
use crate::fetch::Fetch;
use crate::host::values::field;

/// A method that makes a request for one user.
struct Method {
    name: &'static str,
    operation: &'static Operation,
    /// What it takes behind the options that every call has.
    options: &'static str,
    /// What its query has beside the operation's own.
    query: &'static str,
}

const fn method(name: &'static str, operation: &'static Operation, options: &'static str) -> Method {
    Method { name, operation, options, query: "" }
}

static METHODS: [Method; 7] = [
    method("create", &CREATE, CREATE_OPTIONS),
    method("getOrCreate", &GET_OR_CREATE, CALL_OPTIONS),
    method("get", &GET, GET_OPTIONS),
    Method { query: FOLLOW_COUNTS, ..method("profile", &GET, CALL_OPTIONS) },
    method("update", &UPDATE, CALL_OPTIONS),
    method("delete", &DELETE, CALL_OPTIONS),
    method(SET_USER, &GET_OR_CREATE, CALL_OPTIONS),
];

/// The method that writes the token's own user.
const SET_USER: &str = "setUser";

/// Makes the call that `name` names. `id` is a user's, or, for a batch, the ids with commas between them.
pub(super) fn make(client: &Client, name: &str, id: &JsValue, data: &JsValue, options: &JsValue) -> Promise {
    let method = METHODS.iter().find(|method| method.name == name);
    let rules = match method {
        Some(method) => method.options,
        None if name == "flagUser" => FLAG_OPTIONS,
        None => CALL_OPTIONS,
    };
    // Stream's client takes no second argument there: code written for it may pass a token.
    let options = if name == SET_USER && options.is_string() { &JsValue::UNDEFINED } else { options };
    let is_plain = options.is_undefined();
    call(&client.base, Options::read(options, OPTIONS, rules), |options| match method {
        Some(method) => request(client, method, id, data, options, is_plain),
        #[cfg(feature = "server")]
        None if name == "flagUser" => Ok(super::batch::flag(client, id, options)?),
        #[cfg(feature = "server")]
        None if name == "getUsers" || name == "deleteUsers" => Ok(super::batch::of_ids(name, id)),
        None => Err(needs_secret(name).into()),
    })
}

fn request(
    client: &Client,
    method: &'static Method,
    user_id: &JsValue,
    data: &JsValue,
    options: &Options,
    is_plain: bool,
) -> Result<Request<Fetch>, CallError<Fetch>> {
    let is_asked = |name| options.value(name).is_truthy();
    let mut operation = method.operation;
    if is_asked("get_or_create") || is_asked("getOrCreate") {
        operation = &GET_OR_CREATE;
    }
    let is_own = method.name == SET_USER;
    let has_data = matches!(operation.effect, Effect::Write | Effect::WriteOnce);
    let text = if has_data {
        // A method that is given no data, by a handle that has seen none, sends an empty object.
        let data = if is_missing(data) { &Fetch::empty_object() } else { data };
        Some(if is_own { Fetch::write_data_without(data, "id", "data")? } else { Fetch::write_data(data, "data")? })
    } else {
        None
    };
    if is_own && field(&client.settings, "usingApiSecret").is_truthy() {
        return Err(needs_user_token().into());
    }
    let mut request = if is_own {
        requests::of_own_user(operation, &client.base.state)
    } else {
        Request::new(operation, &id(user_id, "id")?)
    };
    let with_counts = is_asked("with_follow_counts");
    request.text = text;
    request.reconcile = is_asked("reconcile");
    // One that has options of its own is its caller's.
    request.is_shared = !has_data && is_plain && !operation.writes();
    request.query = String::from(if with_counts { FOLLOW_COUNTS } else { method.query });
    Ok(request)
}
