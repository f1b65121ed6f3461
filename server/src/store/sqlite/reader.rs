//! Opens SQLite connections that read, and looks whose file it is without leaving anything beside it.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::error::OpenError;
use super::lock::beside;
use super::migrate;

/// How long a statement waits for another process that has locked the database.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The header of a database: <https://sqlite.org/fileformat2.html#the_database_header>.
const HEADER: usize = 100;

/// What every header begins with.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// Where a header has the `application_id`.
const APPLICATION_ID: std::ops::Range<usize> = 68..72;

/// A connection that reads from the file at `path`, which must exist and be of this server.
pub(super) fn own(path: &Path) -> Result<Connection, OpenError> {
    refuse_foreign(path)?;
    open(path)
}

/// A connection that reads from the file at `path`, which must exist.
pub(super) fn open(path: &Path) -> Result<Connection, OpenError> {
    require_database(path)?;
    with_flags(path, OpenFlags::empty())
}

/// Fails if the file at `path` is not this server's, and leaves nothing beside it. An empty file is nobody's.
pub(super) fn refuse_foreign(path: &Path) -> Result<(), OpenError> {
    migrate::refuse_foreign(&look(path)?)
}

/// Like [`refuse_foreign`], for a file that may be damaged, as long as its header says whose it is.
pub(super) fn refuse_foreign_even_if_damaged(path: &Path) -> Result<(), OpenError> {
    match refuse_foreign(path) {
        Err(OpenError::Sqlite(error)) if is_damage(&error) && has_own_header(path) => Ok(()),
        other => other,
    }
}

/// Fails if there is something at `path` that is no file, or is shorter than the header of a database. SQLite takes a file of one
/// byte for an empty one. What is missing is left to SQLite.
fn require_database(path: &Path) -> Result<(), OpenError> {
    match path.metadata() {
        Ok(metadata) if metadata.is_dir() => Err(OpenError::Folder),
        Ok(metadata) if (1..HEADER as u64).contains(&metadata.len()) => Err(OpenError::TooShort),
        _ => Ok(()),
    }
}

/// A connection to look at the file. Where there is no log, it does not create one: SQLite would, for a file that another program
/// uses with a log.
fn look(path: &Path) -> Result<Connection, OpenError> {
    require_database(path)?;
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let has_log = beside(&whole, "-wal").metadata().is_ok_and(|log| log.len() > 0);
    match whole.to_str().filter(|_| cfg!(unix) && !has_log) {
        Some(name) => {
            let name = name.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
            let uri = format!("file:{name}?immutable=1");
            with_flags(Path::new(&uri), OpenFlags::SQLITE_OPEN_URI)
        }
        None => open(path),
    }
}

fn with_flags(path: &Path, flags: OpenFlags) -> Result<Connection, OpenError> {
    let flags = flags | OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// Whether the header, read without SQLite, says that the file is of this server.
fn has_own_header(path: &Path) -> bool {
    let mut header = [0; HEADER];
    let is_read = File::open(path).and_then(|mut file| file.read_exact(&mut header)).is_ok();
    let id = header.get(APPLICATION_ID).and_then(|bytes| bytes.first_chunk()).map(|bytes| u32::from_be_bytes(*bytes));
    is_read && header.starts_with(MAGIC) && id.map(i64::from) == Some(migrate::APPLICATION_ID)
}
