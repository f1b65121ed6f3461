//! What the npm package's JavaScript calls. Ids and data may be any value; the other arguments it has checked. What is
//! refused is thrown, and a call is taken on step by step by `pkg/src/drive.js`.
//!
//! Data is written before [`Core::begin`] returns: what the caller changes later is not sent.

use alloc::boxed::Box;
use alloc::string::String;
use core::cell::RefCell;

use js_sys::Function;
use slab::Slab;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;

use super::convert;
#[cfg(not(feature = "klaim"))]
use super::convert::id as checked_id;
#[cfg(feature = "klaim")]
use super::klaim::user_id as checked_id;
#[cfg(not(feature = "klaim"))]
use super::value;
use crate::authorise::Authorisation;
use crate::call::{Call, Step};
use crate::error::Error;
use crate::fetch::{self, Fetch};
use crate::host::{self, Text};
#[cfg(feature = "sign")]
use crate::host::{Body, Incoming};
use crate::options::{CallOptions, Limits};
use crate::request::Request;
#[cfg(not(feature = "klaim"))]
use crate::request::{FOLLOW_COUNTS, FOR_SERVERS, Operation};
#[cfg(feature = "sign")]
use crate::response;
use crate::shared::Shared;
#[cfg(feature = "sign")]
use crate::signer;
#[cfg(feature = "sign")]
use crate::validate;

#[wasm_bindgen(module = "/src/js/shape.js")]
extern "C" {
    #[wasm_bindgen(js_name = alreadyGone)]
    fn already_gone() -> JsValue;

    fn ask(asking: &JsValue, reason: &str, ms: f64, signal: &JsValue) -> JsValue;
}

/// A client, as the JavaScript class holds it.
#[wasm_bindgen]
pub struct Core {
    core: Shared,
    /// Asks the token provider: `(reason, ms, signal)` to a promise of the arguments of [`Core::advance`].
    ask: JsValue,
    calls: RefCell<Slab<Running>>,
}

struct Running {
    /// Not there while it is worked on: what it does may run code of the caller's that begins another.
    call: Option<Box<Call>>,
    signal: JsValue,
}

fn thrown(error: Error) -> JsValue {
    convert::error(&error)
}

/// Checks an id that stands at `path`. Throws what `convert::error` describes.
#[wasm_bindgen(js_name = checkId)]
pub fn check_id(id: &JsValue, path: &JsValue) -> Result<(), JsValue> {
    checked_id(id, &text(path)).map(drop).map_err(thrown)
}

/// The numbers that `write` of walk.js takes after the data, and then the bytes that it may have.
#[cfg(feature = "sign")]
#[wasm_bindgen(js_name = dataRule)]
pub fn data_rule(number: usize) -> u32 {
    value::RULES.get(number).copied().unwrap_or_default()
}

/// Whether these are so many ids of users, with commas between them.
#[cfg(feature = "sign")]
#[wasm_bindgen(js_name = areIds)]
pub fn are_ids(ids: &JsValue, count: usize) -> bool {
    let ids = text(ids);
    ids.split(',').count() == count && ids.split(',').all(|id| validate::id(id).is_ok())
}

/// Checks the id of a user of a batch, by its place there. Throws what `convert::error` describes.
#[cfg(feature = "sign")]
#[wasm_bindgen(js_name = checkMember)]
pub fn check_member(id: &JsValue, index: usize) -> Result<(), JsValue> {
    if id.as_string().is_some_and(|id| validate::id(&id).is_ok()) {
        return Ok(());
    }
    convert::id(id, &member(index, ".id")).map(drop).map_err(thrown)
}

/// The JSON text of the data of a user of a batch, by its place there, from what `write` of walk.js gave for it. Throws what
/// `convert::error` describes.
#[cfg(feature = "sign")]
#[wasm_bindgen(js_name = judgeData)]
pub fn judge_data(written: JsValue, data: &JsValue, index: usize) -> Result<Text, JsValue> {
    value::judge(written, data, &member(index, ".data")).map_err(thrown)
}

#[cfg(feature = "sign")]
fn member(index: usize, property: &str) -> String {
    validate::concat(["users[", &validate::number(index), "]", property])
}

#[wasm_bindgen]
impl Core {
    /// A client from what pkg/src/options.js makes of the arguments of `connect`. `root` is the API root and version,
    /// `parameters` are those of every request. At most one of `token`, a user's or one that the secret signed, and `ask`
    /// is there.
    #[allow(clippy::too_many_arguments)]
    pub fn open(
        root: &JsValue,
        parameters: &JsValue,
        token: &JsValue,
        of_user: bool,
        ask: JsValue,
        fetch: JsValue,
        timeout: f64,
        deadline: f64,
        retries: f64,
    ) -> Result<Core, JsValue> {
        let token: Option<Text> = token.is_truthy().then(|| token.clone().unchecked_into());
        let authorisation = match token {
            Some(token) if of_user && cfg!(not(feature = "klaim")) => Authorisation::of_user(token).map_err(thrown)?,
            token => Authorisation::new(token, ask.is_truthy()),
        };
        let fetch = Fetch::for_javascript(fetch);
        let limits = Limits::default().with(&limits(timeout, deadline, retries));
        let core = Shared::new(fetch, text(root), text(parameters), authorisation, limits);
        Ok(Core { core, ask, calls: RefCell::default() })
    }

    /// `user_id` of the token in use.
    #[cfg(not(feature = "klaim"))]
    #[wasm_bindgen(js_name = userId)]
    pub fn user_id(&self) -> JsValue {
        self.core.authorisation.user_id().map(JsValue::from).unwrap_or_default()
    }

    /// The limits last seen.
    #[wasm_bindgen(js_name = rateLimit)]
    pub fn rate_limit(&self) -> JsValue {
        convert::rate_limit(self.core.rate_limit.get())
    }

    /// Calls `listener(name, event)` from now on; with undefined, nothing is told.
    pub fn listen(&self, listener: &JsValue) {
        let listener: Option<Function> = listener.is_truthy().then(|| listener.clone().unchecked_into());
        #[cfg(feature = "serde")]
        let listener = listener
            .map(|listener| -> crate::Listener { alloc::rc::Rc::new(move |event| convert::tell(&listener, event)) });
        self.core.listener.replace(listener);
    }

    /// Begins a call and gives its number. `operation` is the number of an `Operation`; `subject` is an id, or, of a batch,
    /// the number of its members; `more` is what the path or the query has of it: the ids of a batch, or `true` for follow
    /// counts, for the token's own user, for a create to be reconciled, or for a batch whose answer nobody reads. `data` is of
    /// a batch or a flag the whole body, as text or as bytes of UTF-8.
    #[allow(clippy::too_many_arguments)]
    pub fn begin(
        &self,
        operation: u32,
        subject: &JsValue,
        data: &JsValue,
        more: &JsValue,
        signal: JsValue,
        timeout: f64,
        deadline: f64,
        retries: f64,
    ) -> Result<usize, JsValue> {
        let call = self
            .request(operation, subject, data, more)
            .and_then(|request| {
                let aborted = host::abort_reason(&signal);
                Call::begin(&self.core, request, aborted, &limits(timeout, deadline, retries))
            })
            .map_err(thrown)?;
        Ok(self.calls.borrow_mut().insert(Running { call: Some(Box::new(call)), signal }))
    }

    /// Takes a call on: gives a promise of what this is to be told next, or, once that is no promise, the result. The other
    /// arguments are those of [`fetch::given`].
    pub fn advance(
        &self,
        number: usize,
        kind: u32,
        detail: u32,
        first: JsValue,
        second: JsValue,
    ) -> Result<JsValue, JsValue> {
        let taken = self.calls.borrow_mut().get_mut(number).and_then(|it| Some((it.call.take()?, it.signal.clone())));
        // Nobody tells a call anything that has ended.
        let Some((mut call, signal)) = taken else { return Ok(JsValue::UNDEFINED) };
        let step = call.next(&self.core, fetch::given(kind, detail, first, second));
        let promise = match step {
            Ok(Step::Send(outgoing)) => self.core.outside.exchange(&outgoing, &signal).into(),
            Ok(Step::Wait(ms)) => fetch::wait(ms, &signal).into(),
            Ok(Step::Ask(reason, ms)) => ask(&self.ask, reason.as_str(), ms, &signal),
            Ok(Step::Done(answer)) => {
                self.forget(number);
                return Ok(if answer.already_gone { already_gone() } else { answer.value });
            }
            Err(error) => {
                self.forget(number);
                return Err(thrown(error));
            }
        };
        if let Some(running) = self.calls.borrow_mut().get_mut(number) {
            running.call = Some(call);
        }
        Ok(promise)
    }
}

#[cfg(feature = "sign")]
#[wasm_bindgen]
impl Core {
    /// Milliseconds since the Unix epoch, by the service's clock.
    #[wasm_bindgen(js_name = serviceTime)]
    pub fn service_time(&self) -> f64 {
        self.core.unix_ms()
    }
}

/// What a `get` of a user comes to whom a batch left out; `body` is what the service says of it.
#[cfg(feature = "sign")]
#[wasm_bindgen(js_name = notFound)]
pub fn not_found(id: &JsValue, headers: JsValue, body: JsValue) -> JsValue {
    let incoming = Incoming { status: 404, headers: headers.unchecked_into(), body: Body::Json(body) };
    match response::decode(&Request::new(Operation::Get, &text(id)), incoming, None, 0.0) {
        Ok(_) => JsValue::UNDEFINED,
        Err((.., mut error)) => {
            error.0.attempts = 1;
            convert::error(&error)
        }
    }
}

/// The token that the app secret signs for a client's own requests.
#[cfg(feature = "sign")]
#[wasm_bindgen(js_name = signServerToken)]
pub fn sign_server_token(secret: &JsValue) -> JsValue {
    signer::server_token(&text(secret)).into()
}

/// A user token that the app secret signs; `issued` is what it says in `iat`, in Unix seconds, or NaN.
#[cfg(feature = "sign")]
#[wasm_bindgen(js_name = signUserToken)]
pub fn sign_user_token(secret: &JsValue, user_id: &JsValue, claims: &JsValue, issued: f64) -> Result<JsValue, JsValue> {
    let claims = Some(claims).filter(|claims| !claims.is_undefined());
    let issued = Some(issued).filter(|issued| !issued.is_nan());
    convert::id(user_id, "userId")
        .and_then(|user_id| signer::user_token(&text(secret), &user_id, claims, issued))
        .map(JsValue::from)
        .map_err(thrown)
}

impl Core {
    fn forget(&self, number: usize) {
        self.calls.borrow_mut().try_remove(number);
    }

    /// The request of a call, from its arguments.
    #[cfg(feature = "klaim")]
    fn request(&self, number: u32, subject: &JsValue, data: &JsValue, more: &JsValue) -> Result<Request, Error> {
        super::klaim::request(number, subject, data, more)
    }

    /// The request of a call, from its arguments.
    #[cfg(not(feature = "klaim"))]
    fn request(&self, number: u32, subject: &JsValue, data: &JsValue, more: &JsValue) -> Result<Request, Error> {
        let operation = Operation::from_number(number);
        let own = operation == Operation::GetOrCreate && more.is_truthy();
        if own {
            // The call learns the id from the token.
            return Ok(Request::create("", value::write_data_without(data, "id", "data")?, true));
        }
        let subject = if operation.is_batch() { text(subject) } else { convert::id(subject, "id")? };
        let mut request = Request::new(operation, &subject);
        match operation {
            Operation::Create | Operation::GetOrCreate | Operation::Update => {
                request.text = Some(value::write_data(data, "data")?);
                request.reconcile = more.is_truthy();
            }
            Operation::AddUsers | Operation::FlagUser if FOR_SERVERS => {
                request.text = Some(data.clone().unchecked_into());
                request.terse = more.is_truthy();
            }
            Operation::Get if more.is_truthy() => request.query = FOLLOW_COUNTS.into(),
            Operation::GetUsers | Operation::DeleteUsers if FOR_SERVERS => request.query = text(more),
            _ => {}
        }
        Ok(request)
    }
}

/// A text, which the package's JavaScript has checked to be one.
fn text(value: &JsValue) -> String {
    value.as_string().unwrap_or_default()
}

/// A number that is NaN is not given.
fn limits(timeout: f64, deadline: f64, retries: f64) -> CallOptions {
    let given = |number: f64| Some(number).filter(|number| !number.is_nan());
    CallOptions {
        signal: None,
        timeout_ms: given(timeout),
        deadline_ms: given(deadline),
        retries: given(retries).map(|retries| retries as u32),
    }
}
