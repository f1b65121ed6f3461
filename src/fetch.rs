//! The only file that knows `fetch`. Its other half, `js/attempt.js` and `js/timeout.js`, which know `AbortController` and timers,
//! is what needs promises and callbacks: JavaScript has them for free.

use js_sys::{JsString, Promise};
use user_handle_core::call::StepResult;
use user_handle_core::rules::Phase;
use user_handle_core::wire::{Answer, AttemptFailure, AttemptRequest, Body};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::RequestInit;

#[wasm_bindgen]
extern "C" {
    // The global one, looked up at each call, so that whatever replaces it is used; it may give anything. web-sys has it as a
    // method of `Window`, which Node and workers are without.
    #[wasm_bindgen(catch, js_name = fetch)]
    fn global_fetch(url: &JsString, init: &RequestInit) -> Result<JsValue, JsValue>;
}

#[wasm_bindgen(module = "/src/js/attempt.js")]
extern "C" {
    /// One attempt, from the request to the end of the response's body.
    #[derive(Clone)]
    type Attempt;

    #[wasm_bindgen(constructor)]
    fn new(ms: f64, max_bytes: f64, discards_list: bool, signal: &JsValue) -> Attempt;

    /// Its signal, the headers, and the options that every request has in this engine.
    #[wasm_bindgen(method)]
    fn init(
        this: &Attempt,
        url: &JsString,
        own: &JsValue,
        more: &JsValue,
        authorization: &JsValue,
        has_body: bool,
    ) -> RequestInit;

    /// Goes on with what `fetch` gave. Settles with what [`step_result`] reads; is never rejected.
    #[wasm_bindgen(method)]
    fn follow(this: &Attempt, given: JsValue) -> Promise;

    /// Ends with what `fetch` threw.
    #[wasm_bindgen(method)]
    fn fail(this: &Attempt, cause: JsValue) -> Promise;

    /// Calls a `fetch` of the caller's, and goes on with what it gives.
    #[wasm_bindgen(method)]
    fn call(this: &Attempt, fetch: &JsValue, url: &JsString, init: &RequestInit) -> Promise;

    /// Asks the token provider; settles with what [`step_result`] reads.
    #[cfg(feature = "bindings")]
    #[wasm_bindgen(js_name = askForToken)]
    pub(crate) fn ask_for_token(provider: &JsValue, reason: &str, ms: f64, signal: &JsValue) -> Promise;
}

// Named here too because wasm-bindgen copies the files that Rust names, not those that they import.
#[wasm_bindgen(module = "/src/js/timeout.js")]
extern "C" {
    /// A wait; settles with what [`step_result`] reads.
    pub(crate) fn pause(ms: f64, signal: &JsValue) -> Promise;

    /// A wait for another call, which wakes it.
    pub(crate) fn park(ms: f64, signal: &JsValue) -> Promise;

    /// Wakes what [`park`] gave.
    pub(crate) fn wake(parked: &JsValue);

    /// Gives up what nobody waits for any more.
    #[cfg(feature = "typed")]
    pub(crate) fn abandon(unfinished: &JsValue);
}

/// The requests of a client.
pub struct Fetch {
    /// Used instead of the global one.
    own: JsValue,
    /// The headers of every request.
    headers: JsValue,
}

impl Fetch {
    /// On `own`, or, where it is undefined, on the global `fetch`. `headers` are those of every request: an object.
    pub fn new(own: JsValue, headers: JsValue) -> Self {
        Fetch { own, headers }
    }

    /// On the global `fetch`; `headers` are JSON.
    #[cfg(feature = "typed")]
    pub(crate) fn on_global(headers: &str) -> Self {
        Fetch::new(JsValue::UNDEFINED, crate::host::values::parse_json(&headers.into()))
    }

    /// Sends an attempt with these headers of the caller's, or undefined; the promise settles with what [`step_result`] reads.
    pub(crate) fn start(&self, request: &AttemptRequest<Fetch>, headers: &JsValue, signal: &JsValue) -> Promise {
        let AttemptRequest { timeout_ms, max_answer_bytes, discards_list, .. } = *request;
        let url: JsString = request.url.as_str().into();
        let authorization = or_undefined(request.authorization.as_ref());
        let attempt = Attempt::new(timeout_ms, max_answer_bytes, discards_list, signal);
        let init = attempt.init(&url, &self.headers, headers, authorization, request.body.is_some());
        init.set_method(request.method);
        if let Some(body) = &request.body {
            init.set_body(body);
        }
        if self.own.is_truthy() {
            return attempt.call(&self.own, &url, &init);
        }
        match global_fetch(&url, &init) {
            Ok(given) => attempt.follow(given),
            Err(cause) => attempt.fail(cause),
        }
    }
}

pub(crate) fn or_undefined<T: AsRef<JsValue>>(value: Option<&T>) -> &JsValue {
    const UNDEFINED: &JsValue = &JsValue::UNDEFINED;
    value.map_or(UNDEFINED, AsRef::as_ref)
}

/// What an attempt, a wait or a question ended with: the numbers of `js/attempt.js` and `js/timeout.js`, and what belongs to
/// each.
pub(crate) fn step_result(kind: u32, number: u32, first: JsValue, second: JsValue) -> StepResult<Fetch> {
    let phase = match number {
        0 => Phase::Connect,
        1 => Phase::Headers,
        _ => Phase::Body,
    };
    let body = match kind {
        1 => Body::Json(second),
        2 => Body::Other(second),
        3 => Body::Empty,
        4 => Body::TooLong,
        5 => return StepResult::Failure(AttemptFailure::lost(phase, first)),
        6 => return StepResult::Failure(AttemptFailure::unsent(first)),
        7 => return StepResult::TimedOut(phase),
        8 => return StepResult::Aborted(first),
        9 => return StepResult::Token(first.dyn_into()),
        10 => return StepResult::Token(Err(first)),
        11 => return StepResult::Failure(AttemptFailure { is_final: true, ..AttemptFailure::unsent(first) }),
        12 => return StepResult::Failure(AttemptFailure { is_final: true, ..AttemptFailure::lost(phase, first) }),
        13 => return StepResult::Failure(AttemptFailure { broken: true, ..AttemptFailure::lost(phase, first) }),
        _ => return StepResult::Continue,
    };
    StepResult::Answer(Answer { status: number as u16, headers: first.unchecked_into(), body })
}
