//! Flags, in PostgreSQL.

use async_trait::async_trait;

use super::Postgres;
use super::transaction::values;
use crate::store::{Flag, Flags, NewFlag, StoreError, Timestamp};

const INSERT: &str = "
    INSERT INTO flags (app, id, entity_type, entity_id, user_id, reason, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";

#[async_trait]
impl Flags for Postgres {
    async fn flag(&self, app: &str, content: NewFlag) -> Result<Flag, StoreError> {
        let flag = Flag { id: uuid::Uuid::new_v4().to_string(), created_at: Timestamp::now(), content };
        let Flag { id, created_at, content } = &flag;
        let NewFlag { entity_type, entity_id, user_id, reason } = content;
        self.write(|transaction| async move {
            let values = values![app, id, entity_type, entity_id, user_id, reason, created_at.0];
            transaction.execute(INSERT, values).await.map(drop)
        })
        .await?;
        Ok(flag)
    }
}
