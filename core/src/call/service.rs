//! What the machine of a call asks of a service, beside its operations.

use alloc::borrow::Cow;
use alloc::string::String;

use crate::rules::Code;
use crate::wire::{ApiFailure, Host};

/// A service.
pub trait Service: 'static {
    /// The headers that are not for callers to set, with commas between them.
    const OWN_HEADERS: &'static str;

    /// An id as paths have it.
    fn path_id<H: Host>(id: &str) -> Cow<'_, str>;

    /// What an answer that is an error means, by its status and, where the status has several meanings, its explanation.
    fn code(status: u16, detail: &str) -> Code;

    /// What to do about an answer that is an error, where that is known.
    fn hint(code: Code, status: u16) -> Option<&'static str>;

    /// The service's explanation, from the body of an answer that is an error.
    fn detail<H: Host>(body: &H::Value) -> Option<String>;

    /// Whether another token could be accepted.
    fn refuses_token<H: Host>(failure: &ApiFailure<H>) -> bool;
}
