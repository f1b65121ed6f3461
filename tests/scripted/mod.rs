//! A host whose answers are scripted and whose clock is virtual: nothing waits.
#![allow(dead_code, reason = "each test uses its part")]

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::{Future, ready};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use serde_json::{Value, json};
use user_handle::Phase;
use user_handle::host::{Answer, AttemptFailure, AttemptRequest, Body, Pending, Signal, StepResult, Transport};

/// How a scripted attempt ends.
pub enum Ending {
    Answer(u16, Value),
    With(u16, &'static [(&'static str, &'static str)], Value),
    Lost,
    Unsent,
    /// A connection was reset that may have served others.
    Broken,
    /// TLS, for one: another attempt would fail in the same way.
    Final,
    /// Never, after the headers had arrived or not.
    Silence(Phase),
}

/// A clock that runs only while somebody waits for it.
#[derive(Clone, Default)]
pub struct Script {
    pub clock: Rc<Cell<f64>>,
    pub endings: Rc<RefCell<VecDeque<Ending>>>,
    /// Of each request the method, the URL, the authorization, or `-`, and the body.
    pub sent: Rc<RefCell<Vec<String>>>,
    /// Those of callers.
    pub headers: Rc<RefCell<Vec<Value>>>,
}

impl Script {
    pub fn of(endings: impl IntoIterator<Item = Ending>) -> Self {
        let script = Script::default();
        script.endings.borrow_mut().extend(endings);
        script
    }
}

impl Transport for Script {
    fn now(&self) -> f64 {
        self.clock.get()
    }

    fn unix_ms(&self) -> f64 {
        1_795_244_400_000.0 + self.clock.get()
    }

    fn random(&self) -> f64 {
        0.5
    }

    fn send(&self, request: AttemptRequest, _signal: Option<&Signal>) -> Pending<'_, StepResult> {
        let AttemptRequest { method, url, body, authorization, headers, timeout_ms, .. } = request;
        self.headers.borrow_mut().extend(headers);
        let body = body.unwrap_or_default();
        self.sent.borrow_mut().push(format!("{method} {url} {} {body}", authorization.as_deref().unwrap_or("-")));
        let ending = self.endings.borrow_mut().pop_front().expect("an attempt that nobody scripted");
        let lost = |unsent| {
            StepResult::Failure(AttemptFailure { unsent, ..AttemptFailure::lost(Phase::Headers, json!("reset")) })
        };
        let answer = |status, headers: &[(&str, &str)], body| {
            let headers = headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
            StepResult::Answer(Answer { status, headers, body: Body::Json(body) })
        };
        let result = match ending {
            Ending::Answer(status, body) => answer(status, &[], body),
            Ending::With(status, headers, body) => answer(status, headers, body),
            Ending::Lost => lost(false),
            Ending::Unsent => lost(true),
            Ending::Broken => StepResult::Failure(AttemptFailure {
                broken: true,
                ..AttemptFailure::lost(Phase::Headers, json!("reset"))
            }),
            Ending::Final => {
                StepResult::Failure(AttemptFailure { is_final: true, ..AttemptFailure::unsent(json!("no TLS")) })
            }
            Ending::Silence(phase) => {
                self.clock.set(self.clock.get() + timeout_ms);
                StepResult::TimedOut(phase)
            }
        };
        Box::pin(ready(result))
    }

    fn wait(&self, ms: f64, signal: Option<&Signal>) -> Pending<'static, Option<Value>> {
        let (clock, signal) = (self.clock.clone(), signal.cloned());
        Box::pin(async move {
            if signal.is_some_and(|signal| signal.get()) {
                return Some(json!("stopped by the caller"));
            }
            clock.set(clock.get() + ms);
            None
        })
    }
}

/// Runs a future to its end: nothing in these tests waits for anything real.
#[track_caller]
pub fn run<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("the call hangs"),
    }
}
