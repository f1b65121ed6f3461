//! Elsewhere, the requests and waits of a transport with futures.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use core::future::poll_fn;
use core::pin::pin;

use futures_util::future::{Either, select};
use serde::Serialize;
use serde::de::DeserializeOwned;
use user_handle_core::native::WakeFlag;
use user_handle_core::rules::Phase;

use super::drive::{AsyncHost, read_with_place};
use crate::host::{AttemptRequest, Outside, Pending, Signal, StepResult, Value};

impl AsyncHost for Outside {
    fn send(&self, request: AttemptRequest, signal: Option<&Signal>) -> Pending<'_, StepResult> {
        self.0.0.send(request, signal)
    }

    fn wait(&self, ms: f64, signal: Option<&Signal>) -> Pending<'static, Option<Value>> {
        self.0.0.wait(ms, signal)
    }

    fn park(&self, ms: f64, signal: Option<&Signal>) -> (WakeFlag, Pending<'static, StepResult>) {
        let flag = WakeFlag::default();
        let (woken, over) = (flag.clone(), self.wait(ms, signal));
        let parked = async move {
            match select(pin!(poll_fn(|context| woken.poll(context))), over).await {
                Either::Left(_) => StepResult::Continue,
                Either::Right((None, _)) => StepResult::TimedOut(Phase::Connect),
                Either::Right((Some(reason), _)) => StepResult::Aborted(reason),
            }
        };
        (flag, Box::pin(parked))
    }

    fn abort_reason(signal: &Signal) -> Option<Value> {
        signal.get().then_some(Value::Null)
    }

    fn to_value<T: Serialize>(data: &T) -> Result<Value, String> {
        serde_json::to_value(data).map_err(|error| error.to_string())
    }

    fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, String> {
        read_with_place(value, |error| error.to_string())
    }
}
