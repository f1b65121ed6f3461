//! The way through a call, with futures: does what the machine says, and tells it what came of it.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use core::pin::pin;

use futures_util::future::{Either, select};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use user_handle_core::call::{Call, ClientState, Done, Service, Step, unexpected_type};
use user_handle_core::rules::options::TokenReason;
use user_handle_core::rules::{self, Phase};
use user_handle_core::wire::{AttemptRequest, Host};

use super::check::{cannot_be_written, check};
use super::{CallOptions, Error, TokenProvider};
use crate::host::{Outside, Pending, Signal, StepResult, Text, Value};

/// Data as a type, or what is wrong with it and where.
pub(super) fn read_with_place<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    data: D,
    text: impl FnOnce(D::Error) -> String,
) -> Result<T, String> {
    serde_path_to_error::deserialize(data).map_err(|error| {
        let place = error.path().to_string();
        let problem = text(error.into_inner());
        if place == "." { problem } else { [place, problem].join(": ") }
    })
}

/// What a host has beside its values: ways to send and to wait.
pub(crate) trait AsyncHost: Host {
    fn send(&self, request: AttemptRequest<Self>, signal: Option<&Signal>) -> Pending<'_, StepResult>;

    /// Ends after `ms`, or with the reason when the signal fires.
    fn wait(&self, ms: f64, signal: Option<&Signal>) -> Pending<'static, Option<Value>>;

    /// Ends when it is woken, after `ms`, or when the signal fires.
    fn park(&self, ms: f64, signal: Option<&Signal>) -> (Self::Waker, Pending<'static, StepResult>);

    /// The reason, where the signal has fired.
    fn abort_reason(signal: &Signal) -> Option<Value>;

    fn to_value<T: Serialize>(data: &T) -> Result<Value, String>;

    /// The value as JSON of the program's own types; what goes wrong is told with its place.
    fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, String>;
}

/// A client.
pub(crate) struct BaseClient<S> {
    pub state: ClientState<Outside, S>,
    pub provider: Option<TokenProvider>,
    pub headers: Headers,
}

/// The headers of callers, by names in lower case.
#[derive(Clone, Default, Serialize)]
pub(crate) struct Headers(BTreeMap<String, String>);

impl Headers {
    /// These, with others that go before them.
    ///
    /// # Errors
    /// `invalid_option`.
    pub fn with<S: Service>(mut self, more: &[(String, String)]) -> Result<Self, Error> {
        for (name, value) in more {
            rules::headers::check(name, value, S::OWN_HEADERS)?;
            self.0.insert(name.to_ascii_lowercase(), value.clone());
        }
        Ok(self)
    }
}

type Request = user_handle_core::wire::Request<Outside>;

/// Data, validated and written.
pub(crate) fn to_text<T: Serialize>(data: &T, path: &str) -> Result<Text, Error> {
    Outside::write_data(&to_value(data, path)?, path)
}

pub(crate) fn to_value<T: Serialize>(data: &T, path: &str) -> Result<Value, Error> {
    check(data, path)?;
    Ok(<Outside as AsyncHost>::to_value(data).map_err(|problem| cannot_be_written(path, &problem))?)
}

/// Makes a call whose answer is of this type.
pub(crate) async fn typed<T: DeserializeOwned, S: Service>(
    client: &BaseClient<S>,
    request: Request,
    options: &CallOptions,
) -> Result<T, Error> {
    Ok(typed_with(client, request, options, |_| ()).await?.0)
}

/// [`typed`], with what `read` makes of the answer before it is of that type.
pub(crate) async fn typed_with<T: DeserializeOwned, More, S: Service>(
    client: &BaseClient<S>,
    request: Request,
    options: &CallOptions,
    read: impl FnOnce(&Value) -> More,
) -> Result<(T, More), Error> {
    let (running, done) = run(client, request, options).await?;
    let more = read(&done.value);
    Ok((running.read(done.value)?, more))
}

/// Makes a call.
pub(crate) async fn call<S: Service>(
    client: &BaseClient<S>,
    request: Request,
    options: &CallOptions,
) -> Result<Done<Outside>, Error> {
    Ok(run(client, request, options).await?.1)
}

/// A call that gives up its places when it is dropped before it has ended.
struct Running<'a, S: Service> {
    client: &'a BaseClient<S>,
    call: Box<Call<Outside>>,
}

impl<S: Service> Running<'_, S> {
    fn read<T: DeserializeOwned>(&self, value: Value) -> Result<T, Error> {
        Outside::from_value(value)
            .map_err(|problem| unexpected_type(&self.call.request, &problem).with_attempts(self.call.attempts()).into())
    }
}

impl<S: Service> Drop for Running<'_, S> {
    fn drop(&mut self) {
        self.call.abandon(&self.client.state);
    }
}

async fn run<'a, S: Service>(
    client: &'a BaseClient<S>,
    request: Request,
    options: &CallOptions,
) -> Result<(Running<'a, S>, Done<Outside>), Error> {
    let state = &client.state;
    let limits = options.limits(state.limits)?;
    let headers = client.headers.clone().with::<S>(&options.headers)?;
    let headers = to_value(&headers, "headers")?;
    let signal = options.signal.as_ref();
    let aborted = signal.and_then(Outside::abort_reason);
    let mut running = Running { client, call: Call::begin(state, request, aborted, limits)? };
    let mut result = StepResult::Continue;
    loop {
        let step = running.call.next(state, result);
        if let Ok(Step::Done(_)) | Err(_) = &step {
            running.call.tell_end(state, step.as_ref().err());
        }
        result = match step? {
            Step::Done(done) => return Ok((running, done)),
            Step::AskForToken(reason, ms) => ask(client, reason, ms, signal).await,
            Step::Send(mut request) => {
                request.headers = Some(headers.clone());
                state.host.send(request, signal).await
            }
            Step::Wait(ms) => state.host.wait(ms, signal).await.map_or(StepResult::Continue, StepResult::Aborted),
            Step::Park(ms) => {
                let (waker, parked) = state.host.park(ms, signal);
                running.call.park(state, waker);
                parked.await
            }
        };
    }
}

async fn ask<S>(client: &BaseClient<S>, reason: TokenReason, ms: f64, signal: Option<&Signal>) -> StepResult {
    let Some(provider) = &client.provider else { return StepResult::Continue };
    match select(pin!(provider(reason)), client.state.host.wait(ms, signal)).await {
        Either::Left((given, _)) => StepResult::Token(given.map(|token| token.as_str().into())),
        Either::Right((None, _)) => StepResult::TimedOut(Phase::Connect),
        Either::Right((Some(reason), _)) => StepResult::Aborted(reason),
    }
}
