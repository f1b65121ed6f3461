//! Outside wasm32: who sends requests is brought along.

use alloc::rc::Rc;
use core::cell::Cell;

use user_handle_core::native::{Environment, Native};

use super::{AttemptRequest, Pending, StepResult};

/// A JSON value, and whatever a failed request ended with.
pub type Value = serde_json::Value;
/// What cancels a call.
pub type Signal = Rc<Cell<bool>>;
/// The headers of a response; names in lower case.
pub type Headers = user_handle_core::native::Headers;

/// A clock, a random number, and a way to send a request.
pub trait Transport {
    /// Milliseconds from some point on; never jumps.
    fn now(&self) -> f64;

    /// Milliseconds since the Unix epoch, by the local clock.
    fn unix_ms(&self) -> f64;

    /// A number from 0 up to, and without, 1.
    fn random(&self) -> f64;

    /// Sends one attempt and reads the response, until its time is up or the signal fires. Dropping the future cancels
    /// the request.
    fn send(&self, request: AttemptRequest, signal: Option<&Signal>) -> Pending<'_, StepResult>;

    /// Ends after `ms`, or with the reason when the signal fires. Dropping the future releases the timer and the listener.
    fn wait(&self, ms: f64, signal: Option<&Signal>) -> Pending<'static, Option<Value>>;
}

/// A transport, as a client has it.
pub struct SharedTransport(pub(crate) Rc<dyn Transport>);

/// What a client has of the world outside.
pub type Outside = Native<SharedTransport>;

impl Environment for SharedTransport {
    fn now(&self) -> f64 {
        self.0.now()
    }

    fn unix_ms(&self) -> f64 {
        self.0.unix_ms()
    }

    fn random(&self) -> f64 {
        self.0.random()
    }
}
