//! Opens SQLite connections: the settings that durability rests on, and the tables.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

/// How long a statement waits for another process that holds the database.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Counts up with the tables; kept in the database as `user_version`.
const SCHEMA_VERSION: i64 = 1;

/// `synchronous=FULL`, as SQLite reports it: the log is on disk before a commit returns.
const SYNCHRONOUS_FULL: i64 = 2;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS users (
        app TEXT NOT NULL,
        id TEXT NOT NULL,
        data TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL,
        PRIMARY KEY (app, id)
    );
    CREATE TABLE IF NOT EXISTS follows (
        app TEXT NOT NULL,
        source_group TEXT NOT NULL,
        source_id TEXT NOT NULL,
        target_group TEXT NOT NULL,
        target_id TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        PRIMARY KEY (app, source_group, source_id, target_group, target_id)
    );
    CREATE INDEX IF NOT EXISTS follows_by_target ON follows (app, target_group, target_id, source_group);
    CREATE TABLE IF NOT EXISTS flags (
        app TEXT NOT NULL,
        id TEXT NOT NULL,
        entity_type TEXT NOT NULL,
        entity_id TEXT NOT NULL,
        user_id TEXT,
        reason TEXT,
        created_at BIGINT NOT NULL,
        PRIMARY KEY (app, id)
    );
";

/// Why a database cannot be opened, for the person who starts the server.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// SQLite refuses it.
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A setting that durability rests on did not take.
    #[error("the setting {0} did not take")]
    Setting(&'static str),
    /// It belongs to a later version of the server.
    #[error("it was written by a newer version of this server (format {0}, this one knows {SCHEMA_VERSION})")]
    Newer(i64),
    /// The thread that writes could not be started.
    #[error("cannot start the writer thread: {0}")]
    Thread(std::io::Error),
}

/// The connection that writes to the file at `path`, which is created where it is missing.
pub(super) fn writer(path: &Path) -> Result<Connection, OpenError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    refuse_newer(&connection)?;
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    if !mode.eq_ignore_ascii_case("wal") {
        return Err(OpenError::Setting("journal_mode=WAL"));
    }
    connection.pragma_update(None, "synchronous", "full")?;
    if connection.pragma_query_value(None, "synchronous", |row| row.get::<_, i64>(0))? != SYNCHRONOUS_FULL {
        return Err(OpenError::Setting("synchronous=FULL"));
    }
    // macOS: a plain fsync there leaves data in the drive's cache. Elsewhere this changes nothing.
    connection.pragma_update(None, "fullfsync", true)?;
    create_tables(&connection)?;
    Ok(connection)
}

/// A connection that reads from the file at `path`, which [`writer`] has opened.
pub(super) fn reader(path: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

/// A database that lives as long as its one connection.
pub(super) fn memory() -> Result<Connection, OpenError> {
    let connection = Connection::open_in_memory()?;
    create_tables(&connection)?;
    Ok(connection)
}

fn refuse_newer(connection: &Connection) -> Result<(), OpenError> {
    match connection.pragma_query_value(None, "user_version", |row| row.get(0))? {
        version if version > SCHEMA_VERSION => Err(OpenError::Newer(version)),
        _ => Ok(()),
    }
}

fn create_tables(connection: &Connection) -> Result<(), OpenError> {
    connection.execute_batch(&format!("BEGIN IMMEDIATE; {SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"))?;
    Ok(())
}
