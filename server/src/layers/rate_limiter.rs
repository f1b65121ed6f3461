//! Counts requests against rate limits: a number of requests in a window of time, for each caller.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use axum::http::Method;
use user_handle_service::limits::{MINUTE, UNLIMITED, end_of_window};

/// The limits that Stream documents for adding, reading, updating and deleting users. Each operation is counted separately.
const STREAM: [Limit; 3] = [
    Limit { requests: 1_000, seconds: MINUTE },
    Limit { requests: 10_000, seconds: 15 * MINUTE },
    Limit { requests: 100_000, seconds: 60 * MINUTE },
];

/// A number of requests in a window of time. Windows start at whole multiples of their length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Limit {
    requests: u32,
    seconds: u64,
}

/// The limits of `--rate-limit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateLimit {
    /// This many requests a minute, of all operations together.
    PerMinute(u32),
    /// The limits that Stream documents, for each operation on each route.
    Stream,
}

impl FromStr for RateLimit {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "stream" {
            return Ok(RateLimit::Stream);
        }
        let number = text.parse().ok().filter(|number| *number > 0);
        number.map(RateLimit::PerMinute).ok_or("must be a whole number from 1, or stream")
    }
}

impl RateLimit {
    /// The limits, and whether each operation is counted separately.
    fn limits(self) -> (Vec<Limit>, bool) {
        match self {
            RateLimit::PerMinute(requests) => (vec![Limit { requests, seconds: MINUTE }], false),
            RateLimit::Stream => (STREAM.to_vec(), true),
        }
    }
}

/// The requests of each caller.
pub(crate) struct RateLimiter {
    /// The shortest window first.
    limits: Vec<Limit>,
    by_operation: bool,
    used: Mutex<HashMap<Key, Vec<Used>>>,
}

/// What is counted together. Callers and routes are known, so there is a bounded number of keys.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    caller: String,
    operation: Option<Operation>,
}

/// Adding, reading, updating or deleting, on one route.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Operation {
    verb: &'static str,
    route: String,
}

impl Operation {
    pub(crate) fn new(method: &Method, route: &str) -> Self {
        let verb = match *method {
            Method::GET | Method::HEAD => "read",
            Method::POST => "add",
            Method::PUT | Method::PATCH => "update",
            Method::DELETE => "delete",
            _ => "other",
        };
        Operation { verb, route: route.trim_end_matches('/').to_owned() }
    }
}

/// The use of one window.
#[derive(Clone, Copy, Default)]
struct Used {
    /// When the window ends, in seconds.
    reset: u64,
    requests: u32,
}

/// What a caller has left: in the window that refuses the request, otherwise in the window with the least left.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Quota {
    /// The requests that the window allows.
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    /// When the window ends, in seconds.
    pub(crate) reset: u64,
    /// The limit that the request is over, if it is.
    pub(crate) exceeded: Option<Exceeded>,
}

/// A limit that a request is over, and how long to wait.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Exceeded {
    limit: Limit,
    pub(crate) wait_seconds: u64,
}

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Limit { requests, seconds } = self.limit;
        let window = match seconds / MINUTE {
            1 => "minute".to_owned(),
            60 => "hour".to_owned(),
            minutes => format!("{minutes} minutes"),
        };
        write!(f, "over the rate limit of {requests} requests per {window}, retry in {} s", self.wait_seconds)
    }
}

impl RateLimiter {
    pub(crate) fn new(limit: Option<RateLimit>) -> Self {
        let (limits, by_operation) = limit.map(RateLimit::limits).unwrap_or_default();
        RateLimiter { limits, by_operation, used: Mutex::default() }
    }

    pub(crate) fn has_limits(&self) -> bool {
        !self.limits.is_empty()
    }

    /// The quota of a caller who has made no request yet.
    pub(crate) fn unused(&self, now: u64) -> Quota {
        let limit = self.limits.first().copied().unwrap_or(Limit { requests: UNLIMITED, seconds: MINUTE });
        Quota { limit: limit.requests, remaining: limit.requests, reset: limit.end(now), exceeded: None }
    }

    /// Counts a request of `caller` at `now`, in seconds of a clock that does not go back. A request that is refused does not count.
    pub(crate) fn count(&self, caller: &str, operation: Operation, now: u64) -> Quota {
        if !self.has_limits() {
            return self.unused(now);
        }
        let key = Key { caller: caller.to_owned(), operation: self.by_operation.then_some(operation) };
        let mut all = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let windows = all.entry(key).or_insert_with(|| vec![Used::default(); self.limits.len()]);
        for (limit, used) in self.limits.iter().zip(windows.iter_mut()) {
            if used.reset != limit.end(now) {
                *used = Used { reset: limit.end(now), requests: 0 };
            }
        }
        let full = self.limits.iter().zip(windows.iter()).filter(|(limit, used)| used.requests >= limit.requests);
        if let Some((limit, used)) = full.max_by_key(|(_, used)| used.reset) {
            let exceeded = Exceeded { limit: *limit, wait_seconds: used.reset.saturating_sub(now) };
            return Quota { limit: limit.requests, remaining: 0, reset: used.reset, exceeded: Some(exceeded) };
        }
        for used in windows.iter_mut() {
            used.requests += 1;
        }
        let quotas = self.limits.iter().zip(windows.iter()).map(|(limit, used)| Quota {
            limit: limit.requests,
            remaining: limit.requests - used.requests,
            reset: used.reset,
            exceeded: None,
        });
        quotas.min_by_key(|quota| quota.remaining).unwrap_or_else(|| self.unused(now))
    }
}

impl Limit {
    /// When the window that contains `now` ends.
    const fn end(self, now: u64) -> u64 {
        end_of_window(now, self.seconds)
    }
}

#[cfg(test)]
#[path = "rate_limiter_tests.rs"]
mod tests;
