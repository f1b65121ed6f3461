//! The course of an import, as `pkg/src/import.js` holds it: see `import.rs`. Numbers that are not known are NaN.

use wasm_bindgen::prelude::*;

use crate::error::RateLimit;
use crate::import::{Ledger, Next, Pace};

/// How fast an import goes, and how far it has come.
#[wasm_bindgen]
pub struct Course {
    pace: Pace,
    ledger: Ledger,
}

#[wasm_bindgen]
impl Course {
    /// `most` requests at a time, or 0; so many users of the source were dealt with before.
    #[wasm_bindgen(constructor)]
    pub fn new(most: u32, resume_from: f64) -> Course {
        Course { pace: Pace::new(most), ledger: Ledger::resumed(resume_from as u64) }
    }

    /// 0 to send a batch, -1 to wait for one that is in flight, else so many milliseconds to wait.
    pub fn next(&mut self, now: f64) -> f64 {
        match self.pace.next(now) {
            Next::Send => 0.0,
            Next::Wait(ms) => ms.max(1.0),
            Next::Full => -1.0,
        }
    }

    /// A batch is on its way.
    pub fn sent(&mut self) {
        self.pace.sent();
    }

    /// A batch that was sent at `sent` is stored.
    pub fn stored(&mut self, sent: f64, now: f64, limit: f64, remaining: f64, reset: f64, unix_ms: f64) {
        let limit = (!limit.is_nan()).then_some(RateLimit { limit, remaining, reset });
        self.pace.stored(sent, now, limit, unix_ms);
    }

    /// An attempt that was sent at `sent` failed in a way that passes.
    pub fn refused(&mut self, sent: f64, now: f64, retry_after_ms: f64) {
        self.pace.refused(sent, now, (!retry_after_ms.is_nan()).then_some(retry_after_ms));
    }

    /// A batch is not on its way any more, and not stored.
    pub fn ended(&mut self) {
        self.pace.ended();
    }

    /// The next so many users of the source are in a batch; gives the place of its first.
    pub fn begin(&mut self, users: f64) -> f64 {
        self.ledger.begin(users as u64) as f64
    }

    /// The batch that began at `start` is dealt with.
    pub fn done(&mut self, start: f64) {
        self.ledger.done(start as u64);
    }

    /// So many users of the source, from its first on, are dealt with.
    pub fn checkpoint(&self) -> f64 {
        self.ledger.checkpoint() as f64
    }
}
