//! The Rust face's way through a call: does what `call.rs` says, and tells it what came of it.

use alloc::string::String;
use core::cell::RefCell;

use futures_util::FutureExt;
use futures_util::future::{self, Either, WeakShared, select};

use crate::call::{Answer, Call, Given, Step};
use crate::error::{Error, Phase};
use crate::host::{self, Pending, Signal, Value};
use crate::options::{CallOptions, TokenProvider, TokenReason};
use crate::request::Request;
use crate::shared::Shared;

/// Makes a call.
pub(crate) async fn call(core: &Shared, request: Request, options: &CallOptions) -> Result<Answer, Error> {
    options.check()?;
    let signal = options.signal.as_ref();
    let mut call = Call::begin(core, request, abort_reason(signal), options)?;
    let mut given = Given::Nothing;
    loop {
        given = match call.next(core, given)? {
            Step::Done(answer) => return Ok(answer),
            Step::Ask(reason, ms) => ask(core, reason, ms, signal).await,
            Step::Send(outgoing) => core.outside.send(outgoing, signal).await,
            Step::Wait(ms) => core.outside.wait(ms, signal).await.map_or(Given::Nothing, Given::Aborted),
        };
    }
}

fn abort_reason(signal: Option<&Signal>) -> Option<Value> {
    host::abort_reason(signal?)
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
