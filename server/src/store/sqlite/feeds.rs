//! Activities in feeds, in SQLite.

use async_trait::async_trait;
use rusqlite::{Connection, Row, params};
use serde_json::value::RawValue;

use super::Sqlite;
use crate::store::{Activity, FeedName, Feeds, Page, StoreError, Timestamp};

#[async_trait]
impl Feeds for Sqlite {
    async fn add_activities(&self, app: &str, activities: Vec<Activity>) -> Result<(), StoreError> {
        let app = app.to_owned();
        self.write(move |connection| activities.iter().try_for_each(|activity| insert(connection, &app, activity)))
            .await
    }

    async fn read_feed(&self, app: &str, feed: &FeedName, page: Page) -> Result<Vec<Activity>, StoreError> {
        let (app, feed) = (app.to_owned(), feed.clone());
        self.long_read(move |connection| select(connection, &app, &feed, page)).await
    }
}

fn insert(connection: &Connection, app: &str, activity: &Activity) -> rusqlite::Result<()> {
    let Activity { feed, id, time, fields } = activity;
    connection
        .prepare_cached(
            "INSERT INTO activities (app, feed_group, feed_id, id, time, fields) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![app, feed.group, feed.id, id, time.0, fields.get()])?;
    Ok(())
}

fn select(connection: &Connection, app: &str, feed: &FeedName, page: Page) -> rusqlite::Result<Vec<Activity>> {
    connection
        .prepare_cached(
            "SELECT activities.feed_group, activities.feed_id, activities.id, activities.time, activities.fields
             FROM (SELECT ?2 AS feed_group, ?3 AS feed_id
                   UNION
                   SELECT target_group, target_id FROM follows
                   WHERE app = ?1 AND source_group = ?2 AND source_id = ?3) AS feeds
             JOIN activities ON activities.app = ?1
                  AND activities.feed_group = feeds.feed_group AND activities.feed_id = feeds.feed_id
             ORDER BY activities.time DESC, activities.id DESC LIMIT ?4 OFFSET ?5",
        )?
        .query_map(params![app, feed.group, feed.id, page.limit, page.offset], activity)?
        .collect()
}

fn activity(row: &Row<'_>) -> rusqlite::Result<Activity> {
    let fields = RawValue::from_string(row.get(4)?)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(4, rusqlite::types::Type::Text, Box::new(error)))?;
    let feed = FeedName { group: row.get(0)?, id: row.get(1)? };
    Ok(Activity { feed, id: row.get(2)?, time: Timestamp(row.get(3)?), fields })
}
