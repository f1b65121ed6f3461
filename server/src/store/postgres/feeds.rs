//! Activities in feeds, in PostgreSQL.

use async_trait::async_trait;
use serde_json::value::RawValue;
use tokio_postgres::Row;

use super::Postgres;
use super::error::Failure;
use super::transaction::values;
use crate::store::{Activity, FeedName, Feeds, Page, StoreError, Timestamp};

const INSERT: &str = "
    INSERT INTO activities (app, feed_group, feed_id, id, time, fields)
    SELECT $1::TEXT, new.feed_group, new.feed_id, new.id, new.time, new.fields
    FROM unnest($2::TEXT[], $3::TEXT[], $4::TEXT[], $5::BIGINT[], $6::TEXT[])
         AS new (feed_group, feed_id, id, time, fields)
    ON CONFLICT (app, feed_group, feed_id, id) DO NOTHING";

const SELECT: &str = "
    SELECT activities.feed_group, activities.feed_id, activities.id, activities.time, activities.fields
    FROM (SELECT $2::TEXT AS feed_group, $3::TEXT AS feed_id
          UNION
          SELECT target_group, target_id FROM follows
          WHERE app = $1 AND source_group = $2 AND source_id = $3) AS feeds
    JOIN activities ON activities.app = $1
         AND activities.feed_group = feeds.feed_group AND activities.feed_id = feeds.feed_id
    ORDER BY activities.time DESC, activities.id DESC LIMIT $4 OFFSET $5";

#[async_trait]
impl Feeds for Postgres {
    async fn add_activities(&self, app: &str, activities: Vec<Activity>) -> Result<(), StoreError> {
        let column = |field: fn(&Activity) -> &str| activities.iter().map(field).collect::<Vec<&str>>();
        let (groups, feeds) = (&column(|one| &one.feed.group), &column(|one| &one.feed.id));
        let (ids, fields) = (&column(|one| &one.id), &column(|one| one.fields.get()));
        let times = &activities.iter().map(|one| one.time.0).collect::<Vec<i64>>();
        self.write(|transaction| async move {
            transaction.execute(INSERT, values![app, groups, feeds, ids, times, fields]).await.map(drop)
        })
        .await
    }

    async fn read_feed(&self, app: &str, feed: &FeedName, page: Page) -> Result<Vec<Activity>, StoreError> {
        self.read(|transaction| async move {
            let (limit, offset) = (i64::from(page.limit), i64::from(page.offset));
            let rows = transaction.query(SELECT, values![app, feed.group, feed.id, limit, offset]).await?;
            rows.iter().map(activity).collect()
        })
        .await
    }
}

fn activity(row: &Row) -> Result<Activity, Failure> {
    let fields = RawValue::from_string(row.try_get(4)?);
    let broken = |error| Failure::Final(StoreError::Failed(format!("a stored activity is not JSON: {error}")));
    let feed = FeedName { group: row.try_get(0)?, id: row.try_get(1)? };
    Ok(Activity { feed, id: row.try_get(2)?, time: Timestamp(row.try_get(3)?), fields: fields.map_err(broken)? })
}
