//! Keeps the server from acknowledging what it may lose: when its files are gone, or SQLite finds them damaged.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::condition::Condition;
use super::error::OpenError;
use super::files::Files;
use crate::store::StoreError;
use crate::store::health::concerns_other_writes;

/// What is known about the state of the database. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Guard {
    condition: Condition,
    /// `None`: the database is in memory.
    files: Option<Arc<Files>>,
    /// Whether the last write failed, so that the next one may fail too.
    is_writing_in_doubt: Arc<AtomicBool>,
}

impl Guard {
    /// Guards the database at `path`, which is open.
    pub(super) fn of(path: &Path) -> Result<Self, OpenError> {
        let files = Files::watch(path).map_err(OpenError::Watch)?;
        Ok(Guard { files: Some(Arc::new(files)), ..Guard::default() })
    }

    /// Fails if the database is gone or damaged.
    pub(super) fn require_sound(&self) -> Result<(), StoreError> {
        self.look(Files::require_unchanged)?;
        self.condition.require_sound()
    }

    /// Fails if the database is known to be gone.
    pub(super) fn before_read(&self) -> Result<(), StoreError> {
        self.condition.require_readable()
    }

    /// Fails if the database is gone or damaged, so that nothing may be written.
    pub(super) fn before_write(&self) -> Result<(), StoreError> {
        self.look(Files::before_write)?;
        self.condition.require_sound()
    }

    /// Fails if what was written may be lost, so that it may not be acknowledged.
    pub(super) fn after_write(&self) -> Result<(), StoreError> {
        self.look(Files::after_write)
    }

    /// Notes what an operation found.
    pub(super) fn noted<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        result.inspect_err(|error| self.condition.note(error))
    }

    /// Like [`Guard::noted`], for a write.
    pub(super) fn written<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if result.as_ref().err().is_none_or(concerns_other_writes) {
            self.is_writing_in_doubt.store(result.is_err(), Ordering::Relaxed);
        }
        self.noted(result)
    }

    /// Whether the last write that says something of others failed.
    pub(super) fn is_writing_in_doubt(&self) -> bool {
        self.is_writing_in_doubt.load(Ordering::Relaxed)
    }

    /// For the end, when the files change because the database is closed.
    pub(super) fn stop(&self) {
        if let Some(files) = &self.files {
            files.stop();
        }
    }

    fn look(&self, at: impl FnOnce(&Files) -> Result<(), StoreError>) -> Result<(), StoreError> {
        self.noted(self.files.as_ref().map_or(Ok(()), |files| at(files)))
    }
}
