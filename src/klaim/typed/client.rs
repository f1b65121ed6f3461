//! `KlaimClient`: the key, the place, the options, and the handles they make.

use alloc::rc::Rc;

use user_handle_core::klaim::settings::Settings;
use user_handle_core::klaim::{Klaim, rules};
use user_handle_core::rules::RateLimit;

use super::user::{KlaimUser, KlaimUsers};
use crate::host::Outside;
#[cfg(not(target_arch = "wasm32"))]
use crate::host::Transport;
use crate::typed::drive::BaseClient;
use crate::typed::settings::{CommonSettings, common_settings};
use crate::typed::{CallOptions, Error, Listener, listener};
#[cfg(not(target_arch = "wasm32"))]
use crate::typed::{HasFetch, no_fetch};

/// A client of one app at Klaim. Cheap to clone: clones share the key, the limits and the order of writes.
///
/// Whoever holds the key reads and changes every user of the app: keep it on a server.
#[derive(Clone)]
pub struct KlaimClient {
    base: Rc<BaseClient<Klaim>>,
    base_url: Rc<str>,
}

impl KlaimClient {
    /// Starts a client with this API key. Where the API is has to be said too: [`KlaimClientBuilder::base_url`].
    pub fn builder(api_key: &str) -> KlaimClientBuilder {
        let settings = Settings { api_key: api_key.into(), ..Settings::default() };
        KlaimClientBuilder { settings, common: CommonSettings::default() }
    }

    /// A handle on one user, by its `user_id` or its `klaim_id`; makes no request.
    ///
    /// # Errors
    /// `invalid_id` for an empty id, and for `.` and `..`, which no URL path can hold.
    pub fn user(&self, user_id: &str) -> Result<KlaimUser, Error> {
        rules::user_id(user_id)?;
        Ok(KlaimUser::new(self.base.clone(), user_id))
    }

    /// The users as a collection.
    pub fn users(&self) -> KlaimUsers {
        KlaimUsers::new(self.base.clone())
    }

    /// The API root, with a final slash.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The limits that the last response with limits carried.
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.base.state.rate_limit.get()
    }

    /// Hears of requests, responses, retries and ends of calls from now on, in place of the last listener.
    pub fn set_listener(&self, hears: Option<Listener>) {
        *self.base.state.listener.borrow_mut() = hears.map(listener);
    }
}

// By hand: the key may not be printed.
impl core::fmt::Debug for KlaimClient {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("KlaimClient").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

/// Makes a [`KlaimClient`].
pub struct KlaimClientBuilder {
    settings: Settings,
    common: CommonSettings,
}

impl KlaimClientBuilder {
    /// The API root, such as `https://klaim.example/`. https, unless the host is this machine. Klaim documents none, so
    /// there is no default.
    #[must_use]
    pub fn base_url(mut self, url: &str) -> Self {
        self.settings.base_url = Some(url.into());
        self
    }

    common_settings!();

    /// The client, on the global `fetch`.
    ///
    /// # Errors
    /// `invalid_option` for a missing or malformed key, base URL or limit.
    #[cfg(target_arch = "wasm32")]
    pub fn build(self) -> Result<KlaimClient, Error> {
        self.open(Outside::on_global(user_handle_core::klaim::HEADERS))
    }

    /// The client, on the global `fetch`: on wasm32 alone, as the compiler says elsewhere.
    ///
    /// ```compile_fail,E0277
    /// let client = user_handle::KlaimClient::builder("key").build();
    /// ```
    ///
    /// # Errors
    /// As on wasm32.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn build(self) -> Result<KlaimClient, Error>
    where
        for<'a> &'a Self: HasFetch,
    {
        Err(no_fetch())
    }

    /// The client, on a transport of your own: for tests, and for programs without a `fetch`.
    ///
    /// # Errors
    /// `invalid_option` for a missing or malformed key, base URL or limit.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn build_on(self, transport: Rc<dyn Transport>) -> Result<KlaimClient, Error> {
        self.open(user_handle_core::native::Native(crate::host::SharedTransport(transport)))
    }

    fn open(self, host: Outside) -> Result<KlaimClient, Error> {
        let limits = self.common.call_limits()?;
        let headers = self.common.headers::<Klaim>()?;
        let checked = Settings { limits, ..self.settings }.check()?;
        let base = self.common.client(checked.open(host), None, headers);
        Ok(KlaimClient { base: Rc::new(base), base_url: checked.base_url.into() })
    }
}
