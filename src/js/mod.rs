//! The only place that knows JavaScript values: arguments in, records and errors out.

pub(crate) mod value;

#[cfg(feature = "npm")]
mod convert;
#[cfg(feature = "npm")]
mod face;

use js_sys::{Promise, Reflect};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// What a function of the caller's gave, as a promise. In js-sys too, but there what it throws would end the module.
    #[wasm_bindgen(catch, js_namespace = Promise, js_name = resolve)]
    pub(crate) fn as_promise(value: &JsValue) -> Result<Promise, JsValue>;
}

/// Whether this is a browser, where everybody can read what the program holds.
///
/// A page has a `window`; in a worker only the name of the engine tells: all browsers begin it with `Mozilla/`, and no
/// server runtime does.
pub(crate) fn is_browser() -> bool {
    let global = js_sys::global();
    let get = |object: &JsValue, name: &str| Reflect::get(object, &name.into()).unwrap_or_default();
    if !get(&global, "Deno").is_undefined() {
        return false;
    }
    !get(&global, "window").is_undefined() || user_agent().starts_with("Mozilla/")
}

/// Whether this is workerd, whose `fetch` refuses options that it does not have.
pub(crate) fn is_workerd() -> bool {
    user_agent() == "Cloudflare-Workers"
}

fn user_agent() -> alloc::string::String {
    let get = |object: &JsValue, name: &str| Reflect::get(object, &name.into()).unwrap_or_default();
    get(&get(&js_sys::global(), "navigator"), "userAgent").as_string().unwrap_or_default()
}
