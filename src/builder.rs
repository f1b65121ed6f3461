//! Makes a client: every setting, and the check of who is let in.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use core::future::Future;

use crate::authorise::Authorisation;
use crate::call::Listener;
use crate::client::{Client, Identity};
use crate::drive::Provider;
use crate::error::{Code, Error};
#[cfg(not(target_arch = "wasm32"))]
use crate::host::Host;
use crate::host::{self, Outside, Pending, Value};
use crate::options::{
    CallOptions, Credentials, DEFAULT_GROUP, DEFAULT_VERSION, LOCAL_BASE_URL, Limits, TokenProvider, TokenReason,
};
use crate::place::{Place, check_version};
use crate::shared::Shared;
use crate::validate::concat;

/// Makes a [`Client`]. Every setting has a default.
#[derive(Default)]
pub struct ClientBuilder {
    pub(crate) api_key: String,
    credentials: Credentials,
    place: Place,
    version: Option<String>,
    group: Option<String>,
    limits: CallOptions,
    app_id: Option<String>,
    expire_tokens: bool,
    browser: Option<bool>,
    listener: Option<Listener>,
}

impl ClientBuilder {
    /// The app secret: for servers. It is refused in a browser.
    #[must_use]
    pub fn secret(mut self, secret: &str) -> Self {
        self.credentials = Credentials::Secret(secret.into());
        self
    }

    /// A user token, made by your server.
    #[must_use]
    pub fn token(mut self, token: &str) -> Self {
        self.credentials = Credentials::Token(token.into());
        self
    }

    /// A function that is asked for a user token whenever one is needed and the last one is missing, expired or refused.
    #[must_use]
    pub fn token_provider<F>(mut self, ask: impl Fn(TokenReason) -> F + 'static) -> Self
    where
        F: Future<Output = Result<String, Value>> + 'static,
    {
        let provider: TokenProvider = Rc::new(move |reason| -> Pending<'static, _> { Box::pin(ask(reason)) });
        self.credentials = Credentials::Provider(provider);
        self
    }

    /// The application's number. The users API does not need it.
    #[must_use]
    pub fn app_id(mut self, app_id: &str) -> Self {
        self.app_id = Some(app_id.into());
        self
    }

    /// The API root, such as `https://api.stream-io-api.com/api/` (the default). https, unless the host is this machine.
    #[must_use]
    pub fn base_url(mut self, url: &str) -> Self {
        self.place.url = Some(("baseUrl", url.into()));
        self
    }

    /// A region label: `https://{location}-api.stream-io-api.com/api/`.
    #[must_use]
    pub fn location(mut self, location: &str) -> Self {
        self.place.location = Some(location.into());
        self
    }

    /// `http://localhost:8000/api/`, where the stand-in server listens; a base URL goes before it.
    #[must_use]
    pub fn local(mut self) -> Self {
        self.place.url.get_or_insert_with(|| ("local", LOCAL_BASE_URL.into()));
        self
    }

    /// The API version segment. Default `v1.0`.
    #[must_use]
    pub fn version(mut self, version: &str) -> Self {
        self.version = Some(version.into());
        self
    }

    /// The source name sent as the `location` query parameter. Default `unspecified`.
    #[must_use]
    pub fn group(mut self, group: &str) -> Self {
        self.group = Some(group.into());
        self
    }

    /// Adds `iat` to the tokens that [`Client::create_user_token`] makes.
    #[must_use]
    pub fn expire_tokens(mut self, expire: bool) -> Self {
        self.expire_tokens = expire;
        self
    }

    /// Overrides the check that refuses an app secret in a browser.
    #[must_use]
    pub fn browser(mut self, is_browser: bool) -> Self {
        self.browser = Some(is_browser);
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
    /// `invalid_option` for a missing key or a malformed option, `invalid_token`, `secret_in_browser`.
    #[cfg(target_arch = "wasm32")]
    pub fn build(self) -> Result<Client, Error> {
        self.open(crate::fetch::Fetch::for_rust(), crate::js::is_browser())
    }

    /// The client, on a host of your own: for tests, and for programs without a `fetch`.
    ///
    /// # Errors
    /// `invalid_option` for a missing key or a malformed option, `invalid_token`, `secret_in_browser`.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn build_on(self, host: Rc<dyn Host>, in_browser: bool) -> Result<Client, Error> {
        self.open(host, in_browser)
    }

    fn open(self, outside: Outside, in_browser: bool) -> Result<Client, Error> {
        if self.api_key.is_empty() {
            let error = Error::input(Code::InvalidOption, &["the API key is missing"]);
            return Err(error.with_hint("pass it to connect, or set STREAM_URL"));
        }
        self.limits.check()?;
        let mut secret = None;
        let mut provider = None;
        let authorisation = match self.credentials {
            Credentials::None => Authorisation::new(None, false),
            Credentials::Token(token) => Authorisation::of_user(token.as_str().into())?,
            Credentials::Secret(given) => {
                let token = server_token(&given, self.browser.unwrap_or(in_browser))?;
                secret = Some(given);
                Authorisation::new(Some(token.as_str().into()), false)
            }
            Credentials::Provider(ask) => {
                provider = Some(Provider::new(ask));
                Authorisation::new(None, true)
            }
        };
        let base_url = self.place.base_url()?;
        let version = self.version.unwrap_or_else(|| DEFAULT_VERSION.into());
        check_version(&version)?;
        let group = self.group.unwrap_or_else(|| DEFAULT_GROUP.into());
        let root = concat([&base_url, &version, "/"]);
        let parameters = concat(["?api_key=", &host::encode(&self.api_key), "&location=", &host::encode(&group)]);
        let limits = Limits::default().with(&self.limits);
        let mut core = Shared::new(outside, root, parameters, authorisation, limits);
        core.provider = provider;
        core.listener.replace(self.listener);
        let identity = Identity {
            api_key: self.api_key,
            app_id: self.app_id,
            base_url,
            version,
            group,
            location: self.place.location,
            expire_tokens: self.expire_tokens,
            secret,
        };
        Ok(Client { core: Rc::new(core), identity: Rc::new(identity) })
    }
}

/// The token that the secret signs for the client's own requests.
fn server_token(secret: &str, in_browser: bool) -> Result<String, Error> {
    if secret.is_empty() {
        return Err(Error::input(Code::InvalidToken, &["the token is empty"])
            .with_hint("connect once the token has been loaded, or pass null to be anonymous"));
    }
    if in_browser {
        let text = "the app secret was given to a browser, where everybody can read it";
        return Err(Error::input(Code::SecretInBrowser, &[text])
            .with_hint("make a user token on your server and connect with that"));
    }
    #[cfg(feature = "sign")]
    return Ok(crate::signer::server_token(secret));
    #[cfg(not(feature = "sign"))]
    Err(Error::site(Code::WrongSide, &["the app secret was given to a build that cannot sign with it"])
        .with_hint("build with the feature sign, or connect with a user token"))
}
