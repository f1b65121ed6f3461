//! Opens the SQLite connection that writes, with the settings that durability depends on.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::error::OpenError;
use super::lock::{Lock, refuse_hard_links};
use super::reader::{self, BUSY_TIMEOUT};
use super::{migrate, write_ahead_log};

/// `synchronous=FULL`, as SQLite reports it: the write-ahead log is on disk before a commit returns.
const SYNCHRONOUS_FULL: i64 = 2;

/// The connection that writes to the file at `path`, and the lock on that file. A missing file is created, and its tables
/// are brought up to date.
pub(super) fn writer(path: &Path) -> Result<(Connection, Lock), OpenError> {
    // Checked before anything is written, so that the file of another program or of a newer version stays as it is.
    let is_there = path.exists();
    if is_there {
        reader::refuse_foreign(path)?;
        refuse_hard_links(path)?;
    }
    // Without `SQLITE_OPEN_URI`, a path is a path.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    // A file that this account may not write is opened for reading instead.
    if connection.is_readonly("main")? {
        return Err(OpenError::ReadOnly);
    }
    if is_there {
        migrate::refuse_newer(&reader::open(path)?)?;
    }
    connection.busy_timeout(BUSY_TIMEOUT)?;
    let lock = Lock::take(path)?;
    // Before the first statement, which takes from the log what it finds.
    write_ahead_log::require_sound(path)?;
    require_sound(&connection, "quick_check")?;
    migrate::require_whole(&connection)?;
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    if !mode.eq_ignore_ascii_case("wal") {
        return Err(OpenError::Setting("journal_mode=WAL"));
    }
    connection.pragma_update(None, "synchronous", "full")?;
    if connection.pragma_query_value(None, "synchronous", |row| row.get::<_, i64>(0))? != SYNCHRONOUS_FULL {
        return Err(OpenError::Setting("synchronous=FULL"));
    }
    // On macOS, a plain fsync leaves data in the drive's cache. Elsewhere this setting changes nothing.
    connection.pragma_update(None, "fullfsync", true)?;
    migrate::run(&mut connection)?;
    Ok((connection, lock))
}

/// Fails if this check of SQLite finds damage: `quick_check` or `integrity_check`.
pub(super) fn require_sound(connection: &Connection, check: &str) -> Result<(), OpenError> {
    let found: String = connection.query_row(&format!("PRAGMA {check}(1)"), [], |row| row.get(0))?;
    match found.as_str() {
        "ok" => Ok(()),
        _ => Err(OpenError::Damaged(found.replace('\n', " "))),
    }
}

/// A database in memory, which lives as long as this connection.
pub(super) fn memory() -> Result<Connection, OpenError> {
    let mut connection = Connection::open_in_memory()?;
    migrate::run(&mut connection)?;
    Ok(connection)
}
