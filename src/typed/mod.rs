//! For Rust programs, whichever service it is of: options, errors and the way through a call.

mod check;
pub(crate) mod drive;
#[cfg(target_arch = "wasm32")]
mod fetch;
#[cfg(not(target_arch = "wasm32"))]
mod native;
pub(crate) mod settings;

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::future::Future;

use user_handle_core::rules::options::{CallLimits, TokenReason};

use crate::host::{Outside, Pending, Signal, Value};

/// Any failure of a call: what went wrong, what caused it, and what the service said.
pub type Error = user_handle_core::wire::CallError<Outside>;

/// What the service said.
pub type ApiFailure = user_handle_core::wire::ApiFailure<Outside>;

/// What happens during a call. No event carries a token, a secret or the API key.
pub type Event<'a> = user_handle_core::wire::Event<'a, Outside>;

/// Hears of events.
pub type Listener = Rc<dyn Fn(&Event<'_>)>;

#[cfg(target_arch = "wasm32")]
pub(crate) fn listener(closure: Listener) -> crate::host::Listener {
    crate::host::Listener::Closure(closure)
}
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn listener(closure: Listener) -> Listener {
    closure
}

/// Implemented by nothing: what asks for it is for wasm32.
#[cfg(not(target_arch = "wasm32"))]
#[diagnostic::on_unimplemented(
    message = "a client calls the `fetch` of a JavaScript engine, and this target has none",
    label = "build for it with `--target wasm32-unknown-unknown`",
    note = "on other targets `build_on` takes a transport of your own, and `user_handle::token` and `user_handle::validate` work"
)]
pub trait HasFetch {}

/// What a `build` without a `fetch` would end with, if it could be called.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn no_fetch() -> Error {
    use user_handle_core::rules::{self, Code};
    rules::Error::site(Code::UnsupportedRuntime, &["this target has no fetch"]).into()
}

/// Called for a token whenever one is needed and the last one is missing, expired or refused.
pub(crate) type TokenProvider = Rc<dyn Fn(TokenReason) -> Pending<'static, Result<String, Value>>>;

pub(crate) fn provider<F>(ask: impl Fn(TokenReason) -> F + 'static) -> TokenProvider
where
    F: Future<Output = Result<String, Value>> + 'static,
{
    Rc::new(move |reason| -> Pending<'static, _> { alloc::boxed::Box::pin(ask(reason)) })
}

/// Options of one call. What is `None` is taken from the client.
#[derive(Clone, Debug, Default)]
pub struct CallOptions {
    /// Cancels the call at any point, a wait between attempts included.
    pub signal: Option<Signal>,
    /// Milliseconds for one attempt, body included. Default 10 000.
    pub timeout_ms: Option<f64>,
    /// Milliseconds for the whole call, attempts and waits included. Default 30 000.
    pub deadline_ms: Option<f64>,
    /// Attempts after the first. Default 2; 0 turns retries off.
    pub retries: Option<u32>,
    /// Further headers, as names and values such as `("traceparent", …)`; they win over those of the client. Names that the
    /// requests have of their own, such as `authorization`, are refused.
    pub headers: Vec<(String, String)>,
    /// For a create whose answer was lost, or which found the user: reads the user, and takes it as created by this call if
    /// it has the same data and is not older than the call. Default `false`.
    pub reconcile: bool,
}

impl CallOptions {
    /// These limits with what the options set.
    ///
    /// # Errors
    /// `invalid_option`.
    pub(crate) fn limits(&self, limits: CallLimits) -> Result<CallLimits, Error> {
        Ok(limits.with(self.timeout_ms, self.deadline_ms, self.retries.map(f64::from))?)
    }

    /// Whether equal calls may share one request: one that has options of its own is its caller's.
    pub(crate) fn is_plain(&self) -> bool {
        // By name, so that none is forgotten. What `reconcile` is for is never shared.
        let CallOptions { signal, timeout_ms, deadline_ms, retries, headers, reconcile: _ } = self;
        signal.is_none() && timeout_ms.is_none() && deadline_ms.is_none() && retries.is_none() && headers.is_empty()
    }
}
