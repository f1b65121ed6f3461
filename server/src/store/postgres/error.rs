//! Why PostgreSQL did not open a database, and what its errors mean: whether the work can run again, and what the caller of
//! the operation is told.

use deadpool::managed::PoolError;
use tokio_postgres::error::{Error, SqlState};

use crate::store::{Newer, StoreError};

/// Why a database cannot be opened, for the person who starts the server.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database cannot be reached, or refuses.
    #[error("{}{}", describe(.0), hint(.0))]
    Postgres(#[from] Error),
    /// It took too long to answer.
    #[error("it does not answer")]
    Silent,
    /// It has no transactions, because of a pooler.
    #[error("its pooler has no transactions, which writes need ({0}): set pool_mode to transaction or session")]
    NoTransactions(String),
    /// It has tables, but none that says that they are of this server.
    #[error("it has tables of another program ({0}), and is left as it is: name a database, or a schema, of its own")]
    Foreign(String),
    /// Something else than a table or index has the name of one.
    #[error(
        "it has something of another program where this server's tables would be ({0}), and is left as it is: \
         name a database, or a schema, of its own"
    )]
    Occupied(String),
    /// Its tables may lose or hide what is written.
    #[error("{0}")]
    Unfit(String),
    /// A newer version of the server wrote it.
    #[error(transparent)]
    Newer(#[from] Newer),
    /// The certificates for TLS are not usable.
    #[error("{0}")]
    Certificates(String),
    /// The pool of connections cannot be created.
    #[error("{0}")]
    Pool(String),
}

/// What to do about an error, where that is known.
fn hint(error: &Error) -> &'static str {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let unknown = rustls::CertificateError::UnknownIssuer;
        // `source` of an I/O error skips the error that it wraps; `get_ref` returns it.
        let inside = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let tls = inside.and_then(|inside| inside.downcast_ref::<rustls::Error>());
        if tls.is_some_and(|error| *error == rustls::Error::InvalidCertificate(unknown)) {
            return ", name the certificate of its authority with sslrootcert=PATH";
        }
        cause = error.source();
    }
    ""
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConnectError {
    /// The database cannot be reached, or refuses.
    #[error("{}", describe(.0))]
    Postgres(Error),
    /// No host answered in time.
    #[error("it does not answer")]
    Silent,
}

impl From<ConnectError> for OpenError {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::Postgres(error) => OpenError::Postgres(error),
            ConnectError::Silent => OpenError::Silent,
        }
    }
}

impl From<PoolError<ConnectError>> for OpenError {
    fn from(error: PoolError<ConnectError>) -> Self {
        match error {
            PoolError::Backend(error) => error.into(),
            other => OpenError::Pool(other.to_string()),
        }
    }
}

/// How an attempt to run some work failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// The database rolled it back because of a conflict with other work. It can run again.
    Conflict(String),
    /// The connection broke before the commit, so nothing was done. It can run again on another connection.
    Broken(String),
    /// The database does not carry it out now, so nothing was done. Running it again at once would not help.
    Refused(StoreError, String),
    /// The commit was not confirmed.
    OutcomeUnknown(String),
    /// Running it again would not help.
    Final(StoreError),
}

impl Failure {
    /// What an error of a commit means.
    pub(super) fn of_commit(error: Error) -> Self {
        match Failure::from(error) {
            // The error can have come after the commit and before its acknowledgement.
            Failure::Broken(cause) => Failure::OutcomeUnknown(cause),
            other => other,
        }
    }

    /// Whether the connection leads to a database that takes no writes, such as a stand-by. Another one may lead to the
    /// primary, so this one is not used again.
    pub(super) fn is_read_only(&self) -> bool {
        matches!(self, Failure::Refused(StoreError::ReadOnly, _) | Failure::Final(StoreError::ReadOnly))
    }
}

/// What an error before the commit means.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        // An error from the database itself has a code. Without one, something failed on the way.
        let text = describe(&error);
        let Some(code) = error.code() else {
            return match error.is_closed() || is_io(&error) {
                true => Failure::Broken(text),
                false => Failure::Final(StoreError::Failed(text)),
            };
        };
        match *code {
            SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => Failure::Conflict(text),
            SqlState::DISK_FULL => Failure::Refused(StoreError::Full, text),
            // It waited too long, for a lock or for the disk.
            SqlState::QUERY_CANCELED | SqlState::LOCK_NOT_AVAILABLE => Failure::Refused(StoreError::Busy, text),
            SqlState::CANNOT_CONNECT_NOW => Failure::Refused(StoreError::Unreachable, text),
            SqlState::TOO_MANY_CONNECTIONS => Failure::Refused(StoreError::TooManyConnections, text),
            // It is a stand-by that has not been promoted yet, or somebody has said that nothing may be written.
            SqlState::READ_ONLY_SQL_TRANSACTION => Failure::Refused(StoreError::ReadOnly, text),
            SqlState::ADMIN_SHUTDOWN
            | SqlState::CRASH_SHUTDOWN
            | SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
            | SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN => Failure::Broken(text),
            // Class 08: connection exceptions.
            ref other if other.code().starts_with("08") => Failure::Broken(text),
            _ => Failure::Final(StoreError::Failed(text)),
        }
    }
}

impl From<PoolError<ConnectError>> for Failure {
    fn from(error: PoolError<ConnectError>) -> Self {
        let unreachable = |cause| Failure::Refused(StoreError::Unreachable, cause);
        match error {
            // The database works, but too slowly.
            PoolError::Timeout(_) => Failure::Refused(StoreError::Busy, "all connections stayed in use".into()),
            PoolError::Closed => Failure::Final(StoreError::Closed),
            PoolError::Backend(ConnectError::Postgres(error)) => match Failure::from(error) {
                refused @ Failure::Refused(..) => refused,
                Failure::Conflict(cause) | Failure::Broken(cause) | Failure::OutcomeUnknown(cause) => {
                    unreachable(cause)
                }
                Failure::Final(error) => unreachable(error.to_string()),
            },
            other => unreachable(other.to_string()),
        }
    }
}

/// The database's own message; without one, the error followed by its causes, which its own text leaves out.
pub(super) fn describe(error: &Error) -> String {
    if let Some(refusal) = error.as_db_error() {
        return format!("{} (SQLSTATE {})", refusal.message(), refusal.code().code());
    }
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// Whether the network failed. `tokio_postgres` shows that only in the cause of its error.
fn is_io(error: &Error) -> bool {
    std::error::Error::source(error).is_some_and(|cause| cause.is::<std::io::Error>())
}
