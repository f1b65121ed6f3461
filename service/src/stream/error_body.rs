//! How Stream's API writes an error: <https://getstream.io/docs/api_error_responses>.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{ApiError, ErrorKind};

/// Where Stream explains its errors.
const MORE_INFO: &str = "https://getstream.io/docs/api_error_responses";

/// The body of every error of Stream's API. Python's client needs `exception`, Go's a whole number as `code`.
#[derive(Serialize, ToSchema)]
pub struct ErrorBody<'a> {
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

impl<'a> ErrorBody<'a> {
    /// The body for this error. `duration` is how long the server took, as Go writes durations.
    pub fn new(error: &'a ApiError, duration: String) -> Self {
        let (code, exception) = code(error.kind);
        let detail = error.detail.as_str();
        ErrorBody {
            detail,
            status_code: error.kind.status(),
            code,
            exception,
            exception_fields: error.field.as_deref().map(|field| BTreeMap::from([(field, [detail])])),
            duration,
            more_info: MORE_INFO,
        }
    }

    /// With another status than that of the error's kind.
    #[cfg(feature = "memory")]
    pub(crate) fn with_status(self, status_code: u16) -> Self {
        ErrorBody { status_code, ..self }
    }
}

/// The code of an error and its name.
const fn code(kind: ErrorKind) -> (i32, &'static str) {
    match kind {
        ErrorKind::ApiKey => (2, "ApiKeyException"),
        ErrorKind::Input | ErrorKind::Timeout => (4, "InputException"),
        ErrorKind::RateLimited => (9, "RateLimitReached"),
        ErrorKind::NotFound => (16, "DoesNotExistException"),
        ErrorKind::NotAllowed | ErrorKind::MethodNotAllowed => (17, "NotAllowedException"),
        ErrorKind::TooLarge => (18, "InputException"),
        ErrorKind::Conflict => (22, "ConflictException"),
        ErrorKind::Internal => (-1, "InternalException"),
        ErrorKind::Unavailable => (-1, "ServiceUnavailableException"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::StoreError;

    fn duration() -> String {
        "0.00ms".into()
    }

    #[test]
    fn a_body_has_the_documented_keys_in_the_documented_order() {
        let body = serde_json::to_string(&ErrorBody::new(&ApiError::input("id", "id is empty"), duration())).unwrap();
        assert_eq!(
            body,
            r#"{"detail":"id is empty","status_code":400,"code":4,"exception":"InputException","exception_fields":{"id":["id is empty"]},"duration":"0.00ms","more_info":"https://getstream.io/docs/api_error_responses"}"#
        );
        let body =
            serde_json::to_string(&ErrorBody::new(&ApiError::not_found("user \"a\" does not exist"), duration()))
                .unwrap();
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
            (ApiError::timeout("", ""), 408, 4, "InputException"),
            (ApiError::too_large("", ""), 413, 18, "InputException"),
            (ApiError::conflict(""), 409, 22, "ConflictException"),
            (ApiError::rate_limited("", 0), 429, 9, "RateLimitReached"),
            (StoreError::Busy.into(), 503, -1, "ServiceUnavailableException"),
            (StoreError::Failed("secret detail".into()).into(), 500, -1, "InternalException"),
        ] {
            let body = serde_json::to_value(ErrorBody::new(&error, duration())).unwrap();
            assert_eq!(body["status_code"], status);
            assert_eq!(body["code"], code);
            assert_eq!(body["exception"], exception);
            assert!(!body.to_string().contains("secret detail"));
        }
    }
}
