//! JavaScript values, as Rust asks about them: `js/values.js`.

use alloc::string::String;

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/js/values.js")]
extern "C" {
    #[wasm_bindgen(js_name = describe)]
    fn describe_value(value: &JsValue) -> JsValue;

    #[wasm_bindgen(js_name = describeJson)]
    fn describe_json_value(value: &JsValue) -> JsValue;

    #[cfg(feature = "bindings")]
    #[wasm_bindgen(js_name = isObject)]
    pub(crate) fn is_object(value: &JsValue) -> bool;

    /// What JSON text of ours holds.
    #[wasm_bindgen(js_name = parseJson)]
    pub(crate) fn parse_json(text: &JsValue) -> JsValue;

    pub(crate) fn field(value: &JsValue, name: &str) -> JsValue;

    #[wasm_bindgen(js_name = numberField)]
    fn number_field_or_nan(value: &JsValue, name: &str) -> f64;

    /// Whether this is a browser, where everybody can read what the program holds.
    #[wasm_bindgen(js_name = isBrowser)]
    pub(crate) fn is_browser() -> bool;

    #[cfg(feature = "bindings")]
    #[wasm_bindgen(js_name = newObject)]
    pub(crate) fn new_object() -> JsValue;

    #[cfg(feature = "bindings")]
    #[wasm_bindgen(js_name = set)]
    pub(crate) fn set_text(object: &JsValue, name: &str, value: &str);

    #[cfg(feature = "bindings")]
    #[wasm_bindgen(js_name = set)]
    pub(crate) fn set_number(object: &JsValue, name: &str, value: f64);

    #[cfg(feature = "bindings")]
    #[wasm_bindgen(js_name = set)]
    pub(crate) fn set_flag(object: &JsValue, name: &str, value: bool);

    #[cfg(feature = "bindings")]
    #[wasm_bindgen(js_name = set)]
    pub(crate) fn set_value(object: &JsValue, name: &str, value: &JsValue);

    /// What the response with these headers calls its status.
    #[cfg(feature = "bindings")]
    #[wasm_bindgen(js_name = statusTextOf)]
    pub(crate) fn status_text_of(headers: &web_sys::Headers) -> JsValue;

    /// A variable of the process.
    #[cfg(all(feature = "bindings", feature = "server"))]
    #[wasm_bindgen(js_name = variable)]
    fn variable_value(name: &str) -> JsValue;
}

/// `a string`, `an object`: for error texts.
pub(crate) fn describe(value: &JsValue) -> String {
    describe_value(value).as_string().unwrap_or_default()
}

/// The same of what JSON holds, where an array is one.
pub(crate) fn describe_json(value: &JsValue) -> String {
    describe_json_value(value).as_string().unwrap_or_default()
}

/// A variable of the process.
#[cfg(all(feature = "bindings", feature = "server"))]
pub(crate) fn variable(name: &str) -> Option<String> {
    variable_value(name).as_string()
}

pub(crate) fn number_field(value: &JsValue, name: &str) -> Option<f64> {
    Some(number_field_or_nan(value, name)).filter(|number| !number.is_nan())
}

/// A member that is there.
pub(crate) fn given(value: &JsValue, name: &str) -> Option<JsValue> {
    Some(field(value, name)).filter(|found| !found.is_undefined())
}
