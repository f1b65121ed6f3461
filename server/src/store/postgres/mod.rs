//! The store in PostgreSQL, or in a database that speaks its protocol, for several servers that share one database.
//!
//! ```text
//! execute.rs      runs an operation's work: `Postgres::write` and `Postgres::read`
//! transaction.rs  the transaction that it runs in     pool.rs       the connections that read and that write
//! connection.rs   makes a connection                  tls.rs        encryption
//! url.rs          the URL of a database               error.rs      what errors of PostgreSQL mean
//! health.rs       whether reads and writes work       last_write.rs what the last write says of that
//! migrate.rs      brings the tables up to date        tables.rs     whether they are fit to be used
//! users.rs, …     the operations, a file for each trait; store.rs is about the store as a whole
//! ```
//!
//! The servers know nothing of each other, so their writes are kept consistent by single statements (`ON CONFLICT`,
//! `RETURNING`) and by transactions that run again after a conflict. Nothing is used that other databases with
//! PostgreSQL's protocol lack: no advisory locks, no `LISTEN`, no `SERIAL`.

mod connection;
mod error;
mod execute;
mod feeds;
mod flags;
mod follows;
mod health;
mod klaim;
mod last_write;
mod listing;
mod migrate;
mod pool;
mod store;
mod tables;
mod tls;
mod transaction;
mod url;
mod users;

pub use self::error::OpenError;
use self::last_write::LastWrite;
use self::pool::{Access, Pools};
pub use self::url::DatabaseUrl;

/// A [`Store`](super::Store) in a PostgreSQL database.
pub struct Postgres {
    pools: Pools,
    last_write: LastWrite,
}

impl Postgres {
    /// Connects, checks that the database is of this server or empty, and brings its tables up to date.
    ///
    /// # Errors
    /// The database does not answer, refuses the connection, has no transactions, belongs to another program, or was
    /// written by a newer version of this server; or its tables may lose or hide what is written.
    pub async fn open(url: &DatabaseUrl) -> Result<Self, OpenError> {
        let pools = Pools::new(url)?;
        let mut lease = pools.get(Access::Read).await?;
        lease.start();
        migrate::run(&lease.client).await?;
        lease.finish();
        drop(lease);
        Ok(Postgres { pools, last_write: LastWrite::default() })
    }
}
