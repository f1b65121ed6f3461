//! Why SQLite did not open a database, and what its errors mean for the caller of an operation.

use rusqlite::ErrorCode;

use crate::store::{Newer, StoreError};

/// Why a database cannot be opened, for the person who starts the server.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// SQLite refuses it.
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A setting that durability depends on was not accepted.
    #[error("the setting {0} did not take")]
    Setting(&'static str),
    /// A newer version of the server wrote it.
    #[error(transparent)]
    Newer(#[from] Newer),
    /// Another program wrote it.
    #[error("it is the database of another program")]
    Foreign,
    /// There is a folder at its path.
    #[error("it is a folder")]
    Folder,
    /// It is shorter than any database, and not empty.
    #[error("file is not a database")]
    TooShort,
    /// This account may not write it.
    #[error("it is read-only for this account")]
    ReadOnly,
    /// A part of it was removed.
    #[error("it lacks the {0}, restore a backup")]
    Missing(String),
    /// It has other names, under which another server could open it with a log of its own.
    #[error("it has {0} hard links, and a database may have one name only")]
    HardLinks(u64),
    /// SQLite finds damage, or its write-ahead log has some.
    #[error("it is damaged, restore a backup: {0}")]
    Damaged(String),
    /// The write-ahead log beside the database cannot be read.
    #[error("cannot read its write-ahead log: {0}")]
    Log(std::io::Error),
    /// The files of the database cannot be watched.
    #[error("cannot watch its files: {0}")]
    Watch(std::io::Error),
    /// Another process has it open.
    #[error("another user-handle-server has it open")]
    InUse,
    /// The lock file beside the database cannot be created or locked.
    #[error("cannot lock it: {0}")]
    Lock(std::io::Error),
    /// The writer thread could not be started.
    #[error("cannot start the writer thread: {0}")]
    Thread(std::io::Error),
}

/// What the caller of an operation is told about an error of SQLite.
pub(super) fn store_error(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
        Some(ErrorCode::DiskFull) => StoreError::Full,
        Some(ErrorCode::ReadOnly) => StoreError::ReadOnly,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Damaged(error.to_string()),
        _ => StoreError::Failed(error.to_string()),
    }
}
