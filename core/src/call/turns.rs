//! The places of a call in the line: of a write behind those to the same user, of a read that others share, and of those that
//! ask for a token.

use super::client::{ClientState, SharedResult};
use super::line_keys::forget_reads;
use super::machine::Call;
use super::service::Service;
use super::step::Step;
use super::waiting_line::Place;
use crate::rules::options::TIMER_MARGIN_MS;
use crate::wire::{CallError, Host};

impl<H: Host> Call<H> {
    /// Tells those behind it in the line how long this step may take: by then the call has gone on, or is no longer driven.
    pub(super) fn go_on<S: Service>(&self, client: &ClientState<H, S>, step: &Step<H>) {
        let (limit, token_limit) = match step {
            Step::Done(_) => return,
            Step::Send(request) => (request.timeout_ms, 0.0),
            // The provider may take until the deadline, but the others ask it themselves when an attempt would be over.
            Step::AskForToken(_, limit) => (*limit, self.limits.timeout_ms),
            Step::Wait(limit) | Step::Park(limit) => (*limit, *limit),
        };
        let now = client.host.now() + TIMER_MARGIN_MS;
        let mut line = client.line.borrow_mut();
        line.go_on(self.place, now + limit);
        line.go_on(self.token_place, now + token_limit);
    }

    /// Sets what wakes the call after [`Step::Park`].
    pub fn park<S: Service>(&self, client: &ClientState<H, S>, waker: H::Waker) {
        if let Some(place) = self.token_place.or(self.place) {
            client.line.borrow_mut().park(place, waker);
        }
    }

    /// Gives the call up before it has ended, so that others may go on.
    pub fn abandon<S: Service>(&mut self, client: &ClientState<H, S>) {
        self.leave_line(client, None);
    }

    /// Leaves the line when the call has ended. Others that wait for the same record are given the result.
    pub(super) fn finish<S: Service>(
        &mut self,
        client: &ClientState<H, S>,
        result: impl FnOnce() -> Result<H::Value, CallError<H>>,
    ) {
        let has_followers = self.place.is_some_and(|place| client.line.borrow().has_followers(place));
        let shared = (self.request.is_shared && has_followers).then(|| SharedResult::Record(result()));
        self.leave_line(client, shared);
    }

    fn leave_line<S: Service>(&mut self, client: &ClientState<H, S>, result: Option<SharedResult<H>>) {
        self.leave_token_line(client, None);
        if let Some(place) = self.place.take() {
            if !self.request.is_shared {
                // A call that reads a user from now on must not share a read that began before this write ended.
                let mut line = client.line.borrow_mut();
                for at in 0.. {
                    let Some(key) = line.keys(place).get(at).copied() else { break };
                    forget_reads(&mut line, key);
                }
            }
            client.leave_line(place, result);
        }
    }

    /// A wait for those before this place: until they should have left or gone on, and then for an attempt at a time.
    pub(super) fn parked<S: Service>(&self, client: &ClientState<H, S>, place: Place) -> Step<H> {
        let turn = client.line.borrow().turn_due(place) - client.host.now();
        Step::Park(self.remaining(client).min(if turn > 0.0 { turn } else { self.limits.timeout_ms }))
    }

    /// Whether the call waits for others in the line.
    pub(super) fn is_waiting<S: Service>(&self, client: &ClientState<H, S>) -> bool {
        self.token_place.or(self.place).is_some_and(|place| !client.line.borrow().is_first(place))
    }

    /// Leaves the line for a token. What the provider gave goes to all that wait for it.
    pub(super) fn leave_token_line<S: Service>(&mut self, client: &ClientState<H, S>, result: Option<SharedResult<H>>) {
        if let Some(place) = self.token_place.take() {
            client.leave_line(place, result);
        }
    }
}
