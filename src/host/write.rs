//! Data, validated and written as JSON: `js/walk.js` walks it, by the rules that are said here.

use alloc::string::String;

use js_sys::JsString;
use user_handle_core::rules::text::concat;
use user_handle_core::rules::validate::{self, ValueKind};
use user_handle_core::rules::{Code, Error};
use user_handle_core::wire::CallError;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;

use super::values::{describe, describe_json, field, parse_json};
use crate::fetch::Fetch;

#[wasm_bindgen(module = "/src/js/walk.js")]
extern "C" {
    fn write(data: &JsValue, max_depth: u32, in_object: u32, in_array: u32) -> JsValue;

    #[wasm_bindgen(js_name = byteLength)]
    fn byte_length(text: &JsString) -> u32;
}

/// By which data is written: the depth, and the kinds that objects and arrays may hold.
pub(crate) const RULES: [u32; 3] = [validate::MAX_DEPTH, validate::allowed_kinds(false), validate::allowed_kinds(true)];

/// A UTF-16 unit is at most three bytes: text of so many needs no count.
const SURELY_SHORT: u32 = (validate::MAX_DATA_BYTES / 3) as u32;

fn walk(data: &JsValue, more_depth: u32) -> JsValue {
    let [max_depth, in_object, in_array] = RULES;
    write(data, max_depth + more_depth, in_object, in_array)
}

/// Validates data and writes it. Getters are read once: what was checked is what is sent.
pub(crate) fn write_data(data: &JsValue, path: &str) -> Result<JsString, CallError<Fetch>> {
    check_written(walk(data, 0), data, path)
}

/// What `write` of walk.js gave for data, which must be an object of a limited size.
pub(crate) fn check_written(written: JsValue, data: &JsValue, path: &str) -> Result<JsString, CallError<Fetch>> {
    let text = object_text(written, data, path)?;
    check_size(&text, path)?;
    Ok(text)
}

/// Writes what must be an object, of any size.
pub(super) fn write_object(data: &JsValue, path: &str) -> Result<JsString, CallError<Fetch>> {
    object_text(walk(data, 0), data, path)
}

fn object_text(written: JsValue, data: &JsValue, path: &str) -> Result<JsString, CallError<Fetch>> {
    let text = readable(written, path)?;
    match text.char_code_at(0) as u8 {
        b'{' => Ok(text),
        // JSON never begins with it: a refusal.
        kind @ 1..32 => {
            let below = String::from(text.slice(1, text.length()));
            Err(validate::refusal(ValueKind::from_number(kind.into()), &concat([path, &below])).into())
        }
        // No object, an array, or an object whose toJSON gave something else than an object.
        _ if text.length() == 0 => Err(validate::not_an_object(&describe(data), path).into()),
        _ => Err(validate::not_an_object(&describe_json(&parse_json(&text)), path).into()),
    }
}

/// The text that was written, or what a getter threw, in an array.
fn readable(written: JsValue, path: &str) -> Result<JsString, CallError<Fetch>> {
    if written.is_string() {
        return Ok(written.unchecked_into());
    }
    let message = [path, " could not be read: a getter, toJSON or proxy of it threw"];
    let error = Error::validation(Code::InvalidData, path, &message);
    Err(CallError::from(error).with_cause(field(&written, "0")))
}

pub(super) fn check_size(text: &JsString, path: &str) -> Result<(), Error> {
    if text.length() <= SURELY_SHORT {
        return Ok(());
    }
    validate::data_size(byte_length(text) as usize, path)
}

/// Validates the members of an object and writes it; gives what was written too. Each member is data of its own.
pub(super) fn write_members(object: &JsValue, path: &str) -> Result<(JsString, JsValue), CallError<Fetch>> {
    let text = readable(walk(object, 1), path)?;
    let first = text.char_code_at(0) as u8;
    if first < 32 {
        // A refusal: behind the number of the kind, the path, which begins with a dot.
        let path = String::from(text.slice(2, text.length()));
        return Err(validate::refusal(ValueKind::from_number(first.into()), &path).into());
    }
    let value = parse_json(&text);
    Ok((text, value))
}
