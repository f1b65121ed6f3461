//! The only file that knows `fetch`, `AbortController` and timers. Its other half, `js/exchange.js`, is what needs
//! promises and callbacks: JavaScript has them for free.

#[cfg(feature = "serde")]
use alloc::boxed::Box;

#[cfg(feature = "serde")]
use js_sys::Array;
use js_sys::{JsString, Promise};
use wasm_bindgen::prelude::*;
use web_sys::RequestInit;

use crate::call::Given;
use crate::error::Phase;
use crate::host::{Body, Failure, Incoming, Outgoing};
#[cfg(feature = "serde")]
use crate::host::{Pending, Signal, Value};
use crate::request::FOR_SERVERS;

#[wasm_bindgen]
extern "C" {
    // The global one, looked up at each call, so that whatever replaces it is used; it may give anything.
    #[wasm_bindgen(catch, js_name = fetch)]
    fn global_fetch(url: &JsString, init: &RequestInit) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn monotonic_now() -> f64;
}

#[cfg(feature = "klaim")]
#[wasm_bindgen(module = "/src/js/klaim.js")]
extern "C" {
    /// Takes from the headers those of the first service.
    #[wasm_bindgen(js_name = plainHeaders)]
    fn plain_headers(exchange: &Exchange);
}

#[wasm_bindgen(module = "/src/js/exchange.js")]
extern "C" {
    /// One attempt, from the request to the end of the response's body.
    #[derive(Clone)]
    type Exchange;

    #[wasm_bindgen(constructor)]
    fn new(
        url: &JsString,
        method: &str,
        body: &JsValue,
        token: &JsValue,
        agent: &str,
        ms: f64,
        // Negative where nobody reads the list in the body of a success.
        max_bytes: f64,
        signal: &JsValue,
    ) -> Exchange;

    /// What `fetch` is to be called with.
    #[wasm_bindgen(method, getter)]
    fn init(this: &Exchange) -> RequestInit;

    /// Goes on with what `fetch` gave. Settles with the arguments of [`given`]; is never rejected.
    #[wasm_bindgen(method)]
    fn follow(this: &Exchange, given: JsValue) -> Promise;

    /// Ends with what `fetch` threw.
    #[wasm_bindgen(method)]
    fn fail(this: &Exchange, cause: JsValue) -> Promise;

    /// Calls a stand-in for `fetch`, and goes on with what it gives.
    #[wasm_bindgen(method)]
    fn call(this: &Exchange, fetch: &JsValue, url: &JsString) -> Promise;

    /// Settles with the arguments of [`given`]; is never rejected.
    fn pause(ms: f64, signal: &JsValue) -> Promise;

    #[cfg(feature = "serde")]
    fn abandon(unfinished: &JsValue);
}

/// The clock, the random number and the wire: what elsewhere is a `Host`.
pub(crate) struct Fetch {
    /// Used instead of the global one.
    own: JsValue,
    /// What the requests say they come from, in `X-Stream-Client`. Empty for the second service, which has no such header.
    agent: &'static str,
}

impl Fetch {
    /// On the global `fetch`.
    #[cfg(feature = "serde")]
    pub fn for_rust() -> Self {
        Fetch { own: JsValue::UNDEFINED, agent: concat!("user-handle-rust-", env!("CARGO_PKG_VERSION")) }
    }

    /// On the global `fetch`, for the second service.
    #[cfg(all(feature = "serde", feature = "klaim"))]
    pub fn for_klaim() -> Self {
        Fetch { own: JsValue::UNDEFINED, agent: "" }
    }

    /// On `own`, where it is given, for the npm package.
    #[cfg(feature = "npm")]
    pub fn for_javascript(own: JsValue) -> Self {
        let agent = concat!("user-handle-js-", env!("CARGO_PKG_VERSION"));
        Fetch { own, agent: if cfg!(feature = "klaim") { "" } else { agent } }
    }

    /// Sends an attempt; the promise settles with the arguments of [`given`].
    #[cfg(feature = "npm")]
    pub fn exchange(&self, outgoing: &Outgoing, signal: &JsValue) -> Promise {
        let url = outgoing.url.as_str().into();
        self.start(&self.begin(&url, outgoing, signal), &url)
    }

    fn begin(&self, url: &JsString, outgoing: &Outgoing, signal: &JsValue) -> Exchange {
        let Outgoing { method, body, token, limit_ms, max_answer_bytes, .. } = outgoing;
        let max_answer_bytes = if FOR_SERVERS && outgoing.terse { -*max_answer_bytes } else { *max_answer_bytes };
        let (body, token) = (or_undefined(body.as_ref()), or_undefined(token.as_ref()));
        let exchange = Exchange::new(url, method, body, token, self.agent, *limit_ms, max_answer_bytes, signal);
        #[cfg(feature = "klaim")]
        if self.agent.is_empty() {
            plain_headers(&exchange);
        }
        exchange
    }

    fn start(&self, exchange: &Exchange, url: &JsString) -> Promise {
        if self.own.is_truthy() {
            return exchange.call(&self.own, url);
        }
        match global_fetch(url, &exchange.init()) {
            Ok(given) => exchange.follow(given),
            Err(cause) => exchange.fail(cause),
        }
    }
}

fn or_undefined<T: AsRef<JsValue>>(value: Option<&T>) -> &JsValue {
    const UNDEFINED: &JsValue = &JsValue::UNDEFINED;
    value.map_or(UNDEFINED, AsRef::as_ref)
}

/// A wait; the promise settles with the arguments of [`given`].
#[cfg(feature = "npm")]
pub(crate) fn wait(ms: f64, signal: &JsValue) -> Promise {
    pause(ms, signal)
}

/// What an attempt or a wait ended with. The numbers are those of `exchange.js`.
pub(crate) fn given(kind: u32, number: u32, first: JsValue, second: JsValue) -> Given {
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
        5 => return Given::Failure(Failure::lost(phase, first)),
        6 => return Given::Failure(Failure::unsent(first)),
        11 => return Given::Failure(Failure { is_final: true, ..Failure::unsent(first) }),
        12 => return Given::Failure(Failure { is_final: true, ..Failure::lost(phase, first) }),
        13 => return Given::Failure(Failure { broken: true, ..Failure::lost(phase, first) }),
        7 => return Given::Elapsed(phase),
        8 => return Given::Aborted(first),
        9 => return Given::Token(first.dyn_into()),
        10 => return Given::Token(Err(first)),
        _ => return Given::Nothing,
    };
    Given::Answer(Incoming { status: number as u16, headers: first.unchecked_into(), body })
}

impl Fetch {
    pub fn now(&self) -> f64 {
        monotonic_now()
    }

    pub fn unix_ms(&self) -> f64 {
        js_sys::Date::now()
    }

    pub fn random(&self) -> f64 {
        js_sys::Math::random()
    }

    #[cfg(feature = "serde")]
    pub fn send(&self, outgoing: Outgoing, signal: Option<&Signal>) -> Pending<'_, Given> {
        let url = outgoing.url.as_str().into();
        let exchange = self.begin(&url, &outgoing, or_undefined(signal));
        Box::pin(async move {
            let race = self.start(&exchange, &url);
            let _unfinished = Unfinished(race.clone().into());
            settled(race).await
        })
    }

    #[cfg(feature = "serde")]
    pub fn wait(&self, ms: f64, signal: Option<&Signal>) -> Pending<'static, Option<Value>> {
        let pause = pause(ms, or_undefined(signal));
        Box::pin(async move {
            let _unfinished = Unfinished(pause.clone().into());
            match settled(pause).await {
                Given::Aborted(reason) => Some(reason),
                _ => None,
            }
        })
    }
}

/// What `ended` settled with.
#[cfg(feature = "serde")]
async fn settled(ended: Promise) -> Given {
    let arguments: Array = wasm_bindgen_futures::JsFuture::from(ended).await.unwrap_or_default().unchecked_into();
    let number = |index| arguments.get(index).as_f64().unwrap_or_default() as u32;
    given(number(0), number(1), arguments.get(2), arguments.get(3))
}

/// An attempt or a wait: dropped before it has ended, it is given up.
#[cfg(feature = "serde")]
struct Unfinished(JsValue);

#[cfg(feature = "serde")]
impl Drop for Unfinished {
    fn drop(&mut self) {
        abandon(&self.0);
    }
}
