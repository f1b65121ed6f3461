//! The token of each request: none, a fixed one, or the last that a provider gave. Whoever drives a call asks the
//! provider; whether to ask, and whether its token is one, is decided here.

use alloc::string::String;
use core::cell::{Cell, RefCell};

use crate::error::{Code, Error, Kind};
use crate::host::{self, Text, Value};
use crate::options::TokenReason;
use crate::token;
use crate::validate;

/// A token is renewed when it has less than this left, in milliseconds: it must outlive the request's way.
const LEEWAY_MS: f64 = 5_000.0;

/// What lets the client's requests in.
pub(crate) struct Authorisation {
    renewable: bool,
    held: RefCell<Option<Held>>,
    /// The service refused the last token, and no other came since.
    refused: Cell<bool>,
    /// Kept when the token is refused: the client is still that user's.
    user_id: RefCell<Option<String>>,
}

struct Held {
    token: Text,
    /// Milliseconds since the Unix epoch.
    expires: Option<f64>,
}

impl Authorisation {
    /// With this token for good; or with none, or those that a provider will give.
    pub fn new(token: Option<Text>, renewable: bool) -> Self {
        let held = token.map(|token| Held { token, expires: None });
        Authorisation { renewable, held: RefCell::new(held), refused: Cell::new(false), user_id: RefCell::new(None) }
    }

    /// With this user token for good.
    ///
    /// # Errors
    /// `invalid_token`.
    pub fn of_user(token: Text) -> Result<Self, Error> {
        let user_id = host::string_field(&claims(&token)?, "user_id");
        let authorisation = Authorisation::new(Some(token), false);
        authorisation.user_id.replace(user_id);
        Ok(authorisation)
    }

    /// Whether another token can be had.
    pub fn can_renew(&self) -> bool {
        self.renewable
    }

    /// The token to send, if any; or why the provider is to be asked.
    pub fn current(&self, reason: TokenReason, unix_ms: impl Fn() -> f64) -> Result<Option<Text>, TokenReason> {
        match &*self.held.borrow() {
            Some(held) if held.expires.is_some_and(|at| at - LEEWAY_MS <= unix_ms()) => Err(TokenReason::Expired),
            Some(held) => Ok(Some(held.token.clone())),
            None if !self.renewable => Ok(None),
            None if self.refused.get() => Err(TokenReason::Refused),
            None => Err(reason),
        }
    }

    /// Keeps the token that the provider gave; it is used by the call that hears of it, however soon it expires: another
    /// would be like it.
    pub fn take(&self, given: Result<Text, Value>) -> Result<Text, Error> {
        let token = given
            .map_err(|cause| Error::site(Code::TokenProvider, &["the token provider failed"]).with_cause(cause))?;
        let claims = claims(&token).map_err(|mut error| {
            error.0.code = Code::TokenProvider;
            error.0.kind = Kind::Site;
            error.0.message = validate::concat(["the token provider gave a bad token: ", &error.0.message]);
            error
        })?;
        let expires = host::number_field(&claims, "exp").map(|seconds| seconds * 1_000.0);
        self.refused.set(false);
        self.user_id.replace(host::string_field(&claims, "user_id"));
        self.held.replace(Some(Held { token: token.clone(), expires }));
        Ok(token)
    }

    /// Forgets the token that the service refused, unless another has taken its place already.
    pub fn refuse(&self, token: Option<&Text>) {
        let mut held = self.held.borrow_mut();
        if held.as_ref().map(|held| &held.token) == token {
            *held = None;
            self.refused.set(true);
        }
    }

    /// The user of the token in use; unknown before a provider was first asked.
    pub fn user_id(&self) -> Option<String> {
        self.user_id.borrow().clone()
    }
}

/// The claims of a user token, which must name its user.
fn claims(token: &Text) -> Result<Value, Error> {
    let malformed = |text: &str| Error::input(Code::InvalidToken, &[text]);
    if host::is_empty(token) {
        return Err(malformed("the user token is empty").with_hint("connect once the token has been loaded"));
    }
    let claims = host::claims(token).map_err(token::malformed)?;
    let Some(user_id) = host::string_field(&claims, "user_id") else {
        let mut error = malformed("user_id is missing in user token, or is not a string");
        error.0.kind = Kind::Type;
        return Err(error);
    };
    // It goes into paths and bodies as any other id does.
    validate::id_at(&user_id, "user_id in user token").map_err(|error| malformed(&error.0.message))?;
    Ok(claims)
}
