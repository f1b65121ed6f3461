//! The one loop of every call: authorise, send, decode, decide, tell. It is a machine that does nothing itself: it says
//! what to do next, and is given what came of it. `drive.rs` does it in the Rust face, `pkg/src/drive.js` in the package.

#[cfg(feature = "serde")]
use alloc::rc::Rc;

use crate::error::{Code, Error, Kind, Phase, RateLimit};
use crate::host::{self, Failure, Incoming, Outgoing, Text, Value};
#[cfg(feature = "klaim")]
use crate::klaim::Verb;
use crate::options::{CallOptions, Limits, TokenReason};
use crate::request::{Operation, Request};
use crate::response;
use crate::retry::{self, Decision, Hints, Outcome, Progress};
use crate::shared::Shared;
use crate::validate::concat;

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
#[cfg(feature = "serde")]
pub type Listener = Rc<dyn Fn(&Event<'_>)>;
#[cfg(not(feature = "serde"))]
pub(crate) use crate::js::Listener;

/// Milliseconds by which the clock that dates a record may be behind the one that dates a response.
const CLOCK_MARGIN_MS: f64 = 2_000.0;

/// What to do next.
pub(crate) enum Step {
    /// Nothing: this is the answer.
    Done(Answer),
    /// Ask the token provider, for at most so many milliseconds; then give [`Given::Token`].
    Ask(TokenReason, f64),
    /// Send an attempt.
    Send(Outgoing),
    /// Wait for so many milliseconds; then give [`Given::Nothing`].
    Wait(f64),
}

/// What came of the last step.
pub enum Given {
    /// Nothing is to be told: the call begins, or a wait is over, or whoever asked the provider for all has given up.
    Nothing,
    /// What the token provider gave.
    Token(Result<Text, Value>),
    /// A response, read to its end.
    Answer(Incoming),
    /// No whole response.
    Failure(Failure),
    /// The time was up. With [`Phase::Connect`], while the token provider was asked.
    Elapsed(Phase),
    /// The caller's signal fired, for this reason.
    Aborted(Value),
}

/// An answer and how it was come by.
pub(crate) struct Answer {
    pub value: Value,
    /// A deletion found the user gone, after an attempt whose answer was lost.
    pub already_gone: bool,
}

/// A call: as many attempts as its policy allows, within its deadline, until its signal fires.
pub(crate) struct Call {
    request: Request,
    limits: Limits,
    started: f64,
    sent: f64,
    attempts: u32,
    /// What ends the attempt in time is the deadline of the call.
    is_last_moment: bool,
    /// An attempt may have taken effect although no answer said so.
    ambiguous: bool,
    token: Option<Text>,
    token_was_refused: bool,
    /// What to report where the provider has no other token than the one that was refused.
    refusal: Option<Error>,
    /// How a create ended whose user is being read: it may have been created by it all the same.
    unsettled: Option<Error>,
}

impl Call {
    /// Nothing is begun for a caller who has aborted already: then `aborted` is the reason.
    pub fn begin(
        core: &Shared,
        request: Request,
        aborted: Option<Value>,
        options: &CallOptions,
    ) -> Result<Self, Error> {
        if let Some(reason) = aborted {
            return Err(abort(reason));
        }
        Ok(Call {
            request,
            limits: core.limits.with(options),
            started: core.outside.now(),
            sent: 0.0,
            attempts: 0,
            is_last_moment: false,
            ambiguous: false,
            token: None,
            token_was_refused: false,
            refusal: None,
            unsettled: None,
        })
    }

    /// Takes what came of the last step, and says what to do next.
    pub fn next(&mut self, core: &Shared, given: Given) -> Result<Step, Error> {
        let step = match given {
            Given::Nothing => self.authorise(core),
            Given::Token(given) => core.authorisation.take(given).and_then(|token| self.send(core, Some(token))),
            Given::Answer(incoming) => self.answered(core, incoming),
            Given::Failure(failure) => {
                let hints = Hints {
                    should_retry: failure.is_final.then_some(false),
                    // A new connection may be all it takes.
                    retry_after_ms: (failure.broken && core.answered.get() && self.attempts == 1).then_some(0.0),
                };
                let (outcome, error) = response::failure(&self.request, failure, core.is_local());
                self.failed(core, outcome, hints, error)
            }
            Given::Elapsed(Phase::Connect) => Err(self.timeout(true, Phase::Connect)),
            Given::Elapsed(phase) => {
                if self.is_last_moment {
                    // A timer may fire a little early; the deadline is over all the same.
                    self.limits.retries = 0;
                }
                let error = self.timeout(self.is_last_moment, phase);
                self.failed(core, Outcome::Lost, Hints::default(), error)
            }
            Given::Aborted(reason) => Err(abort(reason)),
        };
        step.map_err(|error| {
            let unsettled = self.unsettled.take();
            let unsettled = unsettled.filter(|_| error.0.kind != Kind::Aborted && self.is_told_after(&error));
            let mut error = unsettled.unwrap_or(error);
            error.0.attempts = self.attempts;
            // Whatever ends it now, an earlier attempt may have taken effect.
            error.0.may_have_been_applied |= self.ambiguous;
            error
        })
    }

    fn authorise(&mut self, core: &Shared) -> Result<Step, Error> {
        let reason = if self.token_was_refused { TokenReason::Refused } else { TokenReason::Initial };
        match core.authorisation.current(reason, || core.unix_ms()) {
            Ok(token) => self.send(core, token),
            Err(reason) => Ok(Step::Ask(reason, self.remaining(core))),
        }
    }

    fn send(&mut self, core: &Shared, token: Option<Text>) -> Result<Step, Error> {
        if let Some(error) = self.refusal.take()
            && self.token == token
        {
            // The provider has no other.
            return Err(error);
        }
        if self.request.subject.is_empty() && !self.request.operation.is_klaim() {
            self.request.subject = core.authorisation.user_id().ok_or_else(anonymous)?;
        }
        let remaining = self.remaining(core);
        if remaining <= 0.0 {
            return Err(self.timeout(true, Phase::Connect));
        }
        self.token = token.clone();
        self.attempts += 1;
        let path = self.request.path();
        let (operation, attempt) = (self.request.operation, self.attempts);
        if let Some(listener) = core.listener() {
            tell(&listener, &Event::Request { operation, path: &path, attempt });
        }
        self.sent = core.outside.now();
        self.is_last_moment = remaining <= self.limits.timeout;
        Ok(Step::Send(Outgoing {
            method: operation.method(),
            url: concat([&core.root, &path, &core.parameters, self.request.query()]),
            body: self.request.body(),
            token,
            limit_ms: if self.is_last_moment { remaining } else { self.limits.timeout },
            max_answer_bytes: response::max_answer_bytes(operation),
            terse: self.request.terse,
        }))
    }

    fn answered(&mut self, core: &Shared, incoming: Incoming) -> Result<Step, Error> {
        core.answered.set(true);
        let rate_limit = response::rate_limit(&incoming.headers);
        if rate_limit.is_some() {
            core.rate_limit.set(rate_limit);
        }
        let is_import = cfg!(feature = "sign") && self.request.operation == Operation::AddUsers;
        if !self.request.operation.is_klaim()
            && (core.authorisation.can_renew() || self.request.reconcile || is_import)
            && let Some(date) = host::date_header(&incoming.headers, "date")
        {
            // Tokens expire, records are dated and limits end by the service's clock; the local one may be off by hours.
            core.skew.set(date - core.outside.unix_ms());
        }
        if let Some(listener) = core.listener() {
            let event = Event::Response {
                operation: self.request.operation,
                path: &self.request.path(),
                attempt: self.attempts,
                status: incoming.status,
                elapsed_ms: core.outside.now() - self.sent,
                rate_limit,
            };
            tell(&listener, &event);
        }
        match response::decode(&self.request, incoming, rate_limit, core.outside.unix_ms()) {
            Ok(value) => {
                core.budget.set(retry::refund(core.budget.get()));
                if let Some(error) = self.unsettled.take()
                    && !self.is_own_work(core, &value)
                {
                    return Err(error);
                }
                Ok(Step::Done(Answer { value, already_gone: false }))
            }
            Err((outcome, hints, error)) => self.failed(core, outcome, hints, error),
        }
    }

    fn failed(&mut self, core: &Shared, outcome: Outcome, hints: Hints, mut error: Error) -> Result<Step, Error> {
        let operation = self.request.operation;
        if operation.deletes() && outcome == Outcome::Status(404) && self.ambiguous {
            // The attempt whose answer was lost has done the work.
            return Ok(Step::Done(Answer { value: host::empty_object(), already_gone: true }));
        }
        self.ambiguous |= error.0.may_have_been_applied;
        error.0.retryable = retry::is_transient(operation, outcome, hints);
        error.0.attempts = self.attempts;
        if !operation.is_klaim()
            && response::refuses_token(&error)
            && !self.token_was_refused
            && core.authorisation.can_renew()
        {
            // Once, and apart from the retries: the provider may have a token that the service accepts.
            self.token_was_refused = true;
            core.authorisation.refuse(self.token.as_ref());
            self.refusal = Some(error);
            return self.authorise(core);
        }
        match self.decide(core, outcome, hints) {
            Decision::Stop => {
                let error = self.conclude(outcome, error);
                #[cfg(feature = "klaim")]
                if operation == Operation::Klaim(Verb::GetOrCreate) && outcome == Outcome::Status(409) {
                    self.request.operation = Operation::Klaim(Verb::Get);
                    // The reading has retries of its own.
                    self.limits.retries = self.limits.retries.saturating_add(self.attempts);
                    self.unsettled = Some(error);
                    return self.authorise(core);
                }
                let may_exist = self.ambiguous || outcome == Outcome::Status(409);
                if operation.is_klaim() || !(self.request.reconcile && may_exist && operation == Operation::Create) {
                    return Err(error);
                }
                self.request.operation = Operation::Get;
                self.unsettled = Some(error);
                self.authorise(core)
            }
            Decision::After(delay_ms) => {
                if let Some(listener) = core.listener() {
                    let (path, attempt) = (&self.request.path(), self.attempts);
                    tell(&listener, &Event::Retry { operation, path, attempt, delay_ms, error: &error });
                }
                if delay_ms > 0.0 { Ok(Step::Wait(delay_ms)) } else { self.authorise(core) }
            }
        }
    }

    /// Whether the caller is told how the create ended although reading its user failed with this. Of Klaim's, only where
    /// nobody has the id: then the conflict was over the email. Otherwise the caller wants the user, and is told why it
    /// cannot be read.
    fn is_told_after(&self, error: &Error) -> bool {
        !self.request.operation.is_klaim() || error.0.code == Code::NotFound
    }

    /// Whether a user that was read is the one that this create asked for: with the same data, and not older than the call.
    fn is_own_work(&self, core: &Shared, record: &Value) -> bool {
        // Klaim's is asked for whoever has made it.
        if self.request.operation.is_klaim() {
            return true;
        }
        let begun = core.unix_ms() - (core.outside.now() - self.started);
        let is_new = host::time_field(record, "created_at").is_some_and(|created| created >= begun - CLOCK_MARGIN_MS);
        is_new && self.request.text.as_ref().is_some_and(|data| host::has_data(record, data))
    }

    fn decide(&self, core: &Shared, outcome: Outcome, hints: Hints) -> Decision {
        let operation = self.request.operation;
        if retry::is_transient(operation, outcome, hints) {
            core.budget.set(retry::spend(core.budget.get()));
        }
        let progress = Progress {
            attempts: self.attempts,
            retries: self.limits.retries,
            remaining_ms: self.remaining(core),
            budget: core.budget.get(),
        };
        retry::decide(operation, outcome, hints, &progress, core.outside.random())
    }

    /// The error that the caller sees: a create whose answer was lost has a code of its own.
    fn conclude(&self, outcome: Outcome, mut error: Error) -> Error {
        if outcome == Outcome::Lost
            && self.ambiguous
            && let Some(hint) = self.request.operation.hint_when_lost()
        {
            error.0.code = Code::OutcomeUnknown;
            error.0.hint = Some(hint);
        }
        error
    }

    /// The error for an answer that is not of the type its reader asks for.
    #[cfg(feature = "serde")]
    pub fn unexpected_type(&self, problem: &str) -> Error {
        let mut error = response::unexpected_type(&self.request, problem);
        error.0.attempts = self.attempts;
        error
    }

    fn timeout(&self, whole_call: bool, phase: Phase) -> Error {
        let limit = if whole_call { self.limits.deadline } else { self.limits.timeout };
        response::timeout(&self.request, limit, whole_call, phase)
    }

    pub fn remaining(&self, core: &Shared) -> f64 {
        (self.started + self.limits.deadline - core.outside.now()).max(0.0)
    }
}

#[cfg(feature = "serde")]
fn tell(listener: &Listener, event: &Event<'_>) {
    listener(event);
}
#[cfg(not(feature = "serde"))]
use crate::js::tell;

fn abort(reason: Value) -> Error {
    Error::new(Kind::Aborted, Code::Internal, &["the call was aborted"]).with_cause(reason)
}

fn anonymous() -> Error {
    Error::site(Code::WrongSide, &["setUser needs a user token, but this client is anonymous"])
        .with_hint("pass a user token to connect")
}
