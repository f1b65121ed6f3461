//! The Rust face's way through a call: does what `call.rs` says, and tells it what came of it.

use alloc::string::String;
use core::cell::RefCell;
use core::pin::pin;

use futures_util::FutureExt;
use futures_util::future::{self, Either, WeakShared, select};

use crate::call::{Answer, Call, Given, Step};
use crate::error::{Error, Phase};
use crate::host::{self, Pending, Signal, Value};
use crate::options::{CallOptions, TokenProvider, TokenReason};
use crate::order::Turn;
use crate::request::Request;
use crate::shared::Shared;
use serde::de::DeserializeOwned;

/// Makes a call whose answer is of this type.
pub(crate) async fn typed<T: DeserializeOwned>(
    core: &Shared,
    request: Request,
    options: &CallOptions,
) -> Result<T, Error> {
    let (call, answer) = run(core, request, options).await?;
    host::from_value(answer.value).map_err(|problem| call.unexpected_type(&problem))
}

/// [`typed`], of one user.
pub(crate) async fn record<T: DeserializeOwned>(
    core: &Shared,
    request: Request,
    options: &CallOptions,
) -> Result<T, Error> {
    let (call, answer) = run(core, request, options).await?;
    host::from_value(host::tidy_record(answer.value)).map_err(|problem| call.unexpected_type(&problem))
}

/// [`typed`], of a page: with the cursor that it ends with, where others follow.
#[cfg(feature = "klaim")]
pub(crate) async fn page<T: DeserializeOwned>(
    core: &Shared,
    request: Request,
    options: &CallOptions,
) -> Result<(Option<String>, T), Error> {
    let (call, answer) = run(core, request, options).await?;
    let cursor = host::member(&answer.value, "lastKey").filter(host::is_object).map(|key| host::stringify(&key));
    let page = host::from_value(answer.value).map_err(|problem| call.unexpected_type(&problem))?;
    Ok((cursor, page))
}

/// Makes a call.
pub(crate) async fn call(core: &Shared, request: Request, options: &CallOptions) -> Result<Answer, Error> {
    Ok(run(core, request, options).await?.1)
}

async fn run(core: &Shared, request: Request, options: &CallOptions) -> Result<(Call, Answer), Error> {
    options.check()?;
    let signal = options.signal.as_ref();
    let turn = orders(&request).map(|id| core.order.join(&id));
    let mut call = Call::begin(core, request, abort_reason(signal), options)?;
    let mut given = match &turn {
        Some(turn) => wait_for(turn, core, call.remaining(core), signal).await,
        None => Given::Nothing,
    };
    loop {
        given = match call.next(core, given)? {
            Step::Done(answer) => return Ok((call, answer)),
            Step::Ask(reason, ms) => ask(core, reason, ms, signal).await,
            Step::Send(outgoing) => core.outside.send(outgoing, signal).await,
            Step::Wait(ms) => core.outside.wait(ms, signal).await.map_or(Given::Nothing, Given::Aborted),
        };
    }
}

fn abort_reason(signal: Option<&Signal>) -> Option<Value> {
    host::abort_reason(signal?)
}

/// The id to which writes go one after the other.
fn orders(request: &Request) -> Option<String> {
    let is_single_write = request.operation.writes() && !request.operation.is_batch();
    (is_single_write && !request.subject.is_empty()).then(|| request.subject.clone())
}

async fn wait_for(turn: &Turn<'_>, core: &Shared, ms: f64, signal: Option<&Signal>) -> Given {
    match select(pin!(turn.come()), core.outside.wait(ms, signal)).await {
        Either::Left(_) => Given::Nothing,
        Either::Right((None, _)) => Given::Elapsed(Phase::Connect),
        Either::Right((Some(reason), _)) => Given::Aborted(reason),
    }
}

async fn ask(core: &Shared, reason: TokenReason, ms: f64, signal: Option<&Signal>) -> Given {
    let Some(provider) = &core.provider else { return Given::Nothing };
    match select(provider.ask(reason), core.outside.wait(ms, signal)).await {
        Either::Left((given, _)) => Given::Token(given.map(|token| token.as_str().into())),
        Either::Right((None, _)) => Given::Elapsed(Phase::Connect),
        Either::Right((Some(reason), _)) => Given::Aborted(reason),
    }
}

type Asked = Pending<'static, Result<String, Value>>;

/// The caller's token provider, asked once for all who wait.
pub(crate) struct Provider {
    provider: TokenProvider,
    asked: RefCell<Option<WeakShared<Asked>>>,
}

impl Provider {
    pub fn new(provider: TokenProvider) -> Self {
        Provider { provider, asked: RefCell::new(None) }
    }

    fn ask(&self, reason: TokenReason) -> future::Shared<Asked> {
        let running = self.asked.borrow().as_ref().and_then(WeakShared::upgrade);
        running.filter(|asked| asked.peek().is_none()).unwrap_or_else(|| {
            let asked = (self.provider)(reason).shared();
            *self.asked.borrow_mut() = asked.downgrade();
            asked
        })
    }
}
