//! One error type with stable codes.
//!
//! The text of an error is one clause that names what is wrong and which rule it breaks; it never holds a token, a secret or
//! an API key.

use alloc::string::String;
use alloc::sync::Arc;

use super::text::join;

/// Defines [`Code`] from a table: what each code means, its name in Rust, and its text.
macro_rules! codes {
    ($($(#[$doc:meta])+ $name:ident = $text:literal,)+) => {
        /// What went wrong, as a closed list. Its text form ([`Code::as_str`]) is part of the public contract.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])+ $name,)+
            /// A code that only one service has, such as `klaim::EMAIL_EXISTS`.
            OfService(&'static str),
        }

        impl Code {
            /// The stable text form, such as `not_found`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Code::$name => $text,)+
                    Code::OfService(code) => code,
                }
            }
        }

        impl core::fmt::Display for Code {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

codes! {
    /// An id breaks the rules of [`super::validate::id`].
    InvalidId = "invalid_id",
    /// Data is not a JSON object.
    InvalidData = "invalid_data",
    /// Data holds a value that JSON cannot hold faithfully.
    UnrepresentableValue = "unrepresentable_value",
    /// Data is over [`super::validate::MAX_DATA_BYTES`] of JSON.
    DataTooLarge = "data_too_large",
    /// A batch has over 1 000 members.
    BatchTooLarge = "batch_too_large",
    /// An option, or the API key, is missing or malformed.
    InvalidOption = "invalid_option",
    /// A token is empty, malformed, or without a string `user_id`.
    InvalidToken = "invalid_token",
    /// The app secret was given to a browser.
    SecretInBrowser = "secret_in_browser",
    /// The method needs the app secret, or a user token, and the client has the other.
    WrongCredentials = "wrong_credentials",
    /// What the package needs is missing here: WebAssembly or `fetch`. Said by its loader.
    UnsupportedRuntime = "unsupported_runtime",
    /// There is no client, or it was disposed.
    NotConnected = "not_connected",
    /// No response arrived.
    Network = "network",
    /// An attempt or the whole call ran out of time.
    Timeout = "timeout",
    /// A create was sent and its answer was lost.
    OutcomeUnknown = "outcome_unknown",
    /// A response arrived that is not what the service answers.
    InvalidResponse = "invalid_response",
    /// The token provider failed.
    TokenProvider = "token_provider",
    /// A defect of this package.
    Internal = "internal",
    /// The service refused the input (400).
    InvalidInput = "invalid_input",
    /// The service refused the API key or the token (401).
    Unauthorized = "unauthorized",
    /// The service does not allow the operation (403, 405).
    NotAllowed = "not_allowed",
    /// No such user (404).
    NotFound = "not_found",
    /// The user exists already (409).
    Conflict = "conflict",
    /// The service finds the body too large (413).
    TooLarge = "too_large",
    /// Over the rate limit (429).
    RateLimited = "rate_limited",
    /// The service failed (5xx).
    ServerError = "server_error",
    /// Any other answer that is an error.
    ApiError = "api_error",
}

impl Code {
    /// What an answer with this HTTP status means, as most services have it.
    pub(crate) const fn of_status(status: u16) -> Code {
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

    /// The reason to give for it where the answer gives none.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Code::NotFound => "there is no such user",
            Code::Conflict => "the user exists already",
            Code::RateLimited => "over the rate limit",
            Code::ServerError => "the service failed",
            _ => "the service refused it",
        }
    }
}

/// Which family an error belongs to. JavaScript has a class for each but [`Kind::Aborted`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[repr(u32)]
pub enum Kind {
    /// Bad input, found before any request (`FeedError`).
    Input,
    /// Bad input at a place in an id or in data (`ValidationError`).
    Validation,
    /// An argument of the wrong type, where Stream's client throws a `TypeError`.
    Type,
    /// No usable answer, or a call that cannot be made here (`SiteError`).
    Site,
    /// The service answered with an error (`StreamApiError`).
    Api,
    /// The caller's abort signal fired; the cause is its reason.
    Aborted,
}

/// How far an attempt had got when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// Before the request was known to have left.
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

/// Where the input broke a rule, for [`Kind::Validation`].
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// The place: `id`, `data.tags[2]`, `users[17].data`.
    pub path: String,
    /// The limit that was exceeded, where the rule has one.
    pub limit: Option<u32>,
    /// The value that exceeded it.
    pub actual: Option<u32>,
}

/// What went wrong, as plain data. What a call adds to it, such as the service's answer, is in
/// [`CallError`](crate::wire::CallError).
#[derive(Clone, thiserror::Error)]
#[error("{}", .0.message)]
pub struct Error(Arc<Parts>);

/// The contents of an [`Error`]. They are shared, because several calls that wait for one answer get the same error.
pub(crate) struct Parts {
    pub kind: Kind,
    pub code: Code,
    pub message: String,
    pub hint: Option<&'static str>,
    pub attempts: u32,
    pub retryable: bool,
    pub may_have_been_applied: bool,
    pub phase: Option<Phase>,
    pub violation: Option<Violation>,
}

impl Error {
    /// An error whose message is these parts, joined.
    // Never inlined: dozens of places make an error, and each would get its own copy of this code.
    #[inline(never)]
    pub fn new(kind: Kind, code: Code, message: &[&str]) -> Self {
        Error(Arc::new(Parts {
            kind,
            code,
            message: join(message),
            hint: None,
            attempts: 0,
            retryable: false,
            may_have_been_applied: false,
            phase: None,
            violation: None,
        }))
    }

    /// Changes the contents, unless the error is shared: then other calls have reported it already.
    pub(crate) fn set(&mut self, change: impl FnOnce(&mut Parts)) {
        if let Some(parts) = self.own_parts() {
            change(parts);
        }
    }

    #[inline(never)]
    fn own_parts(&mut self) -> Option<&mut Parts> {
        Arc::get_mut(&mut self.0)
    }

    /// Bad input that is not at a place in an id or in data.
    pub fn input(code: Code, message: &[&str]) -> Self {
        Error::new(Kind::Input, code, message)
    }

    /// No usable answer, or a call that this client or runtime cannot make.
    pub fn site(code: Code, message: &[&str]) -> Self {
        Error::new(Kind::Site, code, message)
    }

    /// Bad input at this place.
    #[inline(never)]
    pub fn validation(code: Code, path: &str, message: &[&str]) -> Self {
        let mut error = Error::new(Kind::Validation, code, message);
        error.set(|parts| parts.violation = Some(Violation { path: path.into(), limit: None, actual: None }));
        error
    }

    /// With the limit that was exceeded, and the value that exceeded it.
    #[must_use]
    pub fn with_limit(mut self, limit: u32, actual: u32) -> Self {
        self.set(|parts| {
            if let Some(violation) = &mut parts.violation {
                violation.limit = Some(limit);
                violation.actual = Some(actual);
            }
        });
        self
    }

    /// With a hint: what to do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: &'static str) -> Self {
        self.set(|parts| parts.hint = Some(hint));
        self
    }

    /// With how many requests were sent.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.set(|parts| parts.attempts = attempts);
        self
    }

    /// Which family the error belongs to.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The text: one clause that names what is wrong and which rule it breaks.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The stable code.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<&'static str> {
        self.0.hint
    }

    /// How many requests were sent.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Whether the same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// Whether a write may have taken effect although no success was seen.
    pub fn may_have_been_applied(&self) -> bool {
        self.0.may_have_been_applied
    }

    /// How far the last attempt had got.
    pub fn phase(&self) -> Option<Phase> {
        self.0.phase
    }

    /// Where the input broke a rule.
    pub fn violation(&self) -> Option<&Violation> {
        self.0.violation.as_ref()
    }
}

// Written by hand, so that it is short in logs.
impl core::fmt::Debug for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Error")
            .field("code", &self.0.code.as_str())
            .field("message", &self.0.message)
            .field("attempts", &self.0.attempts)
            .finish_non_exhaustive()
    }
}
