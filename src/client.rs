//! `Client`: the key, the credentials, the options, and the handles they make.

use alloc::rc::Rc;
use alloc::string::String;

use crate::builder::ClientBuilder;
use crate::call::{self, Core, Listener};
use crate::error::{Code, Error, RateLimit};
#[cfg(any(feature = "serde", feature = "sign"))]
use crate::host;
use crate::host::{Text, Value};
use crate::options::CallOptions;
use crate::request::Request;
use crate::user::User;
#[cfg(feature = "serde")]
use crate::users::Users;
use crate::validate::{self, concat};

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
    pub secret: Option<Rc<str>>,
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
        let (members, has_iat) = match claims {
            Some(claims) => host::members_without(claims, "user_id", "claims")?,
            None => (String::new(), false),
        };
        let mut text = concat(["{\"user_id\":\"", user_id, "\"", &members]);
        if self.identity.expire_tokens && !has_iat {
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
        /// `get_or_create` of the token's own user; a key `id` in `data` is ignored. Does not change data that is stored
        /// already.
        ///
        /// # Errors
        /// `wrong_side` without a user token, and as [`User::get_or_create`].
        pub async fn set_user<Data: Serialize + DeserializeOwned>(&self, data: &Data) -> Result<Record<Data>, Error> {
            let text = host::write_data_without(&host::to_value(data, "data")?, "id", "data")?;
            let (_, record) = self.set_own_user(text, CallOptions::default()).await?;
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
