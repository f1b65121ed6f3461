//! Whether the database does its work, for `/health`: asked of the database, and known from the last write.

use tokio::time::timeout;

use super::Postgres;
use super::error::Failure;
use super::pool::Access;
use super::tables::{Fitness, UNFIT};
use super::transaction::values;
use crate::store::health::{LIMIT, silent};
use crate::store::schema::TABLES;
use crate::store::{Health, StoreError};

/// Tables that this account may not read.
const UNREADABLE: &str = "
    SELECT string_agg(name, ', ') FROM unnest($1::TEXT[]) AS names (name)
    WHERE NOT has_table_privilege(name, 'SELECT')";

/// Tables that this account may not write; whether the database is read-only; and how many commits of this account have
/// been waiting for a stand-by for a second.
const UNWRITABLE: &str = "
    SELECT
      (SELECT string_agg(name, ', ') FROM unnest($1::TEXT[]) AS names (name)
       WHERE NOT (has_table_privilege(name, 'INSERT') AND has_table_privilege(name, 'UPDATE')
                  AND has_table_privilege(name, 'DELETE'))),
      current_setting('transaction_read_only') = 'on',
      (SELECT count(*) FROM pg_stat_activity
       WHERE usename = current_user AND wait_event = 'SyncRep' AND clock_timestamp() - state_change > interval '1 s')";

/// Whether reads and writes work, within a second.
pub(super) async fn check(postgres: &Postgres) -> Health {
    let (reads, writes) = tokio::join!(timeout(LIMIT, reads(postgres)), timeout(LIMIT, writes(postgres)));
    Health { reads: reads.unwrap_or_else(|_| Err(silent())), writes: writes.unwrap_or_else(|_| Err(silent())) }
}

async fn reads(postgres: &Postgres) -> Result<(), String> {
    let asked = postgres.read(|transaction| async move {
        let row = transaction.query_one(UNREADABLE, values![TABLES]).await?;
        let fitness = Fitness::of(&transaction.query_one(UNFIT, values![TABLES]).await?)?;
        Ok((row.try_get::<_, Option<String>>(0)?, fitness.reads))
    });
    match asked.await.map_err(|error| error.to_string())? {
        (Some(tables), _) => Err(format!("the account may not read {tables}")),
        (None, fitness) => fitness,
    }
}

async fn writes(postgres: &Postgres) -> Result<(), String> {
    let asked = postgres.run(Access::Write, |transaction| async move {
        let row = transaction.query_one(UNWRITABLE, values![TABLES]).await?;
        if row.try_get::<_, bool>(1)? {
            return Err(Failure::Final(StoreError::ReadOnly));
        }
        let fitness = Fitness::of(&transaction.query_one(UNFIT, values![TABLES]).await?)?;
        Ok((row.try_get::<_, Option<String>>(0)?, row.try_get::<_, i64>(2)?, fitness.writes))
    });
    let (tables, waiting, fitness) = asked.await.map_err(|error| error.to_string())?;
    if let Some(tables) = tables {
        return Err(format!("the account may not write {tables}"));
    }
    fitness?;
    if waiting > 0 {
        return Err(format!("commits wait for a stand-by that does not answer: {waiting}"));
    }
    postgres.last_write.problem().map_or(Ok(()), Err)
}
