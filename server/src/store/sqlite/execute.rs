//! Runs the work of an operation on a connection.

use std::sync::Arc;

use rusqlite::Connection;

use super::Sqlite;
use super::error::store_error;
use super::writer::UndoneBy;
use crate::store::StoreError;

impl Sqlite {
    /// Runs `work`, which may change something. When this returns, everything that it changed is on disk, or nothing is.
    pub(super) async fn write<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        self.guard.written(self.writer.write(UndoneBy::Savepoint, work).await)
    }

    /// Like [`Sqlite::write`], for work that changes something in one statement at most, which takes less.
    pub(super) async fn write_once<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        self.guard.written(self.writer.write(UndoneBy::Statement, work).await)
    }

    /// Runs `work`, which reads a few rows. It runs on this thread: handing it to another one would cost more than the
    /// read itself.
    pub(super) async fn read<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let Some(pool) = &self.pool else { return self.write(work).await };
        self.guard.before_read()?;
        self.guard.noted(pool.read(work).map_err(store_error))
    }

    /// Runs `work`, which reads many rows, on a thread that may block.
    pub(super) async fn long_read<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let Some(pool) = self.pool.clone() else { return self.write(work).await };
        self.guard.before_read()?;
        let permits = Arc::clone(&pool);
        let _permit = permits.long_reads.acquire().await.map_err(|_| StoreError::Closed)?;
        let read = tokio::task::spawn_blocking(move || pool.read(work)).await;
        self.guard.noted(read.map_err(|error| StoreError::Failed(error.to_string()))?.map_err(store_error))
    }
}
