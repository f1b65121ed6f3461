//! The token of each request: none, a fixed one, or the last one that a provider gave. The driver of a call asks the
//! provider; whether to ask, and whether what it gave is a token, is decided here.

use alloc::string::String;
use core::cell::{Cell, RefCell};

use crate::rules::options::TokenReason;
use crate::rules::text::concat;
use crate::rules::{Code, Error, Kind, token};
use crate::wire::{CallError, Host};

/// A token is renewed when it is valid for no longer than this many milliseconds: the request still has to reach the
/// service.
const LEEWAY_MS: f64 = 5_000.0;

/// What a client authenticates its requests with.
pub struct Credentials<H: Host> {
    renewable: bool,
    held: RefCell<Option<HeldToken<H>>>,
    /// The service refused the last token, and no other has been given since.
    refused: Cell<bool>,
    /// The user of the last token. It is kept when that token is refused, because the client still belongs to that user.
    user_id: RefCell<Option<String>>,
}

/// The error for a method that needs the app secret, called on a client that has none.
pub fn needs_secret(method: &str) -> Error {
    Error::site(Code::WrongCredentials, &[method, " needs the app secret, but this client has none"])
        .with_hint("call it on your server")
}

struct HeldToken<H: Host> {
    token: H::Text,
    /// Milliseconds since the Unix epoch.
    expires: Option<f64>,
}

impl<H: Host> Credentials<H> {
    /// `token` is used for good. Without it, requests have no token or, if `renewable`, those that a provider gives.
    pub fn new(token: Option<H::Text>, renewable: bool) -> Self {
        let held = token.map(|token| HeldToken { token, expires: None });
        Credentials { renewable, held: RefCell::new(held), refused: Cell::new(false), user_id: RefCell::new(None) }
    }

    /// Uses this user token for good.
    ///
    /// # Errors
    /// `invalid_token`.
    pub fn of_user(token: H::Text) -> Result<Self, Error> {
        let user_id = H::string_field(&claims::<H>(&token)?, "user_id");
        let credentials = Credentials::new(Some(token), false);
        credentials.user_id.replace(user_id);
        Ok(credentials)
    }

    /// Whether there is a provider to ask for another token.
    pub(super) fn can_renew(&self) -> bool {
        self.renewable
    }

    /// The token to send, if any; or why the provider is to be asked, which is `reason` where no other one is known.
    pub(super) fn current(
        &self,
        reason: TokenReason,
        unix_ms: impl Fn() -> f64,
    ) -> Result<Option<H::Text>, TokenReason> {
        match &*self.held.borrow() {
            Some(held) if held.expires.is_some_and(|at| at - LEEWAY_MS <= unix_ms()) => Err(TokenReason::Expired),
            Some(held) => Ok(Some(held.token.clone())),
            None if !self.renewable => Ok(None),
            None if self.refused.get() => Err(TokenReason::Refused),
            None => Err(reason),
        }
    }

    /// Checks and keeps the token that the provider gave. The call that it is given to uses it however soon it expires,
    /// because asking again would give one that expires as soon.
    pub(super) fn take(&self, given: Result<H::Text, H::Value>) -> Result<H::Text, CallError<H>> {
        let token = given.map_err(|cause| {
            CallError::from(Error::site(Code::TokenProvider, &["the token provider failed"])).with_cause(cause)
        })?;
        let claims = claims::<H>(&token).map_err(|mut error| {
            error.set(|parts| {
                parts.code = Code::TokenProvider;
                parts.kind = Kind::Site;
                parts.message = concat(["the token provider gave a bad token: ", &parts.message]);
            });
            error
        })?;
        let expires = H::number_field(&claims, "exp").map(|seconds| seconds * 1_000.0);
        self.refused.set(false);
        self.user_id.replace(H::string_field(&claims, "user_id"));
        self.held.replace(Some(HeldToken { token: token.clone(), expires }));
        Ok(token)
    }

    /// Forgets the token that the service refused, unless another has taken its place already.
    pub(super) fn refuse(&self, token: Option<&H::Text>) {
        let mut held = self.held.borrow_mut();
        if held.as_ref().map(|held| &held.token) == token {
            *held = None;
            self.refused.set(true);
        }
    }

    /// The token in use; none before a provider has given one.
    pub fn token(&self) -> Option<H::Text> {
        self.held.borrow().as_ref().map(|held| held.token.clone())
    }

    /// The user of the token in use; unknown before a provider has given one.
    pub fn user_id(&self) -> Option<String> {
        self.user_id.borrow().clone()
    }
}

/// The claims of a user token, which must name its user.
fn claims<H: Host>(token: &H::Text) -> Result<H::Value, Error> {
    let malformed = |text: &str| Error::input(Code::InvalidToken, &[text]);
    if H::is_empty(token) {
        return Err(malformed("the user token is empty").with_hint("connect once the token has been loaded"));
    }
    let claims = H::claims(token).map_err(token::malformed)?;
    // Its characters are checked only where it goes into a path or a body: a token with other characters works all the same.
    if H::string_field(&claims, "user_id").is_none_or(|id| id.is_empty()) {
        let mut error = malformed("user_id is missing in user token, or is not a string");
        error.set(|parts| parts.kind = Kind::Type);
        return Err(error);
    }
    Ok(claims)
}
