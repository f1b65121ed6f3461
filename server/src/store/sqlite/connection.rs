//! Opens SQLite connections: the settings that durability rests on, and the tables.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::lock::Lock;
use crate::store::schema::{self, Newer};

/// How long a statement waits for another process that holds the database.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// `synchronous=FULL`, as SQLite reports it: the log is on disk before a commit returns.
const SYNCHRONOUS_FULL: i64 = 2;

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
    #[error(transparent)]
    Newer(#[from] Newer),
    /// Another process has it open.
    #[error("another user-handle-server has it open")]
    InUse,
    /// The file beside it that keeps others out cannot be made or locked.
    #[error("cannot lock it: {0}")]
    Lock(std::io::Error),
    /// The thread that writes could not be started.
    #[error("cannot start the writer thread: {0}")]
    Thread(std::io::Error),
}

/// The connection that writes to the file at `path`, which is created where it is missing; and the lock on it.
pub(super) fn writer(path: &Path) -> Result<(Connection, Lock), OpenError> {
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    let lock = Lock::take(path)?;
    // Before anything is written: a file of a newer version is left as it is.
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
    migrate(&mut connection)?;
    Ok((connection, lock))
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
    let mut connection = Connection::open_in_memory()?;
    migrate(&mut connection)?;
    Ok(connection)
}

/// Fails if a newer version of this server wrote the file.
pub(super) fn refuse_newer(connection: &Connection) -> Result<(), OpenError> {
    Ok(schema::missing(version(connection)?).map(drop)?)
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Brings the tables up to date, all in one transaction. The version is kept as `user_version`.
fn migrate(connection: &mut Connection) -> Result<(), OpenError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for (to, statements) in schema::missing(version(&transaction)?)? {
        for statement in statements {
            transaction.execute_batch(statement)?;
        }
        transaction.pragma_update(None, "user_version", to)?;
    }
    Ok(transaction.commit()?)
}
