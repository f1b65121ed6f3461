//! Events as JavaScript has them.

use js_sys::Function;
use user_handle_core::wire::{CallError, Event};
use wasm_bindgen::prelude::*;

use super::errors::rate_limit;
use crate::fetch::Fetch;
use crate::host::values::{new_object, set_number, set_text, set_value};

#[wasm_bindgen(module = "/src/js/drive.js")]
extern "C" {
    #[wasm_bindgen(js_name = tell)]
    fn tell_listener(listener: &Function, name: &str, event: &JsValue, body: &JsValue);
}

/// Calls `listener(name, event, body)`, with the body of a response; `error_to_js` makes an error of the service.
pub(crate) fn tell(listener: &Function, error_to_js: fn(&CallError<Fetch>) -> JsValue, event: &Event<'_, Fetch>) {
    let told = new_object();
    let mut body_told = &JsValue::UNDEFINED;
    let (name, call, operation, path, attempt) = match *event {
        Event::Request { call, operation, path, attempt } => ("request", call, operation, path, attempt),
        Event::Response { call, operation, path, attempt, status, elapsed_ms, rate_limit: limits, body } => {
            body_told = body.unwrap_or(body_told);
            set_number(&told, "status", status.into());
            set_number(&told, "elapsedMs", elapsed_ms);
            if let Some(limits) = limits {
                set_value(&told, "rateLimit", &rate_limit(limits));
            }
            ("response", call, operation, path, attempt)
        }
        Event::Retry { call, operation, path, attempt, delay_ms, error } => {
            set_number(&told, "delayMs", delay_ms);
            set_value(&told, "error", &error_to_js(error));
            ("retry", call, operation, path, attempt)
        }
        _ => return,
    };
    set_number(&told, "callId", call.into());
    set_text(&told, "operation", operation.name);
    set_text(&told, "method", operation.method);
    set_text(&told, "path", path);
    set_number(&told, "attempt", attempt.into());
    tell_listener(listener, name, &told, body_told);
}
