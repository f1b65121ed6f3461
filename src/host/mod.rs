//! The world outside, as the rest of the crate sees it. On wasm32 a JSON value is a JavaScript value and stays one; elsewhere
//! it is a `serde_json::Value`, and whoever wants to send requests, a test for instance, brings a `Transport`.

#[cfg(target_arch = "wasm32")]
mod js;
#[cfg(target_arch = "wasm32")]
pub(crate) mod values;
#[cfg(target_arch = "wasm32")]
pub(crate) mod write;
#[cfg(target_arch = "wasm32")]
pub(crate) use js::Listener;
#[cfg(target_arch = "wasm32")]
pub use js::{Headers, Outside, Signal, Value};

#[cfg(all(feature = "typed", not(target_arch = "wasm32")))]
mod native;
#[cfg(all(feature = "typed", not(target_arch = "wasm32")))]
pub use native::*;

#[cfg(feature = "typed")]
mod aliases {
    use super::Outside;

    /// A future that is not sent between threads.
    pub type Pending<'a, T> = core::pin::Pin<alloc::boxed::Box<dyn core::future::Future<Output = T> + 'a>>;

    /// JSON text that is ready to be sent.
    pub type Text = <Outside as user_handle_core::wire::HostValues>::Text;

    /// One attempt, as it leaves.
    pub type AttemptRequest = user_handle_core::wire::AttemptRequest<Outside>;

    /// A response, read to its end.
    pub type Answer = user_handle_core::wire::Answer<Outside>;

    /// A response's body.
    pub type Body = user_handle_core::wire::Body<super::Value>;

    /// An attempt that ended without a whole response.
    pub type AttemptFailure = user_handle_core::wire::AttemptFailure<super::Value>;

    /// What came of an attempt, or of another step of a call.
    pub type StepResult = user_handle_core::call::StepResult<Outside>;
}
#[cfg(feature = "typed")]
pub use aliases::*;
