//! The arguments of Klaim's `connect`, and the client that is made of them.

use alloc::rc::Rc;
use core::cell::Cell;

use user_handle_core::klaim::settings::{ARGUMENTS, CLIENT_OPTIONS, OPTIONS, Settings};
use user_handle_core::klaim::{HEADERS, Klaim};
use user_handle_core::rules::Error;
use user_handle_core::rules::options::CallLimits;
use user_handle_core::rules::text::concat;
use user_handle_core::wire::CallError;
use wasm_bindgen::prelude::*;

use crate::bindings::arguments::{Options, as_options, merged};
use crate::bindings::base_client::{BaseClient, ServiceBindings, fetch_of};
use crate::fetch::Fetch;
use crate::host::values::set_text;

#[wasm_bindgen(module = "/src/js/klaim.js")]
extern "C" {
    #[wasm_bindgen(js_name = apiErrorClass)]
    fn api_error_class() -> JsValue;
}

impl ServiceBindings for Klaim {
    fn api_error_class() -> JsValue {
        api_error_class()
    }
}

pub(super) type Client = Rc<BaseClient<Klaim>>;

/// What `connect` is given, each part read once.
pub(super) fn read(api_key: &JsValue, options: &JsValue) -> Result<JsValue, CallError<Fetch>> {
    let options = Options::read_all(options, &concat([OPTIONS, CLIENT_OPTIONS]), "option ")?;
    let undefined = JsValue::UNDEFINED;
    let arguments = Options::read_all(&as_options(api_key, &undefined, &undefined), ARGUMENTS, "")?;
    Ok(merged(options.values(), arguments.values()))
}

/// A client, from what was read. What is made of it is added there: it may be opened again.
pub(super) fn open(settings: JsValue) -> Result<Client, Error> {
    let settings = Options::known(settings);
    let checked = Settings {
        api_key: settings.text("apiKey").unwrap_or_default(),
        base_url: settings.text("baseUrl"),
        allow_http: settings.is_asked("allowHttp"),
        limits: settings.limits(CallLimits::default())?,
    }
    .check()?;
    set_text(settings.values(), "baseUrl", &checked.base_url);
    let state = checked.open(fetch_of(&settings, HEADERS));
    let (provider, is_asking, is_disposed) = (JsValue::UNDEFINED, Cell::new(false), Cell::new(false));
    Ok(Rc::new(BaseClient { state, provider, is_asking, is_disposed }))
}
