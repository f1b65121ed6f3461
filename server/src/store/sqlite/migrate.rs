//! Brings the tables of an SQLite file up to date, and refuses the file of another program. The version of the tables is stored as
//! `user_version`, and whose file it is as `application_id`.

use rusqlite::{Connection, TransactionBehavior};

use super::error::OpenError;
use crate::store::schema;

/// The `application_id` of this server's files: `uhdl`.
pub(super) const APPLICATION_ID: i64 = 0x7568_646c;

/// What only SQLite needs, each with its version. Its primary key of `users` has the order of a list already.
const OWN: &[(i64, &str)] = &[(4, "CREATE INDEX IF NOT EXISTS klaim_users_by_id ON klaim_users (app, user_id)")];

/// Runs the migrations that the database lacks, all of them in one transaction.
pub(super) fn run(connection: &mut Connection) -> Result<(), OpenError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    refuse_foreign(&transaction)?;
    refuse_newer(&transaction)?;
    migrate(&transaction, schema::VERSION)?;
    if number(&transaction, "application_id")? != APPLICATION_ID {
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    Ok(transaction.commit()?)
}

/// Fails if another program wrote the file.
pub(super) fn refuse_foreign(connection: &Connection) -> Result<(), OpenError> {
    let version = number(connection, "user_version")?;
    match number(connection, "application_id")? {
        APPLICATION_ID => Ok(()),
        // Earlier versions of this server set no id. Their files are known by their tables, and new ones have none.
        0 if version <= schema::VERSION && tables(connection)? == tables_of(version)? => Ok(()),
        _ => Err(OpenError::Foreign),
    }
}

/// Fails if a newer version of this server wrote the file.
pub(super) fn refuse_newer(connection: &Connection) -> Result<(), OpenError> {
    Ok(schema::missing(number(connection, "user_version")?).map(drop)?)
}

/// Fails if a table or column is missing that a file of this version has.
pub(super) fn require_whole(connection: &Connection) -> Result<(), OpenError> {
    let found = tables(connection)?;
    let is_there = |table: &str| found.iter().any(|[of, ..]| of == table);
    let expected = tables_of(number(connection, "user_version")?)?;
    let missing = expected.iter().find(|[table, column, _]| !found.iter().any(|[t, c, _]| t == table && c == column));
    match missing {
        None => Ok(()),
        Some([table, column, _]) if is_there(table) => Err(OpenError::Missing(format!("column {column} of {table}"))),
        Some([table, ..]) => Err(OpenError::Missing(format!("table {table}"))),
    }
}

fn migrate(connection: &Connection, to: i64) -> Result<(), OpenError> {
    for (version, statements) in schema::missing(number(connection, "user_version")?)?.filter(|(of, _)| *of <= to) {
        for statement in statements.iter().copied().chain(schema::of_version(OWN, version)) {
            connection.execute_batch(statement)?;
        }
        connection.pragma_update(None, "user_version", version)?;
    }
    Ok(())
}

/// The columns of all tables: their tables, names and types.
fn tables(connection: &Connection) -> rusqlite::Result<Vec<[String; 3]>> {
    let columns = "SELECT t.name, c.name, c.type FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c
         WHERE t.type IN ('table', 'view') AND t.name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY t.name, c.cid";
    let mut statement = connection.prepare(columns)?;
    statement.query_map([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]))?.collect()
}

/// The columns that a database of this version has.
fn tables_of(version: i64) -> Result<Vec<[String; 3]>, OpenError> {
    let connection = Connection::open_in_memory()?;
    migrate(&connection, version)?;
    Ok(tables(&connection)?)
}

fn number(connection: &Connection, pragma: &str) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, pragma, |row| row.get(0))
}
