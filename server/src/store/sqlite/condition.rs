//! Whether the database can still be relied on. What makes it unreliable is found once, and holds until the server is started
//! again.

use std::sync::{Arc, OnceLock};

use crate::store::StoreError;

/// What makes the database unreliable, if anything does. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Condition(Arc<OnceLock<StoreError>>);

impl Condition {
    /// Notes the error if it makes the database unreliable. The first one is logged.
    pub(super) fn note(&self, error: &StoreError) {
        let is_lasting = matches!(error, StoreError::Gone(_) | StoreError::Damaged(_));
        if is_lasting && self.0.set(error.clone()).is_ok() {
            tracing::error!(%error, "writes are refused from now on");
        }
    }

    /// Fails if anything makes the database unreliable.
    pub(super) fn require_sound(&self) -> Result<(), StoreError> {
        self.0.get().map_or(Ok(()), |error| Err(error.clone()))
    }

    /// Fails if what a read would return is not what the database has.
    pub(super) fn require_readable(&self) -> Result<(), StoreError> {
        match self.0.get() {
            Some(error @ StoreError::Gone(_)) => Err(error.clone()),
            _ => Ok(()),
        }
    }
}
