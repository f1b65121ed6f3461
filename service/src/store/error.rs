//! Why an operation of the store failed: the same few reasons for every database.

/// Why an operation failed. Nothing was changed, unless the reason says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Too many operations are waiting, or one kept running into conflicts with others.
    #[error("the database is busy, retry later")]
    Busy,
    /// The disk is full.
    #[error("the disk of the database is full")]
    Full,
    /// The database has all the connections that it may have.
    #[error("the database accepts no more connections, retry later")]
    TooManyConnections,
    /// The database does not accept writes.
    #[error("the database is read-only")]
    ReadOnly,
    /// There is no connection to the database.
    #[error("the database cannot be reached, retry later")]
    Unreachable,
    /// The server is shutting down.
    #[error("the server is shutting down")]
    Closed,
    /// The files of the database are no longer those that the server wrote.
    #[error("the database is gone: {0}")]
    Gone(String),
    /// The database is damaged.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// The database did not confirm a write, or not that a stand-by has it. The write was carried out as a whole, or not at
    /// all.
    #[error("the database did not confirm the write, which may have been carried out")]
    OutcomeUnknown,
    /// Anything else. The text is for the log.
    #[error("{0}")]
    Failed(String),
}
