//! The settings of a client of Klaim, checked once, for JavaScript and for Rust programs.

use alloc::string::String;

use crate::call::{ClientState, Credentials};
use crate::rules::options::{CallLimits, call_options, common_options};
use crate::rules::text::concat;
use crate::rules::{Code, Error, base_url};
use crate::wire::Host;

/// The options that a client and each call have: the rule for their type, as error texts word it, then their names.
pub const OPTIONS: &str = common_options!();
/// What a client takes in addition to [`OPTIONS`].
pub const CLIENT_OPTIONS: &str = ";a function:fetch;a string:baseUrl;true or false:allowHttp";
/// What a call takes in addition to [`OPTIONS`].
pub const CALL_OPTIONS: &str = call_options!();
/// The arguments of `connect` before its options.
pub const ARGUMENTS: &str = "a string:apiKey";
/// The fields of a user who is to be stored.
pub const NEW_USER_FIELDS: &str = "email,name,metadata,userId";
/// The fields of a user that may be changed.
pub const CHANGED_FIELDS: &str = "email,name,metadata,user_id";

/// Settings as they are given.
#[derive(Default)]
pub struct Settings {
    /// The application's key.
    pub api_key: String,
    /// The API root. Klaim documents none, so there is no default.
    pub base_url: Option<String>,
    /// Whether plain http may go to another machine.
    pub allow_http: bool,
    /// The limits of calls.
    pub limits: CallLimits,
}

/// Settings that have been checked.
pub struct CheckedSettings {
    api_key: String,
    /// The API root, with a final slash.
    pub base_url: String,
    limits: CallLimits,
}

impl Settings {
    /// Checks the settings.
    ///
    /// # Errors
    /// `invalid_option`.
    pub fn check(self) -> Result<CheckedSettings, Error> {
        let invalid = |text: &str, hint| Err(Error::input(Code::InvalidOption, &[text]).with_hint(hint));
        if self.api_key.is_empty() {
            return invalid("the API key is missing", "pass it to connect");
        }
        // `fetch` would refuse a key that no header can hold, with an error text that repeats the key.
        if !self.api_key.bytes().all(|b| b.is_ascii_graphic()) {
            let text = "apiKey may only hold visible ASCII characters: it travels in a header";
            return invalid(text, "look for a line break at its end");
        }
        let Some(url) = self.base_url else {
            let hint = "Klaim documents no address of its own: pass the one that you were given";
            return invalid("option baseUrl is missing", hint);
        };
        let base_url = base_url::check("baseUrl", &url, self.allow_http)?;
        Ok(CheckedSettings { api_key: self.api_key, base_url, limits: self.limits })
    }
}

impl CheckedSettings {
    /// The state of a client.
    pub fn open<H: Host, S>(&self, host: H) -> ClientState<H, S> {
        let credentials = Credentials::new(Some(concat(["Bearer ", &self.api_key]).as_str().into()), false);
        ClientState::new(host, concat([&self.base_url]), String::new(), credentials, self.limits)
    }
}
