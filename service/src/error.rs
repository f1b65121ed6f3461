//! The error of a request: what is wrong, as a kind and a text. How it is written is up to the service.

use user_handle_core::rules;

use crate::store::StoreError;

/// What kind of error it is. A service may have a code and a name for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The input breaks a rule.
    Input,
    /// The API key is missing or unknown.
    ApiKey,
    /// The token is refused, or does not allow this.
    NotAllowed,
    /// There is nothing with this id or path.
    NotFound,
    /// The path exists, but not with this method.
    MethodNotAllowed,
    /// The body took too long to arrive.
    Timeout,
    /// A value that must be unique is taken.
    Conflict,
    /// The input is too large.
    TooLarge,
    /// The request is over a rate limit.
    RateLimited,
    /// The server failed.
    Internal,
    /// The server cannot carry out the request now, or cannot say whether it did.
    Unavailable,
}

impl ErrorKind {
    /// All of them.
    pub const ALL: [ErrorKind; 11] = [
        ErrorKind::Input,
        ErrorKind::ApiKey,
        ErrorKind::NotAllowed,
        ErrorKind::NotFound,
        ErrorKind::MethodNotAllowed,
        ErrorKind::Timeout,
        ErrorKind::Conflict,
        ErrorKind::TooLarge,
        ErrorKind::RateLimited,
        ErrorKind::Internal,
        ErrorKind::Unavailable,
    ];

    /// The HTTP status.
    pub const fn status(self) -> u16 {
        match self {
            ErrorKind::Input => 400,
            ErrorKind::ApiKey => 401,
            ErrorKind::NotAllowed => 403,
            ErrorKind::NotFound => 404,
            ErrorKind::MethodNotAllowed => 405,
            ErrorKind::Timeout => 408,
            ErrorKind::Conflict => 409,
            ErrorKind::TooLarge => 413,
            ErrorKind::RateLimited => 429,
            ErrorKind::Internal => 500,
            ErrorKind::Unavailable => 503,
        }
    }
}

/// Why a request was not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    /// What kind of error it is.
    pub kind: ErrorKind,
    /// What is wrong, for people.
    pub detail: String,
    /// The field of the input that breaks a rule.
    pub field: Option<String>,
    /// How long to wait before the next attempt.
    pub retry_after_seconds: Option<u64>,
    /// What is for the log, and not sent to the caller.
    pub cause: Option<String>,
}

impl ApiError {
    /// An error of this kind.
    pub fn new(kind: ErrorKind, detail: impl Into<String>) -> Self {
        ApiError { kind, detail: detail.into(), field: None, retry_after_seconds: None, cause: None }
    }

    fn at(self, field: &str) -> Self {
        ApiError { field: Some(field.into()), ..self }
    }

    /// With how long to wait before the next attempt.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        ApiError { retry_after_seconds: Some(seconds), ..self }
    }

    /// 401: the API key is missing or unknown.
    pub fn api_key(detail: &str) -> Self {
        ApiError::new(ErrorKind::ApiKey, detail)
    }

    /// 400: `field` of the input breaks a rule.
    pub fn input(field: &str, detail: impl Into<String>) -> Self {
        ApiError::new(ErrorKind::Input, detail).at(field)
    }

    /// 404: there is nothing with this id or path.
    pub fn not_found(detail: impl Into<String>) -> Self {
        ApiError::new(ErrorKind::NotFound, detail)
    }

    /// 404: no route has this path.
    pub fn unknown_path(path: &str) -> Self {
        ApiError::not_found(format!("there is nothing at {path}"))
    }

    /// The same text as a 404, for input that is part of the path.
    #[must_use]
    pub fn into_not_found(self) -> Self {
        ApiError::not_found(self.detail)
    }

    /// 403: the token is refused, or does not allow this.
    pub fn not_allowed(detail: impl Into<String>) -> Self {
        ApiError::new(ErrorKind::NotAllowed, detail)
    }

    /// 405: the path exists, but not with this method.
    pub fn method_not_allowed(method: &str) -> Self {
        ApiError::new(ErrorKind::MethodNotAllowed, format!("method {method} is not allowed on this path"))
    }

    /// 413: `field` is too large.
    pub fn too_large(field: &str, detail: impl Into<String>) -> Self {
        ApiError::new(ErrorKind::TooLarge, detail).at(field)
    }

    /// 408: `field` took too long to arrive.
    pub fn timeout(field: &str, detail: impl Into<String>) -> Self {
        ApiError::new(ErrorKind::Timeout, detail).at(field)
    }

    /// 409: a value that must be unique is taken.
    pub fn conflict(detail: impl Into<String>) -> Self {
        ApiError::new(ErrorKind::Conflict, detail)
    }

    /// 429: over a rate limit.
    pub fn rate_limited(detail: impl Into<String>, wait_seconds: u64) -> Self {
        ApiError::new(ErrorKind::RateLimited, detail).retry_after(wait_seconds)
    }

    /// 503: the request is fine, but it was not carried out.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        ApiError::new(ErrorKind::Unavailable, detail).retry_after(1)
    }

    /// 500. The cause is for the log, and not sent to the caller.
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        let error = ApiError::new(ErrorKind::Internal, "the server failed, its log says why");
        ApiError { cause: Some(cause.to_string()), ..error }
    }
}

impl From<rules::Error> for ApiError {
    fn from(error: rules::Error) -> Self {
        let field = error.violation().map_or("body", |violation| &violation.path);
        match error.code() {
            rules::Code::DataTooLarge => ApiError::too_large(field, error.to_string()),
            _ => ApiError::input(field, error.to_string()),
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy
            | StoreError::Full
            | StoreError::TooManyConnections
            | StoreError::ReadOnly
            | StoreError::Unreachable
            | StoreError::Closed
            | StoreError::Gone(_)
            | StoreError::Damaged(_) => ApiError::unavailable(error.to_string()),
            // No time to wait is named: whether to repeat it is for the caller to know.
            StoreError::OutcomeUnknown => ApiError::new(ErrorKind::Unavailable, error.to_string()),
            StoreError::Failed(cause) => ApiError::internal(&cause),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_the_crate_keeps_its_text_and_place() {
        let error: ApiError = rules::validate::id_at("a b", "users[3].id").unwrap_err().into();
        let rule = "users[3].id may only hold letters, digits, - and _, but has \" \" at position 1";
        assert_eq!(error, ApiError::input("users[3].id", rule));
        let error: ApiError = rules::validate::data_size(10_241, "data").unwrap_err().into();
        assert_eq!(error, ApiError::too_large("data", "data is 10241 bytes of JSON, at most 10240 are allowed"));
    }
}
