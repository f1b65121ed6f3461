//! A transaction: what an operation runs its statements in. It has limits in the database and here, and a commit in it is
//! on disk before it is acknowledged.
//!
//! Whatever a statement depends on is set in its transaction, and no statement has a name. So it makes no difference to which
//! connection of the database a pooler gives a transaction, as long as it gives it whole.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row};

use super::error::Failure;
use super::pool::{Access, Lease, Pools};

/// How long a transaction may take. It is more than a statement may take in the database, so that this limit is reached
/// only where the database, or a stand-by that it waits for, does not answer.
const LIMIT: Duration = Duration::from_secs(6);

/// Begins a transaction that reads.
pub(super) const BEGIN_READ: &str = "
    BEGIN READ ONLY;
    SET LOCAL statement_timeout = 5000;
    SET LOCAL idle_in_transaction_session_timeout = 5000";

/// Begins a transaction that writes. A commit waits for the disk, and for the stand-bys that the database says, whatever
/// `synchronous_commit` is otherwise; `remote_apply` waits for more, and stays.
const BEGIN_WRITE: &str = "
    BEGIN;
    SET LOCAL statement_timeout = 5000;
    SET LOCAL idle_in_transaction_session_timeout = 5000;
    SELECT set_config('synchronous_commit', 'on', true)
    WHERE current_setting('synchronous_commit', true) NOT IN ('on', 'remote_apply')";

/// A value in a statement, with its type: a statement without a name says the types of its values itself.
pub(super) type Value<'a> = (&'a (dyn ToSql + Sync), Type);

/// A type of Rust that is one type in the database.
pub(super) trait Typed: ToSql + Sync {
    const TYPE: Type;
}

macro_rules! typed {
    ($($rust:ty => $sql:ident),+ $(,)?) => {
        $(impl Typed for $rust {
            const TYPE: Type = Type::$sql;
        })+
    };
}

typed! {
    &str => TEXT, String => TEXT, Option<&str> => TEXT, Option<String> => TEXT, i64 => INT8,
    Vec<&str> => TEXT_ARRAY, &[&str] => TEXT_ARRAY, &[String] => TEXT_ARRAY, Vec<i64> => INT8_ARRAY,
}

impl<T: Typed> Typed for &T {
    const TYPE: Type = T::TYPE;
}

/// The value with its type.
pub(super) fn value<T: Typed>(value: &T) -> Value<'_> {
    (value, T::TYPE)
}

/// The values of a statement, in the order of their numbers.
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        &[$($crate::store::postgres::transaction::value(&$value)),*]
    };
}
pub(super) use values;

/// A transaction that has begun.
#[derive(Clone)]
pub(super) struct Transaction {
    client: Arc<Client>,
    rolled_back: Arc<AtomicBool>,
}

impl Transaction {
    /// Runs a statement. Returns how many rows it wrote.
    pub(super) async fn execute(&self, statement: &str, values: &[Value<'_>]) -> Result<u64, Failure> {
        Ok(self.client.execute_typed(statement, values).await?)
    }

    /// The rows of the result.
    pub(super) async fn query(&self, statement: &str, values: &[Value<'_>]) -> Result<Vec<Row>, Failure> {
        Ok(self.client.query_typed(statement, values).await?)
    }

    /// The only row of the result, if there is one.
    pub(super) async fn query_opt(&self, statement: &str, values: &[Value<'_>]) -> Result<Option<Row>, Failure> {
        Ok(self.client.query_typed_opt(statement, values).await?)
    }

    /// The only row of the result.
    pub(super) async fn query_one(&self, statement: &str, values: &[Value<'_>]) -> Result<Row, Failure> {
        Ok(self.client.query_typed_one(statement, values).await?)
    }

    /// When the work has succeeded, the transaction is rolled back and not committed.
    pub(super) fn roll_back(&self) {
        self.rolled_back.store(true, Ordering::Relaxed);
    }
}

/// Runs `work` in a transaction on this connection.
pub(super) async fn run<T, F>(
    pools: &Pools,
    mut lease: Lease,
    access: Access,
    work: impl FnOnce(Transaction) -> F,
) -> Result<T, Failure>
where
    F: Future<Output = Result<T, Failure>>,
{
    let deadline = Instant::now() + LIMIT;
    lease.start();
    let client = Arc::clone(&lease.client);
    let transaction = Transaction { client: Arc::clone(&client), rolled_back: Arc::default() };
    let rolled_back = Arc::clone(&transaction.rolled_back);
    let working = async {
        match access {
            // The first statement does not wait for the answer to this one, which saves a round trip. A write has to: it
            // must not run without what is set here.
            Access::Read => {
                let (begun, done) = tokio::join!(biased; client.batch_execute(BEGIN_READ), work(transaction));
                begun?;
                done
            }
            Access::Write => {
                client.batch_execute(BEGIN_WRITE).await?;
                work(transaction).await
            }
        }
    };
    let Ok(done) = timeout_at(deadline, working).await else {
        pools.retire(&lease);
        return Err(Failure::Broken(format!("the database did not answer within {} s", LIMIT.as_secs())));
    };
    if done.is_err() || rolled_back.load(Ordering::Relaxed) {
        let leads_elsewhere = done.as_ref().is_err_and(Failure::is_read_only);
        if let (Ok(Ok(())), false) = (timeout_at(deadline, client.batch_execute("ROLLBACK")).await, leads_elsewhere) {
            lease.finish();
        }
        return done;
    }
    let Ok(committed) = timeout_at(deadline, client.batch_execute("COMMIT")).await else {
        pools.retire(&lease);
        let cause = format!("the database did not confirm the commit within {} s", LIMIT.as_secs());
        return Err(Failure::OutcomeUnknown(cause));
    };
    committed.map_err(Failure::of_commit)?;
    lease.finish();
    if lease.take_unreplicated() {
        return Err(Failure::OutcomeUnknown("the commit might not have been replicated to the stand-by".into()));
    }
    done
}
