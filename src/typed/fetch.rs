//! On wasm32, the requests and waits of `src/fetch.rs` with futures.

use alloc::boxed::Box;
use alloc::string::{String, ToString};

use js_sys::{Array, Promise};
use serde::Serialize;
use serde::de::DeserializeOwned;
use user_handle_core::call::StepResult;
use user_handle_core::wire::AttemptRequest;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::drive::{AsyncHost, read_with_place};
use crate::fetch::{Fetch, abandon, or_undefined, park, pause, step_result};
use crate::host::values::field;
use crate::host::{Pending, Signal};

impl AsyncHost for Fetch {
    fn send(&self, request: AttemptRequest<Fetch>, signal: Option<&Signal>) -> Pending<'_, StepResult<Fetch>> {
        settled(self.start(&request, or_undefined(request.headers.as_ref()), or_undefined(signal)))
    }

    fn wait(&self, ms: f64, signal: Option<&Signal>) -> Pending<'static, Option<JsValue>> {
        let waited = settled(pause(ms, or_undefined(signal)));
        Box::pin(async move {
            match waited.await {
                StepResult::Aborted(reason) => Some(reason),
                _ => None,
            }
        })
    }

    fn park(&self, ms: f64, signal: Option<&Signal>) -> (JsValue, Pending<'static, StepResult<Fetch>>) {
        let parked = park(ms, or_undefined(signal));
        (parked.clone().into(), settled(parked))
    }

    fn abort_reason(signal: &Signal) -> Option<JsValue> {
        field(signal, "aborted").is_truthy().then(|| field(signal, "reason"))
    }

    fn to_value<T: Serialize>(data: &T) -> Result<JsValue, String> {
        data.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).map_err(text)
    }

    fn from_value<T: DeserializeOwned>(value: JsValue) -> Result<T, String> {
        read_with_place(serde_wasm_bindgen::Deserializer::from(value), text)
    }
}

/// What an error says. It is JavaScript's, which begins with its class.
fn text(error: serde_wasm_bindgen::Error) -> String {
    let text = error.to_string();
    text.strip_prefix("Error: ").map(String::from).unwrap_or(text)
}

/// What a promise of an attempt or a wait settles with.
fn settled(promise: Promise) -> Pending<'static, StepResult<Fetch>> {
    // Before it is polled: a future that is never awaited is given up too.
    let unfinished = Unfinished(promise.clone().into());
    Box::pin(async move {
        let _unfinished = unfinished;
        let told: Array = JsFuture::from(promise).await.unwrap_or_default().unchecked_into();
        let number = |index| told.get(index).as_f64().unwrap_or_default() as u32;
        step_result(number(0), number(1), told.get(2), told.get(3))
    })
}

/// An attempt or a wait: dropped before it has ended, it is given up.
struct Unfinished(JsValue);

impl Drop for Unfinished {
    fn drop(&mut self) {
        abandon(&self.0);
    }
}
