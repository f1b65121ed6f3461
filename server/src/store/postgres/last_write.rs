//! How the last write went. It says of those to come what only a write can say: whether a stand-by confirms them.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::store::StoreError;
use crate::store::health::concerns_other_writes;

/// How long a write that failed says that writes fail.
const REMEMBERED: Duration = Duration::from_secs(30);

/// How the last write failed, if it did.
#[derive(Default)]
pub(super) struct LastWrite(Mutex<Option<(Instant, StoreError)>>);

impl LastWrite {
    /// Records a write that has ended. Errors that say nothing of others are ignored.
    pub(super) fn record(&self, error: Option<&StoreError>) {
        let problem = match error {
            None => None,
            Some(error) if concerns_other_writes(error) => Some((Instant::now(), error.clone())),
            Some(_) => return,
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = problem;
    }

    /// Why writes fail, as far as the last one says.
    pub(super) fn problem(&self) -> Option<String> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = last.as_ref().filter(|(when, _)| when.elapsed() < REMEMBERED)?;
        Some(format!("the last write failed: {}", recent.1))
    }
}
