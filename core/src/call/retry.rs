//! Whether, and when, to try again. Pure: what happened goes in, a decision comes out.

use crate::wire::headers::RetryHints;
use crate::wire::{Effect, Operation};

/// Upper limit of the random first wait, in milliseconds; it doubles with each further wait.
const BASE_MS: f64 = 500.0;
/// Upper limit of every random wait, in milliseconds.
const CAP_MS: f64 = 8_000.0;
/// Tokens that a client's budget starts with, and never exceeds.
const BUDGET: f64 = 10.0;
/// A client retries only while its budget is above this many tokens.
const BUDGET_FLOOR: f64 = 5.0;
/// Tokens that a success gives back to the budget.
const REFUND: f64 = 0.1;
/// Milliseconds in which the budget gets back one token by itself. By successes alone, a client whose budget an outage
/// has emptied would retry again only after more than fifty of them.
const REFILL_MS: f64 = 10_000.0;

/// How an attempt ended, as far as trying again is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It is certain that the service never saw the request.
    Unsent,
    /// The answer was lost, did not come in time, or broke off.
    Lost,
    /// A whole response arrived, with a status that is no success.
    Status(u16),
    /// A success arrived whose body is not what the service answers.
    Unreadable,
}

/// What to do after an attempt that failed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Decision {
    /// Report the failure.
    Stop,
    /// Wait this many milliseconds and try again.
    After(f64),
}

/// The facts of a call so far.
pub(crate) struct Progress {
    /// Attempts made.
    pub attempts: u32,
    /// Attempts allowed after the first.
    pub retries: u32,
    /// Milliseconds left until the deadline.
    pub remaining_ms: f64,
    /// Tokens in the client's budget.
    pub budget: f64,
}

/// Whether the same call may succeed later.
pub(crate) fn is_transient(operation: &Operation, ending: Ending, hints: RetryHints) -> bool {
    match (ending, hints.should_retry) {
        (Ending::Status(_), Some(should)) => should,
        (_, Some(false)) => false,
        (Ending::Unsent, _) => true,
        // The service answers this before it does any work, so even a create may be repeated.
        (Ending::Status(429), _) => true,
        (Ending::Status(408 | 425 | 500 | 502 | 503 | 504), _) | (Ending::Lost, _) => operation.is_repeatable(),
        (Ending::Unreadable, _) => operation.effect == Effect::Read,
        (Ending::Status(_), _) => false,
    }
}

/// Decides what follows a failed attempt. `random` is from 0, included, to 1, excluded.
pub(crate) fn decide(
    operation: &Operation,
    ending: Ending,
    hints: RetryHints,
    progress: &Progress,
    random: f64,
) -> Decision {
    let may = progress.attempts <= progress.retries
        && progress.budget > BUDGET_FLOOR
        && is_transient(operation, ending, hints)
        // A proxy may cut a response short by accident, but hardly twice: it is tried again once.
        && (ending != Ending::Unreadable || progress.attempts == 1);
    if !may {
        return Decision::Stop;
    }
    let wait = match hints.retry_after_ms {
        Some(asked) => asked,
        None => backoff(progress.attempts, random),
    };
    // A wait that ends after the deadline would only delay the report of the failure.
    if wait < progress.remaining_ms { Decision::After(wait) } else { Decision::Stop }
}

/// Full jitter: a random wait, in milliseconds, from 0 to a limit that doubles with each attempt up to the cap.
fn backoff(attempts: u32, random: f64) -> f64 {
    let doubled = BASE_MS * f64::from(1_u32 << attempts.saturating_sub(1).min(8));
    random * doubled.min(CAP_MS)
}

/// Keeps a client from adding retries to the load of a failing service: each failure that may be retried takes a token,
/// and a client retries only while more than half of the tokens are left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct RetryBudget {
    tokens: f64,
    /// When the tokens were last counted, on the host's clock.
    at: f64,
}

impl RetryBudget {
    pub fn full(now: f64) -> Self {
        RetryBudget { tokens: BUDGET, at: now }
    }

    /// The tokens at `now`, refilled by the time that has passed.
    pub fn tokens(self, now: f64) -> f64 {
        (self.tokens + (now - self.at) / REFILL_MS).min(BUDGET)
    }

    /// After a failure that may be retried.
    pub fn spend(self, now: f64) -> Self {
        RetryBudget { tokens: (self.tokens(now) - 1.0).max(0.0), at: now }
    }

    /// After a success. Nearly always it is full, and the clock is not asked.
    pub fn refund(self, now: impl FnOnce() -> f64) -> Self {
        if self.tokens >= BUDGET {
            return self;
        }
        let now = now();
        RetryBudget { tokens: (self.tokens(now) + REFUND).min(BUDGET), at: now }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::operations::*;

    fn progress(attempts: u32) -> Progress {
        Progress { attempts, retries: 2, remaining_ms: 30_000.0, budget: BUDGET }
    }

    fn after(operation: &Operation, ending: Ending) -> Decision {
        decide(operation, ending, RetryHints::default(), &progress(1), 0.5)
    }

    const REPEATABLE: [&Operation; 7] = [&GET_OR_CREATE, &GET, &UPDATE, &DELETE, &ADD_USERS, &GET_USERS, &DELETE_USERS];

    #[test]
    fn what_is_repeatable_is_tried_again_after_a_passing_failure() {
        for operation in REPEATABLE {
            for status in [408, 425, 429, 500, 502, 503, 504] {
                assert_eq!(
                    after(operation, Ending::Status(status)),
                    Decision::After(250.0),
                    "{} {status}",
                    operation.name
                );
            }
            assert_eq!(after(operation, Ending::Lost), Decision::After(250.0));
            assert_eq!(after(operation, Ending::Unsent), Decision::After(250.0));
        }
    }

    #[test]
    fn nothing_is_tried_again_after_an_answer_that_would_repeat() {
        for operation in REPEATABLE {
            for status in [301, 400, 401, 403, 404, 409, 413, 422, 501, 505, 520] {
                assert_eq!(after(operation, Ending::Status(status)), Decision::Stop, "{} {status}", operation.name);
            }
        }
    }

    #[test]
    fn a_create_is_repeated_only_when_the_service_did_not_act_on_it() {
        assert_eq!(after(&CREATE, Ending::Unsent), Decision::After(250.0));
        assert_eq!(after(&CREATE, Ending::Status(429)), Decision::After(250.0));
        assert_eq!(after(&CREATE, Ending::Lost), Decision::Stop);
        assert_eq!(after(&CREATE, Ending::Status(503)), Decision::Stop);
        assert_eq!(after(&FLAG_USER, Ending::Lost), Decision::Stop);
    }

    #[test]
    fn an_unreadable_success_is_read_once_more_and_never_written_again() {
        assert_eq!(after(&GET, Ending::Unreadable), Decision::After(250.0));
        assert_eq!(after(&UPDATE, Ending::Unreadable), Decision::Stop);
        assert_eq!(decide(&GET, Ending::Unreadable, RetryHints::default(), &progress(2), 0.5), Decision::Stop);
    }

    #[test]
    fn what_would_fail_in_the_same_way_is_not_tried_again() {
        let hints = RetryHints { should_retry: Some(false), ..RetryHints::default() };
        for ending in [Ending::Unsent, Ending::Lost] {
            assert!(!is_transient(&GET, ending, hints), "{ending:?}");
        }
        // And where the answer to a create was lost, no header makes it safe to send again.
        let hints = RetryHints { should_retry: Some(true), ..RetryHints::default() };
        assert!(!is_transient(&CREATE, Ending::Lost, hints));
    }

    #[test]
    fn waits_double_up_to_the_cap() {
        let waits = [1, 2, 3, 4, 5, 6, 40].map(|attempts| backoff(attempts, 1.0));
        assert_eq!(waits, [500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0, 8_000.0, 8_000.0]);
        assert_eq!(backoff(3, 0.0), 0.0);
    }

    #[test]
    fn attempts_and_budget_are_bounded() {
        let lost = |progress: &Progress| decide(&GET, Ending::Lost, RetryHints::default(), progress, 0.5);
        assert_eq!(lost(&progress(2)), Decision::After(500.0));
        assert_eq!(lost(&progress(3)), Decision::Stop);
        assert_eq!(lost(&Progress { retries: 0, ..progress(1) }), Decision::Stop);
        assert_eq!(lost(&Progress { budget: 5.0, ..progress(1) }), Decision::Stop);
    }

    #[test]
    fn the_budget_is_spent_by_failures_and_refilled_by_successes_and_by_time() {
        let full = RetryBudget::full(0.0);
        let spent = (0..12).fold(full, |budget, _| budget.spend(0.0));
        assert_eq!(spent.tokens(0.0), 0.0);
        assert_eq!(spent.refund(|| 0.0).tokens(0.0), REFUND);
        assert_eq!(full.refund(|| f64::NAN), full);
        // Five failures in a row stop the retries; a minute after its budget was empty, a client retries again.
        assert_eq!((0..5).fold(full, |budget, _| budget.spend(0.0)).tokens(0.0), BUDGET_FLOOR);
        assert_eq!(spent.tokens(60_000.0), 6.0);
        assert_eq!(spent.tokens(1e9), BUDGET);
        assert_eq!(spent.spend(20_000.0).tokens(30_000.0), 2.0);
    }

    #[test]
    fn the_service_decides_when_and_whether() {
        let hints = |retry_after_ms, should_retry| RetryHints { retry_after_ms, should_retry };
        let decide = |status, hints| decide(&GET, Ending::Status(status), hints, &progress(1), 0.5);
        assert_eq!(decide(429, hints(Some(7_000.0), None)), Decision::After(7_000.0));
        assert_eq!(decide(429, hints(Some(30_000.0), None)), Decision::Stop);
        assert_eq!(decide(503, hints(None, Some(false))), Decision::Stop);
        assert_eq!(decide(409, hints(None, Some(true))), Decision::After(250.0));
    }
}
