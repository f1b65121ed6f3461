//! Arguments of the JavaScript face in, errors and events out.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use js_sys::{Function, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortSignal;

use super::as_promise;
use super::value::describe;
use crate::call::Event;
use crate::error::{Code, Error, Kind, Phase, RateLimit, Violation};
use crate::options::{self, CallOptions, Credentials, Place, StreamUrl, TokenReason};
use crate::validate::{self, concat};

fn missing(value: &JsValue) -> bool {
    value.is_undefined() || value.is_null()
}

/// A property of an argument; reading it may run the caller's code.
fn property(object: &JsValue, name: &str) -> Result<JsValue, Error> {
    if !object.is_object() && !object.is_function() {
        return Ok(JsValue::UNDEFINED);
    }
    Reflect::get(object, &name.into()).map_err(|thrown| {
        let message = concat(["option ", name, " could not be read: a getter or proxy threw"]);
        Error::input(Code::InvalidOption, message).with_cause(thrown)
    })
}

fn wrong(name: &str, rule: &str, value: &JsValue) -> Error {
    Error::input(Code::InvalidOption, concat([name, " must be ", rule, ", but is ", describe(value)]))
}

/// A text argument: `None` where it is missing.
pub(super) fn text(value: &JsValue, name: &str) -> Result<Option<String>, Error> {
    if missing(value) {
        return Ok(None);
    }
    value.as_string().map(Some).ok_or_else(|| wrong(name, "a string", value))
}

/// The number of the application, which Stream's client takes as text or as a number.
pub(super) fn app_id(value: &JsValue) -> Result<Option<String>, Error> {
    match value.as_f64() {
        Some(number) if number >= 0.0 && number == f64::from(number as u32) => {
            Ok(Some(validate::number(number as usize)))
        }
        _ => text(value, "appId"),
    }
}

/// What the environment variable `STREAM_URL` says.
pub(super) fn stream_url(environment: &JsValue) -> Option<StreamUrl> {
    options::stream_url(&property(environment, "STREAM_URL").ok()?.as_string()?)
}

pub(super) fn text_option(options: &JsValue, name: &str) -> Result<Option<String>, Error> {
    text(&property(options, name)?, &concat(["option ", name]))
}

pub(super) fn flag(options: &JsValue, name: &str) -> Result<Option<bool>, Error> {
    let value = property(options, name)?;
    if missing(&value) {
        return Ok(None);
    }
    value.as_bool().map(Some).ok_or_else(|| wrong(&concat(["option ", name]), "true or false", &value))
}

fn milliseconds(options: &JsValue, name: &str) -> Result<Option<f64>, Error> {
    let value = property(options, name)?;
    if missing(&value) {
        return Ok(None);
    }
    value.as_f64().map(Some).ok_or_else(|| wrong(&concat(["option ", name]), "a number of milliseconds", &value))
}

/// An options argument: an object, or nothing.
pub(super) fn options_object(options: &JsValue) -> Result<(), Error> {
    if missing(options) || options.is_object() { Ok(()) } else { Err(wrong("options", "an object", options)) }
}

pub(super) fn call_options(options: &JsValue) -> Result<CallOptions, Error> {
    options_object(options)?;
    if missing(options) {
        return Ok(CallOptions::default());
    }
    let retries = property(options, "retries")?;
    let read = CallOptions {
        signal: signal(&property(options, "signal")?)?,
        timeout_ms: milliseconds(options, "timeout")?,
        deadline_ms: milliseconds(options, "deadline")?,
        retries: if missing(&retries) { None } else { Some(count(&retries)?) },
    };
    read.check()?;
    Ok(read)
}

fn count(value: &JsValue) -> Result<u32, Error> {
    let count = value.as_f64().filter(|count| (0.0..=100.0).contains(count) && *count == f64::from(*count as u32));
    count
        .map(|count| count as u32)
        .ok_or_else(|| Error::input(Code::InvalidOption, "option retries must be a whole number from 0 to 100"))
}

/// A signal of any realm: what counts is that it can be listened to.
fn signal(value: &JsValue) -> Result<Option<AbortSignal>, Error> {
    if missing(value) {
        return Ok(None);
    }
    let is_signal = property(value, "addEventListener")?.is_function()
        && property(value, "removeEventListener")?.is_function()
        && property(value, "aborted")?.as_bool().is_some();
    if is_signal {
        Ok(Some(value.unchecked_ref::<AbortSignal>().clone()))
    } else {
        Err(Error::input(Code::InvalidOption, "option signal must be an AbortSignal"))
    }
}

/// An id: a string by the rules, whatever it is that was passed.
pub(super) fn id(value: &JsValue, path: &str) -> Result<String, Error> {
    let Some(id) = value.as_string() else {
        let message = concat([path, " must be a string, but is ", describe(value)]);
        return Err(Error::validation(Code::InvalidId, path, message));
    };
    validate::id_at(&id, path)?;
    Ok(id)
}

/// The members of an iterable: its iterator runs the caller's code.
pub(super) fn members(iterable: &JsValue, name: &str) -> Result<Vec<JsValue>, Error> {
    let found = if iterable.is_string() { "a string" } else { describe(iterable) };
    let refused = || {
        let message = concat([name, " must be an array or another iterable, but is ", found]);
        Error::validation(Code::InvalidData, name, message)
    };
    if !iterable.is_object() {
        return Err(refused());
    }
    let mut collected = Vec::new();
    let iterator = js_sys::try_iter(iterable).map_err(|thrown| refused().with_cause(thrown))?;
    for member in iterator.ok_or_else(refused)? {
        collected.push(member.map_err(|thrown| refused().with_cause(thrown))?);
        // An endless iterable ends here.
        validate::batch_size(collected.len(), name)?;
    }
    Ok(collected)
}

/// A member of a batch: its id and its data.
pub(super) fn new_user(member: &JsValue, path: &str) -> Result<(String, JsValue), Error> {
    let read = |name: &str| {
        Reflect::get(member, &name.into()).map_err(|thrown| {
            let message = concat([path, ".", name, " could not be read: a getter or proxy of it threw"]);
            Error::validation(Code::InvalidData, path, message).with_cause(thrown)
        })
    };
    if !member.is_object() {
        return Err(validate::not_an_object(describe(member), path));
    }
    Ok((id(&read("id")?, &concat([path, ".id"]))?, read("data")?))
}

/// The second argument of `connect`.
pub(super) fn credentials(value: &JsValue) -> Result<Credentials, Error> {
    if missing(value) {
        return Ok(Credentials::None);
    }
    if let Some(text) = value.as_string() {
        // The rule of Stream's clients: a token has a dot, a secret has none.
        return Ok(if text.contains('.') { Credentials::Token(text.into()) } else { Credentials::Secret(text.into()) });
    }
    match value.dyn_ref::<Function>() {
        Some(provider) => Ok(Credentials::Provider(token_provider(provider.clone()))),
        None => Err(wrong("secretOrToken", "a string, a function or null", value)),
    }
}

fn token_provider(provider: Function) -> crate::options::TokenProvider {
    Rc::new(move |reason: TokenReason| {
        let provider = provider.clone();
        Box::pin(async move {
            let given = provider.call1(&JsValue::UNDEFINED, &reason.as_str().into())?;
            let token = JsFuture::from(as_promise(&given)?).await?;
            // What is not a string is no token; its kind, and not the thing, is told.
            token
                .as_string()
                .ok_or_else(|| js_sys::TypeError::new(&concat(["the token provider gave ", describe(&token)])).into())
        })
    })
}

/// The options of `connect` that say where the API is; `environment` holds the process's variables.
pub(super) fn place(options: &JsValue, environment: &JsValue) -> Result<Place, Error> {
    let variable = |name: &str| property(environment, name).ok().and_then(|value| value.as_string());
    let set = |value: Option<String>| value.filter(|text| !text.is_empty());
    Ok(Place {
        base_url: text_option(options, "baseUrl")?,
        url_override: text(&property(&property(options, "urlOverride")?, "api")?, "option urlOverride.api")?,
        environment: set(variable("STREAM_BASE_URL")),
        local: flag(options, "local")?.unwrap_or(false) || set(variable("LOCAL")).is_some(),
        location: set(text_option(options, "location")?),
        protocol: text_option(options, "protocol")?,
    })
}

/// The option `fetch` of `connect`.
pub(super) fn own_fetch(options: &JsValue) -> Result<Option<Function>, Error> {
    let fetch = property(options, "fetch")?;
    if !missing(&fetch) && !fetch.is_function() {
        return Err(wrong("option fetch", "a function", &fetch));
    }
    Ok(fetch.dyn_into().ok())
}

pub(super) fn reporter_and_reason(options: &JsValue) -> Result<(Option<String>, Option<String>), Error> {
    Ok((text_option(options, "user_id")?, text_option(options, "reason")?))
}

#[wasm_bindgen(module = "/src/js/shape.js")]
extern "C" {
    fn failure(
        class: &str,
        message: &str,
        code: &str,
        attempts: u32,
        retryable: bool,
        may_have_been_applied: bool,
        hint: Option<&str>,
        phase: Option<&str>,
    ) -> JsValue;

    #[wasm_bindgen(js_name = withCause)]
    fn with_cause(failure: JsValue, cause: &JsValue) -> JsValue;

    #[wasm_bindgen(js_name = withViolation)]
    fn with_violation(failure: JsValue, path: &str, limit: Option<u32>, actual: Option<u32>) -> JsValue;

    #[wasm_bindgen(js_name = withAnswer)]
    fn with_answer(
        failure: JsValue,
        status: u16,
        api_code: Option<f64>,
        exception: Option<&str>,
        detail: Option<&str>,
        rate_limit: JsValue,
        retry_after_ms: Option<f64>,
        error: &JsValue,
        headers: &JsValue,
    ) -> JsValue;

    fn aborted(reason: &JsValue) -> JsValue;

    #[wasm_bindgen(js_name = rateLimit)]
    fn rate_limit_object(limit: f64, remaining: f64, reset: f64) -> JsValue;

    #[wasm_bindgen(js_name = requestEvent)]
    fn request_event(method: &str, path: &str, attempt: u32, operation: &str) -> JsValue;

    #[wasm_bindgen(js_name = responseEvent)]
    fn response_event(
        method: &str,
        path: &str,
        attempt: u32,
        status: u16,
        elapsed_ms: f64,
        rate_limit: JsValue,
    ) -> JsValue;

    #[wasm_bindgen(js_name = retryEvent)]
    fn retry_event(method: &str, path: &str, attempt: u32, delay_ms: f64, error: JsValue) -> JsValue;
}

pub(super) fn rate_limit(limits: Option<RateLimit>) -> JsValue {
    limits.map(|limits| rate_limit_object(limits.limit, limits.remaining, limits.reset)).unwrap_or_default()
}

/// What the package's JavaScript makes an error of; for an aborted call, what it makes of the reason.
pub(super) fn error(error: &Error) -> JsValue {
    let facts = &*error.0;
    let class = match facts.kind {
        Kind::Aborted => return aborted(facts.cause.as_ref().unwrap_or(&JsValue::UNDEFINED)),
        Kind::Input => "FeedError",
        Kind::Validation => "ValidationError",
        Kind::Type => "TypeError",
        Kind::Site => "SiteError",
        Kind::Api => "StreamApiError",
    };
    let mut told = failure(
        class,
        &facts.message,
        facts.code.as_str(),
        facts.attempts,
        facts.retryable,
        facts.may_have_been_applied,
        facts.hint,
        facts.phase.map(Phase::as_str),
    );
    if let Some(cause) = &facts.cause {
        told = with_cause(told, cause);
    }
    if let Some(Violation { path, limit, actual }) = &facts.violation {
        told = with_violation(told, path, *limit, *actual);
    }
    if let Some(answer) = &facts.api {
        told = with_answer(
            told,
            answer.status,
            answer.api_code,
            answer.exception.as_deref(),
            answer.detail.as_deref(),
            rate_limit(answer.rate_limit),
            answer.retry_after_ms,
            &answer.body,
            &answer.headers,
        );
    }
    told
}

/// The name of an event and what it tells.
pub(super) fn event(event: &Event<'_>) -> (&'static str, JsValue) {
    match *event {
        Event::Request { operation, path, attempt } => {
            ("request", request_event(operation.method(), path, attempt, operation.as_str()))
        }
        Event::Response { operation, path, attempt, status, elapsed_ms, rate_limit: limits } => {
            ("response", response_event(operation.method(), path, attempt, status, elapsed_ms, rate_limit(limits)))
        }
        Event::Retry { operation, path, attempt, delay_ms, error: failed } => {
            ("retry", retry_event(operation.method(), path, attempt, delay_ms, error(failed)))
        }
    }
}
