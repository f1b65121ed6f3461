//! Follows between feeds, in PostgreSQL.

use async_trait::async_trait;

use super::Postgres;
use super::transaction::values;
use crate::store::{FeedName, FollowCounts, Follows, StoreError, Timestamp};

const COUNT: &str = "
    SELECT
      (SELECT count(*) FROM follows
       WHERE app = $1 AND target_group = 'user' AND target_id = $2 AND source_group = 'timeline'),
      (SELECT count(*) FROM follows
       WHERE app = $1 AND source_group = 'timeline' AND source_id = $2 AND target_group = 'user')";

const INSERT: &str = "
    INSERT INTO follows (app, source_group, source_id, target_group, target_id, created_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (app, source_group, source_id, target_group, target_id) DO NOTHING";

const DELETE: &str = "
    DELETE FROM follows WHERE app = $1 AND source_group = $2 AND source_id = $3 AND target_group = $4 AND target_id = $5";

#[async_trait]
impl Follows for Postgres {
    async fn follow(&self, app: &str, source: &FeedName, target: &FeedName) -> Result<(), StoreError> {
        self.write(|transaction| async move {
            let now = Timestamp::now().0;
            let values = values![app, source.group, source.id, target.group, target.id, now];
            transaction.execute(INSERT, values).await.map(drop)
        })
        .await
    }

    async fn unfollow(&self, app: &str, source: &FeedName, target: &FeedName) -> Result<(), StoreError> {
        self.write(|transaction| async move {
            let values = values![app, source.group, source.id, target.group, target.id];
            transaction.execute(DELETE, values).await.map(drop)
        })
        .await
    }

    async fn follow_counts(&self, app: &str, id: &str) -> Result<FollowCounts, StoreError> {
        let counts = self.read(|transaction| async move {
            let row = transaction.query_one(COUNT, values![app, id]).await?;
            Ok((row.try_get::<_, i64>(0)?, row.try_get::<_, i64>(1)?))
        });
        let (followers, following) = counts.await?;
        let count = |number| u32::try_from(number).unwrap_or(u32::MAX);
        Ok(FollowCounts { followers_count: count(followers), following_count: count(following) })
    }
}
