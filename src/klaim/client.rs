//! `KlaimClient`: the key, the place, the options, and the handles they make.

use alloc::rc::Rc;
use alloc::string::String;

use super::rules;
use super::user::{KlaimUser, KlaimUsers};
use crate::authorise::Authorisation;
use crate::call::Listener;
use crate::error::{Code, Error, RateLimit};
#[cfg(not(target_arch = "wasm32"))]
use crate::host::Host;
use crate::host::Outside;
use crate::options::{CallOptions, Limits};
use crate::place::Place;
use crate::shared::Shared;
use crate::validate::concat;

/// A client of one app at Klaim. Cheap to clone: clones share the key, the limits and the order of writes.
///
/// Whoever holds the key reads and changes every user of the app: keep it on a server.
#[derive(Clone)]
pub struct KlaimClient {
    core: Rc<Shared>,
    base_url: Rc<str>,
}

impl KlaimClient {
    /// Starts a client with this API key. Where the API is has to be said too: [`KlaimClientBuilder::base_url`].
    pub fn builder(api_key: &str) -> KlaimClientBuilder {
        let place = Place::default();
        KlaimClientBuilder { api_key: api_key.into(), place, limits: CallOptions::default(), listener: None }
    }

    /// A handle on one user, by its `user_id` or its `klaim_id`; makes no request.
    ///
    /// # Errors
    /// `invalid_id` for an empty id, and for `.` and `..`, which no URL path can hold.
    pub fn user(&self, user_id: &str) -> Result<KlaimUser, Error> {
        rules::user_id(user_id)?;
        Ok(KlaimUser::new(self.core.clone(), user_id))
    }

    /// The users as a collection.
    pub fn users(&self) -> KlaimUsers {
        KlaimUsers::new(self.core.clone())
    }

    /// The API root, with a final slash.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The limits that the last response with limits carried.
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.core.rate_limit.get()
    }

    /// Hears of requests, responses and retries from now on, in place of the last listener.
    pub fn set_listener(&self, listener: Option<Listener>) {
        *self.core.listener.borrow_mut() = listener;
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
    api_key: String,
    place: Place,
    limits: CallOptions,
    listener: Option<Listener>,
}

impl KlaimClientBuilder {
    /// The API root, such as `https://klaim.example/`. https, unless the host is this machine. Klaim documents none, so
    /// there is no default.
    #[must_use]
    pub fn base_url(mut self, url: &str) -> Self {
        self.place.url = Some(("baseUrl", url.into()));
        self
    }

    /// The limits of calls that do not set their own; a signal here is not used.
    #[must_use]
    pub fn limits(mut self, limits: CallOptions) -> Self {
        self.limits = limits;
        self
    }

    /// Hears of requests, responses and retries.
    #[must_use]
    pub fn on_event(mut self, listener: Listener) -> Self {
        self.listener = Some(listener);
        self
    }

    /// The client, on the global `fetch`.
    ///
    /// # Errors
    /// `invalid_option` for a missing or malformed key, base URL or limit.
    #[cfg(target_arch = "wasm32")]
    pub fn build(self) -> Result<KlaimClient, Error> {
        self.open(crate::fetch::Fetch::for_klaim())
    }

    /// The client, on a host of your own: for tests, and for programs without a `fetch`.
    ///
    /// # Errors
    /// `invalid_option` for a missing or malformed key, base URL or limit.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn build_on(self, host: Rc<dyn Host>) -> Result<KlaimClient, Error> {
        self.open(host)
    }

    fn open(self, outside: Outside) -> Result<KlaimClient, Error> {
        check_key(&self.api_key)?;
        self.limits.check()?;
        if self.place.url.is_none() {
            let error = Error::input(Code::InvalidOption, &["option baseUrl is missing"]);
            return Err(error.with_hint("Klaim documents no address of its own: pass the one that you were given"));
        }
        let base_url = self.place.base_url()?;
        let authorisation = Authorisation::new(Some(concat(["Bearer ", &self.api_key]).as_str().into()), false);
        let limits = Limits::default().with(&self.limits);
        let core = Shared::new(outside, base_url.clone(), String::new(), authorisation, limits);
        core.listener.replace(self.listener);
        Ok(KlaimClient { core: Rc::new(core), base_url: base_url.into() })
    }
}

/// The key travels in a header. What no header can hold would be refused by `fetch` with a text that repeats it.
fn check_key(key: &str) -> Result<(), Error> {
    if key.is_empty() {
        return Err(Error::input(Code::InvalidOption, &["the API key is missing"]).with_hint("pass it to connect"));
    }
    if !key.bytes().all(|b| b.is_ascii_graphic()) {
        let message = ["apiKey may only hold visible ASCII characters: it travels in a header"];
        return Err(Error::input(Code::InvalidOption, &message).with_hint("look for a line break at its end"));
    }
    Ok(())
}
