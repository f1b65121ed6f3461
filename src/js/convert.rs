//! Arguments of the JavaScript face in, errors and events out.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;

use js_sys::Function;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::as_promise;
use super::value::describe;
use crate::call::Event;
use crate::error::{Code, Error, Kind, Phase, RateLimit, Violation};
use crate::options::{Credentials, TokenProvider, TokenReason};
use crate::validate::{self, concat};

/// An id: a string by the rules, whatever it is that was passed.
pub(super) fn id(value: &JsValue, path: &str) -> Result<String, Error> {
    let Some(id) = value.as_string() else {
        let message = concat([path, " must be a string, but is ", describe(value)]);
        return Err(Error::validation(Code::InvalidId, path, message));
    };
    validate::id_at(&id, path)?;
    Ok(id)
}

/// What `connect` was given to be let in: `kind` says which.
pub(super) fn credentials(kind: u32, given: &JsValue) -> Credentials {
    let text = || given.as_string().unwrap_or_default().into();
    match (kind, given.dyn_ref::<Function>()) {
        (1, _) => Credentials::Secret(text()),
        (2, _) => Credentials::Token(text()),
        (3, Some(provider)) => Credentials::Provider(token_provider(provider.clone())),
        _ => Credentials::None,
    }
}

fn token_provider(provider: Function) -> TokenProvider {
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
