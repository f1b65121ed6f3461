//! Status and body to a record or an error.

use crate::error::{ApiFailure, Code, Error, Kind, Phase, RateLimit};
use crate::host::{self, Body, Failure, Headers, Incoming, Value};
#[cfg(feature = "klaim")]
use crate::klaim;
use crate::request::{FOR_SERVERS, Operation, Request};
use crate::retry::{Hints, Outcome};
use crate::validate::number;

/// The longest body that is read for one user, in bytes.
const MAX_ANSWER_BYTES: f64 = 1_048_576.0;
/// The longest body that is read for a batch: a thousand users of 10 kB, and room for their frames.
const MAX_BATCH_ANSWER_BYTES: f64 = 16_777_216.0;

pub(crate) const fn max_answer_bytes(operation: Operation) -> f64 {
    if operation.is_batch() { MAX_BATCH_ANSWER_BYTES } else { MAX_ANSWER_BYTES }
}

/// Reads a whole response: the value it carries, or how it failed and the error that says so.
pub(crate) fn decode(
    request: &Request,
    incoming: Incoming,
    rate_limit: Option<RateLimit>,
    unix_ms: f64,
) -> Result<Value, (Outcome, Hints, Error)> {
    if !(200..300).contains(&incoming.status) {
        let hints = hints(&incoming, rate_limit, unix_ms);
        return Err((Outcome::Status(incoming.status), hints, api_error(request, incoming, rate_limit, hints)));
    }
    let problem = match incoming.body {
        Body::Json(value) if has_shape(request.operation, &value) => return Ok(value),
        // A deletion has nothing to tell: proxies may well have dropped its body.
        Body::Empty if request.operation.deletes() => return Ok(host::empty_object()),
        Body::Json(_) => "is not of the documented shape",
        Body::Empty => "has no body",
        Body::Other(_) => "is not JSON",
        Body::TooLong => "is longer than is reasonable",
    };
    let status = number(incoming.status.into());
    let message = ["the answer to ", &request.title(), " (HTTP ", &status, ") ", problem];
    let mut error = Error::site(Code::InvalidResponse, &message)
        .with_hint("a proxy or a sign-in page may have answered in place of the service");
    error.0.phase = Some(Phase::Body);
    error.0.may_have_been_applied = request.operation.writes();
    Err((Outcome::Unreadable, Hints::default(), error))
}

/// The error for an answer that is not of the type its reader asks for.
#[cfg(feature = "serde")]
pub(crate) fn unexpected_type(request: &Request, problem: &str) -> Error {
    let message = [&request.title(), " succeeded, but its answer is not of the type asked for: ", problem];
    let mut error = Error::site(Code::InvalidResponse, &message);
    error.0.phase = Some(Phase::Body);
    error.0.may_have_been_applied = request.operation.writes();
    error
}

/// Whether a success holds what its readers rely on.
fn has_shape(operation: Operation, value: &Value) -> bool {
    #[cfg(feature = "klaim")]
    if let Some(verb) = operation.verb() {
        return klaim::has_shape(verb, value);
    }
    match operation {
        Operation::Create | Operation::GetOrCreate | Operation::Get | Operation::Update => {
            host::string_field(value, "id").is_some()
        }
        Operation::AddUsers if FOR_SERVERS => host::has_list(value, "created_users"),
        Operation::GetUsers if FOR_SERVERS => host::has_list(value, "users"),
        Operation::DeleteUsers if FOR_SERVERS => host::has_list(value, "deleted_user_ids"),
        _ => host::is_object(value),
    }
}

/// What the service says about trying again.
fn hints(incoming: &Incoming, rate_limit: Option<RateLimit>, unix_ms: f64) -> Hints {
    let headers = &incoming.headers;
    let should_retry = match host::header(headers, "x-should-retry").as_deref() {
        Some("true") => Some(true),
        Some("false") => Some(false),
        _ => None,
    };
    // The service's clock, where it shows it: the local one may be off by hours.
    let now = host::date_header(headers, "date").unwrap_or(unix_ms);
    let until = |at: f64| (at - now).max(0.0);
    let retry_after_ms = match incoming.status {
        429 => retry_after(headers, until).or(rate_limit.map(|limits| until(limits.reset * 1_000.0))),
        503 => retry_after(headers, until),
        _ => None,
    };
    Hints { retry_after_ms, should_retry }
}

/// Milliseconds from `Retry-After`: whole seconds, or a date; one in the past is no wait.
fn retry_after(headers: &Headers, until: impl Fn(f64) -> f64) -> Option<f64> {
    let seconds = host::whole_header(headers, "retry-after").map(|seconds| seconds * 1_000.0);
    seconds.or_else(|| host::date_header(headers, "retry-after").map(until))
}

/// The limits that a response carries.
pub(crate) fn rate_limit(headers: &Headers) -> Option<RateLimit> {
    Some(RateLimit {
        limit: host::whole_header(headers, "x-ratelimit-limit")?,
        remaining: host::whole_header(headers, "x-ratelimit-remaining")?,
        reset: host::whole_header(headers, "x-ratelimit-reset")?,
    })
}

const fn code_of(status: u16) -> Code {
    match status {
        400 => Code::InvalidInput,
        401 => Code::Unauthorized,
        403 | 405 => Code::NotAllowed,
        404 => Code::NotFound,
        409 => Code::Conflict,
        413 => Code::TooLarge,
        429 => Code::RateLimited,
        500..=599 => Code::ServerError,
        _ => Code::ApiError,
    }
}

fn api_error(request: &Request, incoming: Incoming, rate_limit: Option<RateLimit>, hints: Hints) -> Error {
    let status = incoming.status;
    let code = code_of(status);
    let failure = ApiFailure {
        status,
        rate_limit,
        retry_after_ms: hints.retry_after_ms,
        headers: incoming.headers,
        body: match incoming.body {
            Body::Json(value) | Body::Other(value) => value,
            Body::Empty | Body::TooLong => host::empty_object(),
        },
    };
    #[cfg(feature = "klaim")]
    let code =
        if request.operation.is_klaim() { klaim::code_of(status, &failure.detail().unwrap_or_default()) } else { code };
    let mut error = api_message(request, &failure, code);
    error.0.hint = match (code, status) {
        #[cfg(feature = "klaim")]
        (Code::Unauthorized, _) if request.operation.is_klaim() => Some("check the API key"),
        (Code::Unauthorized, _) => Some("check the API key and the region"),
        (Code::NotAllowed, 403) => {
            Some("check that the token is signed with this app's secret and belongs to this user")
        }
        (_, 414) => Some("ask for fewer ids at a time: they travel in the URL"),
        (Code::RateLimited, _) => Some("wait until rateLimit.reset, or for retryAfterMs"),
        _ => None,
    };
    error.0.may_have_been_applied = status >= 500 && request.operation.writes();
    error.0.api = Some(failure);
    error
}

/// Whether another token could be accepted. The service refuses a token with 403, and a key with 401 and code 2; what the
/// token's user may not do is a 403 too. Source: Stream's clients, and issues with recorded answers.
pub(crate) fn refuses_token(error: &Error) -> bool {
    let Some(api) = error.api() else { return false };
    match api.status {
        401 => api.api_code() != Some(2.0),
        403 => {
            let detail = api.detail().unwrap_or_default();
            ["signature is invalid", "token is", "token used"].iter().any(|told| detail.starts_with(told))
        }
        _ => false,
    }
}

/// `create of user ada failed: the user exists already (HTTP 409, ConflictException)`.
fn api_message(request: &Request, failure: &ApiFailure, code: Code) -> Error {
    let detail = failure.detail().unwrap_or_default();
    let detail = detail.trim_ascii();
    let said = detail.strip_suffix('.').unwrap_or(detail);
    let reason = if said.is_empty() { unsaid(code) } else { said };
    let status = number(failure.status.into());
    let exception = failure.exception().unwrap_or_default();
    let (comma, exception) = if exception.is_empty() { ("", "") } else { (", ", &*exception) };
    let message = [&request.title(), " failed: ", reason, " (HTTP ", &status, comma, exception, ")"];
    Error::new(Kind::Api, code, &message)
}

/// What an error means whose answer does not say.
const fn unsaid(code: Code) -> &'static str {
    match code {
        Code::NotFound => "there is no such user",
        Code::Conflict => "the user exists already",
        Code::RateLimited => "over the rate limit",
        Code::ServerError => "the service failed",
        _ => "the service refused it",
    }
}

/// The error for an attempt that ended without a whole response.
pub(crate) fn failure(request: &Request, failure: Failure, local_server: bool) -> (Outcome, Error) {
    let outcome = if failure.unsent { Outcome::Unsent } else { Outcome::Lost };
    let happened = match (failure.phase, failure.unsent) {
        (Phase::Body, _) => " failed: the response broke off",
        (_, true) => " failed: the service could not be reached",
        _ => " failed: no response arrived",
    };
    let mut error = Error::site(Code::Network, &[&request.title(), happened]).with_cause(failure.cause);
    error.0.phase = Some(failure.phase);
    error.0.may_have_been_applied = request.operation.writes() && !failure.unsent;
    error.0.hint = Some(if failure.is_final {
        "the cause says why; baseUrl must be where the API is, not a redirect to it"
    } else if local_server {
        "start the server, and check its port"
    } else {
        "check the connection and, in a browser, that the page's policy and the service's CORS allow it"
    });
    (outcome, error)
}

/// The error for an attempt, or a whole call, that took too long.
pub(crate) fn timeout(request: &Request, limit_ms: f64, whole_call: bool, phase: Phase) -> Error {
    let limit = number(limit_ms as usize);
    let within = if whole_call { " ms in all" } else { " ms" };
    let mut error = Error::site(Code::Timeout, &[&request.title(), " failed: no answer within ", &limit, within]);
    error.0.phase = Some(phase);
    error.0.may_have_been_applied = request.operation.writes() && phase != Phase::Connect;
    error.0.hint = Some(if whole_call { "raise the option deadline" } else { "raise the option timeout" });
    error
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use serde_json::json;

    // 2026-11-21T07:00:00Z
    const NOW: f64 = 1_795_244_400_000.0;

    fn incoming(status: u16, headers: &[(&str, &str)], body: Body) -> Incoming {
        let headers = headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        Incoming { status, headers, body }
    }

    fn decoded(request: &Request, incoming: Incoming) -> Result<Value, (Outcome, Hints, Error)> {
        let limits = rate_limit(&incoming.headers);
        decode(request, incoming, limits, NOW)
    }

    fn answer(status: u16, headers: &[(&str, &str)], body: Value) -> (Outcome, Hints, Error) {
        let request = Request::create("ada", "{}".into(), false);
        decoded(&request, incoming(status, headers, Body::Json(body))).unwrap_err()
    }

    #[test]
    fn a_success_of_the_documented_shape_is_the_value() {
        let user = json!({"id": "ada", "data": {}});
        let request = Request::get("ada", false);
        assert_eq!(decoded(&request, incoming(200, &[], Body::Json(user.clone()))).unwrap(), user);
        let request = crate::request::IdsQuery::default().finish(Operation::GetUsers);
        let users = json!({"users": []});
        assert_eq!(decoded(&request, incoming(200, &[], Body::Json(users.clone()))).unwrap(), users);
    }

    #[test]
    fn a_success_that_is_something_else_is_refused() {
        let get = Request::get("ada", false);
        for (body, text) in [
            (Body::Empty, "the answer to get of user ada (HTTP 200) has no body"),
            (Body::Other(json!("<html>")), "the answer to get of user ada (HTTP 200) is not JSON"),
            (Body::Json(json!([])), "the answer to get of user ada (HTTP 200) is not of the documented shape"),
            (Body::Json(json!({})), "the answer to get of user ada (HTTP 200) is not of the documented shape"),
            (Body::TooLong, "the answer to get of user ada (HTTP 200) is longer than is reasonable"),
        ] {
            let (outcome, _, error) = decoded(&get, incoming(200, &[], body)).unwrap_err();
            assert_eq!(outcome, Outcome::Unreadable);
            assert_eq!(error.code(), Code::InvalidResponse);
            assert_eq!(error.to_string(), text);
            assert!(!error.may_have_been_applied());
        }
        let update = Request::update("ada", "{}".into());
        let (.., error) = decoded(&update, incoming(201, &[], Body::Empty)).unwrap_err();
        assert!(error.may_have_been_applied());
    }

    #[test]
    fn a_deletion_needs_no_body() {
        let request = Request::delete("ada");
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
        let (outcome, _, error) = answer(409, &[("x", "y")], body.clone());
        assert_eq!(outcome, Outcome::Status(409));
        assert_eq!(error.to_string(), "create of user ada failed: User already exists (HTTP 409, ConflictException)");
        let api = error.api().unwrap();
        assert_eq!((api.status, api.api_code()), (409, Some(22.0)));
        assert_eq!(api.exception().as_deref(), Some("ConflictException"));
        assert_eq!(api.body, body);
        assert_eq!(api.headers(), json!({"x": "y"}));
    }

    #[test]
    fn a_refused_token_is_told_from_a_refused_key_and_a_refused_deed() {
        let refuses = |status, body| refuses_token(&answer(status, &[], body).2);
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
        let request = Request::get("ada", false);
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
            let cause = Failure { unsent, ..Failure::lost(phase, json!("ECONNRESET")) };
            failure(&Request::create("ada", "{}".into(), false), cause, false)
        };
        let (outcome, error) = lost(Phase::Connect, true);
        assert_eq!(outcome, Outcome::Unsent);
        assert_eq!(error.to_string(), "create of user ada failed: the service could not be reached");
        assert!(!error.may_have_been_applied());
        let (outcome, error) = lost(Phase::Headers, false);
        assert_eq!(outcome, Outcome::Lost);
        assert_eq!(error.to_string(), "create of user ada failed: no response arrived");
        assert!(error.may_have_been_applied());
        assert_eq!(error.cause(), Some(&json!("ECONNRESET")));
        assert_eq!(lost(Phase::Body, false).1.to_string(), "create of user ada failed: the response broke off");
    }

    #[test]
    fn a_timeout_names_its_limit() {
        let get = Request::get("ada", false);
        let error = timeout(&get, 10_000.0, false, Phase::Headers);
        assert_eq!(error.to_string(), "get of user ada failed: no answer within 10000 ms");
        let error = timeout(&get, 30_000.0, true, Phase::Body);
        assert_eq!(error.to_string(), "get of user ada failed: no answer within 30000 ms in all");
        assert_eq!(error.phase(), Some(Phase::Body));
    }
}
