//! What the handlers of Klaim's API share.

use std::sync::Arc;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

use super::ids::Ids;
use crate::store::{Store, StoreError, Timestamp};
use user_handle_service::error::ApiError;
use user_handle_service::klaim::api_key::KlaimKey;
use user_handle_service::klaim::users::{APP, NewId};

/// The state of Klaim's routes.
#[derive(Clone)]
pub(crate) struct KlaimState {
    pub(crate) store: Arc<dyn Store>,
    /// `None`: no key is right.
    key: Option<KlaimKey>,
    ids: Arc<Ids>,
}

impl KlaimState {
    pub(crate) fn new(store: Arc<dyn Store>, key: Option<KlaimKey>) -> Self {
        KlaimState { store, key, ids: Arc::default() }
    }

    /// Whether the documentation publishes the key.
    pub(super) fn has_published_key(&self) -> bool {
        self.key.as_ref().is_some_and(KlaimKey::is_published)
    }

    /// A new id.
    pub(super) async fn new_id(&self) -> Result<NewId, StoreError> {
        let created_at = Timestamp::now().0 / 1_000;
        Ok(NewId { klaim_id: self.ids.next(&*self.store, APP, created_at).await?, created_at })
    }

    /// Checks that a request with these headers has the key.
    ///
    /// # Errors
    /// Why it does not.
    pub(super) fn verify(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        let key = self.key.as_ref().ok_or_else(|| {
            ApiError::api_key("this server has no key for Klaim's API: it was started without --klaim-key")
        })?;
        key.verify(headers.get_all(AUTHORIZATION).iter().map(|value| value.to_str().ok()))
    }
}
