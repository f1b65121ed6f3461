//! The world outside, as the rest of the crate sees it: a clock, a random number, a way to send a request, and the
//! JSON values that come and go.
//!
//! On wasm32 a value is a JavaScript value and stays one: `JSON.stringify` writes it and `JSON.parse` reads it
//! (`js/`, `fetch.rs`). Elsewhere it is a `serde_json::Value`, and whoever wants to send requests, a test for instance,
//! implements `Host`.

use alloc::boxed::Box;
#[cfg(not(target_arch = "wasm32"))]
use alloc::rc::Rc;
use alloc::string::String;
#[cfg(not(target_arch = "wasm32"))]
use core::cell::Cell;
use core::future::Future;
use core::pin::Pin;

#[cfg(all(feature = "serde", not(target_arch = "wasm32")))]
use crate::call::Given;
use crate::error::Phase;

#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use native::*;

#[cfg(target_arch = "wasm32")]
pub(crate) use crate::js::value::*;

/// A JSON value, and whatever a failed `fetch` was rejected with.
#[cfg(target_arch = "wasm32")]
pub type Value = wasm_bindgen::JsValue;
/// A JSON value, and whatever a failed request ended with.
#[cfg(not(target_arch = "wasm32"))]
pub type Value = serde_json::Value;

/// JSON text that is ready to be sent.
#[cfg(target_arch = "wasm32")]
pub type Text = js_sys::JsString;
/// JSON text that is ready to be sent.
#[cfg(not(target_arch = "wasm32"))]
pub type Text = String;

/// What cancels a call.
#[cfg(target_arch = "wasm32")]
pub type Signal = web_sys::AbortSignal;
/// What cancels a call.
#[cfg(not(target_arch = "wasm32"))]
pub type Signal = Rc<Cell<bool>>;

/// The headers of a response; names in lower case.
#[cfg(target_arch = "wasm32")]
pub type Headers = web_sys::Headers;
/// The headers of a response; names in lower case.
#[cfg(not(target_arch = "wasm32"))]
pub type Headers = alloc::collections::BTreeMap<String, String>;

/// A future that is not sent between threads.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// One attempt, as it leaves.
pub struct Outgoing {
    /// `GET`, `POST`, `PUT` or `DELETE`.
    pub method: &'static str,
    /// The whole URL.
    pub url: String,
    /// The JSON body.
    pub body: Option<Text>,
    /// What goes into `Authorization`.
    pub token: Option<Text>,
    /// Milliseconds it may take, its body included.
    pub limit_ms: f64,
    /// The longest body that is read, in bytes.
    pub max_answer_bytes: f64,
    /// Nobody reads the list in the body of a success: a host may give an empty one in its place.
    pub terse: bool,
}

/// A response, read to its end.
pub struct Incoming {
    /// The HTTP status.
    pub status: u16,
    /// The response's headers, those a browser shows.
    pub headers: Headers,
    /// The parsed body, or its text where it is not JSON; `None` where it is empty.
    pub body: Body,
}

/// A response's body.
#[derive(Clone, Debug)]
pub enum Body {
    /// Nothing.
    Empty,
    /// JSON.
    Json(Value),
    /// Text that is not JSON.
    Other(Value),
    /// More than the cap: not read to its end.
    TooLong,
}

/// An attempt that ended without a whole response.
pub struct Failure {
    /// How far it came.
    pub phase: Phase,
    /// Whether it is certain that the service never saw the request.
    pub unsent: bool,
    /// Whether another attempt would fail in the same way.
    pub is_final: bool,
    /// Whether the connection broke: where it had served other calls, it may just have been closed for being idle.
    pub broken: bool,
    /// What it was rejected with.
    pub cause: Value,
}

impl Failure {
    /// The answer was lost, in this phase.
    pub fn lost(phase: Phase, cause: Value) -> Self {
        Failure { phase, unsent: false, is_final: false, broken: false, cause }
    }

    /// No connection was made.
    pub fn unsent(cause: Value) -> Self {
        Failure { unsent: true, ..Failure::lost(Phase::Connect, cause) }
    }
}

/// The clock, the random number and the wire, as a client has them.
#[cfg(target_arch = "wasm32")]
pub(crate) type Outside = crate::fetch::Fetch;
/// The clock, the random number and the wire, as a client has them.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) type Outside = Rc<dyn Host>;

/// The clock, the random number and the wire, where there is no `fetch`.
#[cfg(not(target_arch = "wasm32"))]
pub trait Host {
    /// Milliseconds from some point on; never jumps.
    fn now(&self) -> f64;

    /// Milliseconds since the Unix epoch, by the local clock.
    fn unix_ms(&self) -> f64;

    /// A number from 0 up to, and without, 1.
    fn random(&self) -> f64;

    /// Sends one attempt and reads the response, until its time is up or the signal fires. Dropping the future cancels
    /// the request.
    #[cfg(feature = "serde")]
    fn send(&self, outgoing: Outgoing, signal: Option<&Signal>) -> Pending<'_, Given>;

    /// Ends after `ms`, or with the reason when the signal fires. Dropping the future releases the timer and the listener.
    #[cfg(feature = "serde")]
    fn wait(&self, ms: f64, signal: Option<&Signal>) -> Pending<'static, Option<Value>>;
}
