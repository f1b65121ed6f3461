//! Why a database did not do its work: the same few reasons for every database.

/// Why the database did not do its work. Nothing was changed, except where the reason says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Too much waits already, or others are in the way again and again.
    #[error("the database is busy, retry later")]
    Busy,
    /// The disk is full.
    #[error("the disk of the database is full")]
    Full,
    /// There is no connection to the database.
    #[error("the database cannot be reached, retry later")]
    Unreachable,
    /// The server is shutting down.
    #[error("the server is shutting down")]
    Closed,
    /// The connection broke before the answer to a write came: it is done as a whole, or not at all.
    #[error("the connection to the database broke, and the write may have been carried out")]
    OutcomeUnknown,
    /// Anything else. The text is for the log.
    #[error("{0}")]
    Failed(String),
}
