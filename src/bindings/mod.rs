//! What JavaScript calls, whichever service it is of: arguments in, promises, errors and events out.

pub(crate) mod arguments;
pub(crate) mod base_client;
pub(crate) mod errors;
pub(crate) mod events;
#[cfg(feature = "npm")]
mod refusals;
