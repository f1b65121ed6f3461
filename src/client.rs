//! `Client`: the key, the credentials, the options, and the handles they make.

use alloc::rc::Rc;
use alloc::string::String;

use crate::builder::ClientBuilder;
use crate::call::Listener;
use crate::error::{Code, Error, RateLimit};
#[cfg(feature = "sign")]
use crate::host;
use crate::shared::Shared;
use crate::user::User;
use crate::users::Users;
use crate::validate;

/// A client of one application. Cheap to clone: clones share the credentials, the limits and the rate limit seen.
#[derive(Clone)]
pub struct Client {
    pub(crate) core: Rc<Shared>,
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
    pub secret: Option<String>,
}

impl Client {
    /// Starts a client of the application with this API key.
    pub fn builder(api_key: &str) -> ClientBuilder {
        let mut builder = ClientBuilder::default();
        builder.api_key = api_key.into();
        builder
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

    /// Signs a user token. It never expires, unless its claims say so.
    ///
    /// # Errors
    /// `wrong_side` without the app secret, `invalid_id`.
    #[cfg(feature = "sign")]
    pub fn create_user_token(&self, user_id: &str) -> Result<String, Error> {
        self.sign(user_id, None)
    }
}

impl Client {
    /// The app secret, which `method` cannot do without.
    fn secret(&self, method: &str) -> Result<&str, Error> {
        self.identity.secret.as_deref().ok_or_else(|| {
            Error::site(Code::WrongSide, &[method, " needs the app secret, but this client has none"])
                .with_hint("call it on your server")
        })
    }

    #[cfg(feature = "sign")]
    fn sign(&self, user_id: &str, claims: Option<&host::Value>) -> Result<String, Error> {
        let secret = self.secret("createUserToken")?;
        let issued = self.identity.expire_tokens.then(|| self.core.outside.unix_ms() / 1_000.0);
        crate::signer::user_token(secret, user_id, claims, issued)
    }
}

mod typed {
    use super::*;
    use crate::drive;
    use crate::host;
    use crate::model::{FlagOptions, Record};
    use crate::options::CallOptions;
    use crate::request::Request;
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
            if self.using_api_secret() {
                let text = "setUser needs a user token, but this client has the app secret";
                return Err(Error::site(Code::WrongSide, &[text]).with_hint("use client.user(id).getOrCreate(data)"));
            }
            // The call learns the id from the token.
            let request = Request::create("", text, true);
            drive::record(&self.core, request, &CallOptions::default()).await
        }

        /// Reports a user to the moderators.
        ///
        /// # Errors
        /// `wrong_side` without the app secret, `invalid_id`, and whatever the call ends with.
        pub async fn flag_user(&self, id: &str, flag: &FlagOptions) -> Result<(), Error> {
            self.secret("flagUser")?;
            validate::id(id)?;
            flag.user_id.as_deref().map_or(Ok(()), |reporter| validate::id_at(reporter, "user_id"))?;
            let request = Request::flag_user(id, flag.user_id.as_deref(), flag.reason.as_deref());
            drive::call(&self.core, request, &CallOptions::default()).await.map(drop)
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
            self.sign(user_id, Some(&host::to_value(claims, "claims")?))
        }
    }
}

// By hand: neither the secret nor a token may be printed.
impl core::fmt::Debug for Client {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Client").field("base_url", &self.identity.base_url).finish_non_exhaustive()
    }
}
