//! Requests that the service takes from servers alone.

use alloc::vec::Vec;

use user_handle_core::rules::Error;
use user_handle_core::stream::operations::{DELETE_USERS, FLAG_USER, GET_USERS};
use user_handle_core::stream::{batch, requests, sign};
use user_handle_core::wire::{CallError, Request};
use wasm_bindgen::prelude::*;

use super::arguments::{id, is_missing};
use super::connect::{Client, secret_of};
use crate::bindings::arguments::{Options, any_text_id};
use crate::fetch::Fetch;
use crate::host::values::field;

/// `getUsers` or `deleteUsers`. The ids were checked, and have commas between them.
pub(super) fn of_ids(method: &str, ids: &JsValue) -> Request<Fetch> {
    let operation = if method == "getUsers" { &GET_USERS } else { &DELETE_USERS };
    let ids = ids.as_string().unwrap_or_default();
    let ids: Vec<&str> = if ids.is_empty() { Vec::new() } else { ids.split(',').collect() };
    batch::of_ids(operation, ids.into_iter())
}

pub(super) fn flag(client: &Client, user_id: &JsValue, options: &Options) -> Result<Request<Fetch>, Error> {
    secret_of(client, FLAG_USER.name)?;
    let user_id = id(user_id, "id")?;
    let reporter = options.value("user_id");
    let reporter = if reporter.is_undefined() { None } else { Some(id(&reporter, "user_id")?) };
    Ok(requests::flag_user(&user_id, reporter.as_deref(), options.text("reason").as_deref()))
}

pub(super) fn create_user_token(
    client: &Client,
    user_id: &JsValue,
    claims: &JsValue,
) -> Result<JsValue, CallError<Fetch>> {
    let secret = secret_of(client, "createUserToken")?;
    let user_id = any_text_id(user_id, "userId")?;
    let claims = Some(claims).filter(|claims| !is_missing(claims));
    let is_issued = field(&client.settings, "expireTokens").is_truthy();
    Ok(sign::user_token::<Fetch>(&secret, &user_id, claims, js_sys::Date::now() / 1_000.0, is_issued)?.into())
}
