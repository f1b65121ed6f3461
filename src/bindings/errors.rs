//! Errors as JavaScript has them.

use js_sys::Array;
use user_handle_core::rules::options::refused;
use user_handle_core::rules::{Code, Error, Kind, Phase, RateLimit, Violation};
use user_handle_core::wire::CallError;
use wasm_bindgen::prelude::*;

use crate::fetch::Fetch;
use crate::host::Headers;
use crate::host::values::{new_object, set_flag, set_number, set_text, set_value, status_text_of};

#[wasm_bindgen(module = "/src/js/errors.js")]
extern "C" {
    #[wasm_bindgen(js_name = makeError)]
    fn make_error(kind: &str, message: &str, cause: &Array, api_class: &JsValue) -> JsValue;

    #[cfg(feature = "classes")]
    #[wasm_bindgen(js_name = isUserHandleError)]
    pub(crate) fn is_own(value: &JsValue) -> bool;

    #[wasm_bindgen(js_name = withAnswer)]
    fn with_answer(error: &JsValue, body: &JsValue, headers: &Headers, status_text: &JsValue);
}

#[wasm_bindgen(module = "/src/js/drive.js")]
extern "C" {
    fn aborted(reason: &JsValue) -> JsValue;
}

/// An error of a service whose class for what it answers is `api_class`; for an aborted call, what becomes the reason.
pub(crate) fn to_js(error: &CallError<Fetch>, api_class: fn() -> JsValue) -> JsValue {
    if error.kind() == Kind::Aborted {
        return aborted(error.cause().unwrap_or(&JsValue::UNDEFINED));
    }
    let cause = error.cause().map(Array::of1).unwrap_or_default();
    let api_class = if error.api().is_some() { api_class() } else { JsValue::UNDEFINED };
    let made = make_error(class_of(error.kind()), error.message(), &cause, &api_class);
    let text = |name: &str, text: Option<&str>| {
        if let Some(text) = text {
            set_text(&made, name, text);
        }
    };
    let number = |name: &str, number: Option<f64>| {
        if let Some(number) = number {
            set_number(&made, name, number);
        }
    };
    text("code", Some(error.code().as_str()));
    number("attempts", Some(error.attempts().into()));
    set_flag(&made, "retryable", error.is_retryable());
    set_flag(&made, "mayHaveBeenApplied", error.may_have_been_applied());
    text("hint", error.hint());
    text("phase", error.phase().map(Phase::as_str));
    if let Some(Violation { path, limit, actual }) = error.violation() {
        text("path", Some(path));
        number("limit", limit.map(f64::from));
        number("actual", actual.map(f64::from));
    }
    if let Some(api) = error.api() {
        number("status", Some(api.status.into()));
        number("apiCode", api.api_code());
        text("exception", api.exception().as_deref());
        text("detail", api.detail.as_deref());
        if let Some(limits) = api.rate_limit {
            set_value(&made, "rateLimit", &rate_limit(limits));
        }
        number("retryAfterMs", api.retry_after_ms);
        text("requestId", api.request_id().as_deref());
        with_answer(&made, &api.body, &api.headers, &status_text_of(&api.headers));
    }
    made
}

/// The same for what is found before any request.
pub(crate) fn input_to_js(error: impl Into<CallError<Fetch>>) -> JsValue {
    to_js(&error.into(), none)
}

fn none() -> JsValue {
    JsValue::UNDEFINED
}

/// By which `js/errors.js` finds the class.
fn class_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Input => "Input",
        Kind::Validation => "Validation",
        Kind::Type => "Type",
        _ => "Site",
    }
}

/// Limits as an object.
pub(super) fn rate_limit(limits: RateLimit) -> JsValue {
    let object = new_object();
    set_number(&object, "limit", limits.limit);
    set_number(&object, "remaining", limits.remaining);
    set_number(&object, "reset", limits.reset);
    object
}

pub(crate) fn not_connected() -> Error {
    Error::site(Code::NotConnected, &["there is no client yet"]).with_hint("call connect first")
}

pub(crate) fn bad_listener() -> Error {
    refused(&["listener must be a function"])
}

pub(crate) fn bad_event() -> Error {
    refused(&["event must be one of request, response, retry, end"])
}

pub(crate) fn asks_itself() -> Error {
    let text = "the token provider calls its own client, which waits for the token";
    Error::site(Code::TokenProvider, &[text]).with_hint("ask another client, or your server, for what the token needs")
}

pub(crate) fn disposed() -> Error {
    Error::site(Code::NotConnected, &["this client was disposed"]).with_hint("connect again")
}
