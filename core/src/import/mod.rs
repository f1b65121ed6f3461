//! Bulk import: how fast, and how far. Pure: whoever imports reads the source, sends the batches and tells what came.

use alloc::collections::BTreeMap;

use crate::rules::RateLimit;

/// Requests in flight at the start. It doubles with every round of answers until something holds it back.
const SLOW_START: f64 = 1.0;
/// A single request, and no other before its answer has told of the limits.
const PROBE: (f64, f64) = (1.0, f64::INFINITY);
/// Requests in flight once the first answer has come, where the limits that it tells leave as many.
const START: f64 = 16.0;
/// Requests in flight at most, where the caller does not say.
const MOST: u32 = 32;
/// Requests queue at the service where answers take so many times as long as they did at best, on average,
const QUEUEING: f64 = 2.0;
/// and so many milliseconds longer: below that, latencies say more about scheduling than about the service.
const QUEUEING_MS: f64 = 50.0;
/// What each answer weighs in that average.
const WEIGHT: f64 = 0.125;
/// Milliseconds between the end of a window of the limits and the first request of the next: clocks differ a little.
const WINDOW_MARGIN_MS: f64 = 250.0;
/// Milliseconds of the wait after a failure that says no time; it doubles up to the cap while failures follow each other.
const BACKOFF_MS: f64 = 500.0;
const BACKOFF_CAP_MS: f64 = 30_000.0;

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Next {
    /// Send a batch.
    Send,
    /// Nothing for so many milliseconds.
    Wait(f64),
    /// Nothing until one of the requests in flight has ended.
    Full,
}

/// How many requests are in flight at a time: more while all goes well, half as many after a refusal, and never more than
/// the service's limits leave. Times are milliseconds of a clock that never jumps.
#[derive(Debug)]
pub struct CongestionWindow {
    window: f64,
    most: f64,
    /// Up to here the window doubles; from here on it grows by one a round.
    threshold: f64,
    in_flight: u32,
    /// The average latency, and the least that it has been.
    average_ms: f64,
    best_ms: f64,
    not_before: f64,
    failures: u32,
    /// Requests that are left until `reset`, as far as the service has said.
    left: Option<(f64, f64)>,
    /// When the last reduction was: what was sent before it has nothing new to say.
    reduced: f64,
}

impl CongestionWindow {
    /// `most` requests in flight at a time; 0 for the default of 32.
    pub fn new(most: u32) -> Self {
        let most = f64::from(if most == 0 { MOST } else { most });
        CongestionWindow {
            window: SLOW_START.min(most),
            most,
            threshold: most,
            in_flight: 0,
            average_ms: f64::NAN,
            best_ms: f64::INFINITY,
            not_before: f64::NEG_INFINITY,
            failures: 0,
            left: None,
            reduced: f64::NEG_INFINITY,
        }
    }

    /// What to do at `now`.
    pub fn next(&mut self, now: f64) -> Next {
        if self.in_flight >= (self.window as u32).max(1) {
            return Next::Full;
        }
        if now < self.not_before {
            return Next::Wait(self.not_before - now);
        }
        match self.left {
            Some((_, reset)) if now >= reset => {
                // A new window, of which nobody has told yet: a longer one around it may be used up.
                self.left = Some(PROBE);
                self.next(now)
            }
            Some((left, reset)) if left < 1.0 && reset.is_finite() => Next::Wait(reset - now),
            Some((left, _)) if left < 1.0 && self.in_flight > 0 => Next::Full,
            _ => Next::Send,
        }
    }

    /// A batch is on its way.
    pub fn sent(&mut self) {
        self.in_flight += 1;
        if let Some((left, _)) = &mut self.left {
            *left -= 1.0;
        }
    }

    /// A batch that was sent at `sent` was stored. `limit` is what the answer says of the limits, with `unix_ms`, the
    /// service's time now.
    pub fn stored(&mut self, sent: f64, now: f64, limit: Option<RateLimit>, unix_ms: f64) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.failures = 0;
        let is_first = self.average_ms.is_nan();
        self.learn(limit, now, unix_ms);
        let took = now - sent;
        let before = if self.average_ms.is_nan() { took } else { self.average_ms };
        self.average_ms = before + (took - before) * WEIGHT;
        self.best_ms = self.best_ms.min(self.average_ms);
        if self.average_ms > self.best_ms * QUEUEING + QUEUEING_MS {
            self.reduce(sent, now, 0.8);
        } else if is_first {
            self.window = START;
        } else if self.window < self.threshold {
            self.window += 1.0;
        } else {
            self.window += 1.0 / self.window;
        }
        self.window = self.window.min(self.most);
    }

    /// An attempt that was sent at `sent` failed in a way that passes; `retry_after_ms` where the service says when. The
    /// request may still be in flight: then it is tried again by the call itself.
    pub fn refused(&mut self, sent: f64, now: f64, retry_after_ms: Option<f64>) {
        self.reduce(sent, now, 0.5);
        let backoff = (BACKOFF_MS * f64::from(1_u32 << self.failures.min(16))).min(BACKOFF_CAP_MS);
        self.failures += 1;
        self.not_before = self.not_before.max(now + retry_after_ms.unwrap_or(backoff));
        self.left = Some(PROBE);
    }

    /// A request has ended without being stored.
    pub fn ended(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    fn reduce(&mut self, sent: f64, now: f64, by: f64) {
        if sent < self.reduced {
            return;
        }
        self.reduced = now;
        self.window = (self.window * by).max(1.0);
        self.threshold = self.window;
    }

    fn learn(&mut self, limit: Option<RateLimit>, now: f64, unix_ms: f64) {
        let Some(RateLimit { remaining, reset, .. }) = limit else {
            self.left = self.left.filter(|(_, reset)| reset.is_finite());
            return;
        };
        let reset = now + (reset * 1_000.0 - unix_ms).max(0.0) + WINDOW_MARGIN_MS;
        // Those in flight may not be counted yet. Of two answers about one window, the one that leaves less is newer.
        let left = remaining - f64::from(self.in_flight);
        self.left = match self.left {
            Some((known, same)) if (same - reset).abs() < 1_000.0 => Some((known.min(left), same)),
            _ => Some((left, reset)),
        };
    }
}

/// Bytes of users in one batch: an answer that is lost should not cost more.
pub const BATCH_BYTES: usize = 1_000_000;
/// Times that a batch is sent, each with the retries of a call, before the import gives up.
pub const BATCH_TRIES: u32 = 5;
/// The most requests at a time that a caller may ask for.
pub const MAX_CONCURRENCY: u32 = 128;

/// Whether a batch that the service answered with this status is sent again in halves: one of its users is at fault, and the
/// others are not to suffer for it.
pub const fn is_fault_of_a_member(status: u16) -> bool {
    matches!(status, 400 | 409 | 413 | 422)
}

/// How far an import has come: which users of the source, from its first on, are dealt with.
#[derive(Debug, Default)]
pub struct Checkpoint {
    /// From the start of a batch to the start of the next, for those in flight and those that ended before an earlier one.
    open: BTreeMap<u64, (u64, bool)>,
    checkpoint: u64,
    end: u64,
}

impl Checkpoint {
    /// One for a source of which so many users were dealt with before.
    pub fn resumed(checkpoint: u64) -> Self {
        Checkpoint { open: BTreeMap::new(), checkpoint, end: checkpoint }
    }

    /// The next so many users of the source are in a batch now. Gives the place of its first.
    pub fn begin(&mut self, users: u64) -> u64 {
        let start = self.end;
        self.end += users;
        self.open.insert(start, (self.end, false));
        start
    }

    /// The batch that began at `start` is dealt with.
    pub fn done(&mut self, start: u64) {
        if let Some((_, is_done)) = self.open.get_mut(&start) {
            *is_done = true;
        }
        while let Some(first) = self.open.first_entry().filter(|first| first.get().1) {
            self.checkpoint = first.remove().0;
        }
    }

    /// So many users of the source, from its first on, are dealt with: what `resumeFrom` takes.
    pub fn checkpoint(&self) -> u64 {
        self.checkpoint
    }
}

#[cfg(test)]
mod tests;
