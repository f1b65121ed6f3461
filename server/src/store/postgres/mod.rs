//! Users in PostgreSQL, or in what speaks its protocol: how the server outgrows one machine.
//!
//! Any number of servers may share one database; they know nothing of each other. So what must not go wrong between
//! them is left to single statements (`ON CONFLICT`, `RETURNING`) and to transactions that are run again when the
//! database says that others were in the way (`work.rs`). What PostgreSQL alone has is not used: no advisory locks, no
//! `LISTEN`, no `SERIAL`.
//!
//! What one subject needs is a file with the trait's implementation. It reaches the database through
//! `Postgres::write` and `Postgres::read`, which give its work a connection, on which it runs one statement
//! (`client.prepare_cached`, then `query`) or opens a transaction (`client.transaction()`, then `commit`).

mod failure;
mod feeds;
mod flags;
mod follows;
mod klaim;
mod migrate;
mod pool;
mod target;
mod tls;
mod users;
mod work;

use async_trait::async_trait;
use deadpool_postgres::{Client, Pool};

pub use self::pool::OpenError;
pub use self::target::Target;
use super::{Store, StoreError};

/// A [`Store`] in a PostgreSQL database.
pub struct Postgres {
    pool: Pool,
}

impl Postgres {
    /// Connects, checks that the database keeps what it acknowledges, and creates the tables that are missing.
    ///
    /// # Errors
    /// The database does not answer, refuses, loses what it acknowledges, or belongs to a newer version of this server.
    pub async fn open(target: &Target) -> Result<Self, OpenError> {
        let pool = pool::build(target)?;
        let client = pool::first(&pool).await?;
        pool::warn_of_lost_files(&client).await?;
        migrate::run(&client).await?;
        drop(Client::take(client));
        Ok(Postgres { pool })
    }
}

#[async_trait]
impl Store for Postgres {
    async fn check(&self) -> Result<(), StoreError> {
        self.read(async |client| {
            client.query_one("SELECT 1", &[]).await?;
            Ok(())
        })
        .await
    }

    fn waiting(&self) -> usize {
        self.pool.status().waiting
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.pool.close();
        Ok(())
    }
}
