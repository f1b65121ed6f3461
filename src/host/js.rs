//! JavaScript as a host: its values, its clock, and the requests of a client.

use alloc::string::String;

use js_sys::JsString;
use user_handle_core::rules::token::{MAX_TOKEN_BYTES, TokenProblem};
use user_handle_core::wire::operation::RecordShape;
use user_handle_core::wire::{CallError, Event, Host, HostValues};
use wasm_bindgen::prelude::*;

use super::values::{self, describe_json, field, given};
use super::write;
use crate::fetch::{Fetch, wake};

/// A JSON value, and whatever a failed `fetch` was rejected with.
pub type Value = JsValue;
/// What cancels a call.
pub type Signal = web_sys::AbortSignal;
/// The headers of a response; names in lower case.
pub type Headers = web_sys::Headers;
/// What a client has of the world outside.
pub type Outside = Fetch;

#[wasm_bindgen(module = "/src/js/values.js")]
extern "C" {
    #[wasm_bindgen(js_name = isPlainObject)]
    fn is_plain_object(value: &JsValue) -> bool;

    #[wasm_bindgen(js_name = isRecord)]
    fn is_record_of(value: &JsValue, id: &str, data: &str) -> bool;

    #[wasm_bindgen(js_name = timeField)]
    fn time_field_or_nan(value: &JsValue, name: &str) -> f64;

    #[wasm_bindgen(js_name = hasList)]
    fn has_list_member(value: &JsValue, name: &str, id: &str, data: &str, ids: &str) -> bool;

    #[wasm_bindgen(js_name = tidyRecord)]
    fn tidy_record(record: &JsValue, left_out: &str, data: &str) -> JsValue;

    #[wasm_bindgen(js_name = hasData)]
    fn has_this_data(record: &JsValue, data: &JsString) -> bool;

    #[wasm_bindgen(js_name = header)]
    fn header_value(headers: &Headers, name: &str) -> JsValue;

    #[wasm_bindgen(js_name = wholeHeader)]
    fn whole_header_or_nan(headers: &Headers, name: &str) -> f64;

    #[wasm_bindgen(js_name = dateHeader)]
    fn date_header_or_nan(headers: &Headers, name: &str) -> f64;

    /// The claims, or an array of the number of a `TokenProblem`.
    #[wasm_bindgen(js_name = parseToken)]
    fn parse_token(token: &JsString, max_length: usize) -> JsValue;

    #[wasm_bindgen(js_name = without)]
    fn without_member(text: &JsString, name: &str) -> JsString;

    #[wasm_bindgen(js_name = join)]
    fn join_texts(text: &JsString, plain: &str, data: &JsString) -> JsString;

    #[wasm_bindgen(js_name = encode)]
    fn encode_text(text: &str) -> String;
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = structuredClone)]
    fn structured_clone(value: &JsValue) -> JsValue;

    #[wasm_bindgen(js_namespace = JSON, js_name = stringify)]
    fn stringify_text(text: &str) -> JsString;

    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn monotonic_now() -> f64;
}

fn known(number: f64) -> Option<f64> {
    Some(number).filter(|number| !number.is_nan())
}

impl HostValues for Fetch {
    type Value = JsValue;
    type Text = JsString;
    type Headers = Headers;

    fn copy(value: &JsValue) -> JsValue {
        structured_clone(value)
    }

    fn is_object(value: &JsValue) -> bool {
        is_plain_object(value)
    }

    fn empty_object() -> JsValue {
        js_sys::Object::new().into()
    }

    fn field(value: &JsValue, name: &str) -> Option<JsValue> {
        given(value, name)
    }

    fn string_field(value: &JsValue, name: &str) -> Option<String> {
        field(value, name).as_string()
    }

    fn number_field(value: &JsValue, name: &str) -> Option<f64> {
        values::number_field(value, name)
    }

    fn time_field(value: &JsValue, name: &str) -> Option<f64> {
        known(time_field_or_nan(value, name))
    }

    fn is_record(value: &JsValue, id: &str, data: &str) -> bool {
        is_record_of(value, id, data)
    }

    fn has_list(value: &JsValue, name: &str, id: &str, data: &str, ids: &str) -> bool {
        has_list_member(value, name, id, data, ids)
    }

    fn tidy(record: JsValue, shape: &RecordShape) -> JsValue {
        tidy_record(&record, shape.left_out, if shape.is_data_filled_in { shape.data } else { "" })
    }

    fn has_data(record: &JsValue, data: &JsString) -> bool {
        has_this_data(record, data)
    }

    fn describe(value: &JsValue) -> String {
        describe_json(value)
    }

    fn quote(text: &str) -> JsString {
        stringify_text(text)
    }

    fn append(written: Option<&JsString>, plain: &str, text: Option<&JsString>) -> JsString {
        let nothing = JsString::default();
        join_texts(written.unwrap_or(&nothing), plain, text.unwrap_or(&nothing))
    }

    fn parse(text: &JsString) -> JsValue {
        values::parse_json(text)
    }

    fn without(text: &JsString, name: &str) -> JsString {
        without_member(text, name)
    }

    fn inner(text: &JsString) -> String {
        text.slice(1, text.length() - 1).into()
    }

    fn encode(text: &str) -> String {
        encode_text(text)
    }

    fn claims(token: &JsString) -> Result<JsValue, TokenProblem> {
        let claims = parse_token(token, MAX_TOKEN_BYTES);
        match values::number_field(&claims, "0") {
            Some(problem) if !is_plain_object(&claims) => Err(TokenProblem::from_number(problem as u32)),
            _ => Ok(claims),
        }
    }

    fn is_empty(text: &JsString) -> bool {
        text.length() == 0
    }

    fn header(headers: &Headers, name: &str) -> Option<String> {
        header_value(headers, name).as_string()
    }

    fn whole_header(headers: &Headers, name: &str) -> Option<f64> {
        known(whole_header_or_nan(headers, name))
    }

    fn date_header(headers: &Headers, name: &str) -> Option<f64> {
        known(date_header_or_nan(headers, name))
    }
}

impl Host for Fetch {
    type Waker = JsValue;
    type Listener = Listener;

    fn now(&self) -> f64 {
        monotonic_now()
    }

    fn unix_ms(&self) -> f64 {
        js_sys::Date::now()
    }

    fn random(&self) -> f64 {
        js_sys::Math::random()
    }

    fn wake(waker: JsValue) {
        wake(&waker);
    }

    fn tell(listener: &Listener, event: &Event<'_, Self>) {
        match listener {
            #[cfg(feature = "bindings")]
            Listener::Function(function, tell) => tell(function, event),
            #[cfg(feature = "typed")]
            Listener::Closure(closure) => closure(event),
        }
    }

    fn write_data(value: &JsValue, path: &str) -> Result<JsString, CallError<Self>> {
        write::write_data(value, path)
    }

    fn write_data_without(value: &JsValue, name: &str, path: &str) -> Result<JsString, CallError<Self>> {
        let text = Self::without(&write::write_object(value, path)?, name);
        write::check_size(&text, path)?;
        Ok(text)
    }

    fn write_members(object: &JsValue, path: &str) -> Result<(JsString, JsValue), CallError<Self>> {
        write::write_members(object, path)
    }
}

/// Who hears of events.
#[derive(Clone)]
pub enum Listener {
    /// A function of JavaScript, and what calls it.
    #[cfg(feature = "bindings")]
    Function(js_sys::Function, Tell),
    /// A closure of Rust.
    #[cfg(feature = "typed")]
    Closure(Closure),
}

/// Tells a function of JavaScript of an event.
#[cfg(feature = "bindings")]
pub type Tell = fn(&js_sys::Function, &Event<'_, Fetch>);

/// Hears of events.
#[cfg(feature = "typed")]
pub type Closure = alloc::rc::Rc<dyn Fn(&Event<'_, Fetch>)>;
