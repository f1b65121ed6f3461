//! Arguments of the JavaScript face in, errors and events out.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortSignal;

use super::value::describe;
use crate::call::Event;
use crate::error::{ApiFailure, Code, Error, Kind, RateLimit};
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

fn text_option(options: &JsValue, name: &str) -> Result<Option<String>, Error> {
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
    if !member.is_object() || Array::is_array(member) {
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
            let token = JsFuture::from(Promise::resolve(&given)).await?;
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

/// The other options of `connect`.
pub(super) struct Settings {
    pub version: Option<String>,
    pub group: Option<String>,
    pub expire_tokens: bool,
    pub browser: Option<bool>,
    pub fetch: Option<Function>,
}

pub(super) fn settings(options: &JsValue) -> Result<Settings, Error> {
    let fetch = property(options, "fetch")?;
    if !missing(&fetch) && !fetch.is_function() {
        return Err(wrong("option fetch", "a function", &fetch));
    }
    Ok(Settings {
        version: text_option(options, "version")?,
        group: text_option(options, "group")?,
        expire_tokens: flag(options, "expireTokens")?.unwrap_or(false),
        browser: flag(options, "browser")?,
        fetch: fetch.dyn_into().ok(),
    })
}

pub(super) fn reporter_and_reason(options: &JsValue) -> Result<(Option<String>, Option<String>), Error> {
    Ok((text_option(options, "user_id")?, text_option(options, "reason")?))
}

/// A plain object under construction.
pub(super) struct Plain(Object);

impl Plain {
    pub fn new() -> Self {
        Plain(Object::new())
    }

    pub fn with(self, name: &str, value: impl Into<JsValue>) -> Self {
        let _ = Reflect::set(&self.0, &name.into(), &value.into());
        self
    }

    pub fn with_some(self, name: &str, value: Option<impl Into<JsValue>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    pub fn done(self) -> JsValue {
        self.0.into()
    }
}

pub(super) fn rate_limit(limits: RateLimit) -> JsValue {
    let RateLimit { limit, remaining, reset } = limits;
    Plain::new().with("limit", limit).with("remaining", remaining).with("reset", reset).done()
}

/// What the package's JavaScript makes an error of; for an aborted call, `{ reason }`.
pub(super) fn error(error: &Error) -> JsValue {
    let class = match error.0.kind {
        Kind::Aborted => {
            return Plain::new().with("reason", error.0.cause.clone().unwrap_or_default()).done();
        }
        Kind::Input => "FeedError",
        Kind::Validation => "ValidationError",
        Kind::Type => "TypeError",
        Kind::Site => "SiteError",
        Kind::Api => "StreamApiError",
    };
    let mut fields = Plain::new()
        .with("code", error.0.code.as_str())
        .with("attempts", error.0.attempts)
        .with("retryable", error.0.retryable)
        .with("mayHaveBeenApplied", error.0.may_have_been_applied)
        .with_some("hint", error.0.hint)
        .with_some("phase", error.0.phase.map(|phase| phase.as_str()));
    if let Some(violation) = error.violation() {
        fields = fields
            .with("path", &*violation.path)
            .with_some("limit", violation.limit)
            .with_some("actual", violation.actual);
    }
    if let Some(failure) = error.api() {
        fields = api_fields(fields, failure);
    }
    Plain::new()
        .with("class", class)
        .with("message", &*error.0.message)
        .with_some("cause", error.0.cause.clone())
        .with("fields", fields.done())
        .done()
}

fn api_fields(fields: Plain, failure: &ApiFailure) -> Plain {
    // In the form in which Stream's client has it, without what that one's holds of the request: the token.
    let response = Plain::new()
        .with("status", failure.status)
        .with("headers", failure.headers.clone())
        .with("data", failure.body.clone());
    fields
        .with("status", failure.status)
        .with_some("apiCode", failure.api_code)
        .with_some("exception", failure.exception.as_deref())
        .with_some("detail", failure.detail.as_deref())
        .with_some("rateLimit", failure.rate_limit.map(rate_limit))
        .with_some("retryAfterMs", failure.retry_after_ms)
        .with("error", failure.body.clone())
        .with("response", response.done())
}

/// The name of an event and what it tells.
pub(super) fn event(event: &Event<'_>) -> (&'static str, JsValue) {
    let common = |operation: &crate::Operation, path: &str, attempt: u32| {
        Plain::new().with("method", operation.method()).with("path", path).with("attempt", attempt)
    };
    match event {
        Event::Request { operation, path, attempt } => {
            ("request", common(operation, path, *attempt).with("operation", operation.as_str()).done())
        }
        Event::Response { operation, path, attempt, status, elapsed_ms, rate_limit: limits } => {
            let told = common(operation, path, *attempt).with("status", *status).with("elapsedMs", *elapsed_ms);
            ("response", told.with_some("rateLimit", limits.map(rate_limit)).done())
        }
        Event::Retry { operation, path, attempt, delay_ms, error: failed } => {
            let told = common(operation, path, *attempt).with("delayMs", *delay_ms);
            ("retry", told.with("error", error(failed)).done())
        }
    }
}
