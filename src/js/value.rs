//! JSON values on wasm32: JavaScript values.

use alloc::string::String;

#[cfg(feature = "serde")]
use js_sys::JSON;
use js_sys::JsString;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;

use crate::error::{Code, Error};
use crate::host::{Headers, Text, Value};
use crate::token::Problem;
use crate::validate::{self, ValueKind, concat};

#[wasm_bindgen(module = "/src/js/walk.js")]
extern "C" {
    fn write(data: &JsValue, max_depth: u32, in_object: u32, in_array: u32) -> JsValue;

    #[wasm_bindgen(js_name = byteLength)]
    fn byte_length(text: &JsString) -> u32;
}

#[wasm_bindgen(module = "/src/js/values.js")]
extern "C" {
    /// `a string`, `an object`: for error texts; where there is a text, of what this, which is JSON, holds.
    #[wasm_bindgen(js_name = describeWritten)]
    fn describe_written(data: &JsValue, text: &str) -> JsValue;

    fn field(value: &JsValue, name: &str) -> JsValue;

    #[wasm_bindgen(js_name = numberField)]
    fn number_field_or_nan(value: &JsValue, name: &str) -> f64;

    #[wasm_bindgen(js_name = header)]
    fn header_value(headers: &Headers, name: &str) -> JsValue;

    #[wasm_bindgen(js_name = wholeHeader)]
    fn whole_header_or_nan(headers: &Headers, name: &str) -> f64;

    #[wasm_bindgen(js_name = dateHeader)]
    fn date_header_or_nan(headers: &Headers, name: &str) -> f64;

    /// The headers as a plain object.
    #[cfg(feature = "serde")]
    #[wasm_bindgen(js_name = headersObject)]
    pub(crate) fn headers_value(headers: &Headers) -> Value;

    /// The claims, or an array of the number of a `Problem`.
    #[wasm_bindgen(js_name = parseToken)]
    fn parse_token(token: &JsString) -> JsValue;

    #[cfg(not(feature = "serde"))]
    #[wasm_bindgen(js_name = numberText)]
    fn number_text(number: usize) -> JsValue;

    fn without(text: &JsString, name: &str) -> JsString;

    #[wasm_bindgen(js_name = join)]
    fn join_texts(text: &JsString, plain: &str, data: &JsString) -> JsString;

    #[wasm_bindgen(js_name = isPlainObject)]
    pub(crate) fn is_object(value: &Value) -> bool;

    #[wasm_bindgen(js_name = timeField)]
    fn time_field_or_nan(value: &JsValue, name: &str) -> f64;

    /// Whether a record has this data, which is JSON; the order of keys does not count.
    #[wasm_bindgen(js_name = hasData)]
    pub(crate) fn has_data(record: &Value, data: &Text) -> bool;

    #[wasm_bindgen(js_name = isArray)]
    fn is_array(value: &JsValue) -> bool;

    #[cfg(feature = "serde")]
    #[wasm_bindgen(js_name = tidyRecord)]
    pub(crate) fn tidy_record(record: Value) -> Value;
}

/// `a string`, `an object`: for error texts.
#[cfg(any(feature = "npm", feature = "klaim"))]
pub(crate) fn describe(value: &JsValue) -> String {
    describe_written(value, "").as_string().unwrap_or_default()
}

#[cfg(feature = "klaim")]
#[wasm_bindgen(module = "/src/js/klaim.js")]
extern "C" {
    /// What JSON text of ours holds.
    #[wasm_bindgen(js_name = parseJson)]
    fn parse_json(text: &JsString) -> JsValue;
}

/// Validates data and writes it. Getters are read once: what was checked is what is sent.
pub(crate) fn write_data(data: &Value, path: &str) -> Result<Text, Error> {
    judge(walk(data), data, path)
}

/// What [`walk`] gave for data, which must be an object of a limited size.
pub(crate) fn judge(written: JsValue, data: &Value, path: &str) -> Result<Text, Error> {
    let text = object_text(written, data, path)?;
    check_size(&text, path)?;
    Ok(text)
}

/// By which data is written; and how many bytes it may have.
pub(crate) const RULES: [u32; 4] = [
    validate::MAX_DEPTH,
    validate::allowed_kinds(false),
    validate::allowed_kinds(true),
    validate::MAX_DATA_BYTES as u32,
];

/// A UTF-16 unit is at most three bytes: text of so many needs no count.
const SURELY_SHORT: u32 = (validate::MAX_DATA_BYTES / 3) as u32;

fn walk(data: &Value) -> JsValue {
    let [max_depth, in_object, in_array, _] = RULES;
    write(data, max_depth, in_object, in_array)
}

/// Writes what must be an object, of any size.
fn write_object(data: &Value, path: &str) -> Result<Text, Error> {
    object_text(walk(data), data, path)
}

fn object_text(written: JsValue, data: &Value, path: &str) -> Result<Text, Error> {
    if !written.is_string() {
        let message = [path, " could not be read: a getter, toJSON or proxy of it threw"];
        let error = Error::validation(Code::InvalidData, path, &message);
        return Err(error.with_cause(field(&written, "0")));
    }
    let text: JsString = written.unchecked_into();
    match text.char_code_at(0) as u8 {
        b'{' => Ok(text),
        // JSON never begins with it: a refusal.
        kind @ 1..32 => {
            let below = String::from(text.slice(1, text.length()));
            Err(validate::refusal(ValueKind::from_number(kind.into()), &concat([path, &below])))
        }
        // No object, an array, or an object whose toJSON gave something else than an object.
        _ => {
            let described = describe_written(data, &String::from(text)).as_string();
            Err(validate::not_an_object(&described.unwrap_or_default(), path))
        }
    }
}

fn check_size(text: &Text, path: &str) -> Result<(), Error> {
    if text.length() <= SURELY_SHORT {
        return Ok(());
    }
    validate::data_size(byte_length(text) as usize, path)
}

/// Validates the members of an object and writes it; gives what was written too. Each member is data of its own.
#[cfg(feature = "klaim")]
pub(crate) fn write_members(object: &Value) -> Result<(Text, Value), Error> {
    const IN_OBJECT: u32 = validate::allowed_kinds(false);
    const IN_ARRAY: u32 = validate::allowed_kinds(true);
    let written = write(object, validate::MAX_DEPTH + 1, IN_OBJECT, IN_ARRAY);
    if !written.is_string() {
        let message = ["user could not be read: a getter, toJSON or proxy of it threw"];
        return Err(Error::validation(Code::InvalidData, "user", &message).with_cause(field(&written, "0")));
    }
    let text: JsString = written.unchecked_into();
    let first = text.char_code_at(0) as u8;
    if first < 32 {
        // A refusal: behind the number of the kind, the path, which begins with a dot.
        let path = String::from(text.slice(2, text.length()));
        return Err(validate::refusal(ValueKind::from_number(first.into()), &path));
    }
    let value = parse_json(&text);
    Ok((text, value))
}

/// JSON text.
#[cfg(all(feature = "klaim", feature = "serde"))]
pub(crate) fn stringify(value: &Value) -> String {
    JSON::stringify(value).map(String::from).unwrap_or_default()
}

/// `a string`, `an object`, `an array`: for error texts about what JSON holds.
#[cfg(feature = "klaim")]
pub(crate) fn describe_json(value: &Value) -> String {
    if is_array(value) { "an array".into() } else { describe(value) }
}

/// A field of what JSON holds, whatever it is.
#[cfg(feature = "klaim")]
pub(crate) fn member(value: &Value, name: &str) -> Option<Value> {
    Some(field(value, name)).filter(|found| !found.is_undefined())
}

/// [`write_data`] without the property of this name.
#[cfg(any(feature = "npm", feature = "sign", feature = "serde"))]
pub(crate) fn write_data_without(data: &Value, name: &str, path: &str) -> Result<Text, Error> {
    let text = without(&write_object(data, path)?, name);
    check_size(&text, path)?;
    Ok(text)
}

/// A text as a JSON string.
#[cfg(feature = "serde")]
pub(crate) fn quote(text: &str) -> Text {
    JSON::stringify(&text.into()).unwrap_or_else(|_| "\"\"".into())
}

/// A number in decimal digits.
#[cfg(not(feature = "serde"))]
pub(crate) fn digits(number: usize) -> String {
    number_text(number).as_string().unwrap_or_default()
}

/// JSON that is put together of our own text and of data.
#[derive(Default)]
pub(crate) struct Writer {
    written: Text,
    plain: String,
}

impl Writer {
    pub fn plain(&mut self, text: &str) {
        self.plain.push_str(text);
    }

    pub fn data(&mut self, text: &Text) {
        self.written = join_texts(&self.written, &self.plain, text);
        self.plain.clear();
    }

    pub fn finish(mut self) -> Text {
        self.data(&Text::default());
        self.written
    }
}

/// Percent-encodes a text for one place in a query or a path.
#[cfg(any(feature = "serde", feature = "klaim"))]
pub(crate) fn encode(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}

pub(crate) fn is_empty(text: &Text) -> bool {
    text.length() == 0
}

/// The claims of a token, not verified.
pub(crate) fn claims(token: &Text) -> Result<Value, Problem> {
    let claims = parse_token(token);
    match number_field(&claims, "0") {
        Some(problem) if !is_object(&claims) => Err(Problem::from_number(problem as u32)),
        _ => Ok(claims),
    }
}

pub(crate) fn string_field(value: &Value, name: &str) -> Option<String> {
    field(value, name).as_string()
}

pub(crate) fn number_field(value: &Value, name: &str) -> Option<f64> {
    Some(number_field_or_nan(value, name)).filter(|number| !number.is_nan())
}

/// A field that is a time as records have it, in milliseconds since the Unix epoch.
pub(crate) fn time_field(value: &Value, name: &str) -> Option<f64> {
    Some(time_field_or_nan(value, name)).filter(|ms| !ms.is_nan())
}

pub(crate) fn has_list(value: &Value, name: &str) -> bool {
    is_array(&field(value, name))
}

pub(crate) fn empty_object() -> Value {
    js_sys::Object::new().into()
}

pub(crate) fn header(headers: &Headers, name: &str) -> Option<String> {
    header_value(headers, name).as_string()
}

/// A header that is a whole number.
pub(crate) fn whole_header(headers: &Headers, name: &str) -> Option<f64> {
    Some(whole_header_or_nan(headers, name)).filter(|number| !number.is_nan())
}

/// A header that is an HTTP date, in milliseconds since the Unix epoch.
pub(crate) fn date_header(headers: &Headers, name: &str) -> Option<f64> {
    Some(date_header_or_nan(headers, name)).filter(|ms| !ms.is_nan())
}

/// The reason, where the signal has fired. A signal is the caller's: its getters may be of any kind.
pub(crate) fn abort_reason(signal: &JsValue) -> Option<Value> {
    field(signal, "aborted").is_truthy().then(|| field(signal, "reason"))
}

/// The members of an object as JSON text, each with a comma before it, without the one of this name; and whether one is
/// called `iat`.
#[cfg(feature = "sign")]
pub(crate) fn members_without(object: &Value, name: &str, path: &str) -> Result<(String, bool), Error> {
    let text = write_data_without(object, name, path)?;
    // Where leaving it out leaves less, it is there.
    let has_iat = without(&text, "iat").length() < text.length();
    let members = String::from(text.slice(1, text.length() - 1));
    Ok((if members.is_empty() { members } else { concat([",", &members]) }, has_iat))
}

#[cfg(feature = "serde")]
pub(crate) fn to_value<Data: serde::Serialize>(data: &Data, path: &str) -> Result<Value, Error> {
    data.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).map_err(|error| {
        let problem = alloc::string::ToString::to_string(&error);
        Error::validation(Code::InvalidData, path, &[path, " cannot be written: ", &problem])
    })
}

#[cfg(feature = "serde")]
pub(crate) fn to_text<Data: serde::Serialize>(data: &Data, path: &str) -> Result<Text, Error> {
    write_data(&to_value(data, path)?, path)
}

#[cfg(feature = "serde")]
pub(crate) fn from_value<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, String> {
    // Its errors are JavaScript's, which begin with their class.
    serde_wasm_bindgen::from_value(value).map_err(|error| {
        let text = alloc::string::ToString::to_string(&error);
        text.strip_prefix("Error: ").map(String::from).unwrap_or(text)
    })
}
