//! `Client`: the key, the credentials, the options, and the handles they make.

use alloc::rc::Rc;
use alloc::string::String;

use serde::Serialize;
use serde::de::DeserializeOwned;
use user_handle_core::call::needs_secret;
use user_handle_core::rules::{RateLimit, validate};
use user_handle_core::stream::settings::needs_user_token;
use user_handle_core::stream::{Stream, requests};
use user_handle_core::wire::Host;

use super::records::{FlagOptions, Record};
use super::user::User;
use crate::host::Outside;
use crate::typed::drive::{self, BaseClient};
use crate::typed::{CallOptions, Error, Listener, listener};

/// A client of one application. Cheap to clone: clones share the credentials, the limits and the rate limit seen.
#[derive(Clone)]
pub struct Client {
    pub(super) base: Rc<BaseClient<Stream>>,
    pub(super) identity: Rc<Identity>,
}

/// What a client was made with, as it tells others.
pub(super) struct Identity {
    pub api_key: String,
    pub base_url: String,
    pub version: String,
    pub group: String,
    pub location: Option<String>,
    pub app_id: Option<String>,
    #[cfg(feature = "server")]
    pub expire_tokens: bool,
    pub secret: Option<String>,
}

impl Client {
    /// A handle on one user; makes no request.
    ///
    /// # Errors
    /// `invalid_id`.
    pub fn user(&self, id: &str) -> Result<User, Error> {
        validate::id(id)?;
        Ok(User::new(self.base.clone(), id))
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
        self.base.state.credentials.user_id()
    }

    /// The handle of [`Client::user_id`].
    pub fn current_user(&self) -> Option<User> {
        self.user_id().map(|id| User::new(self.base.clone(), &id))
    }

    /// The limits that the last response with limits carried.
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.base.state.rate_limit.get()
    }

    /// Hears of requests, responses, retries and ends of calls from now on, in place of the last listener.
    pub fn set_listener(&self, hears: Option<Listener>) {
        *self.base.state.listener.borrow_mut() = hears.map(listener);
    }

    /// Whether the client has the app secret.
    pub fn using_api_secret(&self) -> bool {
        self.identity.secret.is_some()
    }

    /// Signs a user token. It never expires, unless its claims say so.
    ///
    /// # Errors
    /// `wrong_credentials` without the app secret, `invalid_id`.
    #[cfg(feature = "server")]
    pub fn create_user_token(&self, user_id: &str) -> Result<String, Error> {
        self.sign(user_id, None)
    }
}

impl Client {
    /// The app secret, which `method` cannot do without.
    fn secret(&self, method: &str) -> Result<&str, Error> {
        Ok(self.identity.secret.as_deref().ok_or_else(|| needs_secret(method))?)
    }

    #[cfg(feature = "server")]
    fn sign(&self, user_id: &str, claims: Option<&crate::host::Value>) -> Result<String, Error> {
        let secret = self.secret("createUserToken")?;
        let unix_s = self.base.state.host.unix_ms() / 1_000.0;
        let is_issued = self.identity.expire_tokens;
        user_handle_core::stream::sign::user_token::<Outside>(secret, user_id, claims, unix_s, is_issued)
    }
}

impl Client {
    /// `get_or_create` of the token's own user; a key `id` in `data` is ignored. Does not change data that is stored
    /// already.
    ///
    /// # Errors
    /// `wrong_credentials` without a user token, and as [`User::get_or_create`].
    pub async fn set_user<Data: Serialize + DeserializeOwned>(&self, data: &Data) -> Result<Record<Data>, Error> {
        let text = Outside::write_data_without(&drive::to_value(data, "data")?, "id", "data")?;
        if self.using_api_secret() {
            return Err(needs_user_token().into());
        }
        let request = requests::get_or_create_own(&self.base.state, text);
        drive::typed(&self.base, request, &CallOptions::default()).await
    }

    /// Reports a user to the moderators.
    ///
    /// # Errors
    /// `wrong_credentials` without the app secret, `invalid_id`, and whatever the call ends with.
    pub async fn flag_user(&self, id: &str, flag: &FlagOptions) -> Result<(), Error> {
        self.secret("flagUser")?;
        validate::id(id)?;
        flag.user_id.as_deref().map_or(Ok(()), |reporter| validate::id_at(reporter, "user_id"))?;
        let request = requests::flag_user(id, flag.user_id.as_deref(), flag.reason.as_deref());
        drive::call(&self.base, request, &CallOptions::default()).await.map(drop)
    }

    /// Signs a user token with further claims, such as `exp`; they cannot replace `user_id`.
    ///
    /// # Errors
    /// `wrong_credentials` without the app secret, `invalid_id`, and `invalid_data` for claims that are not an object.
    #[cfg(feature = "server")]
    pub fn create_user_token_with<Claims: Serialize>(&self, user_id: &str, claims: &Claims) -> Result<String, Error> {
        self.sign(user_id, Some(&drive::to_value(claims, "claims")?))
    }
}

// By hand: neither the secret nor a token may be printed.
impl core::fmt::Debug for Client {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Client").field("base_url", &self.identity.base_url).finish_non_exhaustive()
    }
}
