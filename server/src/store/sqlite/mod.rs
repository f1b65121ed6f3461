//! Users in SQLite: the embedded default.
//!
//! One thread writes (`writer.rs`); reads go to connections of their own (`readers.rs`). A database in memory has only
//! the writer's connection, so its reads queue with the writes.
//!
//! What one subject needs is a file with the trait's implementation and, below it, a function for each statement. They
//! reach the database through `Sqlite::write`, `Sqlite::read` and `Sqlite::long_read`.

mod backup;
mod connection;
mod feeds;
mod flags;
mod follows;
mod klaim;
mod lock;
mod readers;
mod users;
mod writer;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use rusqlite::{Connection, ErrorCode};

pub use backup::{back_up, restore};
pub use connection::OpenError;

use self::readers::Readers;
use self::writer::Writer;
use super::{Store, StoreError};

/// A [`Store`] in an SQLite file, or in memory.
pub struct Sqlite {
    writer: Writer,
    readers: Option<Arc<Readers>>,
}

/// How many writes may share one commit, so that none waits for ever.
const GROUP: usize = 256;

impl Sqlite {
    /// Opens the file at `path`, which is created where it is missing.
    ///
    /// # Errors
    /// SQLite refuses the file, another process has it open, or it belongs to a newer version of this server.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Sqlite::open_with_group(path, GROUP)
    }

    /// As [`Sqlite::open`], with this many writes in one commit at most. What sharing commits is worth is measured so.
    ///
    /// # Errors
    /// As [`Sqlite::open`].
    pub fn open_with_group(path: &Path, group: usize) -> Result<Self, OpenError> {
        let (connection, lock) = connection::writer(path)?;
        let writer = Writer::start(connection, Some(lock), group)?;
        Ok(Sqlite { writer, readers: Some(Arc::new(Readers::open(path)?)) })
    }

    /// Opens a database in memory, gone when it is dropped.
    ///
    /// # Errors
    /// SQLite has no memory.
    pub fn in_memory() -> Result<Self, OpenError> {
        Ok(Sqlite { writer: Writer::start(connection::memory()?, None, GROUP)?, readers: None })
    }

    /// A write: all of `work` is on disk when this returns, or nothing of it is.
    async fn write<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        self.writer.write(work).await
    }

    /// A read of a few rows: done at once on this thread, because handing it to another costs more than it does.
    async fn read<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        match &self.readers {
            Some(readers) => readers.read(work).map_err(store_error),
            None => self.writer.write(work).await,
        }
    }

    /// A read of many rows: done on a thread that may block.
    async fn long_read<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let Some(readers) = self.readers.clone() else { return self.writer.write(work).await };
        let turn = Arc::clone(&readers);
        let _turn = turn.long_reads.acquire().await.map_err(|_| StoreError::Closed)?;
        let read = tokio::task::spawn_blocking(move || readers.read(work)).await;
        read.map_err(|error| StoreError::Failed(error.to_string()))?.map_err(store_error)
    }
}

#[async_trait]
impl Store for Sqlite {
    async fn check(&self) -> Result<(), StoreError> {
        self.read(|connection| connection.query_row("SELECT 1", [], |_| Ok(()))).await
    }

    fn waiting(&self) -> usize {
        self.writer.waiting()
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.writer.close().await
    }
}

fn store_error(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
        Some(ErrorCode::DiskFull) => StoreError::Full,
        _ => StoreError::Failed(error.to_string()),
    }
}

#[cfg(test)]
mod tests;
