//! Klaim's users: what is stored has an `email` and perhaps a `name` and `metadata`, a `user_id` may be any text, and nothing
//! deletes a user.
//!
//! Source: Klaim's public manual. What that leaves open, and what is done here, is in `docs/klaim.md`.

pub mod operations;
pub mod requests;
pub mod rules;
pub mod settings;

use alloc::borrow::Cow;
use alloc::string::String;

use crate::call::Service;
use crate::rules::Code;
use crate::rules::options::own_headers;
use crate::wire::{ApiFailure, Host};

/// The service.
pub struct Klaim;

/// A new user without what it has to have (400).
pub const MISSING_FIELDS: Code = Code::OfService("missing_fields");
/// Another user has the email address (409).
pub const EMAIL_EXISTS: Code = Code::OfService("email_exists");
/// Another user has the id (409).
pub const USER_ID_EXISTS: Code = Code::OfService("user_id_exists");

/// The headers of every request, as JSON: the manual names no others.
pub const HEADERS: &str = "{\"content-type\":\"application/json\"}";

impl Service for Klaim {
    const OWN_HEADERS: &'static str = own_headers!();

    fn path_id<H: Host>(id: &str) -> Cow<'_, str> {
        Cow::Owned(H::encode(id))
    }

    fn code(status: u16, detail: &str) -> Code {
        let says = |beginning: &str| {
            detail.split_at_checked(beginning.len()).is_some_and(|(start, _)| start.eq_ignore_ascii_case(beginning))
        };
        match status {
            400 if says("missing required fields") => MISSING_FIELDS,
            // The status for a bad key is not documented: these are those that services have for it.
            401 | 403 => Code::Unauthorized,
            404 => Code::NotFound,
            409 if says("email already exists") => EMAIL_EXISTS,
            409 if says("user id already exists") => USER_ID_EXISTS,
            429 => Code::RateLimited,
            500..=599 => Code::ServerError,
            _ => Code::ApiError,
        }
    }

    fn hint(code: Code, _: u16) -> Option<&'static str> {
        match code {
            Code::Unauthorized => Some("check the API key"),
            Code::RateLimited => Some("wait until rateLimit.reset, or for retryAfterMs"),
            _ => None,
        }
    }

    fn detail<H: Host>(body: &H::Value) -> Option<String> {
        H::string_field(body, "message")
    }

    /// The key is the only one.
    fn refuses_token<H: Host>(_: &ApiFailure<H>) -> bool {
        false
    }
}
