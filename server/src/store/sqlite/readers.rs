//! Connections that only read. With a write-ahead log they wait for nobody, and nobody waits for them.

use std::path::Path;
use std::sync::{Mutex, PoisonError, TryLockError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::connection::{self, OpenError};

/// A few connections, each used by one thread at a time.
pub(super) struct Readers {
    first: Mutex<Connection>,
    others: Vec<Mutex<Connection>>,
    /// Permits for long reads: fewer than connections, so that short reads find one free.
    pub(super) long_reads: Semaphore,
}

impl Readers {
    pub(super) fn open(path: &Path) -> Result<Self, OpenError> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let others = (0..processors * 2).map(|_| connection::reader(path).map(Mutex::new));
        Ok(Readers {
            first: Mutex::new(connection::reader(path)?),
            others: others.collect::<Result<_, _>>()?,
            long_reads: Semaphore::new(processors),
        })
    }

    /// Runs `work` on a connection that is free; if none is, waits for one.
    pub(super) fn read<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let free = self.others.iter().find_map(|connection| match connection.try_lock() {
            Ok(free) => Some(free),
            // Whoever panicked while reading has left nothing half-done.
            Err(TryLockError::Poisoned(free)) => Some(free.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        });
        let connection = free.unwrap_or_else(|| self.first.lock().unwrap_or_else(PoisonError::into_inner));
        work(&connection)
    }
}
