//! The only place that knows JavaScript values: arguments in, records and errors out.

pub(crate) mod value;

#[cfg(feature = "npm")]
mod convert;
#[cfg(all(feature = "npm", feature = "sign"))]
mod course;
#[cfg(feature = "npm")]
mod face;
#[cfg(all(feature = "npm", feature = "klaim"))]
mod klaim;

/// What hears of events in the package.
#[cfg(all(feature = "npm", not(feature = "serde")))]
pub(crate) use convert::tell;
#[cfg(all(feature = "npm", not(feature = "serde")))]
pub(crate) use js_sys::Function as Listener;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/js/values.js")]
extern "C" {
    /// Whether this is a browser, where everybody can read what the program holds.
    #[wasm_bindgen(js_name = isBrowser)]
    pub(crate) fn is_browser() -> bool;
}
