//! Rate limits: so many requests a minute for each application, and headers that say where it stands.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::http::{HeaderMap, HeaderValue};

const WINDOW_SECONDS: u64 = 60;

/// What the headers show when no limit is set: nothing is counted and nothing refused.
pub const UNLIMITED: u32 = 1_000_000;

/// Counts the requests of each application in the current minute.
pub(crate) struct Limits {
    per_minute: Option<u32>,
    windows: Mutex<HashMap<String, Window>>,
}

#[derive(Default)]
struct Window {
    reset: u64,
    used: u32,
}

/// Where an application stands within its limit.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) limit: u32,
    remaining: u32,
    /// When the window ends, in Unix seconds.
    reset: u64,
    /// When over the limit: how many seconds to wait.
    pub(crate) wait: Option<u64>,
}

impl Limits {
    pub(crate) fn new(per_minute: Option<u32>) -> Self {
        Limits { per_minute, windows: Mutex::default() }
    }

    /// Where `app` stands, without counting anything.
    pub(crate) fn unused(&self, now: u64) -> Standing {
        let limit = self.per_minute.unwrap_or(UNLIMITED);
        Standing { limit, remaining: limit, reset: end_of_window(now), wait: None }
    }

    /// Counts one request of `app` at `now`, in Unix seconds.
    pub(crate) fn count(&self, app: &str, now: u64) -> Standing {
        let unused = self.unused(now);
        if self.per_minute.is_none() {
            return unused;
        }
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let window = windows.entry(app.to_owned()).or_default();
        if window.reset != unused.reset {
            *window = Window { reset: unused.reset, used: 0 };
        }
        if window.used >= unused.limit {
            let wait = Some(unused.reset.saturating_sub(now));
            return Standing { remaining: 0, wait, ..unused };
        }
        window.used += 1;
        Standing { remaining: unused.limit - window.used, ..unused }
    }
}

impl Standing {
    pub(crate) fn write_to(&self, headers: &mut HeaderMap) {
        headers.insert("x-ratelimit-limit", HeaderValue::from(self.limit));
        headers.insert("x-ratelimit-remaining", HeaderValue::from(self.remaining));
        headers.insert("x-ratelimit-reset", HeaderValue::from(self.reset));
    }
}

const fn end_of_window(now: u64) -> u64 {
    (now / WINDOW_SECONDS + 1) * WINDOW_SECONDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_counts_down_refuses_and_starts_again_with_the_next_minute() {
        let limits = Limits::new(Some(2));
        let standing = |remaining, reset, wait| Standing { limit: 2, remaining, reset, wait };
        assert_eq!(limits.count("a", 119), standing(1, 120, None));
        assert_eq!(limits.count("a", 120), standing(1, 180, None));
        assert_eq!(limits.count("a", 120), standing(0, 180, None));
        assert_eq!(limits.count("a", 150), standing(0, 180, Some(30)));
        assert_eq!(limits.count("a", 180), standing(1, 240, None));
    }

    #[test]
    fn each_application_has_its_own_window() {
        let limits = Limits::new(Some(1));
        assert_eq!(limits.count("a", 0).wait, None);
        assert_eq!(limits.count("b", 0).wait, None);
        assert_eq!(limits.count("a", 0).wait, Some(60));
    }

    #[test]
    fn without_a_limit_nothing_is_counted() {
        let limits = Limits::new(None);
        for _ in 0..3 {
            let standing = Standing { limit: 1_000_000, remaining: 1_000_000, reset: 60, wait: None };
            assert_eq!(limits.count("a", 0), standing);
        }
    }
}
