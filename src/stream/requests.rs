//! The calls of a client, from arguments that may be any values: each by the name of its method.

use alloc::string::String;

use js_sys::Promise;
use user_handle_core::call::needs_secret;
use user_handle_core::stream::operations::{FOLLOW_COUNTS, GET, GET_OR_CREATE, OF_ONE_USER};
use user_handle_core::stream::requests;
use user_handle_core::stream::settings::{
    CALL_OPTIONS, CREATE_OPTIONS, FLAG_OPTIONS, GET_OPTIONS, OPTIONS, needs_user_token,
};
use user_handle_core::wire::operation::RequestBody;
use user_handle_core::wire::{CallError, Host, HostValues, Operation, Request};
use wasm_bindgen::prelude::*;

use super::arguments::{id, is_missing};
use super::connect::Client;
use crate::bindings::arguments::Options;
use crate::bindings::base_client::call;
use crate::fetch::Fetch;
use crate::host::values::field;

/// The method that reads a user with follow counts.
const PROFILE: &str = "profile";
/// The method that writes the token's own user.
const SET_USER: &str = "setUser";

/// Makes the call that `method` names. `id` is a user's, or, for a batch, the ids with commas between them.
pub(super) fn make(client: &Client, method: &str, id: &JsValue, data: &JsValue, options: &JsValue) -> Promise {
    let rules = match method {
        "create" => CREATE_OPTIONS,
        "get" => GET_OPTIONS,
        "flagUser" => FLAG_OPTIONS,
        _ => CALL_OPTIONS,
    };
    // Stream's client takes no second argument there: code written for it may pass a token.
    let options = if method == SET_USER && options.is_string() { &JsValue::UNDEFINED } else { options };
    call(&client.base, Options::read(options, OPTIONS, rules), |options| match operation_of(method) {
        Some(operation) => request(client, method, operation, id, data, options),
        #[cfg(feature = "server")]
        None if method == "flagUser" => Ok(super::batch::flag(client, id, options)?),
        #[cfg(feature = "server")]
        None if method == "getUsers" || method == "deleteUsers" => Ok(super::batch::of_ids(method, id)),
        None => Err(needs_secret(method).into()),
    })
}

/// The operation of one user that a method makes. Those that are not called alike have a name here.
fn operation_of(method: &str) -> Option<&'static Operation> {
    let name = match method {
        PROFILE => GET.name,
        SET_USER => GET_OR_CREATE.name,
        _ => method,
    };
    OF_ONE_USER.iter().copied().find(|operation| operation.name == name)
}

fn request(
    client: &Client,
    method: &str,
    mut operation: &'static Operation,
    user_id: &JsValue,
    data: &JsValue,
    options: &Options,
) -> Result<Request<Fetch>, CallError<Fetch>> {
    if options.is_asked("get_or_create") || options.is_asked("getOrCreate") {
        operation = &GET_OR_CREATE;
    }
    let is_own = method == SET_USER;
    let has_data = matches!(operation.body, RequestBody::Data | RequestBody::IdAndData);
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
    let with_counts = method == PROFILE || options.is_asked("with_follow_counts");
    request.text = text;
    request.reconcile = options.is_asked("reconcile");
    // One that has options of its own is its caller's.
    request.is_shared = !has_data && options.are_missing() && !operation.writes();
    request.query = String::from(if with_counts { FOLLOW_COUNTS } else { "" });
    Ok(request)
}
