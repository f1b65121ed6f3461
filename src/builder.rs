//! Makes a client: every setting, and the check of who is let in.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use core::cell::{Cell, RefCell};

use crate::authorise::{self, Authorisation};
use crate::call::{Core, Listener};
use crate::client::{Client, Identity};
use crate::error::{Code, Error};
use crate::host::{self, Host, Pending, Value};
use crate::options::{
    CallOptions, Credentials, DEFAULT_GROUP, DEFAULT_VERSION, Limits, Place, TokenProvider, TokenReason, check_version,
};
use crate::request::encode;
use crate::retry;
use crate::validate::concat;

/// The claims of the token that a secret signs for the client's own requests. Source: Stream's JavaScript client.
#[cfg(feature = "sign")]
const SERVER_CLAIMS: &str = r#"{"resource":"*","action":"*","feed_id":"*"}"#;

/// Makes a [`Client`]. Every setting has a default.
#[derive(Default)]
pub struct ClientBuilder {
    pub(crate) api_key: String,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) app_id: Option<String>,
    pub(crate) place: Place,
    pub(crate) version: Option<String>,
    pub(crate) group: Option<String>,
    pub(crate) expire_tokens: bool,
    pub(crate) browser: Option<bool>,
    pub(crate) limits: CallOptions,
    pub(crate) listener: Option<Listener>,
}

impl ClientBuilder {
    /// The app secret: for servers. It is refused in a browser.
    #[must_use]
    pub fn secret(mut self, secret: &str) -> Self {
        self.credentials = Some(Credentials::Secret(secret.into()));
        self
    }

    /// A user token, made by your server.
    #[must_use]
    pub fn token(mut self, token: &str) -> Self {
        self.credentials = Some(Credentials::Token(token.into()));
        self
    }

    /// A function that is asked for a user token whenever one is needed and the last one is missing, expired or refused.
    #[must_use]
    pub fn token_provider<F>(mut self, ask: impl Fn(TokenReason) -> F + 'static) -> Self
    where
        F: Future<Output = Result<String, Value>> + 'static,
    {
        let provider: TokenProvider = Rc::new(move |reason| -> Pending<'static, _> { Box::pin(ask(reason)) });
        self.credentials = Some(Credentials::Provider(provider));
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
        self.place.base_url = Some(url.into());
        self
    }

    /// A region label: `https://{location}-api.stream-io-api.com/api/`.
    #[must_use]
    pub fn location(mut self, location: &str) -> Self {
        self.place.location = Some(location.into());
        self
    }

    /// `http://localhost:8000/api/`, where the stand-in server listens.
    #[must_use]
    pub fn local(mut self) -> Self {
        self.place.local = true;
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
        self.build_on(Box::new(crate::fetch::Fetch::global()), crate::js::is_browser())
    }

    /// The client, on a host of your own: for tests, and for programs that are not in a browser.
    ///
    /// # Errors
    /// As `build`.
    pub fn build_on(self, host: Box<dyn Host>, in_browser: bool) -> Result<Client, Error> {
        if self.api_key.is_empty() {
            let error = Error::input(Code::InvalidOption, "the API key is missing");
            return Err(error.with_hint("pass it to connect, or set STREAM_URL"));
        }
        self.limits.check()?;
        let credentials = self.credentials.unwrap_or(Credentials::None);
        let (secret, user_id) = admit(&credentials, self.browser.unwrap_or(in_browser))?;
        let base_url = self.place.base_url()?;
        let version = self.version.unwrap_or_else(|| DEFAULT_VERSION.into());
        check_version(&version)?;
        let group = self.group.unwrap_or_else(|| DEFAULT_GROUP.into());
        let core = Core {
            host,
            root: concat([&base_url, &encode(&version), "/"]),
            parameters: concat(["?api_key=", &encode(&self.api_key), "&location=", &encode(&group)]),
            authorisation: Authorisation::new(credentials, server_token, user_id),
            limits: Limits::default().with(&self.limits),
            listener: RefCell::new(self.listener),
            rate_limit: Cell::new(None),
            budget: Cell::new(retry::BUDGET),
        };
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

/// Checks credentials: the secret, if that is what they are, and the user of a token.
fn admit(credentials: &Credentials, in_browser: bool) -> Result<(Option<Rc<str>>, Option<String>), Error> {
    match credentials {
        Credentials::None | Credentials::Provider(_) => Ok((None, None)),
        Credentials::Token(token) => {
            let claims = authorise::claims(token)?;
            Ok((None, host::string_field(&claims, "user_id")))
        }
        Credentials::Secret(secret) if secret.is_empty() => Err(Error::input(Code::InvalidToken, "the token is empty")
            .with_hint("connect once the token has been loaded, or pass null to be anonymous")),
        Credentials::Secret(_) if in_browser => Err(Error::input(
            Code::SecretInBrowser,
            "the app secret was given to a browser, where everybody can read it",
        )
        .with_hint("make a user token on your server and connect with that")),
        Credentials::Secret(_) if !cfg!(feature = "sign") => {
            let text = "the app secret was given to a build that cannot sign with it";
            Err(Error::site(Code::WrongSide, text)
                .with_hint("build with the feature sign, or connect with a user token"))
        }
        Credentials::Secret(secret) => Ok((Some(secret.clone()), None)),
    }
}

#[cfg(feature = "sign")]
fn server_token(secret: &str) -> Rc<str> {
    crate::token::sign(SERVER_CLAIMS, secret).into()
}

#[cfg(not(feature = "sign"))]
fn server_token(_secret: &str) -> Rc<str> {
    "".into()
}
