//! What a failure of PostgreSQL means: whether to run the work again, and what to tell the caller.

use deadpool_postgres::tokio_postgres::error::{Error, SqlState};
use deadpool_postgres::{HookError, PoolError, TimeoutType};

use crate::store::StoreError;

/// How a piece of work failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// The database undid it, because others were in the way: it can be run again.
    Conflict(String),
    /// No connection was to be had, so nothing was done.
    Unreachable(String),
    /// The connection broke before the answer, or the database itself does not know.
    Lost(String),
    /// Running it again would not help.
    Final(StoreError),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        // A refusal by the database comes with a code; everything else happened on the way.
        let text = in_words(&error);
        let Some(code) = error.code() else {
            return match error.is_closed() || is_io(&error) {
                true => Failure::Lost(text),
                false => Failure::Final(StoreError::Failed(text)),
            };
        };
        match *code {
            SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => Failure::Conflict(text),
            SqlState::DISK_FULL => Failure::Final(StoreError::Full),
            // It waited too long, for a lock or for the disk.
            SqlState::QUERY_CANCELED | SqlState::LOCK_NOT_AVAILABLE => Failure::Final(StoreError::Busy),
            // The database is starting or full of connections, or a stand-by that has not taken over yet.
            SqlState::CANNOT_CONNECT_NOW | SqlState::TOO_MANY_CONNECTIONS | SqlState::READ_ONLY_SQL_TRANSACTION => {
                Failure::Unreachable(text)
            }
            // These can come after the commit and before its acknowledgement.
            SqlState::ADMIN_SHUTDOWN | SqlState::CRASH_SHUTDOWN | SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN => {
                Failure::Lost(text)
            }
            // Class 08 is about the connection.
            ref other if other.code().starts_with("08") => Failure::Lost(text),
            _ => Failure::Final(StoreError::Failed(text)),
        }
    }
}

impl From<PoolError> for Failure {
    fn from(error: PoolError) -> Self {
        match error {
            // All connections are taken for as long as one may wait: the database answers, but not this fast.
            PoolError::Timeout(TimeoutType::Wait) => Failure::Final(StoreError::Busy),
            PoolError::Closed => Failure::Final(StoreError::Closed),
            PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => {
                Failure::Unreachable(in_words(&error))
            }
            other => Failure::Unreachable(other.to_string()),
        }
    }
}

/// What went wrong: what the database says, else the error with its causes, which its own text leaves out.
pub(super) fn in_words(error: &Error) -> String {
    if let Some(refusal) = error.as_db_error() {
        return format!("{} (SQLSTATE {})", refusal.message(), refusal.code().code());
    }
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// Whether the cause is the network, which `tokio_postgres` tells by the cause alone.
fn is_io(error: &Error) -> bool {
    std::error::Error::source(error).is_some_and(|cause| cause.is::<std::io::Error>())
}
