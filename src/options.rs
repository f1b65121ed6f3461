//! Every option and its default.

#[cfg(feature = "serde")]
use alloc::rc::Rc;
#[cfg(feature = "serde")]
use alloc::string::String;

#[cfg(feature = "serde")]
use crate::error::{Code, Error};
use crate::host::Signal;
#[cfg(feature = "serde")]
use crate::host::{Pending, Value};

/// Where the hosted service listens.
pub const DEFAULT_BASE_URL: &str = "https://api.stream-io-api.com/api/";
/// Where the stand-in server listens.
pub const LOCAL_BASE_URL: &str = "http://localhost:8000/api/";
/// The API version segment.
pub const DEFAULT_VERSION: &str = "v1.0";
/// The source name sent as the `location` query parameter.
pub const DEFAULT_GROUP: &str = "unspecified";
/// Milliseconds for one attempt. Source: Stream's JavaScript client.
pub const DEFAULT_TIMEOUT_MS: f64 = 10_000.0;
/// Milliseconds for the whole call.
pub const DEFAULT_DEADLINE_MS: f64 = 30_000.0;
/// Attempts after the first.
pub const DEFAULT_RETRIES: u32 = 2;
/// The longest a timer can run: a longer one fires at once, in every engine.
pub const MAX_MS: f64 = 2_147_483_647.0;

/// Why a token is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenReason {
    /// There was none yet.
    Initial,
    /// The last one has expired.
    Expired,
    /// The service refused the last one.
    Refused,
}

impl TokenReason {
    /// `initial`, `expired` or `refused`.
    pub const fn as_str(self) -> &'static str {
        match self {
            TokenReason::Initial => "initial",
            TokenReason::Expired => "expired",
            TokenReason::Refused => "refused",
        }
    }
}

/// Called for a token whenever one is needed and the last one is missing, expired or refused.
#[cfg(feature = "serde")]
pub type TokenProvider = Rc<dyn Fn(TokenReason) -> Pending<'static, Result<String, Value>>>;

/// What lets the client in.
#[cfg(feature = "serde")]
#[derive(Default)]
pub(crate) enum Credentials {
    #[default]
    None,
    Secret(String),
    Token(String),
    Provider(TokenProvider),
}

/// The limits of calls, as a client has them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Limits {
    pub timeout: f64,
    pub deadline: f64,
    pub retries: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { timeout: DEFAULT_TIMEOUT_MS, deadline: DEFAULT_DEADLINE_MS, retries: DEFAULT_RETRIES }
    }
}

impl Limits {
    /// These limits with what `options` sets.
    pub fn with(self, options: &CallOptions) -> Limits {
        Limits {
            timeout: options.timeout_ms.unwrap_or(self.timeout),
            deadline: options.deadline_ms.unwrap_or(self.deadline),
            retries: options.retries.unwrap_or(self.retries),
        }
    }
}

/// Options of one call. What is `None` is taken from the client.
#[derive(Clone, Debug, Default)]
pub struct CallOptions {
    /// Cancels the call at any point, a wait between attempts included.
    pub signal: Option<Signal>,
    /// Milliseconds for one attempt, body included. Default 10 000.
    pub timeout_ms: Option<f64>,
    /// Milliseconds for the whole call, attempts and waits included. Default 30 000.
    pub deadline_ms: Option<f64>,
    /// Attempts after the first. Default 2; 0 turns retries off.
    pub retries: Option<u32>,
    /// For a create whose answer was lost, or which found the user: reads the user, and takes it as created by this call if
    /// it has the same data and is not older than the call. Default `false`.
    #[cfg(feature = "serde")]
    pub reconcile: bool,
}

#[cfg(feature = "serde")]
impl CallOptions {
    /// # Errors
    /// `invalid_option` for a duration that is not from 1 to 2 147 483 647 ms.
    pub(crate) fn check(&self) -> Result<(), Error> {
        check_ms("timeout", self.timeout_ms)?;
        check_ms("deadline", self.deadline_ms)
    }
}

#[cfg(feature = "serde")]
fn check_ms(name: &str, value: Option<f64>) -> Result<(), Error> {
    match value {
        Some(ms) if !(1.0..=MAX_MS).contains(&ms) => Err(Error::input(
            Code::InvalidOption,
            &["option ", name, " must be a number of milliseconds from 1 to 2147483647"],
        )),
        _ => Ok(()),
    }
}

#[cfg(all(test, feature = "serde"))]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn durations_are_those_a_timer_can_run() {
        let options = |timeout_ms| CallOptions { timeout_ms, ..CallOptions::default() };
        assert!(options(None).check().is_ok());
        assert!(options(Some(1.0)).check().is_ok());
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, MAX_MS + 1.0] {
            assert_eq!(
                options(Some(bad)).check().unwrap_err().to_string(),
                "option timeout must be a number of milliseconds from 1 to 2147483647"
            );
        }
    }

    #[test]
    fn an_option_of_a_call_goes_before_that_of_the_client() {
        let call = CallOptions { retries: Some(0), ..CallOptions::default() };
        assert_eq!(Limits::default().with(&call), Limits { retries: 0, ..Limits::default() });
    }
}
