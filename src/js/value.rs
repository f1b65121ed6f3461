//! JSON values on wasm32: JavaScript values.

use alloc::string::String;
use alloc::vec::Vec;

use js_sys::{JSON, JsString, Object, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;

use crate::error::{Code, Error};
use crate::host::{Headers, Piece, Signal, Text, Value};
use crate::validate::{self, ValueKind, concat};

#[wasm_bindgen(module = "/src/js/walk.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn write(data: &JsValue, allows: &mut dyn FnMut(u32, u32, bool) -> bool) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = byteLength)]
    fn byte_length(text: &JsString) -> Result<u32, JsValue>;

    type Refusal;

    #[wasm_bindgen(method, getter)]
    fn kind(this: &Refusal) -> u32;

    #[wasm_bindgen(method, getter)]
    fn path(this: &Refusal) -> JsValue;
}

#[wasm_bindgen]
extern "C" {
    // As in js-sys, but on a text that stays outside: copying it in and out again would cost more than parsing it.
    #[wasm_bindgen(catch, js_namespace = JSON, js_name = parse)]
    fn parse_json(text: &JsString) -> Result<JsValue, JsValue>;

    // As in web-sys, but a stand-in's headers may give anything.
    type AnyHeaders;

    #[wasm_bindgen(method, catch)]
    fn get(this: &AnyHeaders, name: &str) -> Result<JsValue, JsValue>;

    // As in js-sys, but with what a revoked proxy throws caught: what is not caught ends the module.
    #[wasm_bindgen(catch, js_namespace = Array, js_name = isArray)]
    fn is_array(value: &JsValue) -> Result<bool, JsValue>;
}

/// Validates data and writes it. Getters are read once: what was checked is what is sent.
pub(crate) fn write_data(data: &Value, path: &str) -> Result<Text, Error> {
    let text = write_object(data, path)?;
    check_size(&text, path)?;
    Ok(text)
}

/// Writes what must be an object, of any size.
fn write_object(data: &Value, path: &str) -> Result<Text, Error> {
    if !data.is_object() {
        return Err(validate::not_an_object(describe(data), path));
    }
    let mut allows = |kind, depth, in_array| validate::allows(ValueKind::from_number(kind), depth, in_array);
    let written = write(data, &mut allows).map_err(|thrown| unreadable(path, thrown))?;
    let text = match written.dyn_into::<JsString>() {
        Ok(text) => text,
        Err(refused) => return Err(refusal(&refused, data, path)),
    };
    // An array, or an object whose toJSON gave something else than an object.
    if text.char_code_at(0) != f64::from(b'{') {
        return Err(validate::not_an_object(describe_text(&text), path));
    }
    Ok(text)
}

fn check_size(text: &Text, path: &str) -> Result<(), Error> {
    // A UTF-16 unit is at most three bytes: short text needs no count.
    if text.length() <= (validate::MAX_DATA_BYTES / 3) as u32 {
        return Ok(());
    }
    let bytes = byte_length(text).map_err(|thrown| unreadable(path, thrown))?;
    validate::data_size(bytes as usize, path)
}

/// [`write_data`] without the property of this name.
#[cfg(any(feature = "npm", feature = "sign"))]
pub(crate) fn write_data_without(data: &Value, name: &str, path: &str) -> Result<Text, Error> {
    let text = write_object(data, path)?;
    // What was parsed is a plain object of ours: nothing of the caller's runs from here on.
    let kept = parse_json(&text).map_err(|thrown| unreadable(path, thrown))?;
    let _ = Reflect::delete_property(kept.unchecked_ref::<Object>(), &name.into());
    let text = JSON::stringify(&kept).map_err(|thrown| unreadable(path, thrown))?;
    check_size(&text, path)?;
    Ok(text)
}

/// What `write` gave in place of a text: a refusal, or nothing at all.
fn refusal(refused: &JsValue, data: &Value, path: &str) -> Error {
    if !refused.is_object() {
        return validate::not_an_object(describe(data), path);
    }
    let refused = refused.unchecked_ref::<Refusal>();
    let below = refused.path().as_string().unwrap_or_default();
    validate::refusal(ValueKind::from_number(refused.kind()), &concat([path, &below]))
}

fn unreadable(path: &str, thrown: JsValue) -> Error {
    let message = concat([path, " could not be read: a getter, toJSON or proxy of it threw"]);
    Error::validation(Code::InvalidData, path, message).with_cause(thrown)
}

/// `a string`, `an array`: for error texts.
pub(crate) fn describe(value: &JsValue) -> &'static str {
    if value.is_undefined() {
        "undefined"
    } else if value.is_null() {
        "null"
    } else if value.is_string() {
        "a string"
    } else if value.is_function() {
        "a function"
    } else if value.is_symbol() {
        "a symbol"
    } else if value.is_bigint() {
        "a BigInt"
    } else if value.as_bool().is_some() {
        "a boolean"
    } else if value.as_f64().is_some() {
        "a number"
    } else {
        "an object"
    }
}

fn describe_text(text: &JsString) -> &'static str {
    match text.char_code_at(0) as u8 {
        b'[' => "an array",
        b'"' => "a string",
        b'n' => "null",
        b't' | b'f' => "a boolean",
        _ => "a number",
    }
}

/// A text as a JSON string.
pub(crate) fn quote(text: &str) -> Text {
    JSON::stringify(&text.into()).unwrap_or_else(|_| "\"\"".into())
}

pub(crate) fn join(pieces: Vec<Piece>) -> Text {
    let mut text = JsString::from("");
    for piece in pieces {
        text = match piece {
            Piece::Plain(part) => text.concat(&part.into()),
            Piece::Data(part) => text.concat(&part),
        };
    }
    text
}

pub(crate) fn parse(text: &str) -> Option<Value> {
    parse_text(&text.into())
}

pub(crate) fn parse_text(text: &JsString) -> Option<Value> {
    parse_json(text).ok()
}

fn field(value: &Value, name: &str) -> Option<Value> {
    if value.is_object() { Reflect::get(value, &name.into()).ok() } else { None }
}

pub(crate) fn string_field(value: &Value, name: &str) -> Option<String> {
    field(value, name)?.as_string()
}

pub(crate) fn number_field(value: &Value, name: &str) -> Option<f64> {
    field(value, name)?.as_f64()
}

pub(crate) fn is_object(value: &Value) -> bool {
    value.is_object() && is_array(value) == Ok(false)
}

pub(crate) fn has_list(value: &Value, name: &str) -> bool {
    field(value, name).is_some_and(|list| is_array(&list) == Ok(true))
}

pub(crate) fn empty_object() -> Value {
    Object::new().into()
}

pub(crate) fn header(headers: &Headers, name: &str) -> Option<String> {
    headers.unchecked_ref::<AnyHeaders>().get(name).ok()?.as_string()
}

/// The headers as a plain object.
pub(crate) fn headers_value(headers: &Headers) -> Value {
    Object::from_entries(headers).map(Into::into).unwrap_or_else(|_| empty_object())
}

/// The reason, where the signal has fired. A signal is the caller's: its getters may be of any kind.
pub(crate) fn abort_reason(signal: &Signal) -> Option<Value> {
    let aborted = field(signal, "aborted")?.is_truthy();
    aborted.then(|| field(signal, "reason").unwrap_or_default())
}

/// Milliseconds since the Unix epoch of an HTTP date.
///
/// `Date.parse` takes far more than the three forms of an HTTP date; all of those begin with the name of a day, and
/// the oldest has no time zone.
pub(crate) fn parse_date(text: &str) -> Option<f64> {
    let begins_with_day = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].iter().any(|day| text.starts_with(day));
    if !begins_with_day {
        return None;
    }
    let zone = if text.ends_with("GMT") { "" } else { " GMT" };
    let ms = js_sys::Date::parse(&concat([text, zone]));
    (!ms.is_nan()).then_some(ms)
}

/// A record as handles keep it: without `duration`, and with data even where the service has none.
pub(crate) fn tidy_record(record: Value) -> Value {
    let _ = Reflect::delete_property(record.unchecked_ref::<Object>(), &"duration".into());
    if field(&record, "data").is_none_or(|data| data.is_null() || data.is_undefined()) {
        let _ = Reflect::set(&record, &"data".into(), &empty_object());
    }
    record
}

/// The members of an object as JSON text, each with a comma before it, without the one of this name; and whether one is
/// called `iat`.
#[cfg(feature = "sign")]
pub(crate) fn members_without(object: &Value, name: &str, path: &str) -> Result<(String, bool), Error> {
    let text = write_data_without(object, name, path)?;
    let has_iat = parse_text(&text).is_some_and(|kept| Reflect::has(&kept, &"iat".into()).unwrap_or_default());
    let inner = String::from(text.slice(1, text.length() - 1));
    Ok((if inner.is_empty() { inner } else { concat([",", &inner]) }, has_iat))
}

#[cfg(feature = "serde")]
pub(crate) fn to_value<Data: serde::Serialize>(data: &Data, path: &str) -> Result<Value, Error> {
    data.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).map_err(|error| {
        let message = concat([path, " cannot be written: ", &alloc::string::ToString::to_string(&error)]);
        Error::validation(Code::InvalidData, path, message)
    })
}

#[cfg(feature = "serde")]
pub(crate) fn to_text<Data: serde::Serialize>(data: &Data, path: &str) -> Result<Text, Error> {
    write_data(&to_value(data, path)?, path)
}

#[cfg(feature = "serde")]
pub(crate) fn from_value<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, Error> {
    serde_wasm_bindgen::from_value(value)
        .map_err(|error| crate::error::unexpected_type(&alloc::string::ToString::to_string(&error)))
}
