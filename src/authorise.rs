//! Which token goes with a request: the client's own, or the provider's, asked once for many callers.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::future::poll_fn;
use core::task::{Poll, Waker};

use crate::error::{Code, Error};
use crate::host::{self, Value};
use crate::options::{Credentials, TokenProvider, TokenReason};
use crate::token;
use crate::validate;

/// A token is taken as expired this long before it is, so that it does not expire on its way.
const LEEWAY_MS: f64 = 5_000.0;

pub(crate) struct Authorisation {
    source: Source,
    /// The user of the token in use.
    user_id: RefCell<Option<String>>,
}

enum Source {
    None,
    Fixed(Rc<str>),
    Provider(Provider),
}

struct Provider {
    ask: TokenProvider,
    held: RefCell<Option<Held>>,
    /// Why the next token is asked for, where that is known already.
    refused: Cell<bool>,
    asking: Cell<bool>,
    /// How many questions have been answered, with a token or a failure.
    answered: Cell<u32>,
    /// How the last question ended, for those who waited for it.
    failed: RefCell<Option<Error>>,
    waiting: RefCell<Vec<Waker>>,
}

#[derive(Clone)]
struct Held {
    token: Rc<str>,
    /// Milliseconds since the Unix epoch.
    expires: Option<f64>,
    user_id: Option<String>,
}

impl Authorisation {
    /// `server_token` is what a secret signs; `user_id` is that of a fixed token.
    pub fn new(credentials: Credentials, server_token: impl FnOnce(&str) -> Rc<str>, user_id: Option<String>) -> Self {
        let source = match credentials {
            Credentials::None => Source::None,
            Credentials::Secret(secret) => Source::Fixed(server_token(&secret)),
            Credentials::Token(token) => Source::Fixed(token),
            Credentials::Provider(ask) => Source::Provider(Provider {
                ask,
                held: RefCell::new(None),
                refused: Cell::new(false),
                asking: Cell::new(false),
                answered: Cell::new(0),
                failed: RefCell::new(None),
                waiting: RefCell::new(Vec::new()),
            }),
        };
        Authorisation { source, user_id: RefCell::new(user_id) }
    }

    /// Whether another token can be had.
    pub fn can_renew(&self) -> bool {
        matches!(self.source, Source::Provider(_))
    }

    /// Forgets the token that the service refused, unless another has taken its place already.
    pub fn refuse(&self, token: Option<&str>) {
        if let Source::Provider(provider) = &self.source {
            let mut held = provider.held.borrow_mut();
            if held.as_ref().map(|held| &*held.token) == token {
                *held = None;
                provider.refused.set(true);
            }
        }
    }

    /// The token to send, if any.
    pub async fn token(&self, reason: TokenReason, unix_ms: f64) -> Result<Option<Rc<str>>, Error> {
        match &self.source {
            Source::None => Ok(None),
            Source::Fixed(token) => Ok(Some(token.clone())),
            Source::Provider(provider) => {
                let held = provider.token(reason, unix_ms).await?;
                *self.user_id.borrow_mut() = held.user_id;
                Ok(Some(held.token))
            }
        }
    }

    /// The user of the token in use; unknown before a provider was first asked.
    pub fn user_id(&self) -> Option<String> {
        self.user_id.borrow().clone()
    }
}

impl Provider {
    async fn token(&self, reason: TokenReason, unix_ms: f64) -> Result<Held, Error> {
        loop {
            let held = self.held.borrow().clone();
            let reason = match held {
                Some(held) if held.expires.is_none_or(|at| at - LEEWAY_MS > unix_ms) => return Ok(held),
                Some(_) => TokenReason::Expired,
                None if self.refused.get() => TokenReason::Refused,
                None => reason,
            };
            if !self.asking.get() {
                return self.ask(reason).await;
            }
            let answered = self.answered.get();
            self.wait().await;
            if answered == self.answered.get() {
                // The call that was asking has been aborted.
                continue;
            }
            if let Some(error) = self.failed.borrow().clone() {
                return Err(error);
            }
            // As fresh as a token of this provider is: asking again would only give another like it.
            if let Some(held) = self.held.borrow().clone() {
                return Ok(held);
            }
        }
    }

    /// Asks the provider, on behalf of all who wait.
    async fn ask(&self, reason: TokenReason) -> Result<Held, Error> {
        // Dropped when the asking call is aborted: those who wait then ask for themselves.
        let _turn = Turn::take(self);
        let result = (self.ask)(reason).await.map_err(provider_failed).and_then(check);
        self.answered.set(self.answered.get().wrapping_add(1));
        match result {
            Ok(held) => {
                self.refused.set(false);
                *self.held.borrow_mut() = Some(held.clone());
                Ok(held)
            }
            Err(error) => {
                *self.failed.borrow_mut() = Some(error.clone());
                Err(error)
            }
        }
    }

    async fn wait(&self) {
        poll_fn(|context| {
            if !self.asking.get() {
                return Poll::Ready(());
            }
            self.waiting.borrow_mut().push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

struct Turn<'a>(&'a Provider);

impl<'a> Turn<'a> {
    fn take(provider: &'a Provider) -> Self {
        provider.asking.set(true);
        *provider.failed.borrow_mut() = None;
        Turn(provider)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.asking.set(false);
        let waiting = core::mem::take(&mut *self.0.waiting.borrow_mut());
        waiting.into_iter().for_each(Waker::wake);
    }
}

fn provider_failed(cause: Value) -> Error {
    Error::site(Code::TokenProvider, "the token provider failed").with_cause(cause)
}

fn check(token: String) -> Result<Held, Error> {
    let refused = |error: Error| {
        let mut error = error;
        error.0.code = Code::TokenProvider;
        error.0.kind = crate::error::Kind::Site;
        error.0.message = crate::validate::concat(["the token provider gave a bad token: ", &error.0.message]);
        error
    };
    let claims = claims(&token).map_err(refused)?;
    let expires = host::number_field(&claims, "exp").map(|seconds| seconds * 1_000.0);
    Ok(Held { token: token.into(), expires, user_id: host::string_field(&claims, "user_id") })
}

/// The claims of a user token, which must name its user.
pub(crate) fn claims(token: &str) -> Result<Value, Error> {
    let malformed = |text: &str| Error::input(Code::InvalidToken, text);
    if token.is_empty() {
        return Err(malformed("the user token is empty").with_hint("connect once the token has been loaded"));
    }
    let parts = token::decode(token)?;
    let text = String::from_utf8(parts.claims).unwrap_or_default();
    let claims = host::parse(&text).filter(host::is_object);
    let claims = claims.ok_or_else(|| malformed("token is malformed: its claims are not a JSON object"))?;
    let Some(user_id) = host::string_field(&claims, "user_id") else {
        let mut error = malformed("user_id is missing in user token, or is not a string");
        error.0.kind = crate::error::Kind::Type;
        return Err(error);
    };
    // It goes into paths and bodies as any other id does.
    validate::id_at(&user_id, "user_id in user token").map_err(|error| malformed(&error.0.message))?;
    Ok(claims)
}
