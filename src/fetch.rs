//! The only file that knows `fetch`, `AbortController` and timers.

use alloc::boxed::Box;
use alloc::rc::Rc;
use core::cell::{Cell, RefCell};
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};

use js_sys::{Function, JsString, Promise, Reflect, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Headers, ReferrerPolicy, RequestCache, RequestCredentials, RequestInit, RequestRedirect, Response,
};

use crate::error::Phase;
use crate::host::{self, Body, Failure, Host, Incoming, Interrupt, Outgoing, Pending, Signal};

#[wasm_bindgen]
extern "C" {
    // The global one, looked up at each call, so that whatever replaces it is used.
    #[wasm_bindgen(catch, js_name = fetch)]
    fn global_fetch(url: &str, init: &RequestInit) -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch, js_name = setTimeout)]
    fn set_timeout(callback: &Function, ms: f64) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue) -> Result<(), JsValue>;

    #[wasm_bindgen(catch, js_namespace = performance, js_name = now)]
    fn monotonic_now() -> Result<f64, JsValue>;

    // `web_sys::ReadableStreamDefaultReader` would bring types of a size that nothing here needs.
    type Reader;

    #[wasm_bindgen(method, catch)]
    fn read(this: &Reader) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn cancel(this: &Reader) -> Result<Promise, JsValue>;

    type Chunk;

    #[wasm_bindgen(method, getter)]
    fn done(this: &Chunk) -> bool;

    #[wasm_bindgen(method, getter)]
    fn value(this: &Chunk) -> JsValue;
}

/// A host on `fetch`.
pub(crate) struct Fetch {
    /// Used instead of the global one.
    own: Option<Function>,
    /// What this client calls itself.
    agent: &'static str,
}

impl Fetch {
    /// On the global `fetch`.
    pub fn global() -> Self {
        Fetch { own: None, agent: concat!("user-handle-rust-", env!("CARGO_PKG_VERSION")) }
    }

    /// On `own`, where it is given, for the npm package.
    #[cfg(feature = "npm")]
    pub fn for_javascript(own: Option<Function>) -> Self {
        Fetch { own, agent: concat!("user-handle-js-", env!("CARGO_PKG_VERSION")) }
    }

    fn start(&self, outgoing: &Outgoing, controller: &AbortController) -> Result<Promise, JsValue> {
        let headers = Headers::new()?;
        headers.set("stream-auth-type", "jwt")?;
        headers.set("x-stream-client", self.agent)?;
        if let Some(token) = &outgoing.token {
            headers.set("authorization", token)?;
        }
        let init = RequestInit::new();
        init.set_method(outgoing.method);
        if let Some(body) = &outgoing.body {
            headers.set("content-type", "application/json")?;
            init.set_body(body);
        }
        init.set_headers(&headers);
        init.set_signal(Some(&controller.signal()));
        init.set_credentials(RequestCredentials::Omit);
        init.set_redirect(RequestRedirect::Error);
        init.set_cache(RequestCache::NoStore);
        init.set_referrer_policy(ReferrerPolicy::NoReferrer);
        match &self.own {
            None => global_fetch(&outgoing.url, &init),
            Some(own) => own.call2(&JsValue::UNDEFINED, &outgoing.url.as_str().into(), &init)?.dyn_into(),
        }
    }
}

impl Host for Fetch {
    fn now(&self) -> f64 {
        monotonic_now().unwrap_or_else(|_| js_sys::Date::now())
    }

    fn unix_ms(&self) -> f64 {
        js_sys::Date::now()
    }

    fn random(&self) -> f64 {
        js_sys::Math::random()
    }

    fn send(&self, outgoing: Outgoing) -> Pending<'_, Result<Incoming, Failure>> {
        Box::pin(async move {
            let failed = |cause: JsValue, status: Option<u16>| {
                let unsent = status.is_none() && is_unsent(&cause);
                let phase = if unsent { Phase::Connect } else { outgoing.phase.get() };
                Failure { phase, status, unsent, cause }
            };
            let attempt = Attempt::new().map_err(|cause| failed(cause, None))?;
            let promise = self.start(&outgoing, &attempt.controller).map_err(|cause| failed(cause, None))?;
            let response = JsFuture::from(promise).await.map_err(|cause| failed(cause, None))?;
            let response: Response = response.dyn_into().or_else(|value| as_response(value, &failed))?;
            outgoing.phase.set(Phase::Body);
            let status = response.status();
            let body = read_body(&response, outgoing.max_answer_bytes).await;
            let body = body.map_err(|cause| failed(cause, Some(status)))?;
            attempt.finished.set(true);
            Ok(Incoming { status, headers: response.headers(), body })
        })
    }

    fn interrupt(&self, ms: f64, signal: Option<&Signal>) -> Pending<'static, Interrupt> {
        Box::pin(Interruption::start(ms, signal))
    }
}

/// A stand-in for `fetch`, or one of another realm, may answer with a response of another class.
fn as_response(value: JsValue, failed: &impl Fn(JsValue, Option<u16>) -> Failure) -> Result<Response, Failure> {
    let is_response = value.is_object() && Reflect::has(&value, &"status".into()).unwrap_or_default();
    if is_response { Ok(value.unchecked_into()) } else { Err(failed(value, None)) }
}

/// Node says in the cause when no connection was made; browsers never do.
fn is_unsent(cause: &JsValue) -> bool {
    let get = |object: &JsValue, name: &str| Reflect::get(object, &name.into()).unwrap_or_default();
    if !cause.is_object() {
        return false;
    }
    let code = get(&get(cause, "cause"), "code").as_string();
    matches!(code.as_deref(), Some("ECONNREFUSED" | "ENOTFOUND" | "EAI_AGAIN" | "UND_ERR_CONNECT_TIMEOUT"))
}

/// One attempt: dropped before it has finished, it is aborted.
struct Attempt {
    controller: AbortController,
    finished: Cell<bool>,
}

impl Attempt {
    fn new() -> Result<Self, JsValue> {
        Ok(Attempt { controller: AbortController::new()?, finished: Cell::new(false) })
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if !self.finished.get() {
            self.controller.abort();
        }
    }
}

/// Reads a body up to the cap. What `fetch` resolved with may still be cut short: only its JSON tells.
async fn read_body(response: &Response, max_bytes: f64) -> Result<Body, JsValue> {
    let text = if is_surely_short(response, max_bytes) {
        JsFuture::from(response.text()?).await?
    } else {
        match read_capped(response, max_bytes).await? {
            Some(text) => text,
            None => return Ok(Body::TooLong),
        }
    };
    let text: JsString = text.unchecked_into();
    if text.length() == 0 {
        return Ok(Body::Empty);
    }
    Ok(match host::parse_text(&text) {
        Some(value) => Body::Json(value),
        None => Body::Other(text.into()),
    })
}

/// Whether the headers promise a body under the cap: its length is that of what is sent, so it must not be compressed,
/// and across origins a browser does not show whether it is.
fn is_surely_short(response: &Response, max_bytes: f64) -> bool {
    let headers = response.headers();
    let header = |name| headers.get(name).ok().flatten();
    let length = header("content-length").and_then(|length| length.parse::<u32>().ok());
    let plain = response.type_() != web_sys::ResponseType::Cors && header("content-encoding").is_none();
    plain && length.is_some_and(|length| f64::from(length) <= max_bytes)
}

async fn read_capped(response: &Response, max_bytes: f64) -> Result<Option<JsValue>, JsValue> {
    let Some(stream) = response.body() else {
        return JsFuture::from(response.text()?).await.map(Some);
    };
    let reader: Reader = stream.get_reader().unchecked_into();
    let decoder = web_sys::TextDecoder::new()?;
    let mut text = JsString::from("");
    let mut read = 0.0;
    loop {
        let chunk: Chunk = JsFuture::from(reader.read()?).await?.unchecked_into();
        if chunk.done() {
            break;
        }
        let bytes: Uint8Array = chunk.value().dyn_into()?;
        read += f64::from(bytes.length());
        if read > max_bytes {
            let _ = reader.cancel();
            return Ok(None);
        }
        let options = web_sys::TextDecodeOptions::new();
        options.set_stream(true);
        text = text.concat(&decoder.decode_with_js_u8_array_and_options(&bytes, &options)?.into());
    }
    Ok(Some(text.concat(&decoder.decode()?.into()).into()))
}

/// A timer and a listener on the caller's signal; both are gone once it is dropped.
struct Interruption {
    fired: Rc<Fired>,
    timer: JsValue,
    signal: Option<Signal>,
    callback: Closure<dyn FnMut(JsValue)>,
}

#[derive(Default)]
struct Fired {
    interrupt: RefCell<Option<Interrupt>>,
    waker: RefCell<Option<Waker>>,
}

impl Interruption {
    fn start(ms: f64, signal: Option<&Signal>) -> Self {
        let fired = Rc::new(Fired::default());
        let signal = signal.cloned();
        let callback = {
            let (fired, signal) = (fired.clone(), signal.clone());
            // A timer calls with nothing, a signal with an event.
            Closure::new(move |event: JsValue| {
                let reason = signal.as_ref().filter(|_| !event.is_undefined()).map(|signal| signal.reason());
                *fired.interrupt.borrow_mut() = Some(reason.map_or(Interrupt::Elapsed, Interrupt::Aborted));
                let waker = fired.waker.borrow_mut().take();
                waker.into_iter().for_each(Waker::wake);
            })
        };
        let function: &Function = callback.as_ref().unchecked_ref();
        let timer = set_timeout(function, ms).unwrap_or_default();
        if let Some(signal) = &signal {
            // What fired before is not told again.
            *fired.interrupt.borrow_mut() = host::abort_reason(signal).map(Interrupt::Aborted);
            let _ = signal.add_event_listener_with_callback("abort", function);
        }
        Interruption { fired, timer, signal, callback }
    }
}

impl Future for Interruption {
    type Output = Interrupt;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Interrupt> {
        match self.fired.interrupt.borrow_mut().take() {
            Some(interrupt) => Poll::Ready(interrupt),
            None => {
                *self.fired.waker.borrow_mut() = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Drop for Interruption {
    fn drop(&mut self) {
        let _ = clear_timeout(&self.timer);
        if let Some(signal) = &self.signal {
            let _ = signal.remove_event_listener_with_callback("abort", self.callback.as_ref().unchecked_ref());
        }
    }
}
