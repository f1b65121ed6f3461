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
///
/// A test whose service always gives the same answer:
///
/// ```
/// use std::future::{Future, ready};
/// use std::pin::pin;
/// use std::rc::Rc;
/// use std::task::{Context, Poll, Waker};
///
/// use serde_json::{Value, json};
/// use user_handle::Client;
/// use user_handle::host::{Answer, AttemptRequest, Body, Headers, Pending, Signal, StepResult, Transport};
///
/// struct Ada;
///
/// impl Transport for Ada {
///     fn now(&self) -> f64 {
///         0.0
///     }
///     fn unix_ms(&self) -> f64 {
///         1_767_225_600_000.0
///     }
///     fn random(&self) -> f64 {
///         0.5
///     }
///     fn send(&self, request: AttemptRequest, _: Option<&Signal>) -> Pending<'_, StepResult> {
///         assert_eq!(request.method, "GET");
///         let time = "2026-01-01T00:00:00.000000Z";
///         let user = json!({ "id": "ada", "created_at": time, "updated_at": time, "data": { "name": "Ada" } });
///         let answer = Answer { status: 200, headers: Headers::new(), body: Body::Json(user) };
///         Box::pin(ready(StepResult::Answer(answer)))
///     }
///     fn wait(&self, _: f64, _: Option<&Signal>) -> Pending<'static, Option<Value>> {
///         Box::pin(ready(None)) // Retries come at once.
///     }
/// }
///
/// # fn main() -> Result<(), user_handle::Error> {
/// let client = Client::builder("key").build_on(Rc::new(Ada), false)?;
/// let user = client.user("ada")?;
/// // Nothing here waits, so that one poll is enough; any executor for one thread does.
/// let call = pin!(user.get::<Value>());
/// let Poll::Ready(record) = call.poll(&mut Context::from_waker(Waker::noop())) else { panic!("it waits") };
/// assert_eq!(record?.data["name"], "Ada");
/// # Ok(())
/// # }
/// ```
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
