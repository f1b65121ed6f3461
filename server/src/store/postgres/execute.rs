//! Runs the work of an operation in a transaction, and retries it where that is safe and helps.

use std::time::{Duration, Instant};

use super::Postgres;
use super::error::Failure;
use super::pool::Access;
use super::transaction::{self, Transaction};
use crate::store::StoreError;

/// The most attempts at work that is in conflict with other work.
const ATTEMPTS: u32 = 10;

/// The most attempts at work whose connection breaks.
const ATTEMPTS_BROKEN: u32 = 3;

/// No attempt begins later than this. It is longer than the database may stay silent in one attempt, so that after a
/// fail-over the work runs on the new primary.
const LAST_START: Duration = Duration::from_secs(7);

/// The longest wait before the second attempt. It doubles with each attempt.
const FIRST_BACKOFF: Duration = Duration::from_millis(5);

impl Postgres {
    /// Runs `work`, which may change something, in a transaction of its own. It runs again if nothing was done because of a
    /// conflict or of a connection that broke.
    pub(super) async fn write<T, W, F>(&self, work: W) -> Result<T, StoreError>
    where
        W: Fn(Transaction) -> F + Send + Sync,
        F: Future<Output = Result<T, Failure>> + Send,
    {
        let done = self.run(Access::Write, work).await;
        self.last_write.record(done.as_ref().err());
        done
    }

    /// Like [`Postgres::write`], for work that changes nothing.
    pub(super) async fn read<T, W, F>(&self, work: W) -> Result<T, StoreError>
    where
        W: Fn(Transaction) -> F + Send + Sync,
        F: Future<Output = Result<T, Failure>> + Send,
    {
        self.run(Access::Read, work).await
    }

    /// Like [`Postgres::read`] and [`Postgres::write`], but with no effect on what is known of writes.
    pub(super) async fn run<T, W, F>(&self, access: Access, work: W) -> Result<T, StoreError>
    where
        W: Fn(Transaction) -> F + Send + Sync,
        F: Future<Output = Result<T, Failure>> + Send,
    {
        let start = Instant::now();
        let mut attempt = 1;
        loop {
            let failure = match self.once(access, &work).await {
                Ok(done) => return Ok(done),
                Err(failure) => failure,
            };
            let retry = match failure {
                Failure::Conflict(_) => attempt < ATTEMPTS,
                Failure::Broken(_) => attempt < ATTEMPTS_BROKEN,
                Failure::Refused(..) | Failure::OutcomeUnknown(_) | Failure::Final(_) => false,
            };
            if !retry || start.elapsed() > LAST_START {
                return Err(store_error(failure));
            }
            tokio::time::sleep(backoff(attempt, fastrand::f64())).await;
            attempt += 1;
        }
    }

    async fn once<T, F>(&self, access: Access, work: impl Fn(Transaction) -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        transaction::run(&self.pools, self.pools.get(access).await?, access, work).await
    }
}

/// What the caller of the operation is told. The cause goes to the log.
fn store_error(failure: Failure) -> StoreError {
    let (cause, error) = match failure {
        Failure::Final(error) => return error,
        Failure::Refused(error, cause) => (cause, error),
        Failure::Conflict(cause) => (cause, StoreError::Busy),
        Failure::Broken(cause) => (cause, StoreError::Unreachable),
        Failure::OutcomeUnknown(cause) => (cause, StoreError::OutcomeUnknown),
    };
    tracing::warn!(%cause, "{error}");
    error
}

/// How long to wait after this attempt: a random part of a time that doubles with each attempt, so that work that was in
/// conflict does not collide again.
fn backoff(attempt: u32, random: f64) -> Duration {
    FIRST_BACKOFF.saturating_mul(1 << attempt.min(ATTEMPTS)).mul_f64(random / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_doubles_is_random_and_bounded() {
        assert_eq!(backoff(1, 1.0), Duration::from_millis(5));
        assert_eq!(backoff(2, 1.0), Duration::from_millis(10));
        assert_eq!(backoff(2, 0.5), Duration::from_millis(5));
        assert_eq!(backoff(2, 0.0), Duration::ZERO);
        let longest: Duration = (1..ATTEMPTS).map(|attempt| backoff(attempt, 1.0)).sum();
        assert_eq!(longest, Duration::from_millis(2_555));
    }
}
