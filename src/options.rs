//! Every option and its default.

use alloc::rc::Rc;
use alloc::string::String;

use crate::error::{Code, Error};
use crate::host::{Pending, Signal, Value};
use crate::validate::concat;

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
pub type TokenProvider = Rc<dyn Fn(TokenReason) -> Pending<'static, Result<String, Value>>>;

/// What lets the client in.
#[derive(Clone)]
pub(crate) enum Credentials {
    None,
    Secret(Rc<str>),
    Token(Rc<str>),
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
}

impl CallOptions {
    /// # Errors
    /// `invalid_option` for a duration that is not from 1 to 2 147 483 647 ms.
    pub(crate) fn check(&self) -> Result<(), Error> {
        check_ms("timeout", self.timeout_ms)?;
        check_ms("deadline", self.deadline_ms)
    }
}

fn check_ms(name: &str, value: Option<f64>) -> Result<(), Error> {
    match value {
        Some(ms) if !(1.0..=MAX_MS).contains(&ms) => Err(Error::input(
            Code::InvalidOption,
            concat(["option ", name, " must be a number of milliseconds from 1 to 2147483647"]),
        )),
        _ => Ok(()),
    }
}

/// Where the API is, from the options that name a place; the first that is set wins.
#[derive(Default)]
pub(crate) struct Place {
    pub base_url: Option<String>,
    pub url_override: Option<String>,
    pub environment: Option<String>,
    pub local: bool,
    pub location: Option<String>,
    pub protocol: Option<String>,
}

impl Place {
    /// The API root, with its final slash.
    ///
    /// # Errors
    /// `invalid_option` for what is not an absolute http or https URL, for plain http to anything but this machine, and
    /// for a location that is not a host label.
    pub fn base_url(&self) -> Result<String, Error> {
        let named = [
            ("baseUrl", &self.base_url),
            ("urlOverride.api", &self.url_override),
            ("environment variable STREAM_BASE_URL", &self.environment),
        ];
        if let Some((name, Some(url))) = named.into_iter().find(|(_, url)| url.is_some()) {
            return check_base_url(name, url);
        }
        if self.local {
            return Ok(LOCAL_BASE_URL.into());
        }
        let Some(location) = &self.location else {
            return Ok(DEFAULT_BASE_URL.into());
        };
        if location.is_empty() || !location.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            return Err(Error::input(
                Code::InvalidOption,
                "option location must be a region label of letters, digits and -",
            ));
        }
        let protocol = self.protocol.as_deref().unwrap_or("https");
        if !["http", "https"].contains(&protocol) {
            return Err(Error::input(Code::InvalidOption, "option protocol must be http or https"));
        }
        let url = concat([protocol, "://", location, "-api.stream-io-api.com/api/"]);
        check_base_url("protocol", &url)
    }
}

/// # Errors
/// `invalid_option` for what is not one segment of a path: `..` would lead elsewhere.
pub(crate) fn check_version(version: &str) -> Result<(), Error> {
    let is_segment = version.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    if is_segment && !["", ".", ".."].contains(&version) {
        return Ok(());
    }
    Err(Error::input(Code::InvalidOption, "option version must be one path segment, such as v1.0"))
}

fn check_base_url(name: &str, url: &str) -> Result<String, Error> {
    let refused = |rule: &str| Err(Error::input(Code::InvalidOption, concat([name, rule])));
    let (secure, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => (true, rest),
        (_, Some(rest)) => (false, rest),
        _ => return refused(" must be an absolute URL that starts with https:// or http://"),
    };
    if rest.contains(['?', '#', '@', '\\']) || url.bytes().any(|b| b <= b' ') {
        return refused(" must be a URL without credentials, query, fragment or spaces");
    }
    let authority = rest.split('/').next().unwrap_or_default();
    if authority.is_empty() {
        return refused(" must name a host");
    }
    if !secure && !is_loopback(authority) {
        return refused(" must start with https:// unless its host is this machine");
    }
    let mut url = String::from(url);
    if !url.ends_with('/') {
        url.push('/');
    }
    Ok(url)
}

fn is_loopback(authority: &str) -> bool {
    let host = match authority.strip_prefix('[') {
        Some(v6) => return v6.split_once(']').is_some_and(|(host, _)| host == "::1"),
        None => authority.rsplit_once(':').map_or(authority, |(host, _)| host),
    };
    let is_v4 = host.split('.').count() == 4 && host.split('.').all(|part| part.parse::<u8>().is_ok());
    host == "localhost" || host.ends_with(".localhost") || (is_v4 && host.starts_with("127."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn place(base_url: &str) -> Result<String, String> {
        let place = Place { base_url: Some(base_url.into()), ..Place::default() };
        place.base_url().map_err(|error| error.to_string())
    }

    #[test]
    fn the_base_url_is_the_first_that_is_named() {
        let mut place = Place::default();
        assert_eq!(place.base_url().unwrap(), DEFAULT_BASE_URL);
        place.location = Some("dublin".into());
        assert_eq!(place.base_url().unwrap(), "https://dublin-api.stream-io-api.com/api/");
        place.local = true;
        assert_eq!(place.base_url().unwrap(), LOCAL_BASE_URL);
        place.environment = Some("https://env.example/api/".into());
        assert_eq!(place.base_url().unwrap(), "https://env.example/api/");
        place.url_override = Some("https://over.example/api/".into());
        assert_eq!(place.base_url().unwrap(), "https://over.example/api/");
        place.base_url = Some("https://base.example/api/".into());
        assert_eq!(place.base_url().unwrap(), "https://base.example/api/");
    }

    #[test]
    fn a_missing_final_slash_is_added() {
        assert_eq!(place("https://example.com/api").unwrap(), "https://example.com/api/");
        assert_eq!(place("https://example.com").unwrap(), "https://example.com/");
    }

    #[test]
    fn plain_http_is_for_this_machine_alone() {
        for loopback in [
            "http://localhost/",
            "http://localhost:8000/api/",
            "http://127.0.0.1:1/",
            "http://127.9.9.9/",
            "http://[::1]:8000/",
            "http://api.localhost/",
        ] {
            assert!(place(loopback).is_ok(), "{loopback}");
        }
        for remote in [
            "http://example.com/",
            "http://127.0.0.1.example.com/",
            "http://localhost.example.com/",
            "http://[::2]/",
            "http://127.evil/",
            "http://notlocalhost/",
        ] {
            assert_eq!(place(remote).unwrap_err(), "baseUrl must start with https:// unless its host is this machine");
        }
    }

    #[test]
    fn what_is_not_a_plain_url_is_refused() {
        for (bad, text) in [
            ("example.com", "baseUrl must be an absolute URL that starts with https:// or http://"),
            ("ftp://example.com/", "baseUrl must be an absolute URL that starts with https:// or http://"),
            ("https://", "baseUrl must name a host"),
            ("https://u:p@example.com/", "baseUrl must be a URL without credentials, query, fragment or spaces"),
            ("https://example.com/?a=b", "baseUrl must be a URL without credentials, query, fragment or spaces"),
            ("https://exa mple.com/", "baseUrl must be a URL without credentials, query, fragment or spaces"),
        ] {
            assert_eq!(place(bad).unwrap_err(), text, "{bad}");
        }
    }

    #[test]
    fn a_location_is_a_host_label() {
        let place = Place { location: Some("evil.example/".into()), ..Place::default() };
        assert_eq!(
            place.base_url().unwrap_err().to_string(),
            "option location must be a region label of letters, digits and -"
        );
    }

    #[test]
    fn a_version_is_one_segment() {
        assert!(check_version("v1.0").is_ok());
        for bad in ["", ".", "..", "a/b", "v1?x", "é"] {
            assert_eq!(
                check_version(bad).unwrap_err().to_string(),
                "option version must be one path segment, such as v1.0"
            );
        }
    }

    #[test]
    fn a_protocol_is_http_or_https() {
        let place = Place { location: Some("eu".into()), protocol: Some("ftp://".into()), ..Place::default() };
        assert_eq!(place.base_url().unwrap_err().to_string(), "option protocol must be http or https");
    }

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
