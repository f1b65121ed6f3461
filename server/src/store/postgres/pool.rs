//! The connections: how many, how long to wait for one, and what each has to promise before it is used.

use std::time::Duration;

use deadpool_postgres::tokio_postgres::{Client as Connection, error::Error};
use deadpool_postgres::{Client, Hook, HookError, Manager, Pool, PoolError, Runtime, TimeoutType};

use super::failure::in_words;
use super::target::Target;
use super::tls;
use crate::store::Newer;

/// How long work waits for a connection that others use. Then the answer is that the database is busy.
const WAIT: Duration = Duration::from_secs(3);

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(5);

/// Longer than any statement should take, so that what hangs does not take a connection away for ever; and no lock is
/// held for a server that is gone.
const LIMITS: &str = "SET statement_timeout = 10000; SET idle_in_transaction_session_timeout = 10000";

/// Why a database cannot be opened, for the person who starts the server.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database cannot be reached, or refuses.
    #[error("{}{}", in_words(.0), mend(.0))]
    Postgres(#[from] Error),
    /// It took too long to answer.
    #[error("it does not answer")]
    Silent,
    /// It acknowledges what it may lose.
    #[error("{LOSES}")]
    Loses,
    /// It belongs to a later version of the server.
    #[error(transparent)]
    Newer(#[from] Newer),
    /// The certificates for TLS are not usable.
    #[error("{0}")]
    Certificates(String),
    /// The pool of connections cannot be made.
    #[error("{0}")]
    Pool(String),
}

const LOSES: &str = "synchronous_commit is off, so what it acknowledges can be lost: \
                     ALTER DATABASE ... SET synchronous_commit = on";

/// What to do about it, where that is known.
fn mend(error: &Error) -> &'static str {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let unknown = rustls::CertificateError::UnknownIssuer;
        // In an I/O error the cause is what is inside, not the source.
        let inside = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let tls = inside.and_then(|inside| inside.downcast_ref::<rustls::Error>());
        if tls.is_some_and(|error| *error == rustls::Error::InvalidCertificate(unknown)) {
            return ", name the certificate of its authority with sslrootcert=PATH";
        }
        cause = error.source();
    }
    ""
}

/// The pool, without any connection yet.
pub(super) fn build(target: &Target) -> Result<Pool, OpenError> {
    let manager = Manager::new(target.config.clone(), tls::connector(target).map_err(OpenError::Certificates)?);
    let promise = Hook::async_fn(|connection, _| {
        Box::pin(async move {
            match keeps_what_it_acknowledges(connection).await {
                Ok(true) => connection.batch_execute(LIMITS).await.map_err(HookError::Backend),
                Ok(false) => Err(HookError::message(LOSES)),
                Err(error) => Err(HookError::Backend(error)),
            }
        })
    });
    let builder = Pool::builder(manager).runtime(Runtime::Tokio1).max_size(target.connections).post_create(promise);
    let builder = builder.wait_timeout(Some(WAIT)).create_timeout(Some(CONNECT));
    builder.build().map_err(|error| OpenError::Pool(error.to_string()))
}

/// The first connection, with errors in the words of the database.
pub(super) async fn first(pool: &Pool) -> Result<Client, OpenError> {
    pool.get().await.map_err(|error| match error {
        PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => OpenError::Postgres(error),
        PoolError::PostCreateHook(HookError::Message(_)) => OpenError::Loses,
        PoolError::Timeout(TimeoutType::Create | TimeoutType::Wait | TimeoutType::Recycle) => OpenError::Silent,
        other => OpenError::Pool(other.to_string()),
    })
}

/// With `synchronous_commit` off, a commit returns before it is on disk.
async fn keeps_what_it_acknowledges(connection: &Connection) -> Result<bool, Error> {
    Ok(setting(connection, "synchronous_commit").await?.as_deref() != Some("off"))
}

/// With `fsync` off, a power failure can take the database with it. That is the choice of whoever runs the database, so
/// it is no more than a warning.
pub(super) async fn warn_of_lost_files(connection: &Connection) -> Result<(), Error> {
    if setting(connection, "fsync").await?.as_deref() == Some("off") {
        tracing::warn!("fsync is off in this database, so a power failure can lose what was acknowledged");
    }
    Ok(())
}

/// A setting; none where the database does not have it, as others than PostgreSQL may not.
async fn setting(connection: &Connection, name: &str) -> Result<Option<String>, Error> {
    connection.query_one("SELECT current_setting($1, true)", &[&name]).await?.try_get(0)
}
