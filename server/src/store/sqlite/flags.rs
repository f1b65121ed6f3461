//! Flags, in SQLite.

use async_trait::async_trait;
use rusqlite::{Connection, params};

use super::Sqlite;
use crate::store::{Flag, Flags, NewFlag, StoreError, Timestamp};

#[async_trait]
impl Flags for Sqlite {
    async fn flag(&self, app: &str, content: NewFlag) -> Result<Flag, StoreError> {
        let app = app.to_owned();
        let write = move |connection: &Connection| {
            let flag = Flag { id: uuid::Uuid::new_v4().to_string(), created_at: Timestamp::now(), content };
            insert(connection, &app, &flag)?;
            Ok(flag)
        };
        self.write(write).await
    }
}

fn insert(connection: &Connection, app: &str, flag: &Flag) -> rusqlite::Result<()> {
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
