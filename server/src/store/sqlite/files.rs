//! Notices that the files of the database are removed, replaced or cut while the server runs. SQLite would go on writing to files
//! that nobody finds again.

use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use super::lock::beside;
use crate::store::StoreError;

/// The database and its write-ahead log, as they were when the server last wrote to them.
pub(super) struct Files(Mutex<Option<Watched>>);

struct Watched {
    database: Seen,
    log: Seen,
    /// When something was last written to the database file. Only the writer does that.
    modified: Option<SystemTime>,
    /// The log, to read its beginning.
    log_file: File,
}

/// A file as it was last seen.
struct Seen {
    path: PathBuf,
    identity: Identity,
    length: u64,
}

/// What a file is recognized by, whatever its name. Only Unix tells.
type Identity = Option<(u64, u64)>;

impl Files {
    /// Watches the files of the database at `path`, which is open.
    pub(super) fn watch(path: &Path) -> std::io::Result<Self> {
        // If the path is a symbolic link, SQLite puts the log beside the file that it points to.
        let log = beside(&path.canonicalize()?, "-wal");
        let (metadata, log_file) = (path.metadata()?, File::open(&log)?);
        let watched = Watched {
            modified: metadata.modified().ok(),
            database: Seen::new(path.to_owned(), &metadata),
            log: Seen::new(log, &log_file.metadata()?),
            log_file,
        };
        Ok(Files(Mutex::new(Some(watched))))
    }

    /// Fails if the files are no longer those that the server wrote. At any time.
    pub(super) fn require_unchanged(&self) -> Result<(), StoreError> {
        self.with(|watched| watched.look().map(drop))
    }

    /// Like [`Files::require_unchanged`], and also finds a database that another program wrote over. For the writer, before it
    /// writes.
    pub(super) fn before_write(&self) -> Result<(), StoreError> {
        self.with(|watched| match watched.look()?.modified().ok() == watched.modified {
            true => Ok(()),
            false => Err(gone(&watched.database.path, "was written to by another program")),
        })
    }

    /// Fails if what was just written is not in the files. For the writer, before it acknowledges.
    pub(super) fn after_write(&self) -> Result<(), StoreError> {
        self.with(|watched| {
            watched.modified = watched.look()?.modified().ok();
            watched.require_log_from_its_beginning()
        })
    }

    /// Stops watching: when SQLite closes the database, it cuts the log itself.
    pub(super) fn stop(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn with(&self, look: impl FnOnce(&mut Watched) -> Result<(), StoreError>) -> Result<(), StoreError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut().map_or(Ok(()), look)
    }
}

impl Watched {
    /// Looks at both files. Returns what the system knows of the database.
    fn look(&mut self) -> Result<Metadata, StoreError> {
        self.log.look()?;
        self.database.look()
    }

    /// Fails if the log was cut and then written to, which leaves zeros where it began.
    fn require_log_from_its_beginning(&mut self) -> Result<(), StoreError> {
        let mut beginning = [0; 4];
        let read = self.log_file.rewind().and_then(|()| self.log_file.read_exact(&mut beginning));
        match read {
            Ok(()) if beginning == [0; 4] => Err(gone(&self.log.path, "was cut")),
            // An empty log: what was written is in the database already.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(()),
            Err(error) => Err(gone(&self.log.path, &format!("cannot be read: {error}"))),
            Ok(()) => Ok(()),
        }
    }
}

impl Seen {
    fn new(path: PathBuf, metadata: &Metadata) -> Self {
        Seen { path, identity: identity(metadata), length: metadata.len() }
    }

    fn look(&mut self) -> Result<Metadata, StoreError> {
        let metadata = match self.path.metadata() {
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(gone(&self.path, "was removed")),
            Err(error) => return Err(gone(&self.path, &format!("cannot be found: {error}"))),
            Ok(metadata) => metadata,
        };
        if identity(&metadata) != self.identity {
            return Err(gone(&self.path, "was replaced"));
        }
        if metadata.len() < self.length {
            return Err(gone(&self.path, "was cut"));
        }
        self.length = metadata.len();
        Ok(metadata)
    }
}

fn gone(path: &Path, what: &str) -> StoreError {
    // Only the name: callers learn nothing about the folders of this machine.
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    StoreError::Gone(format!("{name} {what} while the server was running"))
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Identity {
    None
}
