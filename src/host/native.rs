//! JSON values outside wasm32: `serde_json`.

use alloc::format;
use alloc::string::{String, ToString};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Headers, Signal, Text, Value};
use crate::error::Error;
use crate::token::Problem;
use crate::validate::{self, ValueKind};

/// Validates data and writes it.
pub(crate) fn write_data(data: &Value, path: &str) -> Result<Text, Error> {
    if !data.is_object() {
        return Err(validate::not_an_object(describe(data), path));
    }
    check(data, path, 1)?;
    let text = data.to_string();
    validate::data_size(text.len(), path)?;
    Ok(text)
}

/// [`write_data`] without the property of this name.
#[cfg(feature = "serde")]
pub(crate) fn write_data_without(data: &Value, name: &str, path: &str) -> Result<Text, Error> {
    let mut kept = data.clone();
    if let Some(map) = kept.as_object_mut() {
        map.shift_remove(name);
    }
    write_data(&kept, path)
}

fn check(value: &Value, path: &str, depth: u32) -> Result<(), Error> {
    let kind = match value {
        Value::Array(_) => ValueKind::Array,
        Value::Object(_) => ValueKind::Object,
        _ => ValueKind::Scalar,
    };
    if !validate::allows(kind, depth, false) {
        return Err(validate::refusal(kind, path));
    }
    match value {
        Value::Array(items) => {
            items.iter().enumerate().try_for_each(|(i, item)| check(item, &format!("{path}[{i}]"), depth + 1))
        }
        Value::Object(map) => map.iter().try_for_each(|(key, item)| check(item, &format!("{path}.{key}"), depth + 1)),
        _ => Ok(()),
    }
}

/// `a string`, `an object`, `an array`: for error texts.
#[cfg(feature = "klaim")]
pub(crate) fn describe_json(value: &Value) -> String {
    describe(value).into()
}

fn describe(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

pub(crate) fn quote(text: &str) -> Text {
    Value::from(text).to_string()
}

/// JSON that is put together of our own text and of data.
#[derive(Default)]
pub(crate) struct Writer(String);

impl Writer {
    pub fn plain(&mut self, text: &str) {
        self.0.push_str(text);
    }

    pub fn data(&mut self, text: &Text) {
        self.0.push_str(text);
    }

    pub fn finish(self) -> Text {
        self.0
    }
}

/// As `encodeURIComponent`, whose result every server decodes to the same text.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// Percent-encodes a text for one place in a query or a path.
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, COMPONENT).to_string()
}

pub(crate) fn is_empty(text: &Text) -> bool {
    text.is_empty()
}

/// The claims of a token, not verified.
pub(crate) fn claims(token: &Text) -> Result<Value, Problem> {
    crate::token::claims(token)
}

pub(crate) fn string_field(value: &Value, name: &str) -> Option<String> {
    value.get(name)?.as_str().map(ToString::to_string)
}

/// A field, whatever it is.
#[cfg(feature = "klaim")]
pub(crate) fn member(value: &Value, name: &str) -> Option<Value> {
    value.get(name).cloned()
}

/// Validates the members of an object and writes it; gives what was written too. Each member is data of its own.
#[cfg(feature = "klaim")]
pub(crate) fn write_members(object: &Value) -> Result<(Text, Value), Error> {
    for (name, member) in object.as_object().into_iter().flatten() {
        check(member, name, 1)?;
    }
    Ok((object.to_string(), object.clone()))
}

/// JSON text.
#[cfg(feature = "klaim")]
pub(crate) fn stringify(value: &Value) -> String {
    value.to_string()
}

pub(crate) fn number_field(value: &Value, name: &str) -> Option<f64> {
    value.get(name)?.as_f64()
}

/// A field that is a time as records have it, in milliseconds since the Unix epoch.
pub(crate) fn time_field(value: &Value, name: &str) -> Option<f64> {
    let time = humantime::parse_rfc3339(value.get(name)?.as_str()?).ok()?;
    Some(time.duration_since(std::time::UNIX_EPOCH).ok()?.as_millis() as f64)
}

/// Whether a record has this data, which is JSON; the order of keys does not count.
pub(crate) fn has_data(record: &Value, data: &Text) -> bool {
    serde_json::from_str::<Value>(data).is_ok_and(|data| record.get("data") == Some(&data))
}

pub(crate) fn is_object(value: &Value) -> bool {
    value.is_object()
}

pub(crate) fn has_list(value: &Value, name: &str) -> bool {
    value.get(name).is_some_and(Value::is_array)
}

pub(crate) fn empty_object() -> Value {
    Value::Object(serde_json::Map::new())
}

pub(crate) fn header(headers: &Headers, name: &str) -> Option<String> {
    headers.get(name).cloned()
}

/// A header that is a whole number.
pub(crate) fn whole_header(headers: &Headers, name: &str) -> Option<f64> {
    let text = headers.get(name).filter(|text| text.bytes().all(|b| b.is_ascii_digit()))?;
    text.parse::<u32>().ok().map(f64::from)
}

/// A header that is an HTTP date, in milliseconds since the Unix epoch.
pub(crate) fn date_header(headers: &Headers, name: &str) -> Option<f64> {
    let date = httpdate::parse_http_date(headers.get(name)?).ok()?;
    Some(date.duration_since(std::time::UNIX_EPOCH).ok()?.as_millis() as f64)
}

pub(crate) fn headers_value(headers: &Headers) -> Value {
    headers.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect()
}

/// The reason, where the signal has fired.
pub(crate) fn abort_reason(signal: &Signal) -> Option<Value> {
    signal.get().then_some(Value::Null)
}

/// A record as handles keep it: without `duration`, and with data even where the service has none.
pub(crate) fn tidy_record(mut record: Value) -> Value {
    if let Some(object) = record.as_object_mut() {
        object.shift_remove("duration");
        if object.get("data").is_none_or(Value::is_null) {
            object.insert("data".into(), empty_object());
        }
    }
    record
}

/// The members of an object as JSON text, each with a comma before it, without the one of this name; and whether one is
/// called `iat`.
#[cfg(feature = "sign")]
pub(crate) fn members_without(object: &Value, name: &str, path: &str) -> Result<(String, bool), Error> {
    let mut kept = object.clone();
    if let Some(map) = kept.as_object_mut() {
        map.shift_remove(name);
    }
    let text = write_data(&kept, path)?;
    let inner = text.get(1..text.len() - 1).unwrap_or_default();
    Ok((if inner.is_empty() { String::new() } else { format!(",{inner}") }, kept.get("iat").is_some()))
}

#[cfg(feature = "serde")]
pub(crate) fn to_value<Data: serde::Serialize>(data: &Data, path: &str) -> Result<Value, Error> {
    serde_json::to_value(data).map_err(|error| {
        let problem = error.to_string();
        Error::validation(crate::error::Code::InvalidData, path, &[path, " cannot be written: ", &problem])
    })
}

#[cfg(feature = "serde")]
pub(crate) fn to_text<Data: serde::Serialize>(data: &Data, path: &str) -> Result<Text, Error> {
    write_data(&to_value(data, path)?, path)
}

#[cfg(feature = "serde")]
pub(crate) fn from_value<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_json::from_value(value).map_err(|error| error.to_string())
}
