//! One server for each file, enforced by locking a file beside it. The system releases the lock when the process ends,
//! however it ends.
//!
//! SQLite itself lets several processes write in turn, but each would have a queue of its own and slow the others down
//! unnoticed. The lock is not on the database file: closing any handle on that file would release SQLite's own locks.

use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::error::OpenError;

/// The lock, held until it is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of the database at `path`, which must exist. All symbolic links to one file share one lock.
    pub(super) fn take(path: &Path) -> Result<Self, OpenError> {
        let file = File::options().create(true).append(true).open(file_of(path)?).map_err(OpenError::Lock)?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(OpenError::InUse),
            Err(TryLockError::Error(error)) => Err(OpenError::Lock(error)),
        }
    }

    /// Whether another process has the lock of the database at `path`, which must exist. Nothing is created.
    pub(super) fn is_taken(path: &Path) -> Result<bool, OpenError> {
        match File::open(file_of(path)?) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            file => Ok(matches!(file.map_err(OpenError::Lock)?.try_lock(), Err(TryLockError::WouldBlock))),
        }
    }
}

/// The file whose lock is that of the database at `path`.
fn file_of(path: &Path) -> Result<PathBuf, OpenError> {
    Ok(beside(&path.canonicalize().map_err(OpenError::Lock)?, ".lock"))
}

/// Fails if the file at `path` has other names: each would have a lock and a write-ahead log of its own.
#[cfg(unix)]
pub(super) fn refuse_hard_links(path: &Path) -> Result<(), OpenError> {
    use std::os::unix::fs::MetadataExt;
    match path.metadata().map_err(OpenError::Lock)?.nlink() {
        links if links > 1 => Err(OpenError::HardLinks(links)),
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
pub(super) fn refuse_hard_links(_: &Path) -> Result<(), OpenError> {
    Ok(())
}

/// The path with `suffix` appended to its last part.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
