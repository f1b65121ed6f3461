//! Whether, and when, to try again. Pure: what happened goes in, a decision comes out.

use crate::request::Operation;

/// Milliseconds that the first wait is drawn from; each further one doubles it.
const BASE_MS: f64 = 500.0;
/// Milliseconds that no drawn wait passes.
const CAP_MS: f64 = 8_000.0;
/// What a client's budget starts with, and never passes.
pub(crate) const BUDGET: f64 = 10.0;
/// A client retries only while its budget is over this.
const BUDGET_FLOOR: f64 = 5.0;
/// What a success gives back to the budget.
const REFUND: f64 = 0.1;

/// How an attempt ended, as far as trying again is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is certain that the service never saw the request.
    Unsent,
    /// The answer was lost, did not come in time, or broke off.
    Lost,
    /// A response arrived whole.
    Status(u16),
    /// A success arrived that cannot be read.
    Unreadable,
}

/// What the service said about trying again.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Hints {
    /// `Retry-After`, or the end of the rate-limit window.
    pub retry_after_ms: Option<f64>,
    /// `x-should-retry`; or `false` where no response could come.
    pub should_retry: Option<bool>,
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
    /// What is left until the deadline.
    pub remaining_ms: f64,
    /// The client's budget.
    pub budget: f64,
}

/// Whether the same call may succeed later.
pub(crate) fn is_transient(operation: Operation, outcome: Outcome, hints: Hints) -> bool {
    match (outcome, hints.should_retry) {
        (Outcome::Status(_), Some(should)) => should,
        (_, Some(false)) => false,
        (Outcome::Unsent, _) => true,
        // Emitted before any work is done, so even a create may be repeated.
        (Outcome::Status(429), _) => true,
        (Outcome::Status(408 | 425 | 500 | 502 | 503 | 504), _) | (Outcome::Lost, _) => operation.is_repeatable(),
        (Outcome::Unreadable, _) => !operation.writes(),
        (Outcome::Status(_), _) => false,
    }
}

/// Decides what follows a failed attempt. `random` is from 0 up to 1.
pub(crate) fn decide(
    operation: Operation,
    outcome: Outcome,
    hints: Hints,
    progress: &Progress,
    random: f64,
) -> Decision {
    let may = progress.attempts <= progress.retries
        && progress.budget > BUDGET_FLOOR
        && is_transient(operation, outcome, hints)
        // What cannot be read may be cut short by a proxy once, not twice.
        && (outcome != Outcome::Unreadable || progress.attempts == 1);
    if !may {
        return Decision::Stop;
    }
    let wait = match hints.retry_after_ms {
        Some(asked) => asked,
        None => backoff(progress.attempts, random),
    };
    // A wait that ends past the deadline would only delay the news.
    if wait < progress.remaining_ms { Decision::After(wait) } else { Decision::Stop }
}

/// Full jitter: anything from nothing up to the doubling, capped wait.
fn backoff(attempts: u32, random: f64) -> f64 {
    let doubled = BASE_MS * f64::from(1_u32 << attempts.saturating_sub(1).min(8));
    random * doubled.min(CAP_MS)
}

/// The budget after a failure that may be retried.
pub(crate) fn spend(budget: f64) -> f64 {
    (budget - 1.0).max(0.0)
}

/// The budget after a success.
pub(crate) fn refund(budget: f64) -> f64 {
    (budget + REFUND).min(BUDGET)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(attempts: u32) -> Progress {
        Progress { attempts, retries: 2, remaining_ms: 30_000.0, budget: BUDGET }
    }

    fn after(operation: Operation, outcome: Outcome) -> Decision {
        decide(operation, outcome, Hints::default(), &progress(1), 0.5)
    }

    const REPEATABLE: [Operation; 7] = [
        Operation::GetOrCreate,
        Operation::Get,
        Operation::Update,
        Operation::Delete,
        Operation::AddUsers,
        Operation::GetUsers,
        Operation::DeleteUsers,
    ];

    #[test]
    fn what_is_repeatable_is_tried_again_after_a_passing_failure() {
        for operation in REPEATABLE {
            for status in [408, 425, 429, 500, 502, 503, 504] {
                assert_eq!(after(operation, Outcome::Status(status)), Decision::After(250.0), "{operation:?} {status}");
            }
            assert_eq!(after(operation, Outcome::Lost), Decision::After(250.0));
            assert_eq!(after(operation, Outcome::Unsent), Decision::After(250.0));
        }
    }

    #[test]
    fn nothing_is_tried_again_after_an_answer_that_would_repeat() {
        for operation in REPEATABLE {
            for status in [301, 400, 401, 403, 404, 409, 413, 422, 501, 505, 520] {
                assert_eq!(after(operation, Outcome::Status(status)), Decision::Stop, "{operation:?} {status}");
            }
        }
    }

    #[test]
    fn a_create_is_repeated_only_when_the_service_did_not_act_on_it() {
        assert_eq!(after(Operation::Create, Outcome::Unsent), Decision::After(250.0));
        assert_eq!(after(Operation::Create, Outcome::Status(429)), Decision::After(250.0));
        assert_eq!(after(Operation::Create, Outcome::Lost), Decision::Stop);
        assert_eq!(after(Operation::Create, Outcome::Status(503)), Decision::Stop);
        assert_eq!(after(Operation::FlagUser, Outcome::Lost), Decision::Stop);
    }

    #[test]
    fn an_unreadable_success_is_read_once_more_and_never_written_again() {
        assert_eq!(after(Operation::Get, Outcome::Unreadable), Decision::After(250.0));
        assert_eq!(after(Operation::Update, Outcome::Unreadable), Decision::Stop);
        assert_eq!(decide(Operation::Get, Outcome::Unreadable, Hints::default(), &progress(2), 0.5), Decision::Stop);
    }

    #[test]
    fn what_would_fail_in_the_same_way_is_not_tried_again() {
        let hints = Hints { should_retry: Some(false), ..Hints::default() };
        for outcome in [Outcome::Unsent, Outcome::Lost] {
            assert!(!is_transient(Operation::Get, outcome, hints), "{outcome:?}");
        }
        // And no header says of a lost create that it may be sent again.
        let hints = Hints { should_retry: Some(true), ..Hints::default() };
        assert!(!is_transient(Operation::Create, Outcome::Lost, hints));
    }

    #[test]
    fn waits_double_up_to_the_cap() {
        let waits = [1, 2, 3, 4, 5, 6, 40].map(|attempts| backoff(attempts, 1.0));
        assert_eq!(waits, [500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0, 8_000.0, 8_000.0]);
        assert_eq!(backoff(3, 0.0), 0.0);
    }

    #[test]
    fn attempts_and_budget_are_bounded() {
        let lost = |progress: &Progress| decide(Operation::Get, Outcome::Lost, Hints::default(), progress, 0.5);
        assert_eq!(lost(&progress(2)), Decision::After(500.0));
        assert_eq!(lost(&progress(3)), Decision::Stop);
        assert_eq!(lost(&Progress { retries: 0, ..progress(1) }), Decision::Stop);
        assert_eq!(lost(&Progress { budget: 5.0, ..progress(1) }), Decision::Stop);
        assert_eq!(spend(0.5), 0.0);
        assert_eq!(refund(9.95), BUDGET);
    }

    #[test]
    fn the_service_decides_when_and_whether() {
        let hints = |retry_after_ms, should_retry| Hints { retry_after_ms, should_retry };
        let decide = |status, hints| decide(Operation::Get, Outcome::Status(status), hints, &progress(1), 0.5);
        assert_eq!(decide(429, hints(Some(7_000.0), None)), Decision::After(7_000.0));
        assert_eq!(decide(429, hints(Some(30_000.0), None)), Decision::Stop);
        assert_eq!(decide(503, hints(None, Some(false))), Decision::Stop);
        assert_eq!(decide(409, hints(None, Some(true))), Decision::After(250.0));
    }
}
