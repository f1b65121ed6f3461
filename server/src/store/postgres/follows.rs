//! Who follows whom, in PostgreSQL.

use async_trait::async_trait;

use super::Postgres;
use crate::store::{FollowCounts, Follows, StoreError};

const COUNT: &str = "
    SELECT
      (SELECT count(*) FROM follows
       WHERE app = $1 AND target_group = 'user' AND target_id = $2 AND source_group = 'timeline'),
      (SELECT count(*) FROM follows
       WHERE app = $1 AND source_group = 'timeline' AND source_id = $2 AND target_group = 'user')";

#[async_trait]
impl Follows for Postgres {
    async fn follow_counts(&self, app: &str, id: &str) -> Result<FollowCounts, StoreError> {
        let counts = self.read(|client| async move {
            let count = client.prepare_cached(COUNT).await?;
            let row = client.query_one(&count, &[&app, &id]).await?;
            Ok((row.try_get::<_, i64>(0)?, row.try_get::<_, i64>(1)?))
        });
        let (followers, following) = counts.await?;
        let count = |number| u32::try_from(number).unwrap_or(u32::MAX);
        Ok(FollowCounts { followers_count: count(followers), following_count: count(following) })
    }
}
