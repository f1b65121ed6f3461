//! The state machine of a call: it says what to do next, and its driver does that and reports the result. How it takes turns with
//! other calls is in `turns.rs`.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::client::{ClientState, SharedResult};
use super::decode::{self, FailedAttempt};
use super::line_keys::{TOKEN, forget_reads, read_key};
use super::retry::{self, Decision, Ending, Progress};
use super::service::Service;
use super::step::{Done, Step, StepResult};
use super::waiting_line::Place;
use crate::rules::options::{CallLimits, TokenReason};
use crate::rules::text::concat;
use crate::rules::{Code, Error, Kind, Phase, validate};
use crate::wire::headers::{RetryHints, rate_limit};
use crate::wire::operation::{Subject, Then};
use crate::wire::request::id_hash;
use crate::wire::{Answer, AttemptRequest, Body, CallError, Effect, Event, Host, Operation, Request, body};

/// Milliseconds by which the clock that dates a record may be behind the one that dates a response.
const CLOCK_MARGIN_MS: f64 = 2_000.0;
/// Milliseconds after which a call looks a second time for calls that are no longer driven. Timers that are late do not fire in
/// the order in which they are due: before the second look, those of calls that are still driven have fired.
const SECOND_LOOK_MS: f64 = 10.0;
/// Where a call has waited for the token all of its time.
const TOKEN_HINT: &str = "the token provider gave no token; it must not wait for a call of its own client";

/// A call: as many attempts as its policy allows, within its deadline, until its signal fires.
pub struct Call<H: Host> {
    /// What is asked.
    pub request: Request<H>,
    /// Which call of its client it is, from 1.
    call_id: u32,
    pub(super) limits: CallLimits,
    started_at: f64,
    sent_at: f64,
    attempts: u32,
    /// The attempt has no longer than what is left until the call's deadline: its timeout is the deadline.
    timeout_is_deadline: bool,
    /// An attempt may have taken effect although no answer said so.
    may_have_been_applied: bool,
    token: Option<H::Text>,
    token_was_refused: bool,
    /// The error to report if the provider gives the refused token again.
    refusal: Option<CallError<H>>,
    /// The operation's error while the user is read after it: it is reported unless the read settles the matter.
    original_error: Option<CallError<H>>,
    /// When the call first looked for others that are no longer driven, where it is to look again.
    first_look: Option<f64>,
    /// The place in the line: of a write, or of a read whose result is shared with equal reads.
    pub(super) place: Option<Place>,
    /// The place in the line of those that ask for a token.
    pub(super) token_place: Option<Place>,
}

impl<H: Host> Call<H> {
    /// Begins a call. If the caller's signal has fired already, `aborted` is its reason, and nothing is begun.
    ///
    /// # Errors
    /// The caller's abort.
    pub fn begin<S: Service>(
        client: &ClientState<H, S>,
        mut request: Request<H>,
        aborted: Option<H::Value>,
        limits: CallLimits,
    ) -> Result<Box<Self>, CallError<H>> {
        if let Some(reason) = aborted {
            return Err(CallError::aborted(reason));
        }
        let started_at = client.host.now();
        let due = started_at + limits.longest_call_ms();
        let keys = core::mem::take(&mut request.write_keys);
        let mut line = client.line.borrow_mut();
        for key in &keys {
            forget_reads(&mut line, *key);
        }
        let place = if request.is_shared {
            let share_key = concat([request.operation.name, " ", &request.subject, &request.query]);
            let key = read_key(id_hash(&request.subject), !request.query.is_empty());
            Some(line.join(Vec::from([key]), share_key, due))
        } else if keys.is_empty() {
            None
        } else {
            Some(line.join(keys, String::new(), due))
        };
        drop(line);
        let call_id = client.calls.get().wrapping_add(1);
        client.calls.set(call_id);
        Ok(Box::new(Call {
            request,
            call_id,
            limits,
            started_at,
            sent_at: 0.0,
            attempts: 0,
            timeout_is_deadline: false,
            may_have_been_applied: false,
            token: None,
            token_was_refused: false,
            refusal: None,
            original_error: None,
            first_look: None,
            place,
            token_place: None,
        }))
    }

    /// Takes the result of the last step, and says what to do next. An error means that the call has ended with it.
    ///
    /// # Errors
    /// Whatever the call ends with.
    pub fn next<S: Service>(
        &mut self,
        client: &ClientState<H, S>,
        result: StepResult<H>,
    ) -> Result<Step<H>, CallError<H>> {
        let step = self.advance(client, result).map_err(|error| {
            let original = self.original_error.take();
            let original = original.filter(|_| error.kind() != Kind::Aborted && self.prefers_original(&error));
            let mut error = original.unwrap_or(error);
            error.set(|parts| parts.attempts = self.attempts);
            // However the call ends, an earlier attempt may have taken effect.
            error.set(|parts| parts.may_have_been_applied |= self.may_have_been_applied);
            error
        });
        match &step {
            Ok(Step::Done(done)) => self.finish(client, || Ok(H::copy(&done.value))),
            // An abort or a deadline concerns this call alone: others that wait for the same are not given it.
            Err(error) if error.kind() == Kind::Aborted || self.is_deadline(error) => self.abandon(client),
            Err(error) => self.finish(client, || Err(error.clone())),
            Ok(step) => self.go_on(client, step),
        }
        step
    }

    /// Tells the listener that the call has ended; its driver calls this. A call that has sent nothing is left out: no event
    /// has told of it before.
    pub fn tell_end<S: Service>(&self, client: &ClientState<H, S>, error: Option<&CallError<H>>) {
        let Some(listener) = client.listener().filter(|_| self.attempts > 0) else { return };
        let (operation, path) = (self.request.operation, &self.path::<S>());
        H::tell(&listener, &Event::End { call: self.call_id, operation, path, attempts: self.attempts, error });
    }

    /// How many requests were sent.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    fn advance<S: Service>(
        &mut self,
        client: &ClientState<H, S>,
        result: StepResult<H>,
    ) -> Result<Step<H>, CallError<H>> {
        match result {
            StepResult::Continue => self.proceed(client),
            StepResult::Token(token) => self.take_token(client, token),
            StepResult::Answer(answer) => self.answered(client, answer),
            StepResult::Failure(failure) => {
                let hints = RetryHints {
                    should_retry: failure.is_final.then_some(false),
                    // It may only have been an idle connection that was closed, so a new one is tried at once.
                    retry_after_ms: (failure.broken && client.answered.get() && self.attempts == 1).then_some(0.0),
                };
                let (ending, error) = decode::no_answer(&self.request, failure, client.is_local());
                self.failed(client, FailedAttempt { ending, hints, error })
            }
            StepResult::TimedOut(Phase::Connect) if self.is_waiting(client) && self.remaining(client) > 0.0 => {
                if let Some(first_look) = self.first_look {
                    client.leave_overdue(first_look);
                    self.proceed(client)
                } else {
                    self.first_look = Some(client.host.now());
                    Ok(Step::Park(self.remaining(client).min(SECOND_LOOK_MS)))
                }
            }
            StepResult::TimedOut(Phase::Connect) => Err(self.timeout(true, Phase::Connect)),
            StepResult::TimedOut(phase) => {
                if self.timeout_is_deadline {
                    // A timer may fire a little early; the deadline is over all the same.
                    self.limits.retries = 0;
                }
                let error = self.timeout(self.timeout_is_deadline, phase);
                self.failed(client, FailedAttempt { ending: Ending::Lost, hints: RetryHints::default(), error })
            }
            StepResult::Aborted(reason) => Err(CallError::aborted(reason)),
        }
    }

    /// Goes on where the call had to wait, or begins.
    fn proceed<S: Service>(&mut self, client: &ClientState<H, S>) -> Result<Step<H>, CallError<H>> {
        self.first_look = None;
        if let Some(place) = self.place
            && self.attempts == 0
            && self.token_place.is_none()
        {
            if !client.line.borrow().is_first(place) {
                return Ok(self.parked(client, place));
            }
            let result = client.line.borrow_mut().take_result(place);
            if let Some(SharedResult::Record(record)) = result {
                return record.map(|value| Step::Done(Done { value, already_gone: false }));
            }
        }
        if let Some(place) = self.token_place {
            let result = client.line.borrow_mut().take_result(place);
            if let Some(SharedResult::Token(token)) = result {
                return self.take_token(client, token);
            }
        }
        self.authorise(client)
    }

    fn authorise<S: Service>(&mut self, client: &ClientState<H, S>) -> Result<Step<H>, CallError<H>> {
        let reason = if self.token_was_refused { TokenReason::Refused } else { TokenReason::Initial };
        match client.credentials.current(reason, || client.unix_ms()) {
            Ok(token) => self.send(client, token),
            Err(reason) => {
                let due = self.started_at + self.limits.longest_call_ms();
                let join = || client.line.borrow_mut().join(Vec::from([TOKEN]), concat(["token"]), due);
                let place = *self.token_place.get_or_insert_with(join);
                let is_first = client.line.borrow().is_first(place);
                Ok(if is_first {
                    Step::AskForToken(reason, self.remaining(client))
                } else {
                    self.parked(client, place)
                })
            }
        }
    }

    fn take_token<S: Service>(
        &mut self,
        client: &ClientState<H, S>,
        token: Result<H::Text, H::Value>,
    ) -> Result<Step<H>, CallError<H>> {
        self.leave_token_line(client, Some(SharedResult::Token(token.clone())));
        let token = client.credentials.take(token)?;
        self.send(client, Some(token))
    }

    fn send<S: Service>(
        &mut self,
        client: &ClientState<H, S>,
        token: Option<H::Text>,
    ) -> Result<Step<H>, CallError<H>> {
        if let Some(error) = self.refusal.take()
            && self.token == token
        {
            // The provider has given the refused token again.
            return Err(error);
        }
        if self.request.subject.is_empty() && self.request.operation.subject == Subject::User {
            let id = client.credentials.user_id().ok_or_else(anonymous)?;
            validate::id_at(&id, "user_id in user token")?;
            self.request.subject = id;
        }
        let now = client.host.now();
        let remaining = self.remaining_at(now);
        if remaining <= 0.0 {
            return Err(self.timeout(true, Phase::Connect));
        }
        self.token = token.clone();
        self.attempts += 1;
        let operation = self.request.operation;
        let path = self.path::<S>();
        self.sent_at = now;
        if let Some(listener) = client.listener() {
            H::tell(&listener, &Event::Request { call: self.call_id, operation, path: &path, attempt: self.attempts });
            // Without the listener's own time.
            self.sent_at = client.host.now();
        }
        self.timeout_is_deadline = remaining <= self.limits.timeout_ms;
        Ok(Step::Send(AttemptRequest {
            method: operation.method,
            url: concat([&client.root, &path, &client.parameters, operation.query, &self.request.query]),
            body: body::of(&self.request),
            authorization: token,
            headers: None,
            timeout_ms: if self.timeout_is_deadline { remaining } else { self.limits.timeout_ms },
            max_answer_bytes: decode::max_answer_bytes(operation),
            discards_list: self.request.discards_list,
        }))
    }

    fn answered<S: Service>(&mut self, client: &ClientState<H, S>, answer: Answer<H>) -> Result<Step<H>, CallError<H>> {
        client.answered.set(true);
        let rate_limit = rate_limit::<H>(&answer.headers);
        if rate_limit.is_some() {
            client.rate_limit.set(rate_limit);
        }
        let needs_time = client.credentials.can_renew() || self.request.reconcile || self.request.discards_list;
        if needs_time && let Some(date) = H::date_header(&answer.headers, "date") {
            // The expiry of tokens, the dates of records and the ends of limits are by the service's clock; the local one
            // may be off by hours.
            client.skew.set(date - client.host.unix_ms());
        }
        if let Some(listener) = client.listener() {
            let body = match &answer.body {
                Body::Json(value) | Body::Other(value) => Some(value),
                Body::Empty | Body::TooLong => None,
            };
            let event = Event::Response {
                call: self.call_id,
                operation: self.request.operation,
                path: &self.path::<S>(),
                attempt: self.attempts,
                status: answer.status,
                elapsed_ms: client.host.now() - self.sent_at,
                rate_limit,
                body,
            };
            H::tell(&listener, &event);
        }
        match decode::decode::<H, S>(&self.request, answer, rate_limit, client.host.unix_ms()) {
            Ok(value) => {
                client.budget.set(client.budget.get().refund(|| client.host.now()));
                if let Some(error) = self.original_error.take()
                    && !self.is_own_work(client, &value)
                {
                    return Err(error);
                }
                Ok(Step::Done(Done { value, already_gone: false }))
            }
            Err(failed) => self.failed(client, failed),
        }
    }

    fn failed<S: Service>(
        &mut self,
        client: &ClientState<H, S>,
        failed: FailedAttempt<H>,
    ) -> Result<Step<H>, CallError<H>> {
        let operation = self.request.operation;
        let FailedAttempt { ending, hints, mut error } = failed;
        if operation.effect == Effect::Delete && ending == Ending::Status(404) && self.may_have_been_applied {
            // The earlier attempt, whose answer was lost, has deleted the user.
            return Ok(Step::Done(Done { value: H::empty_object(), already_gone: true }));
        }
        self.may_have_been_applied |= error.may_have_been_applied();
        error.set(|parts| {
            parts.retryable = retry::is_transient(operation, ending, hints);
            parts.attempts = self.attempts;
        });
        if !self.token_was_refused
            && client.credentials.can_renew()
            && error.api().is_some_and(|api| S::refuses_token(api))
        {
            // The provider may have a token that the service accepts. It is asked once, and that is not counted as a retry.
            self.token_was_refused = true;
            client.credentials.refuse(self.token.as_ref());
            self.refusal = Some(error);
            return self.authorise(client);
        }
        match self.decide(client, ending, hints) {
            Decision::Stop => {
                let error = self.conclude(ending, error);
                let Some(reading) = self.reading_after(ending) else { return Err(error) };
                self.request.operation = reading;
                self.original_error = Some(error);
                self.authorise(client)
            }
            Decision::After(delay_ms) => {
                if let Some(listener) = client.listener() {
                    let (call, path, attempt) = (self.call_id, &self.path::<S>(), self.attempts);
                    H::tell(&listener, &Event::Retry { call, operation, path, attempt, delay_ms, error: &error });
                }
                if delay_ms > 0.0 { Ok(Step::Wait(delay_ms)) } else { self.authorise(client) }
            }
        }
    }

    /// The operation to read the user with, where the result of this one does not settle the matter.
    fn reading_after(&mut self, ending: Ending) -> Option<&'static Operation> {
        let is_conflict = ending == Ending::Status(409);
        match self.request.operation.then {
            Then::Reconcile(reading) if self.request.reconcile && (self.may_have_been_applied || is_conflict) => {
                Some(reading)
            }
            Then::ReadOnConflict(reading) if is_conflict => {
                // Attempts that were made so far do not count against the retries of the read.
                self.limits.retries = self.limits.retries.saturating_add(self.attempts);
                Some(reading)
            }
            _ => None,
        }
    }

    /// Whether the caller is told the error of the operation, and not this one of reading its user. With `reconcile` it
    /// always is; otherwise only if there is no such user, since the conflict was then over something else.
    fn prefers_original(&self, error: &Error) -> bool {
        self.request.reconcile || error.code() == Code::NotFound
    }

    /// Whether the user that was read is the result of this call. With `reconcile`, it must have the same data and be no
    /// older than the call; without, it does not matter who created it.
    fn is_own_work<S: Service>(&self, client: &ClientState<H, S>, record: &H::Value) -> bool {
        if !self.request.reconcile {
            return true;
        }
        let begun = client.unix_ms() - (client.host.now() - self.started_at);
        let is_new = H::time_field(record, "created_at").is_some_and(|created| created >= begun - CLOCK_MARGIN_MS);
        is_new && self.request.text.as_ref().is_some_and(|data| H::has_data(record, data))
    }

    fn decide<S: Service>(&self, client: &ClientState<H, S>, ending: Ending, hints: RetryHints) -> Decision {
        let operation = self.request.operation;
        let now = client.host.now();
        if retry::is_transient(operation, ending, hints) {
            client.budget.set(client.budget.get().spend(now));
        }
        let progress = Progress {
            attempts: self.attempts,
            retries: self.limits.retries,
            remaining_ms: self.remaining(client),
            budget: client.budget.get().tokens(now),
        };
        retry::decide(operation, ending, hints, &progress, client.host.random())
    }

    /// The error that the caller sees. Where the answer to an operation that may not be repeated was lost, it has a code
    /// of its own.
    fn conclude(&self, ending: Ending, mut error: CallError<H>) -> CallError<H> {
        if ending == Ending::Lost
            && self.may_have_been_applied
            && let Some(hint) = self.request.operation.hint_when_lost
        {
            error.set(|parts| {
                parts.code = Code::OutcomeUnknown;
                parts.hint = Some(hint);
            });
        }
        error
    }

    fn is_deadline(&self, error: &Error) -> bool {
        error.code() == Code::Timeout && (self.timeout_is_deadline || error.phase() == Some(Phase::Connect))
    }

    fn timeout(&self, whole_call: bool, phase: Phase) -> CallError<H> {
        let limit = if whole_call { self.limits.deadline_ms } else { self.limits.timeout_ms };
        let error = decode::timeout(&self.request, limit, whole_call, phase);
        let waits_for_token = phase == Phase::Connect && self.token_place.is_some();
        if waits_for_token { error.with_hint(TOKEN_HINT).into() } else { error.into() }
    }

    /// The path behind the API root and version.
    fn path<S: Service>(&self) -> String {
        self.request.operation.path_of(&S::path_id::<H>(&self.request.subject))
    }

    pub(super) fn remaining<S: Service>(&self, client: &ClientState<H, S>) -> f64 {
        self.remaining_at(client.host.now())
    }

    fn remaining_at(&self, now: f64) -> f64 {
        (self.started_at + self.limits.deadline_ms - now).max(0.0)
    }
}

fn anonymous() -> Error {
    Error::site(Code::WrongCredentials, &["setUser needs a user token, but this client is anonymous"])
        .with_hint("pass a user token to connect")
}
