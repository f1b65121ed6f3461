//! Stream's API over a store in memory, as one function from a request to an answer. For tests of programs that use the API, so it
//! believes every token, whatever its signature, and the same calls get the same answers each time.
//!
//! ```text
//! mod.rs      the service        routes.rs    which operation a request asks for
//! store.rs    what it keeps      message.rs   requests and answers
//! ```

mod message;
mod routes;
mod store;

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use serde_json::value::RawValue;

pub(crate) use self::message::text;
pub use self::message::{Request, Response};
use self::routes::DURATION;
pub use self::store::MemoryStore;
use crate::error::{ApiError, ErrorKind};
use crate::json;
use crate::limits::{MINUTE, UNLIMITED, end_of_window};
use crate::store::Timestamp;
use crate::stream::error_body::ErrorBody;
use crate::stream::responses::UserResponse;
use crate::stream::user_input;

/// The service.
#[derive(Default)]
pub struct MemoryService {
    store: MemoryStore,
    api_key: Option<String>,
}

impl MemoryService {
    /// A service without users, which knows this key. `None`: it knows each, and all see the same users.
    pub fn new(api_key: Option<String>) -> Self {
        MemoryService { store: MemoryStore::default(), api_key }
    }

    /// Answers a request with this body; it is empty where there is none.
    pub fn answer(&self, request: &Request, body: &str) -> Response {
        let time = micros(request.write_time);
        self.store.set_time(time);
        let answered = at_once(routes::answer(&self.store, self.api_key.as_deref(), request, body));
        let response = answered
            .unwrap_or_else(|error| Response::new(error.kind.status(), text(&ErrorBody::new(&error, DURATION.into()))));
        // Where nobody sets the clock, the window is that of its first write.
        let seconds = time.unwrap_or(store::FIRST_WRITE).0 / 1_000_000;
        response
            .with_header("x-ratelimit-limit", UNLIMITED)
            .with_header("x-ratelimit-remaining", UNLIMITED)
            .with_header("x-ratelimit-reset", end_of_window(u64::try_from(seconds).unwrap_or_default(), MINUTE))
    }

    /// Adds users, the text of a JSON array, at a time in milliseconds since 1970. Those that exist are replaced.
    ///
    /// # Errors
    /// The service would refuse one of them. Then none is added.
    pub fn add(&self, users: &str, time: Option<f64>) -> Result<(), ApiError> {
        self.store.set_time(micros(time));
        let members: Vec<&RawValue> = json::read(users, "users")?;
        let user = |(index, member): (usize, &&RawValue)| user_input::user(member, &format!("users[{index}]"));
        let users = members.iter().enumerate().map(user).collect::<Result<_, _>>()?;
        self.store.put_all(users);
        Ok(())
    }

    /// The text of a user as the service answers it, without `duration`.
    pub fn user(&self, id: &str) -> Option<String> {
        self.store.find(id).map(|user| text(&UserResponse::from(user)))
    }

    /// The text of a JSON array of all users, the oldest first.
    pub fn users(&self) -> String {
        text(&self.store.all().into_iter().map(UserResponse::from).collect::<Vec<_>>())
    }
}

/// The answer to a request that fails with this status, whatever it asks for.
pub fn failure(status: u16) -> Response {
    let other = if status >= 500 { ErrorKind::Internal } else { ErrorKind::Input };
    let kind = ErrorKind::ALL.into_iter().find(|kind| kind.status() == status).unwrap_or(other);
    let error = ApiError::new(kind, format!("scripted failure {status}"));
    Response::new(status, text(&ErrorBody::new(&error, DURATION.into()).with_status(status)))
}

/// What a future comes to that waits for nothing.
fn at_once<T>(future: impl Future<Output = Result<T, ApiError>>) -> Result<T, ApiError> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => Err(ApiError::internal(&"an operation waits")),
    }
}

fn micros(millis: Option<f64>) -> Option<Timestamp> {
    millis.map(|millis| Timestamp((millis * 1_000.0) as i64))
}

#[cfg(test)]
mod tests;
