//! The one thread that writes, with group commit: writes that queue up while the disk is busy share the next transaction.
//!
//! A commit waits for the disk, no matter how much it contains. So the writer takes everything in its queue, commits it
//! together, and only then acknowledges each write. Nothing is acknowledged before it is on disk.

use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use super::error::{OpenError, store_error};
use super::guard::Guard;
use super::lock::Lock;
use crate::store::StoreError;

/// The length of the queue. Further writes are refused as busy, rather than queued without bound.
const QUEUE: usize = 1_024;

/// A handle to the writer thread.
pub(super) struct Writer {
    queue: mpsc::Sender<Message>,
}

enum Message {
    Write(Box<dyn Job>),
    Close(oneshot::Sender<Result<(), StoreError>>),
}

/// One write: run inside the group's transaction, acknowledged after it.
trait Job: Send {
    fn undone_by(&self) -> UndoneBy;
    fn run(&mut self, connection: &Connection) -> Result<(), StoreError>;
    fn acknowledge(self: Box<Self>, committed: Result<(), StoreError>);
}

/// Who undoes a write that fails, so that the rest of its group is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UndoneBy {
    /// A savepoint before it.
    Savepoint,
    /// SQLite itself, which undoes a statement that fails. For work that changes something in one statement at most, and saves the
    /// two statements of a savepoint.
    Statement,
}

struct Write<T, W> {
    undone_by: UndoneBy,
    work: Option<W>,
    result: Result<T, StoreError>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T: Send, W: FnOnce(&Connection) -> rusqlite::Result<T> + Send> Job for Write<T, W> {
    fn undone_by(&self) -> UndoneBy {
        self.undone_by
    }

    fn run(&mut self, connection: &Connection) -> Result<(), StoreError> {
        if let Some(work) = self.work.take() {
            self.result = work(connection).map_err(store_error);
        }
        self.result.as_ref().map(|_| ()).map_err(Clone::clone)
    }

    fn acknowledge(self: Box<Self>, committed: Result<(), StoreError>) {
        // The caller may have been dropped, and then nobody needs the result.
        let _ = self.reply.send(committed.and(self.result));
    }
}

impl Writer {
    /// Starts the thread, with at most `group` writes in one commit. The thread holds the lock until it ends.
    pub(super) fn start(
        connection: Connection,
        lock: Option<Lock>,
        guard: Guard,
        group: usize,
    ) -> Result<Self, OpenError> {
        let (queue, messages) = mpsc::channel(QUEUE);
        let thread = std::thread::Builder::new().name("sqlite-writer".into());
        let run = move || {
            let (closed, reply) = run(connection, messages, &guard, group);
            drop(lock);
            if let Some(reply) = reply {
                // The caller may have been dropped.
                let _ = reply.send(closed);
            }
        };
        thread.spawn(run).map_err(OpenError::Thread)?;
        Ok(Writer { queue })
    }

    /// Runs `work` on the writer thread. Returns when its effect is on disk.
    pub(super) async fn write<T, W>(&self, undone_by: UndoneBy, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Write { undone_by, work: Some(work), result: Err(StoreError::Closed), reply };
        self.queue.try_send(Message::Write(Box::new(job))).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => StoreError::Busy,
            mpsc::error::TrySendError::Closed(_) => StoreError::Closed,
        })?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// The number of writes in the queue.
    pub(super) fn waiting(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }

    /// Finishes the writes in the queue, checkpoints the write-ahead log into the database, and ends the thread.
    pub(super) async fn close(&self) -> Result<(), StoreError> {
        let (reply, answer) = oneshot::channel();
        if self.queue.send(Message::Close(reply)).await.is_err() {
            return Ok(());
        }
        answer.await.unwrap_or(Err(StoreError::Closed))
    }
}

/// The result of closing, and where to send it.
type End = (Result<(), StoreError>, Option<oneshot::Sender<Result<(), StoreError>>>);

fn run(mut connection: Connection, mut messages: mpsc::Receiver<Message>, guard: &Guard, group: usize) -> End {
    while let Some(message) = messages.blocking_recv() {
        let close = match message {
            Message::Write(first) => write_group(&mut connection, first, &mut messages, guard, group),
            Message::Close(reply) => Some(reply),
        };
        if close.is_some() {
            guard.stop();
            // Writes queued after the close are dropped with the channel, and fail with `Closed`.
            return (checkpoint(&connection).map_err(store_error), close);
        }
    }
    (Ok(()), None)
}

/// Checkpoints the write-ahead log, so that the database file alone is complete. Where there is no room for it, the log stays
/// beside the database: it is on disk, so nothing is lost.
fn checkpoint(connection: &Connection) -> rusqlite::Result<()> {
    let reason = match connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)) {
        Ok(false) => return Ok(()),
        Ok(true) => "something still reads the database".to_owned(),
        Err(error) => match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure) => error.to_string(),
            _ => return Err(error),
        },
    };
    tracing::warn!(reason, "the write-ahead log is left beside the database, which is not whole without it");
    Ok(())
}

/// Runs `first` and the writes queued behind it in one transaction. Returns the request to close, if there was one.
fn write_group(
    connection: &mut Connection,
    first: Box<dyn Job>,
    messages: &mut mpsc::Receiver<Message>,
    guard: &Guard,
    limit: usize,
) -> Option<oneshot::Sender<Result<(), StoreError>>> {
    let mut group = vec![first];
    let mut close = None;
    while group.len() < limit {
        match messages.try_recv() {
            Ok(Message::Write(job)) => group.push(job),
            Ok(Message::Close(reply)) => {
                close = Some(reply);
                break;
            }
            Err(_) => break,
        }
    }
    let committed =
        guard.before_write().and_then(|()| commit(connection, &mut group)).and_then(|()| guard.after_write());
    for job in group {
        job.acknowledge(committed.clone());
    }
    close
}

fn commit(connection: &mut Connection, group: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
    let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(store_error)?;
    for job in group {
        let failed = match job.undone_by() {
            UndoneBy::Statement => job.run(&transaction).err(),
            UndoneBy::Savepoint => {
                let savepoint = transaction.savepoint().map_err(store_error)?;
                match job.run(&savepoint) {
                    Ok(()) => savepoint.commit().map(|()| None).map_err(store_error)?,
                    // Dropping the savepoint rolls back to it.
                    Err(error) => Some(error),
                }
            }
        };
        // When the disk is full or fails, SQLite rolls back the whole transaction, so the whole group failed. In a damaged file a
        // statement may stop halfway without being undone: the group is given up as well.
        let ends_group = |error: &StoreError| transaction.is_autocommit() || matches!(error, StoreError::Damaged(_));
        if let Some(error) = failed.filter(ends_group) {
            return Err(error);
        }
    }
    transaction.commit().map_err(store_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn writer() -> Writer {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (x INTEGER UNIQUE)").unwrap();
        Writer::start(connection, None, Guard::default(), 256).unwrap()
    }

    fn insert(x: i64) -> impl FnOnce(&Connection) -> rusqlite::Result<usize> + Send + 'static {
        move |connection| connection.execute("INSERT INTO t VALUES (?1)", [x])
    }

    async fn count(writer: &Writer) -> i64 {
        writer
            .write(UndoneBy::Savepoint, |connection| {
                connection.query_row("SELECT count(*) FROM t", [], |row| row.get(0))
            })
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn a_write_that_fails_is_undone_and_leaves_its_group_alone() {
        let writer = writer().await;
        let twice = |connection: &Connection| {
            connection.execute("INSERT INTO t VALUES (7)", [])?;
            connection.execute("INSERT INTO t VALUES (1)", [])
        };
        // Polled in turn before the thread answers, so they share a group or follow each other: both must hold.
        let (one, failed, two) = tokio::join!(
            writer.write(UndoneBy::Statement, insert(1)),
            writer.write(UndoneBy::Savepoint, twice),
            writer.write(UndoneBy::Statement, insert(2))
        );
        assert_eq!((one, two), (Ok(1), Ok(1)));
        assert!(matches!(failed, Err(StoreError::Failed(_))), "{failed:?}");
        assert_eq!(count(&writer).await, 2);
    }

    #[tokio::test]
    async fn a_statement_that_fails_is_undone_as_a_whole_without_a_savepoint() {
        let writer = writer().await;
        let halfway = |connection: &Connection| connection.execute("INSERT INTO t VALUES (7), (1)", []);
        let (one, failed, two) = tokio::join!(
            writer.write(UndoneBy::Statement, insert(1)),
            writer.write(UndoneBy::Statement, halfway),
            writer.write(UndoneBy::Statement, insert(2))
        );
        assert_eq!((one, two), (Ok(1), Ok(1)));
        assert!(matches!(failed, Err(StoreError::Failed(_))), "{failed:?}");
        assert_eq!(count(&writer).await, 2);
    }

    #[tokio::test]
    async fn a_transaction_that_sqlite_rolls_back_fails_for_the_whole_group() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (x INTEGER UNIQUE)").unwrap();
        let (reply, mut answer) = oneshot::channel();
        let (lost_reply, mut lost) = oneshot::channel();
        let rolls_back = |connection: &Connection| {
            connection.execute_batch("ROLLBACK")?;
            Err::<(), _>(rusqlite::Error::InvalidQuery)
        };
        let mut group: Vec<Box<dyn Job>> = vec![
            Box::new(Write {
                undone_by: UndoneBy::Savepoint,
                work: Some(insert(1)),
                result: Err(StoreError::Closed),
                reply,
            }),
            Box::new(Write {
                undone_by: UndoneBy::Savepoint,
                work: Some(rolls_back),
                result: Err(StoreError::Closed),
                reply: lost_reply,
            }),
        ];
        let committed = commit(&mut connection, &mut group);
        assert!(committed.is_err());
        for job in group {
            job.acknowledge(committed.clone());
        }
        assert!(answer.try_recv().unwrap().is_err(), "acknowledged, yet rolled back");
        assert!(lost.try_recv().unwrap().is_err());
        assert!(connection.is_autocommit());
        assert_eq!(connection.query_row("SELECT count(*) FROM t", [], |row| row.get::<_, i64>(0)), Ok(0));
    }

    #[tokio::test]
    async fn where_the_file_is_damaged_nothing_of_the_group_is_kept() {
        let writer = writer().await;
        let halfway = |connection: &Connection| {
            connection.execute("INSERT INTO t VALUES (7)", [])?;
            Err::<(), _>(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT), None))
        };
        let failed = writer.write(UndoneBy::Statement, halfway).await;
        assert!(matches!(failed, Err(StoreError::Damaged(_))), "{failed:?}");
        assert_eq!(count(&writer).await, 0);
    }

    #[tokio::test]
    async fn closing_finishes_what_waits_and_refuses_what_comes_later() {
        let writer = writer().await;
        let (written, closed) = tokio::join!(writer.write(UndoneBy::Statement, insert(1)), writer.close());
        assert_eq!((written, closed), (Ok(1), Ok(())));
        assert_eq!(writer.write(UndoneBy::Statement, insert(2)).await, Err(StoreError::Closed));
        assert_eq!(writer.close().await, Ok(()));
    }

    #[tokio::test]
    async fn a_full_queue_is_refused_as_busy() {
        let writer = writer().await;
        let (release, held) = std::sync::mpsc::channel::<()>();
        let (started, running) = oneshot::channel();
        let hold = move |_: &Connection| {
            let _ = started.send(());
            let _ = held.recv();
            Ok(())
        };
        let fill = async {
            running.await.unwrap();
            let mut waiting = Vec::new();
            loop {
                let mut write = Box::pin(writer.write(UndoneBy::Statement, insert(waiting.len() as i64)));
                tokio::select! {
                    biased;
                    refused = &mut write => break (refused, waiting),
                    () = std::future::ready(()) => waiting.push(write),
                }
            }
        };
        let (held, (refused, waiting)) = tokio::join!(writer.write(UndoneBy::Savepoint, hold), async {
            let filled = fill.await;
            assert_eq!(writer.waiting(), QUEUE);
            release.send(()).unwrap();
            filled
        });
        assert_eq!(held, Ok(()));
        assert_eq!(refused, Err(StoreError::Busy));
        assert_eq!(waiting.len(), QUEUE);
        for write in waiting {
            assert_eq!(write.await, Ok(1));
        }
        assert_eq!(writer.waiting(), 0);
    }
}
