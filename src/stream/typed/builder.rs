//! Makes a client: every setting, and the check of who is let in.

use alloc::rc::Rc;
use alloc::string::String;
use core::future::Future;

use user_handle_core::call::Credentials;
use user_handle_core::rules::options::TokenReason;
use user_handle_core::rules::{self, Code};
use user_handle_core::stream::Stream;
use user_handle_core::stream::settings::{
    DEFAULT_GROUP, DEFAULT_PROTOCOL, DEFAULT_VERSION, LOCAL_BASE_URL, Settings, check_secret, is_token,
};

use super::client::{Client, Identity};
#[cfg(not(target_arch = "wasm32"))]
use crate::host::Transport;
use crate::host::{Outside, Text, Value};
use crate::typed::settings::{CommonSettings, common_settings};
use crate::typed::{CallOptions, Error, Listener, TokenProvider, provider};
#[cfg(not(target_arch = "wasm32"))]
use crate::typed::{HasFetch, no_fetch};

/// For what `token` was given and is none.
const SECRET_FOR_TOKEN: &str = "make a user token on your server; there, the app secret goes to `secret`";

/// What lets the client in.
#[derive(Default)]
enum GivenCredentials {
    #[default]
    Nothing,
    Secret(String),
    Token(String),
    Provider(TokenProvider),
}

/// Makes a [`Client`]. Every setting has a default.
#[derive(Default)]
pub struct ClientBuilder {
    credentials: GivenCredentials,
    api_key: String,
    base_url: Option<String>,
    local: bool,
    allow_http: bool,
    location: Option<String>,
    version: Option<String>,
    group: Option<String>,
    app_id: Option<String>,
    #[cfg(feature = "server")]
    expire_tokens: bool,
    browser: Option<bool>,
    common: CommonSettings,
}

impl ClientBuilder {
    /// The app secret: for servers. It is refused in a browser.
    #[must_use]
    pub fn secret(mut self, secret: &str) -> Self {
        self.credentials = GivenCredentials::Secret(secret.into());
        self
    }

    /// A user token, made by your server.
    #[must_use]
    pub fn token(mut self, token: &str) -> Self {
        self.credentials = GivenCredentials::Token(token.into());
        self
    }

    /// A function that is asked for a user token whenever one is needed and the last one is missing, expired or refused.
    #[must_use]
    pub fn token_provider<F>(mut self, ask: impl Fn(TokenReason) -> F + 'static) -> Self
    where
        F: Future<Output = Result<String, Value>> + 'static,
    {
        self.credentials = GivenCredentials::Provider(provider(ask));
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
        self.base_url = Some(url.into());
        self
    }

    /// A region label: `https://{location}-api.stream-io-api.com/api/`.
    #[must_use]
    pub fn location(mut self, location: &str) -> Self {
        self.location = Some(location.into());
        self
    }

    /// `http://localhost:8000/api/`, where the stand-in server listens; a base URL wins over it.
    #[must_use]
    pub fn local(mut self) -> Self {
        self.local = true;
        self
    }

    /// Lets plain http go to another machine: to a server in a network of your own.
    #[must_use]
    pub fn allow_http(mut self) -> Self {
        self.allow_http = true;
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
    #[cfg(feature = "server")]
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

    common_settings!();

    /// The client, on the global `fetch`.
    ///
    /// # Errors
    /// `invalid_option` for a missing key or a malformed option, `invalid_token`, `secret_in_browser`.
    #[cfg(target_arch = "wasm32")]
    pub fn build(self) -> Result<Client, Error> {
        let client = concat!("user-handle-rust-", env!("CARGO_PKG_VERSION"));
        let headers = user_handle_core::stream::headers(client);
        self.open(Outside::on_global(&headers), crate::host::values::is_browser())
    }

    /// The client, on the global `fetch`: on wasm32 alone, as the compiler says elsewhere.
    ///
    /// ```compile_fail,E0277
    /// let client = user_handle::Client::builder("key").build();
    /// ```
    ///
    /// # Errors
    /// As on wasm32.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn build(self) -> Result<Client, Error>
    where
        for<'a> &'a Self: HasFetch,
    {
        Err(no_fetch())
    }

    /// The client, on a transport of your own: for tests, and for programs without a `fetch`.
    ///
    /// # Errors
    /// `invalid_option` for a missing key or a malformed option, `invalid_token`, `secret_in_browser`.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn build_on(self, transport: Rc<dyn Transport>, in_browser: bool) -> Result<Client, Error> {
        self.open(user_handle_core::native::Native(crate::host::SharedTransport(transport)), in_browser)
    }

    fn open(self, host: Outside, in_browser: bool) -> Result<Client, Error> {
        let url = self.base_url.as_deref().map(|url| ("baseUrl", url));
        let settings = Settings {
            api_key: &self.api_key,
            url: url.or(self.local.then_some(("local", LOCAL_BASE_URL))),
            location: self.location.as_deref().unwrap_or_default(),
            protocol: DEFAULT_PROTOCOL,
            version: self.version.as_deref().unwrap_or(DEFAULT_VERSION),
            group: self.group.as_deref().unwrap_or(DEFAULT_GROUP),
            allow_http: self.allow_http,
            limits: self.common.call_limits()?,
        };
        // The hint of a missing key is about `connect`, and about variables that only JavaScript reads.
        let base_url = settings.base_url().map_err(|error| {
            if self.api_key.trim_ascii().is_empty() { error.with_hint("give it to `Client::builder`") } else { error }
        })?;
        let headers = self.common.headers::<Stream>()?;
        let mut secret = None;
        let mut provider = None;
        let credentials = match self.credentials {
            GivenCredentials::Nothing => Credentials::new(None, false),
            GivenCredentials::Token(token) => Credentials::of_user(token.as_str().into()).map_err(|error| {
                // What has no dot is no token at all.
                if token.is_empty() || is_token(&token) { error } else { error.with_hint(SECRET_FOR_TOKEN) }
            })?,
            GivenCredentials::Secret(given) => {
                if is_token(&given) {
                    let text = "the app secret has a dot, so it is a user token";
                    return Err(rules::Error::input(Code::InvalidToken, &[text])
                        .with_hint("pass it to `token`")
                        .into());
                }
                check_secret(&given, self.browser.unwrap_or(in_browser))?;
                let token = server_token(&given);
                secret = Some(given);
                Credentials::new(token, false)
            }
            GivenCredentials::Provider(ask) => {
                provider = Some(ask);
                Credentials::new(None, true)
            }
        };
        let state = settings.open(&base_url, host, credentials);
        let identity = Identity {
            version: settings.version.into(),
            group: settings.group.into(),
            api_key: self.api_key,
            base_url,
            location: self.location.filter(|location| !location.is_empty()),
            app_id: self.app_id,
            #[cfg(feature = "server")]
            expire_tokens: self.expire_tokens,
            secret,
        };
        let base = self.common.client(state, provider, headers);
        Ok(Client { base: Rc::new(base), identity: Rc::new(identity) })
    }
}

impl Client {
    /// Starts a client of the application with this API key.
    pub fn builder(api_key: &str) -> ClientBuilder {
        ClientBuilder { api_key: api_key.into(), ..ClientBuilder::default() }
    }
}

/// The token that the secret signs for the client's own requests.
#[cfg(feature = "server")]
fn server_token(secret: &str) -> Option<Text> {
    Some(user_handle_core::stream::sign::server_token(secret).as_str().into())
}
#[cfg(not(feature = "server"))]
fn server_token(_: &str) -> Option<Text> {
    None
}
