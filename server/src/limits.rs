//! Rate limits: so many requests in a window of time for each application, and headers that say where it stands.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use axum::http::{HeaderMap, HeaderValue, Method};

/// What the headers show when no limit is set: nothing is counted and nothing refused.
pub const UNLIMITED: u32 = 1_000_000;

const MINUTE: u64 = 60;

/// What the hosted API documents for adding, reading, updating and deleting users, each counted for itself.
const STREAM: [Limit; 3] = [
    Limit { requests: 1_000, seconds: MINUTE },
    Limit { requests: 10_000, seconds: 15 * MINUTE },
    Limit { requests: 100_000, seconds: 60 * MINUTE },
];

/// So many requests in so many seconds. Windows start at whole multiples of their length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Limit {
    requests: u32,
    seconds: u64,
}

/// Which limits an application has to keep to: `--rate-limit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateLimit {
    /// So many requests a minute, whatever they are.
    PerMinute(u32),
    /// The documented limits of the hosted API, for each operation on each path.
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
    /// The limits, and whether each operation is counted for itself.
    fn limits(self) -> (Vec<Limit>, bool) {
        match self {
            RateLimit::PerMinute(requests) => (vec![Limit { requests, seconds: MINUTE }], false),
            RateLimit::Stream => (STREAM.to_vec(), true),
        }
    }
}

/// Counts the requests of each application.
pub(crate) struct Limits {
    /// The shortest window first.
    limits: Vec<Limit>,
    by_operation: bool,
    used: Mutex<HashMap<Counted, Vec<Used>>>,
}

/// What is counted for itself. There are no more of them than applications times operations.
#[derive(PartialEq, Eq, Hash)]
struct Counted {
    app: String,
    operation: Option<Operation>,
}

/// Adding, reading, updating or deleting, on the path of a route.
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

/// What was used of one window.
#[derive(Clone, Copy, Default)]
struct Used {
    reset: u64,
    requests: u32,
}

/// Where an application stands: in the window that refuses it, else in the one that has the least left.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    limit: u32,
    remaining: u32,
    /// When the window ends, in Unix seconds.
    reset: u64,
    /// Over the limit.
    pub(crate) refused: Option<Refused>,
}

/// A limit that was reached, and how long to wait.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    limit: Limit,
    pub(crate) wait_seconds: u64,
}

impl fmt::Display for Refused {
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

impl Limits {
    pub(crate) fn new(limit: Option<RateLimit>) -> Self {
        let (limits, by_operation) = limit.map(RateLimit::limits).unwrap_or_default();
        Limits { limits, by_operation, used: Mutex::default() }
    }

    /// Where every application stands that has used nothing.
    pub(crate) fn unused(&self, now: u64) -> Standing {
        let limit = self.limits.first().copied().unwrap_or(Limit { requests: UNLIMITED, seconds: MINUTE });
        Standing { limit: limit.requests, remaining: limit.requests, reset: limit.end(now), refused: None }
    }

    /// Counts one request of `app` at `now`, in Unix seconds. One that is refused uses nothing.
    pub(crate) fn count(&self, app: &str, operation: Operation, now: u64) -> Standing {
        if self.limits.is_empty() {
            return self.unused(now);
        }
        let counted = Counted { app: app.to_owned(), operation: self.by_operation.then_some(operation) };
        let mut all = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let windows = all.entry(counted).or_insert_with(|| vec![Used::default(); self.limits.len()]);
        for (limit, used) in self.limits.iter().zip(windows.iter_mut()) {
            if used.reset != limit.end(now) {
                *used = Used { reset: limit.end(now), requests: 0 };
            }
        }
        let full = self.limits.iter().zip(windows.iter()).filter(|(limit, used)| used.requests >= limit.requests);
        if let Some((limit, used)) = full.max_by_key(|(_, used)| used.reset) {
            let refused = Refused { limit: *limit, wait_seconds: used.reset.saturating_sub(now) };
            return Standing { limit: limit.requests, remaining: 0, reset: used.reset, refused: Some(refused) };
        }
        for used in windows.iter_mut() {
            used.requests += 1;
        }
        let standings = self.limits.iter().zip(windows.iter()).map(|(limit, used)| Standing {
            limit: limit.requests,
            remaining: limit.requests - used.requests,
            reset: used.reset,
            refused: None,
        });
        standings.min_by_key(|standing| standing.remaining).unwrap_or_else(|| self.unused(now))
    }
}

impl Standing {
    pub(crate) fn write_to(&self, headers: &mut HeaderMap) {
        headers.insert("x-ratelimit-limit", HeaderValue::from(self.limit));
        headers.insert("x-ratelimit-remaining", HeaderValue::from(self.remaining));
        headers.insert("x-ratelimit-reset", HeaderValue::from(self.reset));
    }
}

impl Limit {
    const fn end(self, now: u64) -> u64 {
        (now / self.seconds + 1) * self.seconds
    }
}

#[cfg(test)]
#[path = "limits_tests.rs"]
mod tests;
