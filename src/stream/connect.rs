//! The arguments of `connect`, and the client that is made of them.

use alloc::rc::Rc;
use alloc::string::String;
use core::cell::Cell;

use js_sys::JsString;
use user_handle_core::call::Credentials;
use user_handle_core::rules::Error;
use user_handle_core::rules::options::CallLimits;
use user_handle_core::rules::text::concat;
#[cfg(feature = "server")]
use user_handle_core::stream::settings::stream_url;
use user_handle_core::stream::settings::{
    ARGUMENTS, CLIENT_OPTIONS, DEFAULT_GROUP, DEFAULT_PROTOCOL, DEFAULT_VERSION, LOCAL_BASE_URL, OPTIONS, Settings,
    URL_OVERRIDE, check_secret, is_token,
};
use user_handle_core::stream::{Stream, headers};
use user_handle_core::wire::CallError;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;

use crate::bindings::arguments::{Options, as_options, merged};
use crate::bindings::base_client::{BaseClient, ServiceBindings, fetch_of};
use crate::fetch::Fetch;
use crate::host::values::{is_browser, set_flag, set_text};

#[wasm_bindgen(module = "/src/js/stream.js")]
extern "C" {
    #[wasm_bindgen(js_name = apiErrorClass)]
    fn api_error_class() -> JsValue;
}

impl ServiceBindings for Stream {
    fn api_error_class() -> JsValue {
        api_error_class()
    }
}

/// A client.
#[derive(Clone)]
pub(super) struct Client {
    pub base: Rc<BaseClient<Stream>>,
    /// What `connect` was given, as it was read, with what was made of it: enough to connect again.
    pub settings: JsValue,
}

impl Client {
    /// `user_id` of the token in use, or undefined.
    pub fn user_id(&self) -> JsValue {
        self.base.state.credentials.user_id().map(JsValue::from).unwrap_or_default()
    }
}

/// Who the requests say they come from.
const CLIENT: &str = concat!("user-handle-js-", env!("CARGO_PKG_VERSION"));

/// What `connect` is given, each part read once.
pub(super) fn read(
    api_key: &JsValue,
    secret_or_token: &JsValue,
    app_id: &JsValue,
    options: &JsValue,
) -> Result<JsValue, CallError<Fetch>> {
    let options = Options::read_all(options, &concat([OPTIONS, CLIENT_OPTIONS]), "option ")?;
    let arguments = Options::read_all(&as_options(api_key, secret_or_token, app_id), ARGUMENTS, "")?;
    let override_url = options.value("urlOverride");
    let override_url = Options::read_all(&override_url, URL_OVERRIDE, "option urlOverride.")?.text("api");
    let settings = merged(options.values(), arguments.values());
    let base_url = options.text("baseUrl").map(|url| ("baseUrl", url));
    // A variable is read where nothing goes before it: Deno asks its user for each.
    let (name, url) = base_url
        .or(override_url.map(|url| ("urlOverride.api", url)))
        .or_else(|| variable("STREAM_BASE_URL").map(|url| ("environment variable STREAM_BASE_URL", url)))
        .or_else(|| {
            let is_local = options.is_asked("local") || variable("LOCAL").is_some();
            is_local.then(|| ("local", LOCAL_BASE_URL.into()))
        })
        .unwrap_or_default();
    if !name.is_empty() {
        set_text(&settings, "urlName", name);
        set_text(&settings, "baseUrl", &url);
    }
    #[cfg(feature = "server")]
    add_stream_url(&arguments, &settings);
    Ok(settings)
}

/// What the variable `STREAM_URL` has, where no key is given.
#[cfg(feature = "server")]
fn add_stream_url(arguments: &Options, settings: &JsValue) {
    if !arguments.text("apiKey").unwrap_or_default().is_empty() {
        return;
    }
    let variable = variable("STREAM_URL").unwrap_or_default();
    let Some(url) = stream_url(&variable) else { return };
    let known = Options::known(settings.clone());
    set_text(settings, "apiKey", url.key);
    for (name, text) in [("secretOrToken", Some(url.secret)), ("appId", Some(url.app_id)), ("location", url.location)] {
        if let Some(text) = text.filter(|_| known.value(name).is_undefined()) {
            set_text(settings, name, text);
        }
    }
}

/// A client, from what was read. What is made of it is added there: it may be opened again.
pub(super) fn open(settings: JsValue) -> Result<Client, Error> {
    let settings = Options::known(settings);
    let texts =
        ["apiKey", "urlName", "baseUrl", "location", "protocol", "version", "group"].map(|it| settings.text(it));
    let [api_key, url_name, url, location, protocol, version, group] = texts.each_ref().map(|it| it.as_deref());
    let parsed = Settings {
        api_key: api_key.unwrap_or_default(),
        url: url.map(|url| (url_name.unwrap_or_default(), url)),
        location: location.unwrap_or_default(),
        protocol: protocol.unwrap_or(DEFAULT_PROTOCOL),
        version: version.unwrap_or(DEFAULT_VERSION),
        group: group.unwrap_or(DEFAULT_GROUP),
        allow_http: settings.is_asked("allowHttp"),
        limits: settings.limits(CallLimits::default())?,
    };
    let base_url = parsed.base_url()?;
    let given = settings.value("secretOrToken");
    let mut provider = JsValue::UNDEFINED;
    let mut is_secret = false;
    let credentials = match given.as_string() {
        Some(text) if is_token(&text) => Credentials::of_user(given.unchecked_into())?,
        Some(secret) => {
            let browser = settings.value("browser");
            let in_browser = if browser.is_undefined() { assumes_browser() } else { browser.is_truthy() };
            check_secret(&secret, in_browser)?;
            is_secret = true;
            Credentials::new(signed(&secret), false)
        }
        None => {
            provider = given;
            Credentials::new(None, provider.is_truthy())
        }
    };
    for (name, text) in [("baseUrl", &*base_url), ("version", parsed.version), ("group", parsed.group)] {
        set_text(settings.values(), name, text);
    }
    set_flag(settings.values(), "usingApiSecret", is_secret);
    set_flag(settings.values(), "expireTokens", settings.is_asked("expireTokens"));
    let state = parsed.open(&base_url, fetch_of(&settings, &headers(CLIENT)), credentials);
    let base = Rc::new(BaseClient { state, provider, is_asking: Cell::new(false), is_disposed: Cell::new(false) });
    Ok(Client { base, settings: settings.values().clone() })
}

/// Browsers are given a build that cannot sign.
fn assumes_browser() -> bool {
    cfg!(not(feature = "server")) || is_browser()
}

#[cfg(feature = "server")]
fn signed(secret: &str) -> Option<JsString> {
    Some(user_handle_core::stream::sign::server_token(secret).as_str().into())
}
#[cfg(not(feature = "server"))]
fn signed(_: &str) -> Option<JsString> {
    None
}

/// A variable of the process, in a build for servers.
fn variable(name: &str) -> Option<String> {
    #[cfg(feature = "server")]
    return crate::host::values::variable(name);
    #[cfg(not(feature = "server"))]
    Some(name).and(None)
}

/// The app secret, which `method` cannot do without.
#[cfg(feature = "server")]
pub(super) fn secret_of(client: &Client, method: &str) -> Result<String, Error> {
    let credentials = crate::host::values::field(&client.settings, "secretOrToken").as_string();
    let secret = credentials.filter(|text| !is_token(text));
    secret.ok_or_else(|| user_handle_core::call::needs_secret(method))
}
