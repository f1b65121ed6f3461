//! The one loop of every call: authorise, take turns, send, decode, decide, conclude.
//!
//! It is a machine that does nothing itself: [`Call::next`] takes what came of the last [`Step`] and says what to do next.

mod client;
mod credentials;
mod decode;
mod hash_index;
mod line_keys;
mod machine;
mod retry;
mod service;
mod step;
mod turns;
mod waiting_line;

pub use client::ClientState;
pub use credentials::{Credentials, needs_secret};
pub use decode::unexpected_type;
pub use machine::Call;
pub use service::Service;
pub use step::{Done, Step, StepResult};

pub(crate) use decode::{FailedAttempt, decode, timeout};
#[cfg(all(any(test, fuzzing), feature = "native", feature = "sign"))]
pub(crate) use retry::{Decision, Ending, Progress, decide};
