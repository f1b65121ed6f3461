//! Users in SQLite: the embedded default.
//!
//! One thread writes (`writer.rs`); reads go to connections of their own (`readers.rs`). A database in memory has only
//! the writer's connection, so its reads queue with the writes.

mod connection;
mod readers;
mod writer;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, params};
use serde_json::value::RawValue;

pub use connection::OpenError;

use self::readers::Readers;
use self::writer::Writer;
use super::{Creation, Flag, FollowCounts, NewFlag, NewUser, Store, StoreError, Timestamp, User};

/// A [`Store`] in an SQLite file, or in memory.
pub struct Sqlite {
    writer: Writer,
    readers: Option<Arc<Readers>>,
}

impl Sqlite {
    /// Opens the file at `path`, which is created where it is missing.
    ///
    /// # Errors
    /// SQLite refuses the file, or it belongs to a newer version of this server.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let writer = Writer::start(connection::writer(path)?)?;
        Ok(Sqlite { writer, readers: Some(Arc::new(Readers::open(path)?)) })
    }

    /// Opens a database in memory, gone when it is dropped.
    ///
    /// # Errors
    /// SQLite has no memory.
    pub fn in_memory() -> Result<Self, OpenError> {
        Ok(Sqlite { writer: Writer::start(connection::memory()?)?, readers: None })
    }

    /// A read of a few rows: done at once on this thread, because handing it to another costs more than it does.
    async fn read<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        match &self.readers {
            Some(readers) => readers.read(work).map_err(store_error),
            None => self.writer.write(work).await,
        }
    }

    /// A read of many rows: done on a thread that may block.
    async fn long_read<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let Some(readers) = self.readers.clone() else { return self.writer.write(work).await };
        let turn = Arc::clone(&readers);
        let _turn = turn.long_reads.acquire().await.map_err(|_| StoreError::Closed)?;
        let read = tokio::task::spawn_blocking(move || readers.read(work)).await;
        read.map_err(|error| StoreError::Failed(error.to_string()))?.map_err(store_error)
    }
}

#[async_trait]
impl Store for Sqlite {
    async fn create(&self, app: &str, user: NewUser) -> Result<Creation, StoreError> {
        let app = app.to_owned();
        let write = move |connection: &Connection| match insert(connection, &app, &user)? {
            Some(created) => Ok(Creation::Created(created)),
            None => {
                select(connection, &app, &user.id)?.map(Creation::Existed).ok_or(rusqlite::Error::QueryReturnedNoRows)
            }
        };
        self.writer.write(write).await
    }

    async fn get(&self, app: &str, id: &str) -> Result<Option<User>, StoreError> {
        let (app, id) = (app.to_owned(), id.to_owned());
        self.read(move |connection| select(connection, &app, &id)).await
    }

    async fn update(&self, app: &str, id: &str, data: Box<RawValue>) -> Result<Option<User>, StoreError> {
        let (app, user) = (app.to_owned(), NewUser { id: id.to_owned(), data });
        self.writer.write(move |connection| replace(connection, &app, &user)).await
    }

    async fn delete(&self, app: &str, id: &str) -> Result<bool, StoreError> {
        let (app, id) = (app.to_owned(), id.to_owned());
        self.writer.write(move |connection| remove(connection, &app, &id)).await
    }

    async fn create_many(&self, app: &str, users: Vec<NewUser>, replace_them: bool) -> Result<Vec<User>, StoreError> {
        let app = app.to_owned();
        let write = move |connection: &Connection| {
            let mut written = Vec::new();
            let mut place_of = std::collections::HashMap::new();
            for user in &users {
                let stored = match insert(connection, &app, user)? {
                    None if replace_them => replace(connection, &app, user)?,
                    created => created,
                };
                let Some(stored) = stored else { continue };
                let place = *place_of.entry(user.id.as_str()).or_insert(written.len());
                match written.get_mut(place) {
                    Some(earlier) => *earlier = stored,
                    None => written.push(stored),
                }
            }
            Ok(written)
        };
        self.writer.write(write).await
    }

    async fn get_many(&self, app: &str, ids: &[String]) -> Result<Vec<User>, StoreError> {
        let (app, ids) = (app.to_owned(), ids.to_owned());
        let read = move |connection: &Connection| {
            ids.iter().filter_map(|id| select(connection, &app, id).transpose()).collect()
        };
        self.long_read(read).await
    }

    async fn delete_many(&self, app: &str, ids: &[String]) -> Result<(), StoreError> {
        let (app, ids) = (app.to_owned(), ids.to_owned());
        let write = move |connection: &Connection| ids.iter().try_for_each(|id| remove(connection, &app, id).map(drop));
        self.writer.write(write).await
    }

    async fn follow_counts(&self, app: &str, id: &str) -> Result<FollowCounts, StoreError> {
        let (app, id) = (app.to_owned(), id.to_owned());
        self.read(move |connection| count_follows(connection, &app, &id)).await
    }

    async fn flag(&self, app: &str, content: NewFlag) -> Result<Flag, StoreError> {
        let app = app.to_owned();
        let write = move |connection: &Connection| {
            let flag = Flag { id: uuid::Uuid::new_v4().to_string(), created_at: Timestamp::now(), content };
            insert_flag(connection, &app, &flag)?;
            Ok(flag)
        };
        self.writer.write(write).await
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.read(|connection| connection.query_row("SELECT 1", [], |_| Ok(()))).await
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.writer.close().await
    }
}

/// Inserts the user; `None` if its id is taken.
fn insert(connection: &Connection, app: &str, user: &NewUser) -> rusqlite::Result<Option<User>> {
    let now = Timestamp::now();
    let inserted = connection
        .prepare_cached(
            "INSERT INTO users (app, id, data, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?4)
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![app, user.id, user.data.get(), now.0])?;
    let stored = || User { created_at: now, updated_at: now, id: user.id.clone(), data: user.data.clone() };
    Ok((inserted == 1).then(stored))
}

fn select(connection: &Connection, app: &str, id: &str) -> rusqlite::Result<Option<User>> {
    connection
        .prepare_cached("SELECT created_at, updated_at, id, data FROM users WHERE app = ?1 AND id = ?2")?
        .query_row([app, id], user)
        .optional()
}

/// Replaces the data. `updated_at` grows even where the clock stands still or was set back.
fn replace(connection: &Connection, app: &str, new: &NewUser) -> rusqlite::Result<Option<User>> {
    connection
        .prepare_cached(
            "UPDATE users SET data = ?3, updated_at = MAX(?4, updated_at + 1) WHERE app = ?1 AND id = ?2
             RETURNING created_at, updated_at, id, data",
        )?
        .query_row(params![app, new.id, new.data.get(), Timestamp::now().0], user)
        .optional()
}

fn remove(connection: &Connection, app: &str, id: &str) -> rusqlite::Result<bool> {
    let removed = connection.prepare_cached("DELETE FROM users WHERE app = ?1 AND id = ?2")?.execute([app, id])?;
    Ok(removed == 1)
}

fn count_follows(connection: &Connection, app: &str, id: &str) -> rusqlite::Result<FollowCounts> {
    connection
        .prepare_cached(
            "SELECT
               (SELECT count(*) FROM follows
                WHERE app = ?1 AND target_group = 'user' AND target_id = ?2 AND source_group = 'timeline'),
               (SELECT count(*) FROM follows
                WHERE app = ?1 AND source_group = 'timeline' AND source_id = ?2 AND target_group = 'user')",
        )?
        .query_row([app, id], |row| Ok(FollowCounts { followers_count: row.get(0)?, following_count: row.get(1)? }))
}

fn insert_flag(connection: &Connection, app: &str, flag: &Flag) -> rusqlite::Result<()> {
    let Flag { id, created_at, content } = flag;
    connection
        .prepare_cached(
            "INSERT INTO flags (app, id, entity_type, entity_id, user_id, reason, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            app,
            id,
            content.entity_type,
            content.entity_id,
            content.user_id,
            content.reason,
            created_at.0
        ])?;
    Ok(())
}

fn user(row: &Row<'_>) -> rusqlite::Result<User> {
    let data = RawValue::from_string(row.get(3)?)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(3, rusqlite::types::Type::Text, Box::new(error)))?;
    Ok(User { created_at: Timestamp(row.get(0)?), updated_at: Timestamp(row.get(1)?), id: row.get(2)?, data })
}

fn store_error(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
        Some(ErrorCode::DiskFull) => StoreError::Full,
        _ => StoreError::Failed(error.to_string()),
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
