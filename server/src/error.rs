//! Every error that the API answers with: its status, code, exception name and text, in one place.

use std::collections::BTreeMap;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::answer::{duration, form, json};
use crate::limits::Refused;
use crate::service::Service;
use crate::store::StoreError;

/// Where the hosted API explains its errors.
const MORE_INFO: &str = "https://getstream.io/docs/api_error_responses";

/// The text of errors that `--faults` asked for, which nobody should take for real ones.
const INJECTED: &str = "a fault of --faults";

/// A refusal or failure. Clients tell errors apart by `code`, people by `detail`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    status: StatusCode,
    code: i32,
    exception: &'static str,
    detail: String,
    /// The field of the input that broke a rule.
    field: Option<String>,
    retry_after_seconds: Option<u64>,
}

impl ApiError {
    fn new(status: StatusCode, code: i32, exception: &'static str, detail: impl Into<String>) -> Self {
        ApiError { status, code, exception, detail: detail.into(), field: None, retry_after_seconds: None }
    }

    /// 401, code 2: the API key is missing or unknown.
    pub(crate) fn api_key(detail: &str) -> Self {
        ApiError::new(StatusCode::UNAUTHORIZED, 2, "ApiKeyException", detail)
    }

    /// 400, code 4: `field` of the input breaks a rule.
    pub(crate) fn input(field: &str, detail: impl Into<String>) -> Self {
        let error = ApiError::new(StatusCode::BAD_REQUEST, 4, "InputException", detail);
        ApiError { field: Some(field.into()), ..error }
    }

    /// 404, code 16: no such user or path.
    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        ApiError::new(StatusCode::NOT_FOUND, 16, "DoesNotExistException", detail)
    }

    /// The same problem where it is in the path: what is named there is not to be found.
    pub(crate) fn into_not_found(self) -> Self {
        ApiError::not_found(self.detail)
    }

    /// 404, code 16: no user has this id.
    pub(crate) fn no_such_user(id: &str) -> Self {
        ApiError::not_found(format!("user \"{id}\" does not exist"))
    }

    /// 403, code 17: the token is refused, or does not allow this.
    pub(crate) fn not_allowed(detail: impl Into<String>) -> Self {
        ApiError::new(StatusCode::FORBIDDEN, 17, "NotAllowedException", detail)
    }

    /// 405, code 17: the path exists, but not with this method.
    pub(crate) fn method_not_allowed(method: &str) -> Self {
        let detail = format!("method {method} is not allowed on this path");
        ApiError::new(StatusCode::METHOD_NOT_ALLOWED, 17, "NotAllowedException", detail)
    }

    /// 413, code 18: `field` is too large.
    pub(crate) fn too_large(field: &str, detail: impl Into<String>) -> Self {
        let error = ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, 18, "InputException", detail);
        ApiError { field: Some(field.into()), ..error }
    }

    /// 408, code 4: `field` takes too long to arrive.
    pub(crate) fn too_slow(field: &str, detail: impl Into<String>) -> Self {
        let error = ApiError::new(StatusCode::REQUEST_TIMEOUT, 4, "InputException", detail);
        ApiError { field: Some(field.into()), ..error }
    }

    /// 409, code 22: the user exists already.
    pub(crate) fn user_exists(id: &str) -> Self {
        ApiError::conflict(format!("user \"{id}\" already exists"))
    }

    /// 409, code 22: what one user alone may have is taken.
    pub(crate) fn conflict(detail: impl Into<String>) -> Self {
        ApiError::new(StatusCode::CONFLICT, 22, "ConflictException", detail)
    }

    /// 429, code 9: over a rate limit.
    pub(crate) fn rate_limited(refused: &Refused) -> Self {
        ApiError::too_many(refused.to_string(), refused.wait_seconds)
    }

    fn too_many(detail: String, wait_seconds: u64) -> Self {
        let error = ApiError::new(StatusCode::TOO_MANY_REQUESTS, 9, "RateLimitReached", detail);
        ApiError { retry_after_seconds: Some(wait_seconds), ..error }
    }

    /// 503, code -1: nothing is wrong with the request, and it was not carried out.
    pub(crate) fn unavailable(detail: impl Into<String>) -> Self {
        let error = ApiError::new(StatusCode::SERVICE_UNAVAILABLE, -1, "ServiceUnavailableException", detail);
        ApiError { retry_after_seconds: Some(1), ..error }
    }

    /// 500, code -1. The cause goes to the log, never to the caller.
    pub(crate) fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "internal error");
        let detail = "the server failed, its log says why";
        ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, -1, "InternalException", detail)
    }

    /// As [`ApiError::unavailable`], asked for by `--faults`. It may be sent again at once, so that rehearsals are quick.
    pub(crate) fn injected_unavailable() -> Self {
        ApiError { retry_after_seconds: Some(0), ..ApiError::unavailable(INJECTED) }
    }

    /// As [`ApiError::rate_limited`], asked for by `--faults`. It may be sent again at once.
    pub(crate) fn injected_rate_limit() -> Self {
        ApiError::too_many(INJECTED.into(), 0)
    }

    /// As [`ApiError::internal`], asked for by `--faults`: nothing has failed, so the log has no error.
    pub(crate) fn injected_internal() -> Self {
        ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, -1, "InternalException", INJECTED)
    }
}

impl From<user_handle::Error> for ApiError {
    fn from(error: user_handle::Error) -> Self {
        let field = error.violation().map_or("body", |violation| &violation.path);
        match error.code() {
            user_handle::Code::DataTooLarge => ApiError::too_large(field, error.to_string()),
            _ => ApiError::input(field, error.to_string()),
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy | StoreError::Full | StoreError::Unreachable | StoreError::Closed => {
                ApiError::unavailable(error.to_string())
            }
            StoreError::OutcomeUnknown => {
                ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, -1, "InternalException", error.to_string())
            }
            StoreError::Failed(cause) => ApiError::internal(&cause),
        }
    }
}

/// The body of every error of Stream's API. Python's client needs `exception`, Go's a whole number as `code`.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErrorBody<'a> {
    /// What is wrong, for people.
    detail: &'a str,
    /// The status of the answer.
    status_code: u16,
    /// What is wrong, for programs.
    code: i32,
    /// The name of `code`.
    exception: &'a str,
    /// The fields of the input that break a rule, and which.
    #[serde(skip_serializing_if = "Option::is_none")]
    exception_fields: Option<BTreeMap<&'a str, [&'a str; 1]>>,
    /// How long the server took, as Go writes durations.
    duration: String,
    /// Where the hosted API explains its errors.
    more_info: &'a str,
}

/// The body of every error of Klaim's API.
#[derive(Serialize, ToSchema)]
pub(crate) struct KlaimErrorBody<'a> {
    /// What is wrong.
    message: &'a str,
}

impl Serialize for ApiError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let body = ErrorBody {
            detail: &self.detail,
            status_code: self.status.as_u16(),
            code: self.code,
            exception: self.exception,
            exception_fields: self.field.as_deref().map(|field| BTreeMap::from([(field, [self.detail.as_str()])])),
            duration: duration(),
            more_info: MORE_INFO,
        };
        body.serialize(serializer)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = match form() {
            Service::Stream => json(self.status, &self),
            Service::Klaim => json(self.status, &KlaimErrorBody { message: &self.detail }),
        };
        if let Some(seconds) = self.retry_after_seconds {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_has_the_documented_keys_in_the_documented_order() {
        let body = serde_json::to_string(&ApiError::input("id", "id is empty")).unwrap();
        assert_eq!(
            body,
            r#"{"detail":"id is empty","status_code":400,"code":4,"exception":"InputException","exception_fields":{"id":["id is empty"]},"duration":"0.00ms","more_info":"https://getstream.io/docs/api_error_responses"}"#
        );
        let body = serde_json::to_string(&ApiError::no_such_user("a")).unwrap();
        assert_eq!(
            body,
            r#"{"detail":"user \"a\" does not exist","status_code":404,"code":16,"exception":"DoesNotExistException","duration":"0.00ms","more_info":"https://getstream.io/docs/api_error_responses"}"#
        );
    }

    #[test]
    fn every_error_has_its_status_code_and_exception() {
        for (error, status, code, exception) in [
            (ApiError::api_key(""), 401, 2, "ApiKeyException"),
            (ApiError::input("", ""), 400, 4, "InputException"),
            (ApiError::not_found(""), 404, 16, "DoesNotExistException"),
            (ApiError::not_allowed(""), 403, 17, "NotAllowedException"),
            (ApiError::method_not_allowed(""), 405, 17, "NotAllowedException"),
            (ApiError::too_slow("", ""), 408, 4, "InputException"),
            (ApiError::too_large("", ""), 413, 18, "InputException"),
            (ApiError::user_exists(""), 409, 22, "ConflictException"),
            (ApiError::injected_rate_limit(), 429, 9, "RateLimitReached"),
            (StoreError::Busy.into(), 503, -1, "ServiceUnavailableException"),
            (StoreError::Failed("secret detail".into()).into(), 500, -1, "InternalException"),
        ] {
            let body = serde_json::to_value(&error).unwrap();
            assert_eq!(body["status_code"], status);
            assert_eq!(body["code"], code);
            assert_eq!(body["exception"], exception);
            assert!(!body.to_string().contains("secret detail"));
        }
    }

    #[test]
    fn an_error_of_the_crate_keeps_its_text_and_place() {
        let error: ApiError = user_handle::validate::id_at("a b", "users[3].id").unwrap_err().into();
        let rule = "users[3].id may only hold letters, digits, - and _, but has \" \" at position 1";
        assert_eq!(error, ApiError::input("users[3].id", rule));
        let error: ApiError = user_handle::validate::data_size(10_241, "data").unwrap_err().into();
        assert_eq!(error, ApiError::too_large("data", "data is 10241 bytes of JSON, at most 10240 are allowed"));
    }

    #[test]
    fn whoever_must_wait_is_told_how_long() {
        assert_eq!(ApiError::too_many(String::new(), 42).into_response().headers()["retry-after"], "42");
        assert_eq!(ApiError::unavailable("").into_response().headers()["retry-after"], "1");
    }
}
