//! The requests of the second service, from the arguments of `Core.begin`.

use alloc::string::String;

use js_sys::JsString;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;

use super::value::describe;
use crate::error::{Code, Error};
use crate::klaim::{self, Verb, rules};
use crate::request::Request;

/// `data` is an object of the fields that are to be stored; `more` is, of a page, the cursor as JSON text.
pub(super) fn request(number: u32, subject: &JsValue, data: &JsValue, more: &JsValue) -> Result<Request, Error> {
    let verb = Verb::from_number(number);
    if verb == Verb::List {
        return Ok(klaim::page(more.as_string().as_deref()));
    }
    // A handle's was checked when it was made; another is one that `users.add` was given.
    let path = if verb == Verb::Create { "userId" } else { "user_id" };
    let user_id = if verb == Verb::Add { String::new() } else { user_id(subject, path)? };
    if verb.writes() { klaim::storing(verb, &user_id, data) } else { Ok(klaim::request(verb, &user_id)) }
}

/// An id: a string by the rules, whatever it is that was passed.
pub(super) fn user_id(value: &JsValue, path: &str) -> Result<String, Error> {
    let Some(text) = value.dyn_ref::<JsString>() else {
        let message = [path, " must be a string, but is ", &describe(value)];
        return Err(Error::validation(Code::InvalidId, path, &message));
    };
    if !text.is_valid_utf16() {
        return Err(Error::validation(Code::InvalidId, path, &[path, " has half of a surrogate pair"]));
    }
    let id = String::from(text);
    rules::user_id_at(&id, path)?;
    Ok(id)
}
