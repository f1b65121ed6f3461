//! A connection, and how one is made: with the first host that answers in time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::task::AbortHandle;
use tokio::time::timeout;
use tokio_postgres::error::DbError;
use tokio_postgres::{AsyncMessage, Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::error::{ConnectError, OpenError};
use super::tls;
use super::url::DatabaseUrl;

/// How long the only host may take until the connection can be used.
const CONNECT: Duration = Duration::from_secs(5);

/// How long one of several hosts may take, before the next is asked.
const CONNECT_TO_ONE_OF_SEVERAL: Duration = Duration::from_millis(1_500);

/// How long telling the database to cancel a statement may take.
const CANCEL: Duration = Duration::from_secs(1);

/// Makes connections.
pub(super) struct Connector {
    hosts: Vec<Config>,
    limit: Duration,
    tls: MakeRustlsConnect,
    /// The host that answered last, which is asked first.
    preferred: AtomicUsize,
    /// How often all connections were retired.
    epoch: AtomicU64,
}

impl Connector {
    pub(super) fn new(url: &DatabaseUrl) -> Result<Self, OpenError> {
        let mut hosts = url.hosts();
        let limit = if hosts.len() > 1 { CONNECT_TO_ONE_OF_SEVERAL } else { CONNECT };
        for host in hosts.iter_mut().filter(|host| host.get_connect_timeout().is_none()) {
            // The limit of one address: a name can have several.
            host.connect_timeout(limit / 2);
        }
        let tls = tls::connector(url).map_err(OpenError::Certificates)?;
        Ok(Connector { hosts, limit, tls, preferred: AtomicUsize::new(0), epoch: AtomicU64::new(0) })
    }

    /// A connection to the first host that answers in time, beginning with the one that answered last.
    pub(super) async fn connect(&self) -> Result<Connection, ConnectError> {
        let first = self.preferred.load(Ordering::Relaxed);
        let order = self.hosts.iter().enumerate().cycle().skip(first).take(self.hosts.len());
        let mut problem = ConnectError::Silent;
        for (number, host) in order {
            match timeout(self.limit, self.connect_to(host)).await {
                Ok(Ok(connection)) => {
                    self.preferred.store(number, Ordering::Relaxed);
                    return Ok(connection);
                }
                Ok(Err(error)) => problem = ConnectError::Postgres(error),
                Err(_) => {}
            }
        }
        Err(problem)
    }

    async fn connect_to(&self, host: &Config) -> Result<Connection, tokio_postgres::Error> {
        let epoch = self.epoch.load(Ordering::Acquire);
        let (client, mut connection) = host.connect(self.tls.clone()).await?;
        let unreplicated = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&unreplicated);
        let task = tokio::spawn(async move {
            // An error ends the connection, and the operation that uses it is told.
            while let Some(Ok(message)) = std::future::poll_fn(|context| connection.poll_message(context)).await {
                if matches!(&message, AsyncMessage::Notice(notice) if is_unreplicated(notice)) {
                    seen.store(true, Ordering::Release);
                }
            }
        });
        let (client, task, tls) = (Arc::new(client), task.abort_handle(), self.tls.clone());
        Ok(Connection { client, task, unreplicated, epoch, tls })
    }

    /// Retires the connections that were made before this one and with it, unless that happened already. Returns whether
    /// it was done now.
    pub(super) fn retire(&self, connection: &Connection) -> bool {
        let next = connection.epoch + 1;
        self.epoch.compare_exchange(connection.epoch, next, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// Whether the connection can be used again.
    pub(super) fn is_usable(&self, connection: &Connection) -> bool {
        !connection.client.is_closed() && connection.epoch == self.epoch.load(Ordering::Acquire)
    }
}

/// Whether this is the warning of a commit that a stand-by has not confirmed. Its text is in the language of the database;
/// the name of the function that it comes from is not.
fn is_unreplicated(notice: &DbError) -> bool {
    notice.routine() == Some("SyncRepWaitForLSN")
}

/// A connection to the database.
pub(super) struct Connection {
    pub(super) client: Arc<Client>,
    /// Reads and writes the socket.
    task: AbortHandle,
    /// The database warned that a commit may be on its own disk only.
    unreplicated: Arc<AtomicBool>,
    epoch: u64,
    tls: MakeRustlsConnect,
}

impl Connection {
    /// Whether the database has warned, since this was last asked, that a commit may be on its own disk only. It sends the
    /// warning before it acknowledges the commit.
    pub(super) fn take_unreplicated(&self) -> bool {
        self.unreplicated.swap(false, Ordering::AcqRel)
    }

    /// Cancels the statement that runs, if the database can be reached, and closes the connection. The database would
    /// otherwise not notice that nobody waits for the statement any more.
    pub(super) async fn cancel(&self) {
        // Where it fails, the limit of the statement in the database ends it.
        if !self.client.is_closed() {
            let _ = timeout(CANCEL, self.client.cancel_token().cancel_query(self.tls.clone())).await;
        }
        self.task.abort();
    }

    /// Closes the connection at once.
    pub(super) fn abort(&self) {
        self.task.abort();
    }
}
