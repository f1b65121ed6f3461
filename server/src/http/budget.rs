//! The memory that request bodies may take together.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The most bytes of all bodies that are in flight.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// How many of them batches leave to bodies about one user, so that a few large bodies do not stop all others.
const NOT_FOR_BATCHES: usize = 16 * 1024 * 1024;

/// The bytes of all bodies that are in flight. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct BodyBudget(Arc<AtomicUsize>);

/// The bytes of one request's body. They are free again when this is dropped.
#[derive(Default)]
pub(crate) struct Reservation {
    budget: BodyBudget,
    bytes: AtomicUsize,
}

impl BodyBudget {
    pub(crate) fn reservation(&self) -> Reservation {
        Reservation { budget: self.clone(), bytes: AtomicUsize::new(0) }
    }
}

impl Reservation {
    /// Adds these bytes, unless that is more than the budget allows. Returns whether they were added.
    pub(crate) fn add(&self, bytes: usize, is_batch: bool) -> bool {
        // A piece of a body that is empty needs no room, even where others have left none.
        if bytes == 0 {
            return true;
        }
        let most = if is_batch { MAX_BYTES - NOT_FOR_BATCHES } else { MAX_BYTES };
        let BodyBudget(used) = &self.budget;
        let add = |used: usize| used.checked_add(bytes).filter(|used| *used <= most);
        let is_added = used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add).is_ok();
        if is_added {
            self.bytes.fetch_add(bytes, Ordering::Relaxed);
        }
        is_added
    }

    /// Gives all bytes back.
    pub(crate) fn release(&self) {
        let BodyBudget(used) = &self.budget;
        used.fetch_sub(self.bytes.swap(0, Ordering::Relaxed), Ordering::Relaxed);
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.release();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_leave_room_for_other_bodies_and_what_is_dropped_is_free_again() {
        let budget = BodyBudget::default();
        let (batch, other) = (budget.reservation(), budget.reservation());
        assert!(batch.add(MAX_BYTES - NOT_FOR_BATCHES, true));
        assert!(!budget.reservation().add(1, true) && other.add(NOT_FOR_BATCHES, false));
        assert!(batch.add(0, true));
        assert!(!budget.reservation().add(1, false));
        drop(batch);
        assert!(budget.reservation().add(1, true) && !budget.reservation().add(usize::MAX, false));
        other.release();
        assert_eq!(budget.0.load(Ordering::Relaxed), 0);
    }
}
