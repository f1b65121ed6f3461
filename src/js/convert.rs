//! Arguments of the JavaScript face in, errors and events out.

use alloc::string::String;

use js_sys::Function;
use wasm_bindgen::prelude::*;

use super::value::describe;
use crate::call::Event;
use crate::error::{Code, Error, Kind, Phase, RateLimit, Violation};
use crate::host::Headers;
use crate::validate;

/// An id: a string by the rules, whatever it is that was passed.
pub(super) fn id(value: &JsValue, path: &str) -> Result<String, Error> {
    let Some(id) = value.as_string() else {
        let message = [path, " must be a string, but is ", &describe(value)];
        return Err(Error::validation(Code::InvalidId, path, &message));
    };
    validate::id_at(&id, path)?;
    Ok(id)
}

#[wasm_bindgen(module = "/src/js/shape.js")]
extern "C" {
    /// A text that is empty, and a limit of 0, is not there; of the booleans `has_cause` says whether `cause` is.
    fn failure(
        kind: u32,
        message: &str,
        code: &str,
        attempts: u32,
        retryable: bool,
        may_have_been_applied: bool,
        hint: &str,
        phase: &str,
        path: &str,
        limit: u32,
        actual: u32,
        has_cause: bool,
        cause: &JsValue,
    ) -> JsValue;

    /// A wait that is not known is NaN.
    #[wasm_bindgen(js_name = withAnswer)]
    fn with_answer(
        failure: JsValue,
        status: u16,
        rate_limit: JsValue,
        retry_after_ms: f64,
        error: &JsValue,
        headers: &Headers,
    ) -> JsValue;

    fn aborted(reason: &JsValue) -> JsValue;

    #[wasm_bindgen(js_name = rateLimit)]
    fn rate_limit_object(limit: f64, remaining: f64, reset: f64) -> JsValue;

    #[wasm_bindgen(js_name = tell)]
    fn tell_listener(
        listener: &Function,
        kind: u32,
        method: &str,
        path: &str,
        attempt: u32,
        operation: &str,
        status: u16,
        ms: f64,
        more: JsValue,
    );
}

pub(super) fn rate_limit(limits: Option<RateLimit>) -> JsValue {
    limits.map(|limits| rate_limit_object(limits.limit, limits.remaining, limits.reset)).unwrap_or_default()
}

/// What the package's JavaScript makes an error of; for an aborted call, what it makes of the reason.
pub(super) fn error(error: &Error) -> JsValue {
    let facts = &*error.0;
    let none = JsValue::UNDEFINED;
    let cause = facts.cause.as_ref().unwrap_or(&none);
    if facts.kind == Kind::Aborted {
        return aborted(cause);
    }
    let (path, limit, actual) = match &facts.violation {
        Some(Violation { path, limit, actual }) => (&**path, limit.unwrap_or(0), actual.unwrap_or(0)),
        None => ("", 0, 0),
    };
    let told = failure(
        facts.kind as u32,
        &facts.message,
        facts.code.as_str(),
        facts.attempts,
        facts.retryable,
        facts.may_have_been_applied,
        facts.hint.unwrap_or_default(),
        facts.phase.map_or("", Phase::as_str),
        path,
        limit,
        actual,
        facts.cause.is_some(),
        cause,
    );
    match &facts.api {
        None => told,
        Some(answer) => with_answer(
            told,
            answer.status,
            rate_limit(answer.rate_limit),
            answer.retry_after_ms.unwrap_or(f64::NAN),
            &answer.body,
            &answer.headers,
        ),
    }
}

/// Tells the package's listener of an event.
pub(crate) fn tell(listener: &Function, event: &Event<'_>) {
    let (kind, operation, path, attempt, status, ms, more) = match *event {
        Event::Request { operation, path, attempt } => (0, operation, path, attempt, 0, 0.0, JsValue::UNDEFINED),
        Event::Response { operation, path, attempt, status, elapsed_ms, rate_limit: limits } => {
            (1, operation, path, attempt, status, elapsed_ms, rate_limit(limits))
        }
        Event::Retry { operation, path, attempt, delay_ms, error: failed } => {
            (2, operation, path, attempt, 0, delay_ms, error(failed))
        }
    };
    // The class sees to listeners that throw.
    tell_listener(listener, kind, operation.method(), path, attempt, operation.as_str(), status, ms, more);
}
