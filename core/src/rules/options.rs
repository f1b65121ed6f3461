//! The options that calls of every service have, and their defaults.

use super::error::{Code, Error};
use super::text::whole;

/// Milliseconds for one attempt. Source: Stream's JavaScript client.
pub const DEFAULT_TIMEOUT_MS: f64 = 10_000.0;
/// Milliseconds for the whole call.
pub const DEFAULT_DEADLINE_MS: f64 = 30_000.0;
/// Attempts after the first.
pub const DEFAULT_RETRIES: u32 = 2;
/// The most attempts after the first.
pub const MAX_RETRIES: u32 = 100;
/// The longest a timer can run: a longer one fires at once, in every engine.
pub const MAX_MS: f64 = 2_147_483_647.0;
/// Milliseconds by which a timer may be late.
pub const TIMER_MARGIN_MS: f64 = 100.0;

/// The headers that callers may not set: those of every request and of the connection, and the service's own.
macro_rules! own_headers {
    ($($service:literal),*) => {
        concat!(
            "accept, authorization, connection, content-length, content-type, expect, host, keep-alive, transfer-encoding, upgrade"
            $(, ", ", $service)*
        )
    };
}
pub(crate) use own_headers;

/// The options that a client has for all of its calls, and each call, by the rule that error texts have for their types: those of
/// a client or a call follow. The headers named are those of the service's own requests.
macro_rules! common_options {
    ($($header:literal),*) => {
        concat!(
            "an object without ", $crate::rules::options::own_headers!($($header),*),
            ":headers;a number of milliseconds:timeout,deadline;a whole number from 0 to 100:retries"
        )
    };
}
pub(crate) use common_options;

/// The options that only calls have, behind [`common_options`], and those of one kind of call behind them.
macro_rules! call_options {
    ($($more:literal)?) => {
        concat!(";an object:signal" $(, $more)?)
    };
}
pub(crate) use call_options;

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

/// How long calls may take, and how often they are tried.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CallLimits {
    /// Milliseconds for one attempt, body included.
    pub timeout_ms: f64,
    /// Milliseconds for the whole call, attempts and waits included.
    pub deadline_ms: f64,
    /// Attempts after the first.
    pub retries: u32,
}

impl Default for CallLimits {
    fn default() -> Self {
        CallLimits::DEFAULT
    }
}

impl CallLimits {
    /// Those that are used where none are set.
    pub const DEFAULT: CallLimits =
        CallLimits { timeout_ms: DEFAULT_TIMEOUT_MS, deadline_ms: DEFAULT_DEADLINE_MS, retries: DEFAULT_RETRIES };

    /// Milliseconds after which a call has ended, unless it is no longer driven.
    pub fn longest_call_ms(self) -> f64 {
        self.deadline_ms + TIMER_MARGIN_MS
    }

    /// These limits with those that are given. `retries` may be any number: JavaScript has no others.
    ///
    /// # Errors
    /// `invalid_option` for a duration that is not from 1 to 2 147 483 647 ms, and for retries that are not a whole number
    /// from 0 to 100.
    pub fn with(self, timeout: Option<f64>, deadline: Option<f64>, retries: Option<f64>) -> Result<CallLimits, Error> {
        let retries = retries.unwrap_or(self.retries.into());
        let limits = CallLimits {
            timeout_ms: timeout.unwrap_or(self.timeout_ms),
            deadline_ms: deadline.unwrap_or(self.deadline_ms),
            retries: retries as u32,
        };
        let is_duration = |ms| (1.0..=MAX_MS).contains(&ms);
        let (name, rule) = if !is_duration(limits.timeout_ms) {
            ("timeout", "a number of milliseconds from 1 to 2147483647")
        } else if !is_duration(limits.deadline_ms) {
            ("deadline", "a number of milliseconds from 1 to 2147483647")
        } else if f64::from(limits.retries) != retries || limits.retries > MAX_RETRIES {
            ("retries", "a whole number from 0 to 100")
        } else {
            return Ok(limits);
        };
        Err(refused(&["option ", name, " must be ", rule]))
    }
}

/// A whole number from `least` to `most`.
///
/// # Errors
/// `invalid_option`.
pub fn whole_number(name: &str, given: f64, least: u64, most: u64) -> Result<u64, Error> {
    let number = given as u64;
    if number as f64 == given && (least..=most).contains(&number) {
        return Ok(number);
    }
    Err(refused(&["option ", name, " must be a whole number from ", &whole(least), " to ", &whole(most)]))
}

/// The error for an option that is not what it has to be.
pub fn refused(message: &[&str]) -> Error {
    Error::input(Code::InvalidOption, message)
}

/// The error for an argument or option called `name` that has to be `rule`, such as "a string", and is `found`.
pub fn wrong_type(name: &str, rule: &str, found: &str) -> Error {
    refused(&[name, " must be ", rule, ", but is ", found])
}

/// The error for an option that is none of those that `rules` name: nearly always one of them was meant.
fn unknown(name: &str, rules: &str) -> Error {
    let own = name.rsplit([' ', '.']).next().unwrap_or_default();
    let mut known = rules.split(';').filter_map(|part| part.split_once(':')).flat_map(|(_, names)| names.split(','));
    match known.find(|known| is_near(own, known)) {
        Some(meant) => refused(&[name, " is not known: did you mean ", meant, "?"]),
        None => refused(&[name, " is not known"]),
    }
}

/// The error for an option called `name` whose `rule` what was `found` does not keep: `unknown` is that of one that none of `rules`
/// names, and there is none for one that cannot be read.
pub fn refusal(name: &str, rule: &str, found: &str, rules: &str) -> Error {
    match rule {
        "" => refused(&[name, " could not be read: a getter or proxy threw"]),
        "unknown" => unknown(name, rules),
        _ if found.is_empty() => refused(&[name, " must be ", rule]),
        _ => wrong_type(name, rule, found),
    }
}

/// Whether two names differ in no more than two letters in one place; case does not count.
fn is_near(one: &str, other: &str) -> bool {
    let is_same = |(a, b): &(u8, u8)| a.eq_ignore_ascii_case(b);
    let prefix = one.bytes().zip(other.bytes()).take_while(is_same).count();
    let pairs = one.bytes().rev().zip(other.bytes().rev());
    let suffix = pairs.take(one.len().min(other.len()) - prefix).take_while(is_same).count();
    prefix + suffix > 1 && one.len().max(other.len()) - prefix - suffix <= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_option_is_told_which_was_meant() {
        let rules = "a string:baseUrl,location;a number:timeout,deadline,retries;:keepAlive";
        for (name, text) in [
            ("option baseURL", "option baseURL is not known: did you mean baseUrl?"),
            ("option base_url", "option base_url is not known: did you mean baseUrl?"),
            ("option timout", "option timout is not known: did you mean timeout?"),
            ("option retires", "option retires is not known: did you mean retries?"),
            ("option headers", "option headers is not known"),
            ("option x", "option x is not known"),
        ] {
            assert_eq!(unknown(name, rules).message(), text);
        }
    }
    use alloc::string::ToString;

    #[test]
    fn durations_are_those_a_timer_can_run() {
        let timeout = |ms| CallLimits::default().with(Some(ms), None, None);
        assert_eq!(timeout(1.0).unwrap().timeout_ms, 1.0);
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, MAX_MS + 1.0] {
            assert_eq!(
                timeout(bad).unwrap_err().to_string(),
                "option timeout must be a number of milliseconds from 1 to 2147483647"
            );
        }
    }

    #[test]
    fn retries_are_a_whole_number_up_to_100() {
        let retries = |number| CallLimits::default().with(None, None, Some(number));
        assert_eq!(retries(100.0).unwrap().retries, 100);
        for bad in [101.0, 0.5, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(retries(bad).unwrap_err().to_string(), "option retries must be a whole number from 0 to 100");
        }
    }

    #[test]
    fn an_option_of_a_call_goes_before_that_of_the_client() {
        let limits = CallLimits::default().with(None, None, Some(0.0)).unwrap();
        assert_eq!(limits, CallLimits { retries: 0, ..CallLimits::default() });
    }
}
