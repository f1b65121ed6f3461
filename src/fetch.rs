//! The only file that knows `fetch`, `AbortController` and timers.

use alloc::boxed::Box;
use alloc::rc::Rc;
use core::cell::{Cell, RefCell};
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};

use js_sys::{Function, JsString, Object, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Headers, ReferrerPolicy, RequestCache, RequestCredentials, RequestInit, RequestRedirect,
    TextDecodeOptions, TextDecoder,
};

use crate::error::Phase;
use crate::host::{self, Body, Failure, Host, Incoming, Interrupt, Outgoing, Pending, Signal};
use crate::js::{as_promise, is_workerd};

#[wasm_bindgen]
extern "C" {
    // The global one, looked up at each call, so that whatever replaces it is used; it may give anything.
    #[wasm_bindgen(catch, js_name = fetch)]
    fn global_fetch(url: &str, init: &RequestInit) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = setTimeout)]
    fn set_timeout(callback: &Function, ms: f64) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue) -> Result<(), JsValue>;

    #[wasm_bindgen(catch, js_namespace = performance, js_name = now)]
    fn monotonic_now() -> Result<f64, JsValue>;

    // In web-sys too, but there what a stand-in's getters throw is not caught, and would end the module.
    type Response;

    #[wasm_bindgen(method, getter, catch)]
    fn status(this: &Response) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, getter, catch)]
    fn headers(this: &Response) -> Result<Headers, JsValue>;

    #[wasm_bindgen(method, getter, catch, js_name = type)]
    fn kind(this: &Response) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, getter, catch)]
    fn body(this: &Response) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn text(this: &Response) -> Result<JsValue, JsValue>;

    type Stream;

    #[wasm_bindgen(method, catch, js_name = getReader)]
    fn get_reader(this: &Stream) -> Result<Reader, JsValue>;

    type Reader;

    #[wasm_bindgen(method, catch)]
    fn read(this: &Reader) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn cancel(this: &Reader) -> Result<JsValue, JsValue>;

    type Chunk;

    #[wasm_bindgen(method, getter, catch)]
    fn done(this: &Chunk) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, getter, catch)]
    fn value(this: &Chunk) -> Result<JsValue, JsValue>;

    // In web-sys for the byte arrays of this realm alone.
    type Decoder;

    #[wasm_bindgen(method, catch)]
    fn decode(this: &Decoder, bytes: &JsValue, options: &TextDecodeOptions) -> Result<JsString, JsValue>;
}

#[wasm_bindgen(module = "/src/js/arm.js")]
extern "C" {
    type Armed;

    fn arm(callback: &Closure<dyn FnMut(JsValue)>) -> Armed;

    #[wasm_bindgen(method)]
    fn disarm(this: &Armed);
}

#[wasm_bindgen(module = "/src/js/scrub.js")]
extern "C" {
    fn scrub(cause: JsValue, query: &str) -> JsValue;
}

/// What a promise, or anything else that was given, settles with.
async fn settled(given: JsValue) -> Result<JsValue, JsValue> {
    JsFuture::from(as_promise(&given)?).await
}

/// A host on `fetch`.
pub(crate) struct Fetch {
    /// Used instead of the global one.
    own: Option<Function>,
    /// What all requests have in common; copied for each.
    init: RequestInit,
    /// What the requests say they come from, in `X-Stream-Client`.
    agent: &'static str,
    /// The headers for the token last used; copied for each request.
    headers: RefCell<Option<(Option<Rc<str>>, Object)>>,
}

impl Fetch {
    /// On the global `fetch`.
    pub fn global() -> Self {
        Fetch::new(None, concat!("user-handle-rust-", env!("CARGO_PKG_VERSION")))
    }

    /// On `own`, where it is given, for the npm package.
    #[cfg(feature = "npm")]
    pub fn for_javascript(own: Option<Function>) -> Self {
        Fetch::new(own, concat!("user-handle-js-", env!("CARGO_PKG_VERSION")))
    }

    fn new(own: Option<Function>, agent: &'static str) -> Self {
        let init = RequestInit::new();
        init.set_credentials(RequestCredentials::Omit);
        init.set_referrer_policy(ReferrerPolicy::NoReferrer);
        if is_workerd() {
            // It has no `error`, and before its compatibility date of 2024-11-11 no `cache`; and it caches none of these.
            init.set_redirect(RequestRedirect::Manual);
        } else {
            init.set_redirect(RequestRedirect::Error);
            init.set_cache(RequestCache::NoStore);
        }
        Fetch { own, init, agent, headers: RefCell::new(None) }
    }

    fn start(&self, outgoing: &Outgoing, controller: &AbortController) -> Result<JsValue, JsValue> {
        let headers = self.headers(&outgoing.token);
        let init: RequestInit = Object::assign(&Object::new(), &self.init).unchecked_into();
        init.set_method(outgoing.method);
        if let Some(body) = &outgoing.body {
            set(&headers, "content-type", "application/json");
            init.set_body(body);
        }
        init.set_headers(&headers);
        init.set_signal(Some(&controller.signal()));
        match &self.own {
            None => global_fetch(&outgoing.url, &init),
            Some(own) => own.call2(&JsValue::UNDEFINED, &outgoing.url.as_str().into(), &init),
        }
    }

    /// The headers that all requests with this token have, for one of them.
    fn headers(&self, token: &Option<Rc<str>>) -> Object {
        let known = self.headers.take().filter(|(of, _)| of == token).map(|(_, headers)| headers);
        let headers = known.unwrap_or_else(|| {
            let headers = Object::new();
            set(&headers, "stream-auth-type", "jwt");
            set(&headers, "x-stream-client", self.agent);
            if let Some(token) = token {
                set(&headers, "authorization", token);
            }
            headers
        });
        let copy = Object::assign(&Object::new(), &headers);
        self.headers.replace(Some((token.clone(), headers)));
        copy
    }
}

/// Sets a property of an object of ours, which cannot fail.
fn set(object: &Object, name: &str, value: &str) {
    let _ = Reflect::set(object, &name.into(), &value.into());
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
            let query = outgoing.url.split_once('?').map_or("?", |(_, query)| query);
            let failed = |cause: JsValue, answered: bool| {
                let unsent = !answered && is_unsent(&cause);
                let phase = if unsent { Phase::Connect } else { outgoing.phase.get() };
                Failure { phase, unsent, cause: scrub(cause, query) }
            };
            let attempt = Attempt::new().map_err(|cause| failed(cause, false))?;
            let given = self.start(&outgoing, &attempt.controller).map_err(|cause| failed(cause, false))?;
            let response = settled(given).await.map_err(|cause| failed(cause, false))?;
            // A stand-in for `fetch`, or one of another realm, answers with a class of its own.
            let response: Response = response.unchecked_into();
            let (status, headers) = response
                .status()
                .and_then(|status| Ok((status.as_f64().unwrap_or_default() as u16, response.headers()?)))
                .map_err(|cause| failed(cause, false))?;
            outgoing.phase.set(Phase::Body);
            let body = read_body(&response, &headers, outgoing.max_answer_bytes).await;
            let body = body.map_err(|cause| failed(cause, true))?;
            attempt.finished.set(true);
            Ok(Incoming { status, headers, body })
        })
    }

    fn interrupt(&self, ms: f64, signal: Option<&Signal>) -> Pending<'static, Interrupt> {
        Box::pin(Interruption::start(ms, signal))
    }
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
async fn read_body(response: &Response, headers: &Headers, max_bytes: f64) -> Result<Body, JsValue> {
    let stream = if is_surely_short(response, headers, max_bytes) { JsValue::NULL } else { response.body()? };
    // A stand-in may have no body to read from, or one of another kind.
    let is_stream = Reflect::get(&stream, &"getReader".into()).is_ok_and(|method| method.is_function());
    let text = if !is_stream {
        settled(response.text()?).await?
    } else {
        match read_capped(stream.unchecked_ref(), max_bytes).await? {
            Some(text) => text,
            None => return Ok(Body::TooLong),
        }
    };
    let text: JsString = text.dyn_into()?;
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
fn is_surely_short(response: &Response, headers: &Headers, max_bytes: f64) -> bool {
    let length = host::header(headers, "content-length").and_then(|length| length.parse::<u32>().ok());
    let across_origins = response.kind().is_ok_and(|kind| kind == "cors");
    let plain = !across_origins && host::header(headers, "content-encoding").is_none();
    plain && length.is_some_and(|length| f64::from(length) <= max_bytes)
}

async fn read_capped(stream: &Stream, max_bytes: f64) -> Result<Option<JsValue>, JsValue> {
    let reader = stream.get_reader()?;
    let decoder: Decoder = TextDecoder::new()?.unchecked_into();
    let options = TextDecodeOptions::new();
    options.set_stream(true);
    let mut text = JsString::from("");
    let mut read = 0.0;
    loop {
        let chunk: Chunk = settled(reader.read()?).await?.unchecked_into();
        if chunk.done()?.is_truthy() {
            break;
        }
        let bytes = chunk.value()?;
        read += Reflect::get(&bytes, &"byteLength".into())?.as_f64().unwrap_or(f64::INFINITY);
        if read > max_bytes {
            let _ = reader.cancel();
            return Ok(None);
        }
        let part = decoder.decode(&bytes, &options)?;
        text = text.concat(&part);
    }
    let rest = decoder.decode(&JsValue::UNDEFINED, &TextDecodeOptions::new())?;
    Ok(Some(text.concat(&rest).into()))
}

/// A timer and a listener on the caller's signal; both are gone once it is dropped.
struct Interruption {
    fired: Rc<Fired>,
    timer: JsValue,
    signal: Option<Signal>,
    armed: Armed,
    /// What `armed` calls.
    _callback: Closure<dyn FnMut(JsValue)>,
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
                let signal = signal.as_ref().filter(|_| !event.is_undefined());
                let interrupt = match signal {
                    Some(signal) => Interrupt::Aborted(host::abort_reason(signal).unwrap_or_default()),
                    None => Interrupt::Elapsed,
                };
                *fired.interrupt.borrow_mut() = Some(interrupt);
                let waker = fired.waker.borrow_mut().take();
                waker.into_iter().for_each(Waker::wake);
            })
        };
        let armed = arm(&callback);
        let function: &Function = armed.unchecked_ref();
        let timer = set_timeout(function, ms).unwrap_or_default();
        if let Some(signal) = &signal {
            // What fired before is not told again.
            *fired.interrupt.borrow_mut() = host::abort_reason(signal).map(Interrupt::Aborted);
            let _ = signal.add_event_listener_with_callback("abort", function);
        }
        Interruption { fired, timer, signal, armed, _callback: callback }
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
        self.armed.disarm();
        let _ = clear_timeout(&self.timer);
        if let Some(signal) = &self.signal {
            let _ = signal.remove_event_listener_with_callback("abort", self.armed.unchecked_ref());
        }
    }
}
