//! Brings the tables up to date, also while other servers start on the same database.
//!
//! There is no lock: every statement does nothing when it is run again, so all may run them. They are not in one
//! transaction, because not every database can change tables in one.

use deadpool_postgres::Client;
use deadpool_postgres::tokio_postgres::error::{Error, SqlState};

use super::pool::OpenError;
use crate::store::schema;

/// A row for each migration that the database has.
const VERSIONS: &str = "CREATE TABLE IF NOT EXISTS user_handle_versions (version BIGINT NOT NULL PRIMARY KEY)";

/// How often a statement is run that another server is in the way of.
const RUNS: u32 = 10;

/// The connection is not fit for anything else afterwards: its statements may take as long as they take.
pub(super) async fn run(client: &Client) -> Result<(), OpenError> {
    for (to, statements) in schema::missing(version(client).await?)? {
        client.batch_execute("SET statement_timeout = 0").await?;
        execute(client, VERSIONS).await?;
        for statement in statements {
            execute(client, statement).await?;
        }
        let record = "INSERT INTO user_handle_versions (version) VALUES ($1) ON CONFLICT (version) DO NOTHING";
        client.execute(record, &[&to]).await?;
    }
    Ok(())
}

/// The version of the database; 0 if it has none of the tables. An account that may not create tables gets by where
/// all are there.
async fn version(client: &Client) -> Result<i64, Error> {
    match client.query_one("SELECT coalesce(max(version), 0) FROM user_handle_versions", &[]).await {
        Ok(row) => row.try_get(0),
        Err(error) if error.code() == Some(&SqlState::UNDEFINED_TABLE) => Ok(0),
        Err(error) => Err(error),
    }
}

/// `IF NOT EXISTS` looks first and creates then, so of two servers that start together one may fail, in several ways.
async fn execute(client: &Client, statement: &str) -> Result<(), Error> {
    let mut run = 1;
    loop {
        match client.batch_execute(statement).await {
            Err(error) if run < RUNS && error.code().is_some_and(is_a_race) => run += 1,
            done => return done,
        }
    }
}

fn is_a_race(code: &SqlState) -> bool {
    [
        SqlState::UNIQUE_VIOLATION,
        SqlState::DUPLICATE_TABLE,
        SqlState::DUPLICATE_OBJECT,
        SqlState::INTERNAL_ERROR,
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
    ]
    .contains(code)
}
