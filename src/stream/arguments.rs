//! Arguments of Stream's calls.

use alloc::string::String;

use user_handle_core::rules::{Error, validate};
use wasm_bindgen::prelude::*;

use crate::bindings::arguments::text_id;

/// An id, whatever it is that was passed.
pub(super) fn id(value: &JsValue, path: &str) -> Result<String, Error> {
    let id = text_id(value, path)?;
    validate::id_at(&id, path)?;
    Ok(id)
}

pub(super) fn is_missing(value: &JsValue) -> bool {
    value.is_undefined() || value.is_null()
}
