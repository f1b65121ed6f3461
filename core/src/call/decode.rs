//! Turns the status and body of a response into a value or an error.

use alloc::string::String;

use super::retry::Ending;
use super::service::Service;
use crate::rules::text::number;
use crate::rules::validate::MAX_BATCH_BYTES;
use crate::rules::{Code, Error, Kind, Phase, RateLimit};
use crate::wire::headers::{RetryHints, retry_hints};
use crate::wire::operation::AnswerShape;
use crate::wire::{Answer, ApiFailure, AttemptFailure, Body, CallError, Effect, Host, Operation, Request};

/// The longest body that is read for one user, in bytes.
const MAX_ANSWER_BYTES: f64 = 1_048_576.0;
/// The longest body that is read for many users, in bytes.
const MAX_LONG_ANSWER_BYTES: f64 = MAX_BATCH_BYTES as f64;

pub(super) fn max_answer_bytes(operation: &Operation) -> f64 {
    if operation.has_many() { MAX_LONG_ANSWER_BYTES } else { MAX_ANSWER_BYTES }
}

/// How an attempt failed, and the error to report for it.
pub(crate) struct FailedAttempt<H: Host> {
    pub ending: Ending,
    pub hints: RetryHints,
    pub error: CallError<H>,
}

/// Reads a whole response. Returns the value that it carries, or how the attempt failed.
pub(crate) fn decode<H: Host, S: Service>(
    request: &Request<H>,
    answer: Answer<H>,
    rate_limit: Option<RateLimit>,
    unix_ms: f64,
) -> Result<H::Value, FailedAttempt<H>> {
    if !(200..300).contains(&answer.status) {
        let hints = retry_hints(&answer, rate_limit, unix_ms);
        let ending = Ending::Status(answer.status);
        return Err(FailedAttempt { ending, hints, error: api_error::<H, S>(request, answer, rate_limit, hints) });
    }
    let operation = request.operation;
    let problem = match answer.body {
        Body::Json(value) if is_of_another::<H>(request, &value) => "is about another user",
        Body::Json(value) if has_shape::<H>(request, &value) => {
            return Ok(match operation.answer {
                AnswerShape::Record(shape) => H::tidy(value, shape),
                _ => value,
            });
        }
        // The body of a deletion tells nothing, and a proxy may have dropped it.
        Body::Empty if operation.effect == Effect::Delete => return Ok(H::empty_object()),
        Body::Json(_) => "is not of the documented shape",
        Body::Empty => "has no body",
        Body::Other(_) => "is not JSON",
        Body::TooLong => "is longer than is reasonable",
    };
    let status = number(answer.status.into());
    let message = ["the answer to ", &request.title(), " (HTTP ", &status, ") ", problem];
    let mut error = Error::site(Code::InvalidResponse, &message)
        .with_hint("a proxy or a sign-in page may have answered in place of the service");
    error.set(|parts| {
        parts.phase = Some(Phase::Body);
        parts.may_have_been_applied = operation.writes();
    });
    Err(FailedAttempt { ending: Ending::Unreadable, hints: RetryHints::default(), error: error.into() })
}

/// The error for an answer that does not fit the type that the caller asked for.
pub fn unexpected_type<H: Host>(request: &Request<H>, problem: &str) -> Error {
    let message = [&request.title(), " succeeded, but its answer is not of the type asked for: ", problem];
    let mut error = Error::site(Code::InvalidResponse, &message);
    error.set(|parts| {
        parts.phase = Some(Phase::Body);
        parts.may_have_been_applied = request.operation.writes();
    });
    error
}

/// Whether a success holds the record of a user other than the one that was asked for.
fn is_of_another<H: Host>(request: &Request<H>, value: &H::Value) -> bool {
    let AnswerShape::Record(record) = request.operation.answer else { return false };
    let asked = &request.subject;
    let is_asked = |id: &String| id == asked || record.ignores_case && id.eq_ignore_ascii_case(asked);
    let mut ids = record.asked_by.iter().filter_map(|name| H::string_field(value, name)).peekable();
    ids.peek().is_some() && !ids.any(|id| is_asked(&id))
}

/// Whether a success holds what callers rely on.
fn has_shape<H: Host>(request: &Request<H>, value: &H::Value) -> bool {
    match request.operation.answer {
        AnswerShape::Record(record) => H::is_record(value, record.id, record.data),
        AnswerShape::Records(name, record) => H::has_list(value, name, record.id, record.data, request.listed_ids()),
        AnswerShape::Ids(name) => H::has_list(value, name, "", "", request.listed_ids()),
        AnswerShape::Number(name) => H::number_field(value, name).is_some(),
        AnswerShape::Object => H::is_object(value),
    }
}

fn api_error<H: Host, S: Service>(
    request: &Request<H>,
    answer: Answer<H>,
    rate_limit: Option<RateLimit>,
    hints: RetryHints,
) -> CallError<H> {
    let status = answer.status;
    let body = match answer.body {
        Body::Json(value) | Body::Other(value) => value,
        Body::Empty | Body::TooLong => H::empty_object(),
    };
    let detail = S::detail::<H>(&body);
    let retry_after_ms = hints.retry_after_ms;
    let failure = ApiFailure { status, rate_limit, retry_after_ms, detail, body, headers: answer.headers };
    let code = S::code(status, failure.detail.as_deref().unwrap_or_default());
    let mut error = api_message(request, &failure, code);
    error.set(|parts| {
        parts.hint = S::hint(code, status);
        parts.may_have_been_applied = status >= 500 && request.operation.writes();
    });
    CallError::of_api(error, failure)
}

/// `create of user ada failed: the user exists already (HTTP 409, ConflictException)`.
fn api_message<H: Host>(request: &Request<H>, failure: &ApiFailure<H>, code: Code) -> Error {
    let detail = failure.detail.as_deref().unwrap_or_default().trim_ascii();
    let said = detail.strip_suffix('.').unwrap_or(detail);
    let reason = if said.is_empty() { code.reason() } else { said };
    let status = number(failure.status.into());
    let exception = failure.exception().unwrap_or_default();
    let (comma, exception) = if exception.is_empty() { ("", "") } else { (", ", &*exception) };
    let message = [&request.title(), " failed: ", reason, " (HTTP ", &status, comma, exception, ")"];
    Error::new(Kind::Api, code, &message)
}

/// The error for an attempt that ended without a whole response.
pub(super) fn no_answer<H: Host>(
    request: &Request<H>,
    failure: AttemptFailure<H::Value>,
    is_local: bool,
) -> (Ending, CallError<H>) {
    let ending = if failure.unsent { Ending::Unsent } else { Ending::Lost };
    let happened = match (failure.phase, failure.unsent) {
        (Phase::Body, _) => " failed: the response broke off",
        (_, true) => " failed: the service could not be reached",
        _ => " failed: no response arrived",
    };
    let hint = if failure.is_final {
        "the cause says why; baseUrl must be where the API is, not a redirect to it"
    } else if is_local {
        "start the server, and check its port"
    } else {
        "check the connection and, in a browser, that the page's policy and the service's CORS allow it"
    };
    let mut error = Error::site(Code::Network, &[&request.title(), happened]).with_hint(hint);
    error.set(|parts| {
        parts.phase = Some(failure.phase);
        parts.may_have_been_applied = request.operation.writes() && !failure.unsent;
    });
    (ending, CallError::from(error).with_cause(failure.cause))
}

/// The error for an attempt, or a whole call, that took too long.
pub(crate) fn timeout<H: Host>(request: &Request<H>, limit_ms: f64, whole_call: bool, phase: Phase) -> Error {
    let limit = number(limit_ms as usize);
    let within = if whole_call { " ms in all" } else { " ms" };
    let mut error = Error::site(Code::Timeout, &[&request.title(), " failed: no answer within ", &limit, within]);
    error.set(|parts| {
        parts.phase = Some(phase);
        parts.may_have_been_applied = request.operation.writes() && phase != Phase::Connect;
        parts.hint = Some(if whole_call { "raise the option deadline" } else { "raise the option timeout" });
    });
    error
}

#[cfg(test)]
#[cfg(feature = "native")]
mod tests {
    use super::*;
    use crate::native::testing::{NOW, TestHost};
    use crate::stream::Stream;
    use crate::stream::batch::of_ids;
    use crate::stream::operations::*;
    use crate::wire::headers;
    use alloc::string::ToString;
    use serde_json::{Value, json};

    type Request = crate::wire::Request<TestHost>;
    type Answer = crate::wire::Answer<TestHost>;

    fn of(operation: &'static Operation) -> Request {
        Request::new(operation, "ada").with_text("{}".into())
    }

    fn incoming(status: u16, headers: &[(&str, &str)], body: Body<Value>) -> Answer {
        let headers = headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        Answer { status, headers, body }
    }

    type Failed = (Ending, RetryHints, CallError<TestHost>);

    fn decoded(request: &Request, answer: Answer) -> Result<Value, Failed> {
        let limits = headers::rate_limit::<TestHost>(&answer.headers);
        let decoded = decode::<TestHost, Stream>(request, answer, limits, NOW);
        decoded.map_err(|FailedAttempt { ending, hints, error }| (ending, hints, error))
    }

    fn answer(status: u16, headers: &[(&str, &str)], body: Value) -> Failed {
        let request = of(&CREATE);
        decoded(&request, incoming(status, headers, Body::Json(body))).unwrap_err()
    }

    #[test]
    fn a_success_of_the_documented_shape_is_the_value() {
        let user = json!({"id": "ada", "data": {}, "created_at": "c"});
        let request = of(&GET);
        assert_eq!(decoded(&request, incoming(200, &[], Body::Json(user.clone()))).unwrap(), user);
        let request = of_ids(&GET_USERS, [].into_iter());
        let users = json!({"users": []});
        assert_eq!(decoded(&request, incoming(200, &[], Body::Json(users.clone()))).unwrap(), users);
    }

    #[test]
    fn a_success_that_is_something_else_is_refused() {
        let get = of(&GET);
        for (body, text) in [
            (Body::Empty, "the answer to get of user ada (HTTP 200) has no body"),
            (Body::Other(json!("<html>")), "the answer to get of user ada (HTTP 200) is not JSON"),
            (Body::Json(json!([])), "the answer to get of user ada (HTTP 200) is not of the documented shape"),
            (Body::Json(json!({})), "the answer to get of user ada (HTTP 200) is not of the documented shape"),
            (Body::TooLong, "the answer to get of user ada (HTTP 200) is longer than is reasonable"),
        ] {
            let (ending, _, error) = decoded(&get, incoming(200, &[], body)).unwrap_err();
            assert_eq!(ending, Ending::Unreadable);
            assert_eq!(error.code(), Code::InvalidResponse);
            assert_eq!(error.to_string(), text);
            assert!(!error.may_have_been_applied());
        }
        let update = of(&UPDATE);
        let (.., error) = decoded(&update, incoming(201, &[], Body::Empty)).unwrap_err();
        assert!(error.may_have_been_applied());
    }

    #[test]
    fn a_deletion_needs_no_body() {
        let request = of(&DELETE);
        assert_eq!(decoded(&request, incoming(204, &[], Body::Empty)).unwrap(), json!({}));
    }

    #[test]
    fn every_status_has_its_code() {
        for (status, code) in [
            (400, "invalid_input"),
            (401, "unauthorized"),
            (403, "not_allowed"),
            (404, "not_found"),
            (405, "not_allowed"),
            (409, "conflict"),
            (413, "too_large"),
            (429, "rate_limited"),
            (500, "server_error"),
            (503, "server_error"),
            (402, "api_error"),
            (302, "api_error"),
        ] {
            assert_eq!(answer(status, &[], json!({})).2.code().as_str(), code, "{status}");
        }
    }

    #[test]
    fn what_the_service_said_is_kept_and_told() {
        let body = json!({"detail": "User already exists.", "code": 22, "exception": "ConflictException"});
        let (ending, _, error) = answer(409, &[("x", "y")], body.clone());
        assert_eq!(ending, Ending::Status(409));
        assert_eq!(error.to_string(), "create of user ada failed: User already exists (HTTP 409, ConflictException)");
        let api = error.api().unwrap();
        assert_eq!((api.status, api.api_code()), (409, Some(22.0)));
        assert_eq!(api.exception().as_deref(), Some("ConflictException"));
        assert_eq!(api.body, body);
        assert_eq!(api.headers["x"], "y");
    }

    #[test]
    fn a_refused_token_is_told_from_a_refused_key_and_a_refused_deed() {
        let refuses = |status, body| Stream::refuses_token(answer(status, &[], body).2.api().unwrap());
        assert!(refuses(403, json!({"detail": "signature is invalid", "code": 17})));
        assert!(refuses(403, json!({"detail": "token is expired", "code": 17})));
        assert!(refuses(403, json!({"detail": "token used before issued", "code": 17})));
        assert!(refuses(401, json!({"detail": "", "code": 3})));
        assert!(!refuses(401, json!({"detail": "api_key is missing", "code": 2})));
        assert!(!refuses(403, json!({"detail": "You do not have permission to perform this action.", "code": 17})));
        assert!(!refuses(404, json!({"detail": "token is expired"})));
    }

    #[test]
    fn a_silent_service_is_spoken_for() {
        for (status, text) in [
            (404, "create of user ada failed: there is no such user (HTTP 404)"),
            (409, "create of user ada failed: the user exists already (HTTP 409)"),
            (429, "create of user ada failed: over the rate limit (HTTP 429)"),
            (502, "create of user ada failed: the service failed (HTTP 502)"),
            (418, "create of user ada failed: the service refused it (HTTP 418)"),
        ] {
            assert_eq!(answer(status, &[], json!({"detail": ""})).2.to_string(), text);
        }
        let request = of(&GET);
        let html = incoming(502, &[], Body::Other(json!("<h1>Bad gateway</h1>")));
        let (.., error) = decoded(&request, html).unwrap_err();
        assert_eq!(error.to_string(), "get of user ada failed: the service failed (HTTP 502)");
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let wait = |value| answer(429, &[("retry-after", value)], json!({})).1.retry_after_ms;
        assert_eq!(wait("7"), Some(7_000.0));
        assert_eq!(wait("0"), Some(0.0));
        assert_eq!(wait("Sat, 21 Nov 2026 07:00:09 GMT"), Some(9_000.0));
        assert_eq!(wait("Sat, 21 Nov 2026 06:00:00 GMT"), Some(0.0));
        for garbage in ["", "soon", "-1", "0x10", "1.5"] {
            assert_eq!(wait(garbage), None, "{garbage}");
        }
    }

    #[test]
    fn waits_are_by_the_clock_of_the_service() {
        let headers = [("retry-after", "Sat, 21 Nov 2026 09:00:05 GMT"), ("date", "Sat, 21 Nov 2026 09:00:00 GMT")];
        assert_eq!(answer(503, &headers, json!({})).1.retry_after_ms, Some(5_000.0));
    }

    #[test]
    fn the_rate_limit_window_stands_in_for_retry_after() {
        let headers =
            [("x-ratelimit-limit", "1000"), ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1795244412")];
        let (_, hints, error) = answer(429, &headers, json!({}));
        assert_eq!(hints.retry_after_ms, Some(12_000.0));
        let limit = RateLimit { limit: 1_000.0, remaining: 0.0, reset: 1_795_244_412.0 };
        assert_eq!(error.api().unwrap().rate_limit, Some(limit));
        assert_eq!(answer(500, &headers, json!({})).1.retry_after_ms, None);
    }

    #[test]
    fn only_a_clear_word_steers_retries() {
        let should = |value| answer(500, &[("x-should-retry", value)], json!({})).1.should_retry;
        assert_eq!(should("true"), Some(true));
        assert_eq!(should("false"), Some(false));
        assert_eq!(should("maybe"), None);
    }

    #[test]
    fn a_lost_connection_says_how_far_it_came() {
        let lost = |phase, unsent| {
            let cause = AttemptFailure { unsent, ..AttemptFailure::lost(phase, json!("ECONNRESET")) };
            no_answer(&of(&CREATE), cause, false)
        };
        let (ending, error) = lost(Phase::Connect, true);
        assert_eq!(ending, Ending::Unsent);
        assert_eq!(error.to_string(), "create of user ada failed: the service could not be reached");
        assert!(!error.may_have_been_applied());
        let (ending, error) = lost(Phase::Headers, false);
        assert_eq!(ending, Ending::Lost);
        assert_eq!(error.to_string(), "create of user ada failed: no response arrived");
        assert!(error.may_have_been_applied());
        assert_eq!(error.cause(), Some(&json!("ECONNRESET")));
        assert_eq!(lost(Phase::Body, false).1.to_string(), "create of user ada failed: the response broke off");
    }

    #[test]
    fn a_timeout_names_its_limit() {
        let get = of(&GET);
        let error = timeout(&get, 10_000.0, false, Phase::Headers);
        assert_eq!(error.to_string(), "get of user ada failed: no answer within 10000 ms");
        let error = timeout(&get, 30_000.0, true, Phase::Body);
        assert_eq!(error.to_string(), "get of user ada failed: no answer within 30000 ms in all");
        assert_eq!(error.phase(), Some(Phase::Body));
    }
}
