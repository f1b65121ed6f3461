//! One server for each file: a lock on a file beside it, which the system takes back when the process ends in any way.
//!
//! SQLite itself lets several processes write in turn. But each would have its own queue, and they would hold each other
//! up without anyone knowing why. The lock is not on the database: closing any handle on that would drop SQLite's own.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use super::connection::OpenError;

/// Held for as long as it lives.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of the database at `path`, which exists; links to one file have one lock.
    pub(super) fn take(path: &Path) -> Result<Self, OpenError> {
        let path = beside(&path.canonicalize().map_err(OpenError::Lock)?, ".lock");
        let file = File::options().create(true).append(true).open(path).map_err(OpenError::Lock)?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(OpenError::InUse),
            Err(TryLockError::Error(error)) => Err(OpenError::Lock(error)),
        }
    }
}

/// The path with `suffix` after its last part.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
