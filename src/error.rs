//! One error type with stable codes.
//!
//! The text of an error is one clause that names the thing and the rule; it never holds a token, a secret or an API key.

use alloc::boxed::Box;
use alloc::string::String;

use crate::host::{self, Headers, Value};
use crate::validate::join;

/// What went wrong, as a closed list. Its text form ([`Code::as_str`]) is part of the public contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Code {
    /// An id breaks the rules of [`crate::validate::id`].
    InvalidId,
    /// Data is not a JSON object.
    InvalidData,
    /// Data holds a value that JSON cannot hold faithfully.
    UnrepresentableValue,
    /// Data is over 10 240 bytes of JSON.
    DataTooLarge,
    /// A batch has over 1 000 members.
    BatchTooLarge,
    /// An option, or the API key, is missing or malformed.
    InvalidOption,
    /// A token is empty, malformed, or without a string `user_id`.
    InvalidToken,
    /// The app secret was given to a browser.
    SecretInBrowser,
    /// The method needs the app secret, or a user token, and the client has the other.
    WrongSide,
    /// There is no client, or it was disposed.
    NotConnected,
    /// No response arrived.
    Network,
    /// An attempt or the whole call ran out of time.
    Timeout,
    /// A create was sent and its answer was lost.
    OutcomeUnknown,
    /// A response arrived that is not what the service answers.
    InvalidResponse,
    /// The token provider failed.
    TokenProvider,
    /// A defect of this package.
    Internal,
    /// The service refused the input (400).
    InvalidInput,
    /// The service refused the API key or the token (401).
    Unauthorized,
    /// The service does not allow the operation (403, 405).
    NotAllowed,
    /// No such user (404).
    NotFound,
    /// The user exists already (409).
    Conflict,
    /// The service finds the body too large (413).
    TooLarge,
    /// Over the rate limit (429).
    RateLimited,
    /// The service failed (5xx).
    ServerError,
    /// A new user without what it has to have (400). Klaim's.
    #[cfg(feature = "klaim")]
    MissingFields,
    /// Another user has the email address (409). Klaim's.
    #[cfg(feature = "klaim")]
    EmailExists,
    /// Another user has the id (409). Klaim's.
    #[cfg(feature = "klaim")]
    UserIdExists,
    /// Any other answer that is an error.
    ApiError,
}

impl Code {
    /// The stable text form, such as `not_found`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Code::InvalidId => "invalid_id",
            Code::InvalidData => "invalid_data",
            Code::UnrepresentableValue => "unrepresentable_value",
            Code::DataTooLarge => "data_too_large",
            Code::BatchTooLarge => "batch_too_large",
            Code::InvalidOption => "invalid_option",
            Code::InvalidToken => "invalid_token",
            Code::SecretInBrowser => "secret_in_browser",
            Code::WrongSide => "wrong_side",
            Code::NotConnected => "not_connected",
            Code::Network => "network",
            Code::Timeout => "timeout",
            Code::OutcomeUnknown => "outcome_unknown",
            Code::InvalidResponse => "invalid_response",
            Code::TokenProvider => "token_provider",
            Code::Internal => "internal",
            Code::InvalidInput => "invalid_input",
            Code::Unauthorized => "unauthorized",
            Code::NotAllowed => "not_allowed",
            Code::NotFound => "not_found",
            Code::Conflict => "conflict",
            Code::TooLarge => "too_large",
            Code::RateLimited => "rate_limited",
            Code::ServerError => "server_error",
            #[cfg(feature = "klaim")]
            Code::MissingFields => "missing_fields",
            #[cfg(feature = "klaim")]
            Code::EmailExists => "email_exists",
            #[cfg(feature = "klaim")]
            Code::UserIdExists => "user_id_exists",
            Code::ApiError => "api_error",
        }
    }
}

/// Which family an error belongs to: the JavaScript face has a class for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[repr(u32)]
pub enum Kind {
    /// Bad input, found before any request (`FeedError`).
    Input,
    /// Bad input with a place: an id or data (`ValidationError`).
    Validation,
    /// An argument of the wrong type, where Stream's client throws a `TypeError`.
    Type,
    /// No usable answer, or a method called on the wrong side (`SiteError`).
    Site,
    /// The service answered with an error (`StreamApiError`).
    Api,
    /// The caller's abort signal fired; [`Error::cause`] is its reason.
    Aborted,
}

/// How far an attempt had come when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// Before the request is known to have left.
    Connect,
    /// Waiting for the response's status and headers.
    Headers,
    /// Reading the response's body.
    Body,
}

impl Phase {
    /// `connect`, `headers` or `body`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Phase::Connect => "connect",
            Phase::Headers => "headers",
            Phase::Body => "body",
        }
    }
}

/// The rate limit that a response carried.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RateLimit {
    /// Requests allowed in the window.
    pub limit: f64,
    /// Requests left in the window.
    pub remaining: f64,
    /// When the window ends, in Unix seconds.
    pub reset: f64,
}

/// What the service said, for [`Kind::Api`].
#[derive(Clone, Debug)]
pub struct ApiFailure {
    /// The HTTP status.
    pub status: u16,
    /// The limits that the response carried.
    pub rate_limit: Option<RateLimit>,
    /// How long the service asks to wait, in milliseconds.
    pub retry_after_ms: Option<f64>,
    /// The parsed body, or its text where it is not JSON.
    pub body: Value,
    pub(crate) headers: Headers,
}

impl ApiFailure {
    /// The service's own number, such as 22.
    pub fn api_code(&self) -> Option<f64> {
        host::number_field(&self.body, "code")
    }

    /// The response's headers as an object of text.
    #[cfg(feature = "serde")]
    pub fn headers(&self) -> Value {
        host::headers_value(&self.headers)
    }

    /// The service's own name, such as `ConflictException`.
    pub fn exception(&self) -> Option<String> {
        host::string_field(&self.body, "exception")
    }

    /// The service's explanation.
    pub fn detail(&self) -> Option<String> {
        let detail = host::string_field(&self.body, "detail");
        // What Klaim calls it.
        #[cfg(feature = "klaim")]
        let detail = detail.or_else(|| host::string_field(&self.body, "message"));
        detail
    }
}

/// Where the input broke a rule, for [`Kind::Validation`].
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// The place: `id`, `data.tags[2]`, `users[17].data`.
    pub path: String,
    /// The limit that was passed, where the rule has one.
    pub limit: Option<u32>,
    /// The value that passed it.
    pub actual: Option<u32>,
}

/// Any failure of this crate.
#[derive(Clone, thiserror::Error)]
#[error("{}", .0.message)]
pub struct Error(pub(crate) Box<Facts>);

/// What an [`Error`] holds. In a box: errors are handed on many times, and are rare.
#[derive(Clone)]
pub(crate) struct Facts {
    pub kind: Kind,
    pub code: Code,
    pub message: String,
    pub hint: Option<&'static str>,
    pub attempts: u32,
    pub retryable: bool,
    pub may_have_been_applied: bool,
    pub phase: Option<Phase>,
    pub cause: Option<Value>,
    pub violation: Option<Violation>,
    pub api: Option<ApiFailure>,
}

impl Error {
    /// Its message is these parts, joined.
    // Never inlined: there are forty places that make an error, and each would bring a copy.
    #[inline(never)]
    pub(crate) fn new(kind: Kind, code: Code, message: &[&str]) -> Self {
        Error(Box::new(Facts {
            kind,
            code,
            message: join(message),
            hint: None,
            attempts: 0,
            retryable: false,
            may_have_been_applied: false,
            phase: None,
            cause: None,
            violation: None,
            api: None,
        }))
    }

    /// Bad input that has no place in an id or in data.
    pub(crate) fn input(code: Code, message: &[&str]) -> Self {
        Error::new(Kind::Input, code, message)
    }

    /// No usable answer, or a method called on the wrong side.
    pub(crate) fn site(code: Code, message: &[&str]) -> Self {
        Error::new(Kind::Site, code, message)
    }

    #[inline(never)]
    pub(crate) fn validation(code: Code, path: &str, message: &[&str]) -> Self {
        let mut error = Error::new(Kind::Validation, code, message);
        error.0.violation = Some(Violation { path: path.into(), limit: None, actual: None });
        error
    }

    pub(crate) fn with_limit(mut self, limit: u32, actual: u32) -> Self {
        if let Some(violation) = &mut self.0.violation {
            violation.limit = Some(limit);
            violation.actual = Some(actual);
        }
        self
    }

    pub(crate) fn with_hint(mut self, hint: &'static str) -> Self {
        self.0.hint = Some(hint);
        self
    }

    pub(crate) fn with_cause(mut self, cause: Value) -> Self {
        self.0.cause = Some(cause);
        self
    }

    /// Which family the error belongs to.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The stable code.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<&'static str> {
        self.0.hint
    }

    /// Requests that were sent.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Whether the same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// A write may have taken effect although no success was seen.
    pub fn may_have_been_applied(&self) -> bool {
        self.0.may_have_been_applied
    }

    /// How far the last attempt had come.
    pub fn phase(&self) -> Option<Phase> {
        self.0.phase
    }

    /// What `fetch` or the token provider failed with, or the reason of the caller's abort.
    pub fn cause(&self) -> Option<&Value> {
        self.0.cause.as_ref()
    }

    /// Where the input broke a rule.
    pub fn violation(&self) -> Option<&Violation> {
        self.0.violation.as_ref()
    }

    /// What the service said.
    pub fn api(&self) -> Option<&ApiFailure> {
        self.0.api.as_ref()
    }
}

// By hand: the cause may be any JavaScript value, and is nobody's business in a log.
impl core::fmt::Debug for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Error")
            .field("code", &self.0.code.as_str())
            .field("message", &self.0.message)
            .field("attempts", &self.0.attempts)
            .finish_non_exhaustive()
    }
}
