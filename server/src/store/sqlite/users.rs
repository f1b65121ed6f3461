//! Users, in SQLite.

use std::collections::HashMap;

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::value::RawValue;

use super::Sqlite;
use crate::store::{Creation, NewUser, StoreError, Timestamp, User, Users};

#[async_trait]
impl Users for Sqlite {
    async fn create(&self, app: &str, user: NewUser) -> Result<Creation, StoreError> {
        let app = app.to_owned();
        let write = move |connection: &Connection| match insert(connection, &app, &user)? {
            Some(created) => Ok(Creation::Created(created)),
            None => {
                select(connection, &app, &user.id)?.map(Creation::Existed).ok_or(rusqlite::Error::QueryReturnedNoRows)
            }
        };
        self.write_once(write).await
    }

    async fn get(&self, app: &str, id: &str) -> Result<Option<User>, StoreError> {
        let (app, id) = (app.to_owned(), id.to_owned());
        self.read(move |connection| select(connection, &app, &id)).await
    }

    async fn update(&self, app: &str, id: &str, data: Box<RawValue>) -> Result<Option<User>, StoreError> {
        let (app, user) = (app.to_owned(), NewUser { id: id.to_owned(), data });
        self.write_once(move |connection| replace(connection, &app, &user)).await
    }

    async fn delete(&self, app: &str, id: &str) -> Result<bool, StoreError> {
        let (app, id) = (app.to_owned(), id.to_owned());
        self.write_once(move |connection| remove(connection, &app, &id)).await
    }

    async fn create_many(&self, app: &str, users: Vec<NewUser>, replace_them: bool) -> Result<Vec<User>, StoreError> {
        let app = app.to_owned();
        let write = move |connection: &Connection| {
            let mut written = Vec::new();
            let mut position_of = HashMap::new();
            for user in &users {
                let stored = match insert(connection, &app, user)? {
                    None if replace_them => replace(connection, &app, user)?,
                    created => created,
                };
                let Some(stored) = stored else { continue };
                let position = *position_of.entry(user.id.as_str()).or_insert(written.len());
                match written.get_mut(position) {
                    Some(earlier) => *earlier = stored,
                    None => written.push(stored),
                }
            }
            Ok(written)
        };
        self.write(write).await
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
        self.write(write).await
    }
}

/// Inserts the user. `None` if its id is taken.
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

/// Replaces the data. `updated_at` increases even if the clock stood still or was set back.
fn replace(connection: &Connection, app: &str, new: &NewUser) -> rusqlite::Result<Option<User>> {
    let stored = |row: &Row<'_>| {
        let NewUser { id, data } = new.clone();
        Ok(User { created_at: Timestamp(row.get(0)?), updated_at: Timestamp(row.get(1)?), id, data })
    };
    connection
        .prepare_cached(
            "UPDATE users SET data = ?3, updated_at = MAX(?4, updated_at + 1) WHERE app = ?1 AND id = ?2
             RETURNING created_at, updated_at",
        )?
        .query_row(params![app, new.id, new.data.get(), Timestamp::now().0], stored)
        .optional()
}

fn remove(connection: &Connection, app: &str, id: &str) -> rusqlite::Result<bool> {
    let removed = connection.prepare_cached("DELETE FROM users WHERE app = ?1 AND id = ?2")?.execute([app, id])?;
    Ok(removed == 1)
}

pub(super) fn user(row: &Row<'_>) -> rusqlite::Result<User> {
    let data = RawValue::from_string(row.get(3)?)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(3, rusqlite::types::Type::Text, Box::new(error)))?;
    Ok(User { created_at: Timestamp(row.get(0)?), updated_at: Timestamp(row.get(1)?), id: row.get(2)?, data })
}
