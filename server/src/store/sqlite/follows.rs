//! Who follows whom, in SQLite.

use async_trait::async_trait;
use rusqlite::Connection;

use super::Sqlite;
use crate::store::{FollowCounts, Follows, StoreError};

#[async_trait]
impl Follows for Sqlite {
    async fn follow_counts(&self, app: &str, id: &str) -> Result<FollowCounts, StoreError> {
        let (app, id) = (app.to_owned(), id.to_owned());
        self.read(move |connection| count_follows(connection, &app, &id)).await
    }
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
