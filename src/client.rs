//! `Client`: the key, the credentials, the options, and the handles they make.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use core::cell::{Cell, RefCell};

use crate::authorise::{self, Authorisation};
use crate::call::{self, Core, Listener};
use crate::error::{Code, Error, RateLimit};
use crate::host::{self, Host, Pending, Text, Value};
use crate::options::{
    CallOptions, Credentials, DEFAULT_GROUP, DEFAULT_VERSION, Limits, Place, TokenProvider, TokenReason,
};
use crate::request::{Request, encode};
use crate::retry;
use crate::user::User;
#[cfg(feature = "serde")]
use crate::users::Users;
use crate::validate::{self, concat};

/// The claims of the token that a secret signs for the client's own requests. Source: Stream's JavaScript client.
#[cfg(feature = "sign")]
const SERVER_CLAIMS: &str = r#"{"resource":"*","action":"*","feed_id":"*"}"#;

/// A client of one application. Cheap to clone: clones share the credentials, the limits and the rate limit seen.
#[derive(Clone)]
pub struct Client {
    pub(crate) core: Rc<Core>,
    pub(crate) identity: Rc<Identity>,
}

/// What a client was made with, as it tells others.
pub(crate) struct Identity {
    pub api_key: String,
    pub app_id: Option<String>,
    pub base_url: String,
    pub version: String,
    pub group: String,
    pub location: Option<String>,
    pub expire_tokens: bool,
    secret: Option<Rc<str>>,
}

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

impl Client {
    /// Starts a client of the application with this API key.
    pub fn builder(api_key: &str) -> ClientBuilder {
        ClientBuilder { api_key: api_key.into(), ..ClientBuilder::default() }
    }

    /// A handle on one user; makes no request.
    ///
    /// # Errors
    /// `invalid_id`.
    pub fn user(&self, id: &str) -> Result<User, Error> {
        validate::id(id)?;
        Ok(User::new(self.core.clone(), id))
    }

    /// The same operations in the style of a collection, and batches.
    #[cfg(feature = "serde")]
    pub fn users(&self) -> Users {
        Users::new(self.clone())
    }

    /// The application's key.
    pub fn api_key(&self) -> &str {
        &self.identity.api_key
    }

    /// The application's number, where it was given.
    pub fn app_id(&self) -> Option<&str> {
        self.identity.app_id.as_deref()
    }

    /// The API root, with a final slash.
    pub fn base_url(&self) -> &str {
        &self.identity.base_url
    }

    /// The API version segment.
    pub fn version(&self) -> &str {
        &self.identity.version
    }

    /// The source name sent with each request.
    pub fn group(&self) -> &str {
        &self.identity.group
    }

    /// The region label, where one was given.
    pub fn location(&self) -> Option<&str> {
        self.identity.location.as_deref()
    }

    /// The `user_id` of the user token; of a provider's token once there was one.
    pub fn user_id(&self) -> Option<String> {
        self.core.authorisation.user_id()
    }

    /// The handle of [`Client::user_id`].
    pub fn current_user(&self) -> Option<User> {
        self.user_id().map(|id| User::new(self.core.clone(), &id))
    }

    /// The limits that the last response with limits carried.
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.core.rate_limit.get()
    }

    /// Hears of requests, responses and retries from now on, in place of the last listener.
    pub fn set_listener(&self, listener: Option<Listener>) {
        *self.core.listener.borrow_mut() = listener;
    }

    /// Whether the client has the app secret.
    pub fn using_api_secret(&self) -> bool {
        self.identity.secret.is_some()
    }

    /// Stores the token's own user, asking the provider for a token where there was none yet.
    pub(crate) async fn set_own_user(&self, data: Text, mut options: CallOptions) -> Result<(String, Value), Error> {
        if self.using_api_secret() {
            let error = Error::site(Code::WrongSide, "setUser needs a user token, but this client has the app secret");
            return Err(error.with_hint("use client.user(id).getOrCreate(data)"));
        }
        let id = match self.user_id() {
            Some(id) => id,
            None => call::user_of_token(&self.core, &mut options).await?.ok_or_else(|| {
                Error::site(Code::WrongSide, "setUser needs a user token, but this client is anonymous")
                    .with_hint("pass a user token to connect")
            })?,
        };
        let record = self.user(&id)?.with(options).record(Request::create(&id, data, true)).await?;
        Ok((id, record))
    }

    pub(crate) fn flag_request(
        &self,
        id: &str,
        reporter: Option<&str>,
        reason: Option<&str>,
    ) -> Result<Request, Error> {
        self.secret("flagUser")?;
        validate::id(id)?;
        reporter.map_or(Ok(()), |reporter| validate::id_at(reporter, "user_id"))?;
        Ok(Request::flag_user(id, reporter, reason))
    }

    fn secret(&self, method: &str) -> Result<&str, Error> {
        self.identity.secret.as_deref().ok_or_else(|| {
            let message = concat([method, " needs the app secret, but this client has none"]);
            Error::site(Code::WrongSide, message).with_hint("call it on your server")
        })
    }

    /// Signs a user token. It never expires, unless its claims say so.
    ///
    /// # Errors
    /// `wrong_side` without the app secret, `invalid_id`.
    #[cfg(feature = "sign")]
    pub fn create_user_token(&self, user_id: &str) -> Result<String, Error> {
        self.sign_user_token(user_id, None)
    }

    /// Signs a user token with further claims, whose own `user_id` is left out.
    #[cfg(feature = "sign")]
    pub(crate) fn sign_user_token(&self, user_id: &str, claims: Option<&Value>) -> Result<String, Error> {
        let secret = self.secret("createUserToken")?;
        validate::id_at(user_id, "userId")?;
        let mut text = concat(["{\"user_id\":\"", user_id, "\""]);
        if let Some(claims) = claims {
            text.push_str(&host::members_without(claims, "user_id", "claims")?);
        }
        if self.identity.expire_tokens && claims.and_then(|claims| host::number_field(claims, "iat")).is_none() {
            text.push_str(",\"iat\":");
            text.push_str(&validate::number((self.core.host.unix_ms() / 1_000.0) as usize));
        }
        text.push('}');
        Ok(crate::token::sign(&text, secret))
    }
}

#[cfg(feature = "serde")]
mod typed {
    use super::*;
    use crate::model::{FlagOptions, Record};
    use serde::Serialize;
    use serde::de::DeserializeOwned;

    impl Client {
        /// `get_or_create` of the token's own user. Does not change data that is stored already.
        ///
        /// # Errors
        /// `wrong_side` without a user token, and as [`User::get_or_create`].
        pub async fn set_user<Data: Serialize + DeserializeOwned>(&self, data: &Data) -> Result<Record<Data>, Error> {
            let (_, record) = self.set_own_user(host::to_text(data, "data")?, CallOptions::default()).await?;
            host::from_value(record)
        }

        /// Reports a user to the moderators.
        ///
        /// # Errors
        /// `wrong_side` without the app secret, `invalid_id`, and whatever the call ends with.
        pub async fn flag_user(&self, id: &str, flag: &FlagOptions) -> Result<(), Error> {
            let request = self.flag_request(id, flag.user_id.as_deref(), flag.reason.as_deref())?;
            crate::call::call(&self.core, &request, &CallOptions::default()).await.map(drop)
        }

        /// Signs a user token with further claims, such as `exp`; they cannot replace `user_id`.
        ///
        /// # Errors
        /// `wrong_side` without the app secret, `invalid_id`, and `invalid_data` for claims that are not an object.
        #[cfg(feature = "sign")]
        pub fn create_user_token_with<Claims: Serialize>(
            &self,
            user_id: &str,
            claims: &Claims,
        ) -> Result<String, Error> {
            self.sign_user_token(user_id, Some(&host::to_value(claims, "claims")?))
        }
    }
}

// By hand: neither the secret nor a token may be printed.
impl core::fmt::Debug for Client {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Client").field("base_url", &self.identity.base_url).finish_non_exhaustive()
    }
}
