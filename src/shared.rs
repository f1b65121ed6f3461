//! What all handles of one client share.

use alloc::string::String;
use core::cell::{Cell, RefCell};

use crate::authorise::Authorisation;
use crate::call::Listener;
use crate::error::RateLimit;
use crate::host::Outside;
use crate::options::Limits;
use crate::retry;

pub(crate) struct Shared {
    pub outside: Outside,
    /// The API root and version, with a final slash.
    pub root: String,
    /// The parameters of every request, from the question mark on.
    pub parameters: String,
    pub authorisation: Authorisation,
    #[cfg(feature = "serde")]
    pub provider: Option<crate::drive::Provider>,
    #[cfg(feature = "serde")]
    pub order: crate::order::Order,
    pub limits: Limits,
    pub listener: RefCell<Option<Listener>>,
    pub rate_limit: Cell<Option<RateLimit>>,
    /// Milliseconds by which the service's clock is ahead of the local one, as far as it has shown it.
    pub skew: Cell<f64>,
    pub budget: Cell<f64>,
    /// Whether the service has answered: there may be a connection that is used again.
    pub answered: Cell<bool>,
}

impl Shared {
    pub fn new(
        outside: Outside,
        root: String,
        parameters: String,
        authorisation: Authorisation,
        limits: Limits,
    ) -> Shared {
        Shared {
            outside,
            root,
            parameters,
            authorisation,
            #[cfg(feature = "serde")]
            provider: None,
            #[cfg(feature = "serde")]
            order: crate::order::Order::default(),
            limits,
            listener: RefCell::new(None),
            rate_limit: Cell::new(None),
            skew: Cell::new(0.0),
            budget: Cell::new(retry::BUDGET),
            answered: Cell::new(false),
        }
    }

    /// A clone, so that a listener may change the listeners.
    pub fn listener(&self) -> Option<Listener> {
        self.listener.borrow().clone()
    }

    /// Milliseconds since the Unix epoch, by the service's clock.
    pub fn unix_ms(&self) -> f64 {
        self.outside.unix_ms() + self.skew.get()
    }

    pub fn is_local(&self) -> bool {
        self.root.starts_with("http://")
    }
}
