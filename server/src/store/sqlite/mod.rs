//! The store in SQLite, embedded in the server: the default.
//!
//! ```text
//! execute.rs      runs an operation's work: `Sqlite::write`, `Sqlite::read` and `Sqlite::long_read`
//! writer.rs       the one thread that writes          pool.rs       connections that read
//! connection.rs   opens the connection that writes    lock.rs       one server for each file
//! reader.rs       opens those that read, and looks whose file it is
//! migrate.rs      brings the tables up to date        error.rs      what errors of SQLite mean
//! guard.rs        whether the database can be relied on: its files (files.rs), what was found so far (condition.rs)
//! write_ahead_log.rs                                  finds damage in a log before SQLite reads it
//! health.rs       whether reads and writes work
//! backup.rs       copies, made and put back
//! users.rs, …     the operations, a file for each trait; store.rs is about the store as a whole
//! ```
//!
//! A database in memory has only the writer's connection, so its reads wait in the same queue as its writes.

mod backup;
mod condition;
mod connection;
mod error;
mod execute;
mod feeds;
mod files;
mod flags;
mod follows;
mod guard;
mod health;
mod klaim;
mod listing;
mod lock;
mod migrate;
mod pool;
mod reader;
mod store;
mod users;
mod write_ahead_log;
mod writer;

use std::path::Path;
use std::sync::Arc;

pub use backup::{back_up, check, discard_unfinished, restore};
pub use error::OpenError;

use self::guard::Guard;
use self::pool::Pool;
use self::writer::Writer;

/// A [`Store`](super::Store) in an SQLite file, or in memory.
pub struct Sqlite {
    writer: Writer,
    guard: Guard,
    /// The connections that read. `None`: the database is in memory.
    pool: Option<Arc<Pool>>,
}

/// The most writes that share one commit, so that the first of them does not wait for ever.
const GROUP: usize = 256;

impl Sqlite {
    /// Opens the file at `path`. A missing file is created.
    ///
    /// # Errors
    /// SQLite refuses the file, it is damaged or read-only, lacks a table or has hard links, another process has it open, or another program or a newer
    /// version of this server wrote it.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Sqlite::open_with_group(path, GROUP)
    }

    /// Like [`Sqlite::open`], but with at most `group` writes in one commit. A benchmark uses this to measure what shared
    /// commits gain.
    ///
    /// # Errors
    /// As for [`Sqlite::open`].
    pub fn open_with_group(path: &Path, group: usize) -> Result<Self, OpenError> {
        let (connection, lock) = connection::writer(path)?;
        let guard = Guard::of(path)?;
        let writer = Writer::start(connection, Some(lock), guard.clone(), group)?;
        Ok(Sqlite { writer, guard, pool: Some(Arc::new(Pool::open(path)?)) })
    }

    /// Opens a database in memory, which is gone when it is dropped.
    ///
    /// # Errors
    /// SQLite cannot allocate it.
    pub fn in_memory() -> Result<Self, OpenError> {
        let guard = Guard::default();
        Ok(Sqlite { writer: Writer::start(connection::memory()?, None, guard.clone(), GROUP)?, guard, pool: None })
    }
}

#[cfg(test)]
mod refusal_tests;
#[cfg(test)]
mod tests;
