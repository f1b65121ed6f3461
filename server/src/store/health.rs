//! Whether a database does its work.

use std::time::Duration;

use user_handle_service::store::StoreError;

/// How long a database may take to say so.
pub(super) const LIMIT: Duration = Duration::from_millis(800);

/// Whether reads and writes work, each with the reason if they do not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Whether users can be read.
    pub reads: Result<(), String>,
    /// Whether users can be written.
    pub writes: Result<(), String>,
}

/// The reason where a database takes longer than [`LIMIT`].
pub(super) fn silent() -> String {
    format!("no answer within {} ms", LIMIT.as_millis())
}

/// Whether the error of one write says something of the next.
pub(super) const fn concerns_other_writes(error: &StoreError) -> bool {
    !matches!(error, StoreError::Busy | StoreError::Closed)
}
