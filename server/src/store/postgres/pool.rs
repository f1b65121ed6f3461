//! The connections of a server: some that read and some that write, so that writes that hang do not hold up reads.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{self, Metrics, Object, PoolError, RecycleError, RecycleResult};
use tokio::runtime::Handle;

use super::connection::{Connection, Connector};
use super::error::{ConnectError, OpenError};
use super::url::DatabaseUrl;

/// How long an operation waits while all connections are in use. After that the database counts as busy.
const WAIT: Duration = Duration::from_secs(3);

/// What the work of an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
}

/// The connections of a server.
pub(super) struct Pools {
    connector: Arc<Connector>,
    readers: managed::Pool<Manager>,
    writers: managed::Pool<Manager>,
}

impl Pools {
    /// Pools that have no connection yet.
    pub(super) fn new(url: &DatabaseUrl) -> Result<Self, OpenError> {
        let connector = Arc::new(Connector::new(url)?);
        let pool = |size| {
            let builder = managed::Pool::builder(Manager(Arc::clone(&connector))).max_size(size);
            let built = builder.runtime(Runtime::Tokio1).wait_timeout(Some(WAIT)).build();
            built.map_err(|error| OpenError::Pool(error.to_string()))
        };
        let writers = url.pool_size / 2;
        let (readers, writers) = (pool(url.pool_size - writers)?, pool(writers)?);
        Ok(Pools { connector, readers, writers })
    }

    /// A connection for this work alone.
    pub(super) async fn get(&self, access: Access) -> Result<Lease, PoolError<ConnectError>> {
        let pool = match access {
            Access::Read => &self.readers,
            Access::Write => &self.writers,
        };
        let place = pool.get().await?;
        Ok(Lease { connection: Arc::clone(&place), place: Some(place), in_use: false })
    }

    /// Closes all connections that are not in use, and those in use when their work is done: the database did not answer on
    /// this one. After a fail-over the others would not get an answer either.
    pub(super) fn retire(&self, lease: &Lease) {
        if self.connector.retire(lease) {
            tracing::warn!("the database did not answer in time, so all connections to it are made anew");
            for pool in [&self.readers, &self.writers] {
                let removed = pool.retain(|connection, _| self.connector.is_usable(connection)).removed;
                removed.iter().for_each(|connection| connection.abort());
            }
        }
    }

    /// How many operations are waiting for a connection.
    pub(super) fn waiting(&self) -> usize {
        self.readers.status().waiting + self.writers.status().waiting
    }

    pub(super) fn close(&self) {
        self.readers.close();
        self.writers.close();
    }
}

/// Makes the connections of one pool.
pub(super) struct Manager(Arc<Connector>);

impl managed::Manager for Manager {
    type Type = Arc<Connection>;
    type Error = ConnectError;

    async fn create(&self) -> Result<Arc<Connection>, ConnectError> {
        self.0.connect().await.map(Arc::new)
    }

    async fn recycle(&self, connection: &mut Arc<Connection>, _: &Metrics) -> RecycleResult<ConnectError> {
        match self.0.is_usable(connection) {
            true => Ok(()),
            false => Err(RecycleError::message("closed, or retired")),
        }
    }
}

/// A connection that was taken out of its pool. When it is dropped it goes back, unless work on it was abandoned.
pub(super) struct Lease {
    connection: Arc<Connection>,
    /// Its place in the pool. `None` only while this is dropped.
    place: Option<Object<Manager>>,
    in_use: bool,
}

impl Lease {
    /// From now on the connection is in a state that others must not see.
    pub(super) fn start(&mut self) {
        self.in_use = true;
    }

    /// The connection is as it was before [`Lease::start`].
    pub(super) fn finish(&mut self) {
        self.in_use = false;
    }
}

impl Deref for Lease {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(place) = self.place.take().filter(|_| self.in_use) else { return };
        match Handle::try_current() {
            // It keeps its place in the pool until the database was told to end the statement, so that there are never more
            // connections than the pool may have.
            Ok(runtime) => drop(runtime.spawn(async move {
                place.cancel().await;
                drop(Object::take(place));
            })),
            Err(_) => Object::take(place).abort(),
        }
    }
}
