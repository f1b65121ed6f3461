//! Runs a piece of work on a connection, again where that is safe and helps.

use std::time::Duration;

use deadpool_postgres::Client;

use super::Postgres;
use super::failure::Failure;
use crate::store::StoreError;

/// How often work is run that others are in the way of.
const RUNS: u32 = 10;

/// The longest wait before the second run; it doubles with each.
const FIRST_WAIT: Duration = Duration::from_millis(5);

impl Postgres {
    /// Runs `work`, which changes something, on a connection of its own: one statement, or one transaction that it
    /// commits. Where the database undid it because others were in the way, it is run again.
    pub(super) async fn write<T, W, F>(&self, work: W) -> Result<T, StoreError>
    where
        W: Fn(Client) -> F + Send + Sync,
        F: Future<Output = Result<T, Failure>> + Send,
    {
        self.run(work, false).await
    }

    /// As [`Postgres::write`], for work that changes nothing: it is run again where the connection broke, too.
    pub(super) async fn read<T, W, F>(&self, work: W) -> Result<T, StoreError>
    where
        W: Fn(Client) -> F + Send + Sync,
        F: Future<Output = Result<T, Failure>> + Send,
    {
        self.run(work, true).await
    }

    async fn run<T, W, F>(&self, work: W, changes_nothing: bool) -> Result<T, StoreError>
    where
        W: Fn(Client) -> F + Send + Sync,
        F: Future<Output = Result<T, Failure>> + Send,
    {
        let mut run = 1;
        loop {
            let failure = match self.once(&work).await {
                Ok(done) => return Ok(done),
                Err(failure) => failure,
            };
            let again =
                matches!(failure, Failure::Conflict(_)) || changes_nothing && matches!(failure, Failure::Lost(_));
            if !again || run == RUNS {
                return Err(told(failure, changes_nothing));
            }
            tokio::time::sleep(wait(run, fastrand::f64())).await;
            run += 1;
        }
    }

    async fn once<T, F: Future<Output = Result<T, Failure>>>(&self, work: impl Fn(Client) -> F) -> Result<T, Failure> {
        work(self.pool.get().await?).await
    }
}

/// What the caller is told. The cause goes to the log.
fn told(failure: Failure, changes_nothing: bool) -> StoreError {
    let (cause, error) = match failure {
        Failure::Final(error) => return error,
        Failure::Conflict(cause) => (cause, StoreError::Busy),
        Failure::Unreachable(cause) => (cause, StoreError::Unreachable),
        Failure::Lost(cause) if changes_nothing => (cause, StoreError::Unreachable),
        Failure::Lost(cause) => (cause, StoreError::OutcomeUnknown),
    };
    tracing::warn!(%cause, "{error}");
    error
}

/// How long to wait before the run after this one: a random part of a time that doubles, so that those who were in each
/// other's way do not meet again.
fn wait(run: u32, random: f64) -> Duration {
    FIRST_WAIT.saturating_mul(1 << run.min(RUNS)).mul_f64(random / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_are_random_and_bounded() {
        assert_eq!(wait(1, 1.0), Duration::from_millis(5));
        assert_eq!(wait(2, 1.0), Duration::from_millis(10));
        assert_eq!(wait(2, 0.5), Duration::from_millis(5));
        assert_eq!(wait(2, 0.0), Duration::ZERO);
        let longest: Duration = (1..RUNS).map(|run| wait(run, 1.0)).sum();
        assert_eq!(longest, Duration::from_millis(2_555));
    }
}
