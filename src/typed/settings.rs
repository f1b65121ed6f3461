//! The settings that the clients of all services have for Rust programs.

use alloc::string::String;
use alloc::vec::Vec;

use user_handle_core::call::{ClientState, Service};
use user_handle_core::rules::options::CallLimits;

use super::drive::{BaseClient, Headers};
use super::{CallOptions, Error, Listener, TokenProvider, listener};
use crate::host::Outside;

/// Settings that [`common_settings`] sets.
#[derive(Default)]
pub(crate) struct CommonSettings {
    pub limits: CallOptions,
    pub headers: Vec<(String, String)>,
    pub listener: Option<Listener>,
}

impl CommonSettings {
    /// The limits of calls that do not set their own.
    ///
    /// # Errors
    /// `invalid_option`.
    pub fn call_limits(&self) -> Result<CallLimits, Error> {
        self.limits.limits(CallLimits::default())
    }

    /// The headers of all requests.
    ///
    /// # Errors
    /// `invalid_option`.
    pub fn headers<S: Service>(&self) -> Result<Headers, Error> {
        Headers::default().with::<S>(&self.limits.headers)?.with::<S>(&self.headers)
    }

    /// The client, with the headers that were checked.
    pub fn client<S>(
        self,
        state: ClientState<Outside, S>,
        provider: Option<TokenProvider>,
        headers: Headers,
    ) -> BaseClient<S> {
        state.listener.replace(self.listener.map(listener));
        BaseClient { state, provider, headers }
    }
}

/// The methods of a builder that set [`CommonSettings`], in its field `common`.
macro_rules! common_settings {
    () => {
        /// The limits of calls that do not set their own; a signal here is not used.
        #[must_use]
        pub fn limits(mut self, limits: CallOptions) -> Self {
            self.common.limits = limits;
            self
        }

        /// A header of all requests; those of a call win over it. [`Self::build`] refuses names that the requests have of their
        /// own, such as `authorization`, and what HTTP cannot carry.
        #[must_use]
        pub fn header(mut self, name: &str, value: &str) -> Self {
            self.common.headers.push((name.into(), value.into()));
            self
        }

        /// Hears of requests, responses and retries, and of the ends of calls.
        #[must_use]
        pub fn on_event(mut self, listener: Listener) -> Self {
            self.common.listener = Some(listener);
            self
        }
    };
}
pub(crate) use common_settings;
