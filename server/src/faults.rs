//! Faults on purpose, so that a program can be tried against a service that fails: `--faults`.
//!
//! Which request fails, and how, is drawn from a seed: the n-th request meets the n-th decision, in every run.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body::Frame;
use serde::Serialize;

use crate::error::ApiError;
use crate::metrics::Metrics;

/// How long a stalled request stays without an answer, unless the client gives up before: longer than clients wait.
const STALL: Duration = Duration::from_secs(60);

/// How late a slow answer is.
const SLOW: Duration = Duration::from_secs(1);

/// What can happen to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Reset,
    Stall,
    Slow,
    Unavailable,
    RateLimited,
    Internal,
    Truncate,
}

const KINDS: [(&str, Kind); 7] = [
    ("reset", Kind::Reset),
    ("stall", Kind::Stall),
    ("slow", Kind::Slow),
    ("503", Kind::Unavailable),
    ("429", Kind::RateLimited),
    ("500", Kind::Internal),
    ("truncate", Kind::Truncate),
];

impl Kind {
    fn name(self) -> &'static str {
        KINDS.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}

/// Which requests fail, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Faults {
    seed: u64,
    rate: f64,
    kinds: Vec<Kind>,
}

impl Faults {
    /// Reads `seed=7,rate=0.2,kinds=reset,stall`. `rate` is needed; the seed is 0 and the kinds are all, unless given.
    ///
    /// # Errors
    /// Which part breaks which rule.
    pub fn parse(spec: &str) -> Result<Self, String> {
        let (mut seed, mut rate, mut kinds) = (None, None, None);
        let mut parts: VecDeque<&str> = spec.split(',').collect();
        while let Some(part) = parts.pop_front() {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let twice = match name {
                "seed" => seed.replace(read_seed(value)?).is_some(),
                "rate" => rate.replace(read_rate(value)?).is_some(),
                "kinds" => {
                    let mut named = vec![read_kind(value)?];
                    // The list of kinds goes on until the next part that has a name.
                    while let Some(kind) = parts.pop_front_if(|part| !part.contains('=')) {
                        named.push(read_kind(kind)?);
                    }
                    kinds.replace(named).is_some()
                }
                _ => return Err(format!("there is no part {name:?}, only seed, rate and kinds")),
            };
            if twice {
                return Err(format!("{name} is given twice"));
            }
        }
        Ok(Faults {
            seed: seed.unwrap_or_default(),
            rate: rate.ok_or("rate is missing")?,
            kinds: kinds.unwrap_or_else(|| KINDS.map(|(_, kind)| kind).to_vec()),
        })
    }

    /// None: what is switched on later begins with this.
    pub(crate) fn off() -> Self {
        Faults { seed: 0, rate: 0.0, kinds: KINDS.map(|(_, kind)| kind).to_vec() }
    }

    /// What the page shows of it.
    pub(crate) fn described(&self) -> Described {
        let kinds = KINDS.iter().filter(|(_, kind)| self.kinds.contains(kind)).map(|(name, _)| *name).collect();
        Described { seed: self.seed, rate: self.rate, kinds }
    }

    fn decisions(&self) -> Decisions {
        Decisions { random: fastrand::Rng::with_seed(self.seed), faults: self.clone() }
    }
}

/// [`Faults`] in words.
#[derive(Serialize)]
pub(crate) struct Described {
    seed: u64,
    rate: f64,
    kinds: Vec<&'static str>,
}

/// What the server says of it when it starts.
impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Described { seed, rate, kinds } = self.described();
        write!(f, "faults are on: seed {seed}, rate {rate}, kinds {}", kinds.join(", "))
    }
}

fn read_seed(value: &str) -> Result<u64, String> {
    value.parse().map_err(|_| format!("seed must be a whole number from 0 to {}, but is {value:?}", u64::MAX))
}

fn read_rate(value: &str) -> Result<f64, String> {
    let rate = value.parse().ok().filter(|rate| (0.0..=1.0).contains(rate));
    rate.ok_or_else(|| format!("rate must be a number from 0 to 1, but is {value:?}"))
}

fn read_kind(value: &str) -> Result<Kind, String> {
    KINDS.iter().find(|(name, _)| *name == value).map(|(_, kind)| *kind).ok_or_else(|| {
        let names = KINDS.map(|(name, _)| name).join(", ");
        format!("kinds may only hold {names}, but has {value:?}")
    })
}

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Fault {
    kind: Kind,
    /// Whether the request is carried out although its answer is lost.
    applied: bool,
}

/// The decisions in their order. Nothing but the seed, the rate and the kinds goes into them.
struct Decisions {
    faults: Faults,
    random: fastrand::Rng,
}

impl Iterator for Decisions {
    type Item = Option<Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        // All three are drawn each time: another rate, or other kinds, then leave the rest of the sequence as it was.
        let (chance, applied) = (self.random.f64(), self.random.bool());
        let kind = self.random.choice(self.faults.kinds.iter().copied());
        Some(kind.filter(|_| chance < self.faults.rate).map(|kind| Fault { kind, applied }))
    }
}

/// What the layer shares between requests.
#[derive(Clone)]
pub(crate) struct Injector {
    decisions: Arc<Mutex<Decisions>>,
    metrics: Metrics,
}

impl Injector {
    pub(crate) fn new(faults: &Faults, metrics: Metrics) -> Self {
        Injector { decisions: Arc::new(Mutex::new(faults.decisions())), metrics }
    }

    fn next(&self) -> Option<Fault> {
        self.decisions().next().flatten()
    }

    fn decisions(&self) -> MutexGuard<'_, Decisions> {
        self.decisions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What happens to requests now.
    pub(crate) fn faults(&self) -> Faults {
        self.decisions().faults.clone()
    }

    /// From now on these, from their first decision.
    pub(crate) fn switch(&self, faults: &Faults) {
        *self.decisions() = faults.decisions();
    }
}

/// Around the API: carries out the next decision.
pub(crate) async fn around(State(injector): State<Injector>, request: Request, next: Next) -> Response {
    let Some(Fault { kind, applied }) = injector.next() else {
        return next.run(request).await;
    };
    tracing::info!(?kind, applied, "fault");
    injector.metrics.count_fault(kind.name());
    match kind {
        Kind::Reset => {
            if applied {
                next.run(request).await;
            }
            broken_off(Bytes::new())
        }
        // When the client gives up, this future is dropped, and with it the wait.
        Kind::Stall => {
            if applied {
                next.run(request).await;
            }
            tokio::time::sleep(STALL).await;
            broken_off(Bytes::new())
        }
        Kind::Slow => {
            let response = next.run(request).await;
            tokio::time::sleep(SLOW).await;
            response
        }
        Kind::Unavailable => ApiError::injected_unavailable().into_response(),
        Kind::RateLimited => ApiError::injected_rate_limit().into_response(),
        Kind::Internal => {
            if applied {
                next.run(request).await;
            }
            ApiError::injected_internal().into_response()
        }
        Kind::Truncate => truncated(next.run(request).await).await,
    }
}

/// The first half of an answer, under the length of the whole.
async fn truncated(response: Response) -> Response {
    let (mut head, body) = response.into_parts();
    // Bodies are made in memory by this server, so there is no limit to set and no error to expect.
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
    let mut cut = broken_off(whole.slice(..whole.len() / 2));
    *cut.status_mut() = head.status;
    *cut.headers_mut() = head.headers;
    cut
}

/// An answer that ends with the connection, after `part` of its body. Without any part not even its head is sent: hyper
/// closes a connection whose body fails, and sends the head no earlier than it has asked for the body.
fn broken_off(part: Bytes) -> Response {
    let flushed = part.is_empty();
    Response::new(Body::new(BrokenOff { part, flushed }))
}

struct BrokenOff {
    part: Bytes,
    flushed: bool,
}

impl HttpBody for BrokenOff {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if !self.part.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(mem::take(&mut self.part)))));
        }
        if !mem::replace(&mut self.flushed, true) {
            // Hyper writes out what it has when a body makes it wait.
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(io::Error::new(io::ErrorKind::ConnectionReset, "a fault of --faults"))))
    }
}

#[cfg(test)]
#[path = "faults_tests.rs"]
mod tests;
