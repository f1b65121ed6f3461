//! Klaim's users, in SQLite. Only one thread writes, so what an operation reads before it writes stays true meanwhile.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::value::RawValue;

use super::Sqlite;
use crate::store::{KlaimChanges, KlaimUser, KlaimUsers, StoreError, Taken};
use user_handle_service::store::{UniqueValue, unique_values};

#[async_trait]
impl KlaimUsers for Sqlite {
    async fn klaim_add(&self, app: &str, user: KlaimUser) -> Result<Result<KlaimUser, Taken>, StoreError> {
        let app = app.to_owned();
        let write = move |connection: &Connection| {
            if let Some(taken) = taken(connection, &app, &user)? {
                return Ok(Err(taken));
            }
            replace(connection, &app, &user)?;
            Ok(Ok(user))
        };
        self.write(write).await
    }

    async fn klaim_get(&self, app: &str, id: &str) -> Result<Option<KlaimUser>, StoreError> {
        let (app, id) = (app.to_owned(), id.to_owned());
        self.read(move |connection| select(connection, &app, &id)).await
    }

    async fn klaim_update(
        &self,
        app: &str,
        id: &str,
        changes: KlaimChanges,
    ) -> Result<Option<Result<KlaimUser, Taken>>, StoreError> {
        let (app, id) = (app.to_owned(), id.to_owned());
        let write = move |connection: &Connection| {
            let Some(old) = select(connection, &app, &id)? else { return Ok(None) };
            let new = changes.apply_to(old);
            if let Some(taken) = taken(connection, &app, &new)? {
                return Ok(Some(Err(taken)));
            }
            connection
                .prepare_cached("DELETE FROM klaim_names WHERE app = ?1 AND klaim_id = ?2")?
                .execute([&app, &new.klaim_id])?;
            replace(connection, &app, &new)?;
            Ok(Some(Ok(new)))
        };
        self.write(write).await
    }

    async fn klaim_list(&self, app: &str, after: &str, limit: u32) -> Result<Vec<KlaimUser>, StoreError> {
        let (app, after) = (app.to_owned(), after.to_owned());
        let read = move |connection: &Connection| {
            connection
                .prepare_cached(
                    "SELECT klaim_id, user_id, email, name, metadata, credit_balance, created_at FROM klaim_users
                     WHERE app = ?1 AND klaim_id > ?2 ORDER BY klaim_id LIMIT ?3",
                )?
                .query_map(params![app, after, limit], user)?
                .collect()
        };
        self.long_read(read).await
    }
}

/// What of this user another user has already.
fn taken(connection: &Connection, app: &str, user: &KlaimUser) -> rusqlite::Result<Option<Taken>> {
    let mut owner =
        connection.prepare_cached("SELECT klaim_id FROM klaim_names WHERE app = ?1 AND kind = ?2 AND name = ?3")?;
    for UniqueValue { kind, value, taken } in unique_values(user) {
        let found: Option<String> = owner.query_row([app, kind, value], |row| row.get(0)).optional()?;
        if found.is_some_and(|other| other != user.klaim_id) {
            return Ok(Some(taken));
        }
    }
    Ok(None)
}

/// Writes the user, in place of its earlier state, and its unique values.
fn replace(connection: &Connection, app: &str, user: &KlaimUser) -> rusqlite::Result<()> {
    let mut claim =
        connection.prepare_cached("INSERT INTO klaim_names (app, kind, name, klaim_id) VALUES (?1, ?2, ?3, ?4)")?;
    for UniqueValue { kind, value, .. } in unique_values(user) {
        claim.execute([app, kind, value, &user.klaim_id])?;
    }
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO klaim_users
             (app, klaim_id, user_id, email, name, metadata, credit_balance, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            app,
            user.klaim_id,
            user.user_id,
            user.email,
            user.name,
            user.metadata.as_deref().map(RawValue::get),
            user.credit_balance,
            user.created_at
        ])?;
    Ok(())
}

fn select(connection: &Connection, app: &str, id: &str) -> rusqlite::Result<Option<KlaimUser>> {
    connection
        .prepare_cached(
            "SELECT u.klaim_id, u.user_id, u.email, u.name, u.metadata, u.credit_balance, u.created_at
             FROM klaim_names AS n JOIN klaim_users AS u ON u.app = n.app AND u.klaim_id = n.klaim_id
             WHERE n.app = ?1 AND n.kind = 'id' AND n.name = ?2",
        )?
        .query_row([app, id], user)
        .optional()
}

pub(super) fn user(row: &Row<'_>) -> rusqlite::Result<KlaimUser> {
    let metadata: Option<String> = row.get(4)?;
    let metadata = metadata.map(RawValue::from_string).transpose();
    Ok(KlaimUser {
        klaim_id: row.get(0)?,
        user_id: row.get(1)?,
        email: row.get(2)?,
        name: row.get(3)?,
        metadata: metadata.map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(4, rusqlite::types::Type::Text, Box::new(error))
        })?,
        credit_balance: row.get(5)?,
        created_at: row.get(6)?,
    })
}
