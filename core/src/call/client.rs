//! What all calls of one client share.

use alloc::string::String;
use core::cell::{Cell, RefCell};
use core::marker::PhantomData;

use super::credentials::Credentials;
use super::retry::RetryBudget;
use super::waiting_line::{Place, WaitingLine};
use crate::rules::RateLimit;
use crate::rules::options::CallLimits;
use crate::wire::{CallError, Host};

/// The state of a client of service `S` on host `H`.
pub struct ClientState<H: Host, S> {
    /// The host.
    pub host: H,
    /// The API root and version, with a final slash.
    pub root: String,
    /// The parameters of every request, from the question mark on.
    pub parameters: String,
    /// What lets the requests in.
    pub credentials: Credentials<H>,
    /// The limits of calls that do not set their own.
    pub limits: CallLimits,
    /// Who hears of events.
    pub listener: RefCell<Option<H::Listener>>,
    /// The limits that the last response with limits carried.
    pub rate_limit: Cell<Option<RateLimit>>,
    /// Milliseconds by which the service's clock is ahead of the local one, as far as it has shown it.
    pub(super) skew: Cell<f64>,
    pub(super) budget: Cell<RetryBudget>,
    /// How many calls were begun.
    pub(super) calls: Cell<u32>,
    /// Whether the service has answered: there may be a connection that is used again.
    pub(super) answered: Cell<bool>,
    /// The writes in flight, the reads that others may share, and the calls that ask the token provider.
    pub(super) line: RefCell<WaitingLine<H::Waker, SharedResult<H>>>,
    service: PhantomData<S>,
}

/// A result of one call that others are given too.
pub(super) enum SharedResult<H: Host> {
    /// What the token provider gave.
    Token(Result<H::Text, H::Value>),
    /// A record, or why there is none.
    Record(Result<H::Value, CallError<H>>),
}

impl<H: Host> SharedResult<H> {
    pub fn copy(&self) -> Self {
        match self {
            SharedResult::Token(token) => SharedResult::Token(token.clone()),
            SharedResult::Record(Ok(record)) => SharedResult::Record(Ok(H::copy(record))),
            SharedResult::Record(Err(error)) => SharedResult::Record(Err(error.clone())),
        }
    }
}

impl<H: Host, S> ClientState<H, S> {
    /// A client of the API at `root`, whose requests all have these parameters.
    pub fn new(host: H, root: String, parameters: String, credentials: Credentials<H>, limits: CallLimits) -> Self {
        let now = host.now();
        ClientState {
            host,
            root,
            parameters,
            credentials,
            limits,
            listener: RefCell::new(None),
            rate_limit: Cell::new(None),
            skew: Cell::new(0.0),
            budget: Cell::new(RetryBudget::full(now)),
            calls: Cell::new(0),
            answered: Cell::new(false),
            line: RefCell::default(),
            service: PhantomData,
        }
    }

    /// Milliseconds since the Unix epoch, by the service's clock.
    pub fn unix_ms(&self) -> f64 {
        self.host.unix_ms() + self.skew.get()
    }

    pub(super) fn is_local(&self) -> bool {
        self.root.starts_with("http://")
    }

    /// Gives up a place in the line, and has go on whoever waits for it.
    pub(super) fn leave_line(&self, place: Place, result: Option<SharedResult<H>>) {
        self.line.borrow_mut().leave(place, result.as_ref(), SharedResult::copy, H::wake);
    }

    /// Has those leave who should have left or gone on by then: what drives them was dropped without a word.
    pub(super) fn leave_overdue(&self, then: f64) {
        let overdue = self.line.borrow().overdue(then);
        overdue.into_iter().for_each(|place| self.leave_line(place, None));
    }

    /// Who hears of events: a clone, so that a listener may change the listeners.
    pub(super) fn listener(&self) -> Option<H::Listener> {
        self.listener.borrow().clone()
    }
}
