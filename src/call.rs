//! The one loop of every call: authorise, send, decode, decide, tell.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use core::cell::{Cell, RefCell};
use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::Poll;

use crate::authorise::Authorisation;
use crate::error::{Code, Error, Kind, Phase, RateLimit};
use crate::host::{self, Host, Incoming, Interrupt, Outgoing, Value};
use crate::options::{CallOptions, Limits, TokenReason};
use crate::request::{Operation, Request};
use crate::response;
use crate::retry::{self, Decision, Hints, Outcome, Progress};

/// What happens during a call. No event carries a token, a secret or the API key.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// An attempt is about to be sent.
    Request {
        /// What is asked.
        operation: Operation,
        /// Behind the API root and version.
        path: &'a str,
        /// 1 for the first.
        attempt: u32,
    },
    /// A response arrived whole, a success or not.
    Response {
        /// What was asked.
        operation: Operation,
        /// Behind the API root and version.
        path: &'a str,
        /// 1 for the first.
        attempt: u32,
        /// The HTTP status.
        status: u16,
        /// Milliseconds since the attempt was sent.
        elapsed_ms: f64,
        /// The limits that the response carried.
        rate_limit: Option<RateLimit>,
    },
    /// An attempt failed and another follows.
    Retry {
        /// What was asked.
        operation: Operation,
        /// Behind the API root and version.
        path: &'a str,
        /// The attempt that failed.
        attempt: u32,
        /// Milliseconds until the next.
        delay_ms: f64,
        /// Why it failed.
        error: &'a Error,
    },
}

/// Hears of events.
pub type Listener = Rc<dyn Fn(&Event<'_>)>;

/// What all handles of one client share.
pub(crate) struct Core {
    pub host: Box<dyn Host>,
    /// The API root and version, with a final slash.
    pub root: String,
    /// The parameters of every request, from the question mark on.
    pub parameters: String,
    pub authorisation: Authorisation,
    pub limits: Limits,
    pub listener: RefCell<Option<Listener>>,
    pub rate_limit: Cell<Option<RateLimit>>,
    pub budget: Cell<f64>,
}

/// An answer and how it was come by.
pub(crate) struct Answer {
    pub value: Value,
    /// A deletion found the user gone, after an attempt whose answer was lost.
    pub already_gone: bool,
}

/// Makes a call: as many attempts as its policy allows, within its deadline, until its signal fires.
pub(crate) async fn call(core: &Core, request: &Request, options: &CallOptions) -> Result<Answer, Error> {
    let mut call = Call::begin(core, request, options)?;
    call.run().await.map_err(|mut error| {
        error.0.attempts = call.attempts;
        error
    })
}

/// The user of the token, asking the provider for one. What that took is taken off the deadline in `options`.
pub(crate) async fn user_of_token(core: &Core, options: &mut CallOptions) -> Result<Option<String>, Error> {
    let request = Request::of_token_user();
    let call = Call::begin(core, &request, options)?;
    call.token().await?;
    let remaining = call.remaining().max(1.0);
    options.deadline_ms = Some(remaining);
    Ok(core.authorisation.user_id())
}

struct Call<'a> {
    core: &'a Core,
    request: &'a Request,
    options: &'a CallOptions,
    limits: Limits,
    started: f64,
    attempts: u32,
    /// An attempt may have taken effect although no answer said so.
    ambiguous: bool,
    token_was_refused: bool,
    /// The token that was refused, and the error to report where the provider has no other.
    refused: Option<(Option<Rc<str>>, Error)>,
}

impl<'a> Call<'a> {
    /// Nothing is begun for a caller who has aborted already.
    fn begin(core: &'a Core, request: &'a Request, options: &'a CallOptions) -> Result<Self, Error> {
        options.check()?;
        if let Some(reason) = options.signal.as_ref().and_then(host::abort_reason) {
            return Err(aborted(reason));
        }
        Ok(Call {
            core,
            request,
            options,
            limits: core.limits.with(options),
            started: core.host.now(),
            attempts: 0,
            ambiguous: false,
            token_was_refused: false,
            refused: None,
        })
    }

    async fn run(&mut self) -> Result<Answer, Error> {
        loop {
            let token = self.token().await.map_err(|error| self.after_attempts(error))?;
            if let Some((refused, error)) = self.refused.take()
                && refused == token
            {
                // The provider has no other.
                return Err(error);
            }
            let (outcome, hints, mut error) = match self.attempt(token.clone()).await {
                Ok(value) => {
                    self.core.budget.set(retry::refund(self.core.budget.get()));
                    return Ok(Answer { value, already_gone: false });
                }
                Err(Ended::Aborted(reason)) => return Err(aborted(reason)),
                Err(Ended::Failed(outcome, hints, error)) => (outcome, hints, error),
            };
            if self.found_gone(outcome) {
                return Ok(Answer { value: host::empty_object(), already_gone: true });
            }
            self.ambiguous |= error.0.may_have_been_applied;
            error.0.retryable = retry::is_transient(self.request.operation, outcome, hints);
            error.0.attempts = self.attempts;
            if response::refuses_token(&error) && !self.token_was_refused && self.core.authorisation.can_renew() {
                // Once, and apart from the retries: the provider may have a token that the service accepts.
                self.token_was_refused = true;
                self.core.authorisation.refuse(token.as_deref());
                self.refused = Some((token, error));
                continue;
            }
            match self.decide(outcome, hints) {
                Decision::Stop => return Err(self.conclude(outcome, error)),
                Decision::After(delay_ms) => self.wait(delay_ms, &error).await?,
            }
        }
    }

    /// An earlier attempt of this call may have taken effect, whatever ends it now.
    fn after_attempts(&self, mut error: Error) -> Error {
        error.0.may_have_been_applied |= self.ambiguous;
        error
    }

    async fn token(&self) -> Result<Option<Rc<str>>, Error> {
        let reason = if self.token_was_refused { TokenReason::Refused } else { TokenReason::Initial };
        let authorise = self.core.authorisation.token(reason, self.core.host.unix_ms());
        match self.within(self.remaining(), authorise).await {
            Ok(result) => result,
            Err(Interrupt::Aborted(reason)) => Err(aborted(reason)),
            Err(Interrupt::Elapsed) => Err(self.timeout(true, Phase::Connect)),
        }
    }

    async fn attempt(&mut self, token: Option<Rc<str>>) -> Result<Value, Ended> {
        let Call { core, request, .. } = *self;
        self.attempts += 1;
        let attempt = self.attempts;
        core.tell(|| Event::Request { operation: request.operation, path: &request.path, attempt });
        let phase = Rc::new(Cell::new(Phase::Headers));
        let outgoing = Outgoing {
            method: request.operation.method(),
            url: crate::validate::concat([&core.root, &request.path, &core.parameters, &request.query]),
            body: request.body.clone(),
            token,
            max_answer_bytes: response::max_answer_bytes(request.operation),
            phase: phase.clone(),
        };
        let remaining = self.remaining();
        let limit = self.limits.timeout.min(remaining);
        let sent = core.host.now();
        let incoming = match self.within(limit, core.host.send(outgoing)).await {
            Ok(Ok(incoming)) => incoming,
            Ok(Err(failure)) => {
                let (outcome, error) = response::failure(request, failure, core.is_local());
                return Err(Ended::Failed(outcome, Hints::default(), error));
            }
            Err(Interrupt::Aborted(reason)) => return Err(Ended::Aborted(reason)),
            Err(Interrupt::Elapsed) => {
                let error = self.timeout(remaining <= self.limits.timeout, phase.get());
                return Err(Ended::Failed(Outcome::Lost, Hints::default(), error));
            }
        };
        self.told(&incoming, sent);
        response::decode(request, incoming, core.host.unix_ms())
            .map_err(|(outcome, hints, error)| Ended::Failed(outcome, hints, error))
    }

    /// Notes what every response carries, and tells of it.
    fn told(&self, incoming: &Incoming, sent: f64) {
        let rate_limit = response::rate_limit(&incoming.headers);
        if rate_limit.is_some() {
            self.core.rate_limit.set(rate_limit);
        }
        self.core.tell(|| Event::Response {
            operation: self.request.operation,
            path: &self.request.path,
            attempt: self.attempts,
            status: incoming.status,
            elapsed_ms: self.core.host.now() - sent,
            rate_limit,
        });
    }

    /// A deletion whose first answer was lost and that now finds no user has done its work.
    fn found_gone(&self, outcome: Outcome) -> bool {
        self.request.operation == Operation::Delete && outcome == Outcome::Status(404) && self.ambiguous
    }

    fn decide(&self, outcome: Outcome, hints: Hints) -> Decision {
        let operation = self.request.operation;
        if retry::is_transient(operation, outcome, hints) {
            self.core.budget.set(retry::spend(self.core.budget.get()));
        }
        let progress = Progress {
            attempts: self.attempts,
            retries: self.limits.retries,
            remaining_ms: self.remaining(),
            budget: self.core.budget.get(),
        };
        retry::decide(operation, outcome, hints, &progress, self.core.host.random())
    }

    async fn wait(&self, delay_ms: f64, error: &Error) -> Result<(), Error> {
        self.core.tell(|| Event::Retry {
            operation: self.request.operation,
            path: &self.request.path,
            attempt: self.attempts,
            delay_ms,
            error,
        });
        if delay_ms <= 0.0 {
            return Ok(());
        }
        match self.core.host.interrupt(delay_ms, self.options.signal.as_ref()).await {
            Interrupt::Elapsed => Ok(()),
            Interrupt::Aborted(reason) => Err(aborted(reason)),
        }
    }

    /// The error that the caller sees: a create whose answer was lost has a code of its own.
    fn conclude(&self, outcome: Outcome, mut error: Error) -> Error {
        error = self.after_attempts(error);
        if self.request.operation == Operation::Create && outcome == Outcome::Lost && error.0.may_have_been_applied {
            error.0.code = Code::OutcomeUnknown;
            error.0.hint = Some("read the user to see whether it was created, or use getOrCreate");
        }
        error
    }

    fn timeout(&self, whole_call: bool, phase: Phase) -> Error {
        let limit = if whole_call { self.limits.deadline } else { self.limits.timeout };
        let mut error = response::timeout(self.request, limit, whole_call, phase);
        error.0.may_have_been_applied &= phase != Phase::Connect;
        error
    }

    fn remaining(&self) -> f64 {
        self.started + self.limits.deadline - self.core.host.now()
    }

    /// Runs `work` until it ends, the time is up or the caller aborts; what is left of it is dropped.
    async fn within<T>(&self, ms: f64, work: impl Future<Output = T>) -> Result<T, Interrupt> {
        let mut interrupt = self.core.host.interrupt(ms.max(0.0), self.options.signal.as_ref());
        let mut work = pin!(work);
        poll_fn(|context| {
            if let Poll::Ready(result) = work.as_mut().poll(context) {
                return Poll::Ready(Ok(result));
            }
            interrupt.as_mut().poll(context).map(Err)
        })
        .await
    }
}

enum Ended {
    Aborted(Value),
    Failed(Outcome, Hints, Error),
}

fn aborted(reason: Value) -> Error {
    Error::new(Kind::Aborted, Code::Internal, "the call was aborted").with_cause(reason)
}

impl Core {
    fn tell<'e>(&self, event: impl FnOnce() -> Event<'e>) {
        // Cloned, so that a listener may change the listeners.
        let listener = self.listener.borrow().clone();
        if let Some(listener) = listener {
            listener(&event());
        }
    }

    fn is_local(&self) -> bool {
        self.root.starts_with("http://")
    }
}
