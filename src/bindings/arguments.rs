//! Arguments: any value may come, and reading one may run the caller's code. `js/arguments.js` reads; what may come is said
//! here and in the rules.

use alloc::string::String;

use user_handle_core::rules::options::{CallLimits, refusal};
use user_handle_core::rules::text::concat;
use user_handle_core::rules::{Code, Error};
use user_handle_core::wire::CallError;
use wasm_bindgen::prelude::*;

use crate::fetch::{Fetch, or_undefined};
use crate::host::values::{describe, field, given};

#[wasm_bindgen(module = "/src/js/arguments.js")]
extern "C" {
    /// The options that the rules name, read once: no getter runs any more. An array where one is refused.
    #[wasm_bindgen(js_name = readOptions)]
    fn read_options(options: &JsValue, rules: &str, what: &str) -> JsValue;

    /// Arguments of `connect` by their names, as options are.
    #[wasm_bindgen(js_name = asOptions)]
    pub(crate) fn as_options(api_key: &JsValue, secret_or_token: &JsValue, app_id: &JsValue) -> JsValue;

    /// An object with the members of both.
    pub(crate) fn merged(options: &JsValue, more: &JsValue) -> JsValue;
}

/// Options that were read: each is of the type that it has to be, or undefined. `None` where no options were given.
pub(crate) struct Options(Option<JsValue>);

impl Options {
    /// Reads the options that `rules` name, `a string:baseUrl,location;a function:fetch`, and `own` behind them.
    pub fn read(options: &JsValue, rules: &str, own: &str) -> Result<Options, CallError<Fetch>> {
        if options.is_undefined() {
            Ok(Options(None))
        } else {
            Options::read_all(options, &concat([rules, own]), "option ")
        }
    }

    /// The same where each is called `what` and its name. Also without options, there are values to be read then.
    pub fn read_all(options: &JsValue, rules: &str, what: &str) -> Result<Options, CallError<Fetch>> {
        let read = read_options(options, rules, what);
        let Some(name) = field(&read, "0").as_string() else { return Ok(Options(Some(read))) };
        let text = |index: &str| field(&read, index).as_string().unwrap_or_default();
        let error = refusal(&name, &text("1"), &text("2"), rules);
        Err(match given(&field(&read, "3"), "0") {
            Some(thrown) => CallError::from(error).with_cause(thrown),
            None => error.into(),
        })
    }

    /// Options that were read before.
    pub fn known(values: JsValue) -> Options {
        Options(Some(values))
    }

    /// As it is.
    pub fn value(&self, name: &str) -> JsValue {
        self.given(name).unwrap_or_default()
    }

    /// No options were given.
    #[cfg(feature = "stream")]
    pub fn are_missing(&self) -> bool {
        self.0.is_none()
    }

    fn given(&self, name: &str) -> Option<JsValue> {
        self.0.as_ref().map(|values| field(values, name))
    }

    /// All of them.
    pub fn values(&self) -> &JsValue {
        or_undefined(self.0.as_ref())
    }

    /// Whether it is there, and says yes.
    pub fn is_asked(&self, name: &str) -> bool {
        self.given(name).is_some_and(|value| value.is_truthy())
    }

    pub fn text(&self, name: &str) -> Option<String> {
        self.given(name)?.as_string()
    }

    pub fn number(&self, name: &str) -> Option<f64> {
        self.given(name)?.as_f64()
    }

    /// These limits with what the options set.
    pub fn limits(&self, limits: CallLimits) -> Result<CallLimits, Error> {
        limits.with(self.number("timeout"), self.number("deadline"), self.number("retries"))
    }

    /// The reason, where the caller has aborted already. A signal is the caller's: its getters may be of any kind.
    pub fn abort_reason(&self) -> Option<JsValue> {
        let signal = given(self.0.as_ref()?, "signal")?;
        field(&signal, "aborted").is_truthy().then(|| field(&signal, "reason"))
    }
}

/// The text of an id.
pub(crate) fn text_id(value: &JsValue, path: &str) -> Result<String, Error> {
    value.as_string().ok_or_else(|| {
        let message = [path, " must be a string, but is ", &describe(value)];
        Error::validation(Code::InvalidId, path, &message)
    })
}

/// The text of an id that may have characters of any kind.
#[cfg(any(feature = "klaim", feature = "server"))]
pub(crate) fn any_text_id(value: &JsValue, path: &str) -> Result<String, Error> {
    let id = text_id(value, path)?;
    let text: &js_sys::JsString = wasm_bindgen::JsCast::unchecked_ref(value);
    if !text.is_valid_utf16() {
        return Err(Error::validation(Code::InvalidId, path, &[path, " has half of a surrogate pair"]));
    }
    Ok(id)
}
