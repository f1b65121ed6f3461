//! Requests and answers as plain data, and the world outside as the machine of a call sees it.

pub mod body;
pub mod error;
pub mod event;
pub mod headers;
pub mod host;
pub mod message;
pub mod operation;
pub mod request;
pub mod values;

pub use error::{ApiFailure, CallError};
pub use event::Event;
pub use host::Host;
pub use message::{Answer, AttemptFailure, AttemptRequest, Body};
pub use operation::{Effect, Operation};
pub use request::Request;
pub use values::HostValues;
