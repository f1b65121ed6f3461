//! The store as a whole, in PostgreSQL.

use async_trait::async_trait;

use super::{Postgres, health};
use crate::store::{Health, Store, StoreError};

#[async_trait]
impl Store for Postgres {
    async fn check(&self) -> Health {
        health::check(self).await
    }

    fn waiting(&self) -> usize {
        self.pools.waiting()
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.pools.close();
        Ok(())
    }
}
