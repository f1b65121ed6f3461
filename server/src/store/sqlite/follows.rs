//! Follows between feeds, in SQLite.

use async_trait::async_trait;
use rusqlite::{Connection, params};

use super::Sqlite;
use crate::store::{FeedName, FollowCounts, Follows, StoreError, Timestamp};

#[async_trait]
impl Follows for Sqlite {
    async fn follow(&self, app: &str, source: &FeedName, target: &FeedName) -> Result<(), StoreError> {
        let (app, source, target) = (app.to_owned(), source.clone(), target.clone());
        self.write(move |connection| insert(connection, &app, &source, &target)).await
    }

    async fn unfollow(&self, app: &str, source: &FeedName, target: &FeedName) -> Result<(), StoreError> {
        let (app, source, target) = (app.to_owned(), source.clone(), target.clone());
        self.write(move |connection| delete(connection, &app, &source, &target)).await
    }

    async fn follow_counts(&self, app: &str, id: &str) -> Result<FollowCounts, StoreError> {
        let (app, id) = (app.to_owned(), id.to_owned());
        self.read(move |connection| count(connection, &app, &id)).await
    }
}

fn insert(connection: &Connection, app: &str, source: &FeedName, target: &FeedName) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO follows (app, source_group, source_id, target_group, target_id, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
        )?
        .execute(params![app, source.group, source.id, target.group, target.id, Timestamp::now().0])?;
    Ok(())
}

fn delete(connection: &Connection, app: &str, source: &FeedName, target: &FeedName) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "DELETE FROM follows WHERE app = ?1 AND source_group = ?2 AND source_id = ?3
             AND target_group = ?4 AND target_id = ?5",
        )?
        .execute([app, &source.group, &source.id, &target.group, &target.id])?;
    Ok(())
}

fn count(connection: &Connection, app: &str, id: &str) -> rusqlite::Result<FollowCounts> {
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
