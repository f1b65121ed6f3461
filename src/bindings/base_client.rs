//! What the clients of all services have for JavaScript: the state, the token provider, and calls.

use alloc::boxed::Box;
use alloc::rc::Rc;
use core::cell::{Cell, RefCell};

use js_sys::{Function, Promise};
use user_handle_core::call::{Call, ClientState, Service, Step};
use user_handle_core::wire::{CallError, Event, Request};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;

use super::arguments::{Options, merged};
use super::errors::{self, rate_limit};
use super::events;
use crate::fetch::{self, Fetch};
use crate::host::Listener;
use crate::host::values::parse_json;

#[wasm_bindgen(module = "/src/js/drive.js")]
extern "C" {
    fn drive(call: RunningCall, writes: bool) -> Promise;

    fn reject(thrown: &JsValue) -> Promise;
}

/// What a service has for JavaScript.
pub(crate) trait ServiceBindings: Service + Sized {
    /// The class of errors that the service answers.
    fn api_error_class() -> JsValue;
}

/// An error of a service.
pub(crate) fn error_to_js<S: ServiceBindings>(error: &CallError<Fetch>) -> JsValue {
    errors::to_js(error, S::api_error_class)
}

fn tell<S: ServiceBindings>(listener: &Function, event: &Event<'_, Fetch>) {
    events::tell(listener, error_to_js::<S>, event);
}

/// The requests of a client with these settings, which have the service's headers, as JSON, and those of the settings.
pub(crate) fn fetch_of(settings: &Options, headers: &str) -> Fetch {
    Fetch::new(settings.value("fetch"), merged(&settings.value("headers"), &parse_json(&headers.into())))
}

/// A client.
pub(crate) struct BaseClient<S> {
    pub state: ClientState<Fetch, S>,
    /// The token provider.
    pub provider: JsValue,
    /// The token provider is being called: what it calls of this client would wait for its own token.
    pub is_asking: Cell<bool>,
    /// Calls that run finish, and others are refused.
    pub is_disposed: Cell<bool>,
}

impl<S: ServiceBindings> BaseClient<S> {
    /// The limits last seen, or undefined.
    pub fn rate_limit(&self) -> JsValue {
        let limits = self.state.rate_limit.get();
        limits.map(rate_limit).unwrap_or_default()
    }

    /// Calls `listener(name, event)` from now on; with undefined, nothing is told.
    pub fn listen(&self, listener: &JsValue) {
        let function: Option<Function> = listener.is_truthy().then(|| listener.clone().unchecked_into());
        let listener = function.map(|function| Listener::Function(function, tell::<S>));
        self.state.listener.replace(listener);
    }
}

/// Makes a call with these options; what `request` refuses rejects the promise.
pub(crate) fn call<S: ServiceBindings>(
    base: &Rc<BaseClient<S>>,
    options: Result<Options, CallError<Fetch>>,
    request: impl FnOnce(&Options) -> Result<Request<Fetch>, CallError<Fetch>>,
) -> Promise {
    let begun = options.and_then(|options| {
        let request = request(&options)?;
        // A getter of the options or of the data may have done it.
        if base.is_disposed.get() {
            return Err(errors::disposed().into());
        }
        if base.is_asking.get() {
            return Err(errors::asks_itself().into());
        }
        let limits = options.limits(base.state.limits)?;
        let writes = request.operation.writes();
        let call = Call::begin(&base.state, request, options.abort_reason(), limits)?;
        let [signal, headers] = ["signal", "headers"].map(|name| options.value(name));
        Ok((Running { base: base.clone(), call: RefCell::new(Some(call)), signal, headers }, writes))
    });
    match begun {
        Ok((running, writes)) => drive(RunningCall(Box::new(running)), writes),
        Err(error) => reject(&error_to_js::<S>(&error)),
    }
}

struct Running<S> {
    base: Rc<BaseClient<S>>,
    /// Not there while it is worked on, since what it does may run code of the caller's; nor once it has ended.
    call: RefCell<Option<Box<Call<Fetch>>>>,
    signal: JsValue,
    /// Those of the caller, or undefined.
    headers: JsValue,
}

trait Advance {
    fn advance(&self, kind: u32, number: u32, first: JsValue, second: JsValue) -> Result<JsValue, JsValue>;
}

impl<S: ServiceBindings> Advance for Running<S> {
    fn advance(&self, kind: u32, number: u32, first: JsValue, second: JsValue) -> Result<JsValue, JsValue> {
        let Some(mut call) = self.call.take() else { return Ok(JsValue::UNDEFINED) };
        let BaseClient { state, provider, is_asking, .. } = &*self.base;
        let step = call.next(state, fetch::step_result(kind, number, first, second));
        let promise = match step.map_err(|error| error_to_js::<S>(&error))? {
            Step::Send(request) => state.host.start(&request, &self.headers, &self.signal),
            Step::Wait(ms) => fetch::pause(ms, &self.signal),
            Step::AskForToken(reason, ms) => {
                is_asking.set(true);
                let asked = fetch::ask_for_token(provider, reason.as_str(), ms, &self.signal);
                is_asking.set(false);
                asked
            }
            Step::Park(ms) => {
                let parked = fetch::park(ms, &self.signal);
                call.park(state, parked.clone().into());
                parked
            }
            Step::Done(done) if done.already_gone => return Ok(already_gone()),
            Step::Done(done) => return Ok(done.value),
        };
        self.call.replace(Some(call));
        Ok(promise.into())
    }
}

/// As the service's own answer to a deletion, whose answer was lost.
fn already_gone() -> JsValue {
    parse_json(&r#"{"duration":"0.00ms","alreadyGone":true}"#.into())
}

/// A call in flight, which `js/drive.js` takes on.
#[wasm_bindgen(private, skip_typescript)]
pub struct RunningCall(Box<dyn Advance>);

#[wasm_bindgen]
impl RunningCall {
    /// Takes the call on: gives a promise of what this is to be told next, or, once that is no promise, the result. The
    /// arguments are those of [`fetch::step_result`].
    #[wasm_bindgen(skip_typescript)]
    pub fn advance(&self, kind: u32, number: u32, first: JsValue, second: JsValue) -> Result<JsValue, JsValue> {
        self.0.advance(kind, number, first, second)
    }
}
