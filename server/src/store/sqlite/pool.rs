//! The connections that only read. With a write-ahead log, readers and the writer never wait for each other.

use std::path::Path;
use std::sync::{Mutex, PoisonError, TryLockError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::error::OpenError;
use super::reader;

/// A few connections, each used by one thread at a time.
pub(super) struct Pool {
    /// The connection to wait for when no other is free.
    first: Mutex<Connection>,
    others: Vec<Mutex<Connection>>,
    /// Permits for long reads: fewer than there are connections, so that short reads find a free one.
    pub(super) long_reads: Semaphore,
}

impl Pool {
    pub(super) fn open(path: &Path) -> Result<Self, OpenError> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let others = (0..processors * 2).map(|_| reader::open(path).map(Mutex::new));
        Ok(Pool {
            first: Mutex::new(reader::open(path)?),
            others: others.collect::<Result<_, _>>()?,
            long_reads: Semaphore::new(processors),
        })
    }

    /// Runs `work` on a free connection; if there is none, waits for one.
    pub(super) fn read<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let free = self.others.iter().find_map(|connection| match connection.try_lock() {
            Ok(free) => Some(free),
            // A thread that panicked while reading has left nothing half-done.
            Err(TryLockError::Poisoned(free)) => Some(free.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        });
        let connection = free.unwrap_or_else(|| self.first.lock().unwrap_or_else(PoisonError::into_inner));
        work(&connection)
    }
}
