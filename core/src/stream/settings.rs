//! What a client of Stream is made with, checked once, for JavaScript and for Rust programs.

use alloc::string::String;

use crate::call::{ClientState, Credentials};
use crate::rules::options::{CallLimits, call_options, common_options, refused};
use crate::rules::text::concat;
use crate::rules::{Code, Error, base_url};
use crate::wire::Host;

/// Where the hosted service listens.
pub const DEFAULT_BASE_URL: &str = "https://api.stream-io-api.com/api/";
/// Where the stand-in server listens.
pub const LOCAL_BASE_URL: &str = "http://localhost:8000/api/";
/// The API version segment.
pub const DEFAULT_VERSION: &str = "v1.0";
/// The source name sent as the `location` query parameter.
pub const DEFAULT_GROUP: &str = "unspecified";
/// How a region is reached.
pub const DEFAULT_PROTOCOL: &str = "https";

/// The options of a client and of each call, by the rules that error texts have for their types.
pub const OPTIONS: &str = common_options!("stream-auth-type", "x-stream-client");
/// What a client takes behind [`OPTIONS`]. Options without a rule are Stream's: programs for its JavaScript client may have them, and
/// here they mean nothing.
pub const CLIENT_OPTIONS: &str = ";a function:fetch;a string:baseUrl,location,protocol,version,group;an object:urlOverride;\
    true or false:local,browser,expireTokens,gather,allowHttp;\
    :keepAlive,keepAliveMsecs,maxSockets,maxFreeSockets,scheduling,httpAgent,httpsAgent,fayeUrl";
/// What a call takes behind [`OPTIONS`].
pub const CALL_OPTIONS: &str = call_options!();
/// The arguments of `connect` before its options.
pub const ARGUMENTS: &str = "a string:apiKey;a string, a function or null:secretOrToken;a string:appId";
/// The options of `urlOverride`.
pub const URL_OVERRIDE: &str = "a string:api";
/// What a `create` takes behind [`OPTIONS`]: by Stream's name and by that of the collection style.
pub const CREATE_OPTIONS: &str = call_options!(";true or false:get_or_create,getOrCreate,reconcile");
/// What a `get` takes behind [`OPTIONS`].
pub const GET_OPTIONS: &str = call_options!(";true or false:with_follow_counts");
/// What a `flagUser` takes behind [`OPTIONS`].
pub const FLAG_OPTIONS: &str = call_options!(";a string:user_id,reason");
/// What an import takes behind [`OPTIONS`].
pub const IMPORT_OPTIONS: &str = call_options!(
    ";a function:onProgress,onFailure;true or false:override;a whole number:concurrency,batchSize,resumeFrom"
);

/// What a client is made with. What is not given has a default.
pub struct Settings<'a> {
    /// The application's key.
    pub api_key: &'a str,
    /// What error texts call the URL of the API, and that URL.
    pub url: Option<(&'a str, &'a str)>,
    /// The region label; a URL goes before it.
    pub location: &'a str,
    /// With a region label: `https`, or `http`, which no region has.
    pub protocol: &'a str,
    /// The API version segment.
    pub version: &'a str,
    /// The source name.
    pub group: &'a str,
    /// Whether plain http may go to another machine.
    pub allow_http: bool,
    /// The limits of calls.
    pub limits: CallLimits,
}

impl Settings<'_> {
    /// Checks them. Gives the API root, with a final slash.
    ///
    /// # Errors
    /// `invalid_option`.
    pub fn base_url(&self) -> Result<String, Error> {
        if self.api_key.trim_ascii().is_empty() {
            let error = Error::input(Code::InvalidOption, &["the API key is missing"]);
            return Err(error.with_hint("pass it to connect, or set STREAM_URL"));
        }
        check_version(self.version)?;
        match self.url {
            Some((name, url)) => base_url::check(name, url, self.allow_http),
            None if self.location.is_empty() => Ok(concat([DEFAULT_BASE_URL])),
            None => of_region(self.location, self.protocol, self.allow_http),
        }
    }

    /// The state of a client; `base_url` is what [`Settings::base_url`] gave.
    pub fn open<H: Host, S>(&self, base_url: &str, host: H, credentials: Credentials<H>) -> ClientState<H, S> {
        let root = concat([base_url, self.version, "/"]);
        let parameters = concat(["?api_key=", &H::encode(self.api_key), "&location=", &H::encode(self.group)]);
        ClientState::new(host, root, parameters, credentials, self.limits)
    }
}

/// The API root of a region.
fn of_region(location: &str, protocol: &str, allow_http: bool) -> Result<String, Error> {
    if !location.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return Err(refused(&["option location must be a region label of letters, digits and -"]));
    }
    if protocol != "https" && protocol != "http" {
        return Err(refused(&["option protocol must be http or https"]));
    }
    base_url::check("protocol", &concat([protocol, "://", location, "-api.stream-io-api.com/api/"]), allow_http)
}

/// One segment of a path: `..` would lead elsewhere.
fn check_version(version: &str) -> Result<(), Error> {
    let is_segment = version.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
    if is_segment && version.bytes().any(|b| b != b'.') {
        return Ok(());
    }
    Err(refused(&["option version must be one path segment, such as v1.0"]))
}

/// Refuses an app secret that is empty, or was given to a browser.
///
/// # Errors
/// `invalid_token`, `secret_in_browser`; `wrong_credentials` in a build that cannot sign.
pub fn check_secret(secret: &str, in_browser: bool) -> Result<(), Error> {
    if secret.trim_ascii().is_empty() {
        return Err(Error::input(Code::InvalidToken, &["the token is empty"])
            .with_hint("connect once the token has been loaded, or pass null to be anonymous"));
    }
    if in_browser {
        let text = "the app secret was given to a browser, where everybody can read it";
        return Err(Error::input(Code::SecretInBrowser, &[text])
            .with_hint("make a user token on your server and connect with that"));
    }
    if cfg!(not(feature = "sign")) {
        let text = "the app secret was given to a build that cannot sign with it";
        return Err(
            Error::site(Code::WrongCredentials, &[text]).with_hint("import user-handle/server, or build with `server`")
        );
    }
    Ok(())
}

/// Whether what lets a client in is a token: the rule of Stream's clients is that a token has a dot, and a secret has none.
pub fn is_token(secret_or_token: &str) -> bool {
    secret_or_token.bytes().any(|byte| byte == b'.')
}

/// What `STREAM_URL` holds.
#[derive(Debug, PartialEq)]
pub struct StreamUrl<'a> {
    /// The application's key.
    pub key: &'a str,
    /// The app secret.
    pub secret: &'a str,
    /// The application's number.
    pub app_id: &'a str,
    /// The region label.
    pub location: Option<&'a str>,
}

/// Reads `https://KEY:SECRET@HOST/?app_id=N`; the first label of the host is the region, unless it is the service's own.
pub fn stream_url(url: &str) -> Option<StreamUrl<'_>> {
    let (credentials, place) = url.strip_prefix("https://")?.split_once('@')?;
    let (key, secret) = credentials.split_once(':')?;
    let (host, query) = place.split_once('?')?;
    let app_id = query.split('&').find_map(|pair| pair.strip_prefix("app_id="))?;
    if [key, secret, app_id].contains(&"") || key.contains('/') {
        return None;
    }
    let label = host.split(['.', '/', ':']).next().unwrap_or_default();
    let is_own = ["", "api", "getstream", "stream-io-api"].contains(&label);
    let location = (!is_own).then(|| label.strip_suffix("-api").unwrap_or(label));
    Some(StreamUrl { key, secret, app_id, location })
}

/// The error for `setUser` on a client that has the app secret.
pub fn needs_user_token() -> Error {
    let text = "setUser needs a user token, but this client has the app secret";
    Error::site(Code::WrongCredentials, &[text]).with_hint("use client.user(id).getOrCreate(data)")
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    const DEFAULTS: Settings<'static> = Settings {
        api_key: "key",
        url: None,
        location: "",
        protocol: DEFAULT_PROTOCOL,
        version: DEFAULT_VERSION,
        group: DEFAULT_GROUP,
        allow_http: false,
        limits: CallLimits::DEFAULT,
    };

    #[test]
    fn a_url_goes_before_a_location() {
        let base_url = |settings: Settings| settings.base_url().unwrap();
        assert_eq!(base_url(DEFAULTS), DEFAULT_BASE_URL);
        let located = Settings { location: "dublin", ..DEFAULTS };
        assert_eq!(base_url(located), "https://dublin-api.stream-io-api.com/api/");
        let url = Some(("baseUrl", "https://base.example/api"));
        assert_eq!(base_url(Settings { url, location: "dublin", ..DEFAULTS }), "https://base.example/api/");
    }

    #[test]
    fn a_location_is_a_host_label() {
        let refused =
            |location, protocol| Settings { location, protocol, ..DEFAULTS }.base_url().unwrap_err().to_string();
        let label = "option location must be a region label of letters, digits and -";
        assert_eq!(refused("evil.example/", "https"), label);
        assert_eq!(refused("dublin", "ftp"), "option protocol must be http or https");
        let insecure = "protocol must start with https:// unless its host is this machine";
        assert_eq!(refused("dublin", "http"), insecure);
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
    fn a_stream_url_holds_what_a_client_needs() {
        let read = |url| stream_url(url).map(|it| (it.key, it.secret, it.app_id, it.location));
        let url = "https://key:secret@dublin.stream-io-api.com/?app_id=42";
        assert_eq!(read(url), Some(("key", "secret", "42", Some("dublin"))));
        let url = "https://k:s@us-east-api.stream-io-api.com/?a=b&app_id=1";
        assert_eq!(read(url), Some(("k", "s", "1", Some("us-east"))));
        assert_eq!(read("https://k:s@api.stream-io-api.com/?app_id=1"), Some(("k", "s", "1", None)));
        for other in
            ["", "https://k:s@host/", "http://k:s@host/?app_id=1", "https://k@host/?app_id=1", "https://k:s@h?app_id="]
        {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
