//! The store as a whole, in SQLite.

use async_trait::async_trait;

use super::{Sqlite, health};
use crate::store::{Health, Store, StoreError};

#[async_trait]
impl Store for Sqlite {
    async fn check(&self) -> Health {
        health::check(self).await
    }

    fn waiting(&self) -> usize {
        self.writer.waiting()
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.writer.close().await
    }
}
