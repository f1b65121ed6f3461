//! Makes sure that a PostgreSQL database is one of this server's, and brings its tables up to date, even while other servers
//! start on the same database.
//!
//! There is no lock: every statement does nothing when it runs again, so all servers may run them. They are one transaction, so
//! that nothing is left of them where one fails.

use std::time::Duration;

use tokio::time::timeout;
use tokio_postgres::Client;
use tokio_postgres::error::{Error, SqlState};

use super::error::{OpenError, describe};
use super::tables::{Fitness, UNFIT};
use super::transaction::{BEGIN_READ, values};
use crate::store::{Newer, schema};

/// A row for each migration that the database has. That it is there says that the database is of this server.
const VERSIONS: &str = "CREATE TABLE IF NOT EXISTS user_handle_versions (version BIGINT NOT NULL PRIMARY KEY)";

/// What only PostgreSQL needs, each with its version: indexes for lists by id, whatever collation the database has.
const OWN: &[(i64, &str)] = &[
    (4, "CREATE INDEX IF NOT EXISTS users_by_id ON users (app, (id COLLATE \"C\"))"),
    (4, "CREATE INDEX IF NOT EXISTS klaim_users_by_id ON klaim_users (app, (user_id COLLATE \"C\"))"),
];

/// Whether the table of versions is there, and has its column; the tables and views of the schema that are of no extension, and `fsync`.
const STATE: &str = "
    SELECT to_regclass('user_handle_versions') IS NOT NULL,
      EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('user_handle_versions') AND attname = 'version'),
      (SELECT string_agg(relname, ', ' ORDER BY relname) FROM pg_class
       WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
         AND relkind IN ('r', 'p', 'v', 'm', 'f')
         AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')),
      current_setting('fsync', true)";

/// What is in the schema under these names and is no table, or under the second ones and is no index. Tables have types of
/// their names.
const OCCUPIED: &str = "
    SELECT string_agg(name, ', ' ORDER BY name) FROM (
      SELECT relname AS name FROM pg_class
      WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
        AND (relname = ANY ($1) AND relkind NOT IN ('r', 'p') OR relname = ANY ($2) AND relkind NOT IN ('i', 'I'))
      UNION
      SELECT typname FROM pg_type
      WHERE typnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND typname = ANY ($1)
        AND NOT EXISTS (SELECT 1 FROM pg_class WHERE pg_class.oid = typrelid AND relkind IN ('r', 'p'))
    ) AS named";

/// How long looking at the database may take.
const LOOK: Duration = Duration::from_secs(10);

/// How long a change to the tables may take, in the database and here: it may have to read a whole table.
const CHANGE: Duration = Duration::from_secs(600);

/// The most attempts at a statement that conflicts with another server.
const ATTEMPTS: u32 = 10;

/// Runs the migrations that the database lacks, and makes sure that its tables are fit to be used.
pub(super) async fn run(client: &Client) -> Result<(), OpenError> {
    let version = timeout(LOOK, version(client)).await.unwrap_or(Err(OpenError::Silent))?;
    let statements = statements(version)?;
    if !statements.is_empty() {
        timeout(LOOK, refuse_occupied(client, &statements)).await.unwrap_or(Err(OpenError::Silent))?;
        timeout(CHANGE, execute(client, &statements.join("; "))).await.unwrap_or(Err(OpenError::Silent))?;
    }
    timeout(LOOK, require_fit(client)).await.unwrap_or(Err(OpenError::Silent))
}

/// The statements that bring a database of this version up to date.
fn statements(version: i64) -> Result<Vec<String>, Newer> {
    let of = |(to, statements): (i64, &'static [&'static str])| {
        let record = format!("INSERT INTO user_handle_versions VALUES ({to}) ON CONFLICT (version) DO NOTHING");
        let made = [VERSIONS].into_iter().chain(statements.iter().copied()).chain(schema::of_version(OWN, to));
        made.map(String::from).chain([record]).collect::<Vec<_>>()
    };
    Ok(schema::missing(version)?.flat_map(of).collect())
}

/// Fails if anything has a name of what these statements make, and is something else.
async fn refuse_occupied(client: &Client, statements: &[String]) -> Result<(), OpenError> {
    let (tables, indexes) = (made("TABLE", statements), made("INDEX", statements));
    client.batch_execute(BEGIN_READ).await?;
    let occupied = client.query_typed_one(OCCUPIED, values![tables, indexes]).await?.try_get::<_, Option<String>>(0)?;
    client.batch_execute("COMMIT").await?;
    occupied.map_or(Ok(()), |names| Err(OpenError::Occupied(names)))
}

/// The names of the tables or indexes that the statements make.
fn made<'a>(what: &str, statements: &'a [String]) -> Vec<&'a str> {
    let beginning = format!("CREATE {what} IF NOT EXISTS ");
    let names = statements.iter().filter_map(|statement| statement.strip_prefix(&beginning)?.split(' ').next());
    names.collect()
}

async fn require_fit(client: &Client) -> Result<(), OpenError> {
    client.batch_execute(BEGIN_READ).await?;
    let fitness = Fitness::of(&client.query_typed_one(UNFIT, values![schema::TABLES]).await?)?;
    client.batch_execute("COMMIT").await?;
    fitness.reads.and(fitness.writes).map_err(OpenError::Unfit)
}

/// The version of the database; 0 if it has no tables yet. This only reads, so that an account without the right to create
/// tables can use a database that is up to date.
async fn version(client: &Client) -> Result<i64, OpenError> {
    client.batch_execute(BEGIN_READ).await.map_err(without_transactions)?;
    let state = client.query_typed_one(STATE, &[]).await?;
    // Whoever runs the database has chosen that, so it is not an error.
    if state.try_get::<_, Option<&str>>(3)? == Some("off") {
        tracing::warn!("fsync is off in this database, so a power failure can lose what was acknowledged");
    }
    let version = match (state.try_get(0)?, state.try_get(1)?, state.try_get(2)?) {
        (true, true, _) => {
            let select = "SELECT coalesce(max(version), 0) FROM user_handle_versions";
            client.query_typed_one(select, &[]).await?.try_get(0)?
        }
        (true, false, _) => return Err(OpenError::Foreign("user_handle_versions".into())),
        (false, _, Some(foreign)) => return Err(OpenError::Foreign(foreign)),
        (false, _, None) => 0,
    };
    client.batch_execute("COMMIT").await?;
    Ok(version)
}

/// PgBouncer in statement mode ends a connection that begins a transaction.
fn without_transactions(error: Error) -> OpenError {
    match error.as_db_error().filter(|refusal| refusal.message().contains("transaction blocks not allowed")) {
        Some(_) => OpenError::NoTransactions(describe(&error)),
        None => OpenError::Postgres(error),
    }
}

/// Runs statements in one transaction, and retries it if it lost a race: `IF NOT EXISTS` checks first and creates afterwards, so when two
/// servers start together, one of them may fail with one of several errors.
async fn execute(client: &Client, statements: &str) -> Result<(), OpenError> {
    let limit = CHANGE.as_millis();
    let transaction = format!("BEGIN; SET LOCAL statement_timeout = {limit}; {statements}; COMMIT");
    let mut attempt = 1;
    loop {
        match client.batch_execute(&transaction).await {
            Err(error) if attempt < ATTEMPTS && error.code().is_some_and(is_race) => attempt += 1,
            done => return Ok(done?),
        }
        client.batch_execute("ROLLBACK").await?;
    }
}

fn is_race(code: &SqlState) -> bool {
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
