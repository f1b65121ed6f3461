//! Stream's Activity Feeds v2, users.

pub mod batch;
pub mod operations;
pub mod references;
pub mod requests;
pub mod settings;
#[cfg(feature = "sign")]
pub mod sign;

use alloc::borrow::Cow;
use alloc::string::String;

use crate::call::Service;
use crate::rules::Code;
use crate::rules::options::own_headers;
use crate::wire::{ApiFailure, Host};

/// The service.
pub struct Stream;

/// The headers of every request, as JSON. `client` is who it comes from, such as `user-handle-js-0.1.0`. In browsers there may
/// be no others: these are what Stream's CORS list allows.
pub fn headers(client: &str) -> String {
    crate::rules::text::concat(["{\"stream-auth-type\":\"jwt\",\"x-stream-client\":\"", client, "\"}"])
}

impl Service for Stream {
    const OWN_HEADERS: &'static str = own_headers!("stream-auth-type", "x-stream-client");

    /// Ids need no encoding: [`crate::rules::validate::id`].
    fn path_id<H: Host>(id: &str) -> Cow<'_, str> {
        Cow::Borrowed(id)
    }

    fn code(status: u16, _: &str) -> Code {
        Code::of_status(status)
    }

    fn hint(code: Code, status: u16) -> Option<&'static str> {
        match (code, status) {
            (Code::Unauthorized, _) => Some("check the API key and the region"),
            (Code::NotAllowed, 403) => {
                Some("check that the token is signed with this app's secret and belongs to this user")
            }
            (_, 414) => Some("ask for fewer ids at a time: they travel in the URL"),
            (Code::RateLimited, _) => Some("wait until rateLimit.reset, or for retryAfterMs"),
            _ => None,
        }
    }

    fn detail<H: Host>(body: &H::Value) -> Option<String> {
        H::string_field(body, "detail")
    }

    /// The service refuses a token with 403, and a key with 401 and code 2; what the token's user may not do is a 403 too.
    /// Source: Stream's clients, and issues with recorded answers.
    fn refuses_token<H: Host>(failure: &ApiFailure<H>) -> bool {
        match failure.status {
            401 => failure.api_code() != Some(2.0),
            403 => {
                let detail = failure.detail.as_deref().unwrap_or_default();
                ["signature is invalid", "token is", "token used"].iter().any(|told| detail.starts_with(told))
            }
            _ => false,
        }
    }
}
