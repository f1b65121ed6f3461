//! What the npm package's JavaScript calls. Each function takes any value; what can fail asynchronously gives a promise.
//!
//! Arguments are read, and data is written, before a function returns: what the caller changes later is not sent.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use js_sys::{Function, Promise};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::convert;
use super::{is_browser, value};
use crate::call::{Answer, call};
use crate::client::{Client, ClientBuilder};
use crate::error::Error;
use crate::fetch::Fetch;
use crate::host::{self, Pending, Value};
use crate::options::{CallOptions, Credentials};
use crate::request::{Operation, Request};
use crate::validate::{concat, member};

#[wasm_bindgen(module = "/src/js/shape.js")]
extern "C" {
    fn identity(
        api_key: &str,
        app_id: Option<&str>,
        base_url: &str,
        version: &str,
        group: &str,
        location: Option<&str>,
        using_api_secret: bool,
        expire_tokens: bool,
    ) -> JsValue;

    #[wasm_bindgen(js_name = ownRecord)]
    fn own_record(id: &str, record: &JsValue) -> JsValue;

    #[wasm_bindgen(js_name = alreadyGone)]
    fn already_gone() -> JsValue;
}

/// A client, as the JavaScript class holds it.
#[wasm_bindgen]
pub struct Core {
    client: Client,
}

fn thrown(error: Error) -> JsValue {
    convert::error(&error)
}

/// Checks an id. Throws what `convert::error` describes.
#[wasm_bindgen(js_name = checkId)]
pub fn check_id(id: &JsValue) -> Result<(), JsValue> {
    convert::id(id, "id").map(drop).map_err(thrown)
}

#[wasm_bindgen]
impl Core {
    /// A client from the arguments of `connect`, and the variables of the process where there is one.
    pub fn open(
        api_key: &JsValue,
        secret_or_token: &JsValue,
        app_id: &JsValue,
        options: &JsValue,
        environment: &JsValue,
    ) -> Result<Core, JsValue> {
        open(api_key, secret_or_token, app_id, options, environment).map(|client| Core { client }).map_err(thrown)
    }

    /// What the class shows of it.
    pub fn describe(&self) -> JsValue {
        let client = &self.client;
        identity(
            client.api_key(),
            client.app_id(),
            client.base_url(),
            client.version(),
            client.group(),
            client.location(),
            client.using_api_secret(),
            client.identity.expire_tokens,
        )
    }

    /// `user_id` of the token in use.
    #[wasm_bindgen(js_name = userId)]
    pub fn user_id(&self) -> JsValue {
        self.client.user_id().map(JsValue::from).unwrap_or_default()
    }

    /// The limits last seen.
    #[wasm_bindgen(js_name = rateLimit)]
    pub fn rate_limit(&self) -> JsValue {
        convert::rate_limit(self.client.rate_limit())
    }

    /// Calls `listener(name, event)` from now on; with undefined, nothing is told.
    pub fn listen(&self, listener: &JsValue) {
        let listener: Option<Function> = listener.dyn_ref::<Function>().cloned();
        self.client.set_listener(listener.map(|listener| -> crate::Listener {
            Rc::new(move |event| {
                let (name, told) = convert::event(event);
                // The class sees to listeners that throw.
                let _ = listener.call2(&JsValue::UNDEFINED, &name.into(), &told);
            })
        }));
    }

    /// Makes a call. `operation` is the number of an `Operation`; `subject` is an id, or the users or ids of a batch;
    /// `detail` is with_follow_counts, or override. Gives a record, or what the service answered.
    pub fn call(&self, operation: u32, subject: &JsValue, data: &JsValue, options: &JsValue, detail: bool) -> Promise {
        let operation = Operation::from_number(operation);
        let core = self.client.core.clone();
        let prepared = convert::call_options(options)
            .and_then(|read| Ok((self.request(operation, subject, data, options, detail)?, read)));
        promise(prepared.map(|(request, options)| -> Prepared {
            Box::pin(async move { Ok(finish(operation, call(&core, &request, &options).await?)) })
        }))
    }

    /// `{ id, record }` of the token's own user.
    #[wasm_bindgen(js_name = setUser)]
    pub fn set_user(&self, data: &JsValue, options: &JsValue) -> Promise {
        let client = self.client.clone();
        let prepared = convert::call_options(options)
            .and_then(|options| Ok((value::write_data_without(data, "id", "data")?, options)));
        promise(prepared.map(|(text, options)| -> Prepared {
            Box::pin(async move {
                let (id, record) = client.set_own_user(text, options).await?;
                Ok(own_record(&id, &record))
            })
        }))
    }

    /// A user token.
    #[cfg(feature = "sign")]
    #[wasm_bindgen(js_name = createUserToken)]
    pub fn create_user_token(&self, user_id: &JsValue, claims: &JsValue) -> Result<String, JsValue> {
        let given = !claims.is_undefined() && !claims.is_null();
        convert::id(user_id, "userId")
            .and_then(|user_id| self.client.sign_user_token(&user_id, given.then_some(claims)))
            .map_err(thrown)
    }
}

/// A call that is ready to be sent. In a box, so that there is one kind of it: each kind would bring its own copy of the
/// code that drives a promise.
type Prepared = Pending<'static, Result<Value, Error>>;

/// The promise of a call, or one that is rejected where the arguments were refused.
fn promise(prepared: Result<Prepared, Error>) -> Promise {
    match prepared {
        Ok(work) => future_to_promise(async move { work.await.map_err(thrown) }),
        Err(error) => Promise::reject(&thrown(error)),
    }
}

fn finish(operation: Operation, answer: Answer) -> Value {
    match operation {
        Operation::Create | Operation::GetOrCreate | Operation::Get | Operation::Update => {
            host::tidy_record(answer.value)
        }
        _ if answer.already_gone => already_gone(),
        _ => answer.value,
    }
}

impl Core {
    /// The request of a call, from its arguments.
    fn request(
        &self,
        operation: Operation,
        subject: &JsValue,
        data: &JsValue,
        options: &JsValue,
        detail: bool,
    ) -> Result<Request, Error> {
        match operation {
            Operation::AddUsers => return add_users(subject, detail),
            Operation::GetUsers => return Ok(Request::get_users(&ids(subject)?)),
            Operation::DeleteUsers => return Ok(Request::delete_users(&ids(subject)?)),
            _ => {}
        }
        let id = convert::id(subject, "id")?;
        match operation {
            Operation::Get => {
                Ok(Request::get(&id, detail || convert::flag(options, "with_follow_counts")? == Some(true)))
            }
            Operation::Update => Ok(Request::update(&id, value::write_data(data, "data")?)),
            Operation::Delete => Ok(Request::delete(&id)),
            Operation::FlagUser => {
                let (reporter, reason) = convert::reporter_and_reason(options)?;
                self.client.flag_request(&id, reporter.as_deref(), reason.as_deref())
            }
            _ => {
                // Stream's name, and that of the collection style.
                let asked = [convert::flag(options, "get_or_create")?, convert::flag(options, "getOrCreate")?];
                let get_or_create = operation == Operation::GetOrCreate || asked.contains(&Some(true));
                Ok(Request::create(&id, value::write_data(data, "data")?, get_or_create))
            }
        }
    }
}

fn add_users(users: &JsValue, override_existing: bool) -> Result<Request, Error> {
    let mut written = Vec::new();
    for (index, user) in convert::members(users, "users")?.iter().enumerate() {
        let path = member("users", index);
        let (id, data) = convert::new_user(user, &path)?;
        let given = !data.is_undefined() && !data.is_null();
        let text = given.then(|| value::write_data(&data, &concat([&path, ".data"])));
        written.push((id, text.transpose()?));
    }
    Ok(Request::add_users(written, override_existing))
}

fn ids(ids: &JsValue) -> Result<Vec<String>, Error> {
    let ids = convert::members(ids, "ids")?;
    ids.iter().enumerate().map(|(index, id)| convert::id(id, &member("ids", index))).collect()
}

fn open(
    api_key: &JsValue,
    secret_or_token: &JsValue,
    app_id: &JsValue,
    options: &JsValue,
    environment: &JsValue,
) -> Result<Client, Error> {
    convert::options_object(options)?;
    let mut builder = ClientBuilder {
        api_key: convert::text(api_key, "apiKey")?.unwrap_or_default(),
        credentials: Some(convert::credentials(secret_or_token)?),
        app_id: convert::app_id(app_id)?,
        place: convert::place(options, environment)?,
        version: convert::text_option(options, "version")?,
        group: convert::text_option(options, "group")?,
        expire_tokens: convert::flag(options, "expireTokens")? == Some(true),
        browser: convert::flag(options, "browser")?,
        limits: CallOptions { signal: None, ..convert::call_options(options)? },
        listener: None,
    };
    if builder.api_key.is_empty()
        && let Some(url) = convert::stream_url(environment)
    {
        builder.api_key = url.api_key;
        builder.app_id = builder.app_id.or(Some(url.app_id));
        builder.place.location = builder.place.location.or(url.location);
        if matches!(builder.credentials, Some(Credentials::None)) {
            builder.credentials = Some(Credentials::Secret(url.secret.into()));
        }
    }
    builder.build_on(Box::new(Fetch::for_javascript(convert::own_fetch(options)?)), is_browser())
}
