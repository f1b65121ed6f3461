//! What the machine of a call and its driver tell each other: what to do next, and what came of it.

use crate::rules::Phase;
use crate::rules::options::TokenReason;
use crate::wire::{Answer, AttemptFailure, AttemptRequest, Host};

/// What to do next.
pub enum Step<H: Host> {
    /// Nothing: the call has succeeded.
    Done(Done<H>),
    /// Ask the token provider, waiting at most this many milliseconds; then give [`StepResult::Token`].
    AskForToken(TokenReason, f64),
    /// Send this request.
    Send(AttemptRequest<H>),
    /// Wait for this many milliseconds; then give [`StepResult::Continue`].
    Wait(f64),
    /// Wait until the waker that is given to [`super::Call::park`] is woken; then give [`StepResult::Continue`]. After this many
    /// milliseconds, give [`StepResult::TimedOut`] with [`Phase::Connect`].
    Park(f64),
}

/// What came of the last step.
pub enum StepResult<H: Host> {
    /// There is nothing to report: the call begins, or a wait is over.
    Continue,
    /// What the token provider gave.
    Token(Result<H::Text, H::Value>),
    /// A response, read to its end.
    Answer(Answer<H>),
    /// No whole response.
    Failure(AttemptFailure<H::Value>),
    /// The time was up. [`Phase::Connect`] means that nothing was being sent.
    TimedOut(Phase),
    /// The caller's signal fired, for this reason.
    Aborted(H::Value),
}

/// What a call that succeeded gives.
pub struct Done<H: Host> {
    /// What the service answered.
    pub value: H::Value,
    /// A deletion found no user after an attempt whose answer was lost: that attempt has deleted it.
    pub already_gone: bool,
}
