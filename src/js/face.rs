//! What the npm package's JavaScript calls. Each function takes any value; what can fail asynchronously gives a promise.
//!
//! Arguments are read, and data is written, before a function returns: what the caller changes later is not sent.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use js_sys::{Array, Function, Promise};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;
use web_sys::AbortSignal;

use super::convert;
use super::{is_browser, value};
use crate::builder::ClientBuilder;
use crate::call::{Answer, call};
use crate::client::Client;
use crate::error::Error;
use crate::fetch::Fetch;
use crate::host::{self, Pending, Value};
use crate::options::{CallOptions, Place};
use crate::request::{Operation, Request};
use crate::validate::{self, concat, member};

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
    /// A client from what pkg/src/arguments.js makes of the arguments of `connect`.
    #[allow(clippy::too_many_arguments)]
    pub fn open(
        api_key: &JsValue,
        app_id: &JsValue,
        base_url: &JsValue,
        url_override: &JsValue,
        environment: &JsValue,
        local: bool,
        location: &JsValue,
        protocol: &JsValue,
        version: &JsValue,
        group: &JsValue,
        expire_tokens: bool,
        browser: &JsValue,
        fetch: &JsValue,
        timeout: Option<f64>,
        deadline: Option<f64>,
        retries: Option<u32>,
        credentials: u32,
        credential: &JsValue,
    ) -> Result<Core, JsValue> {
        let builder = ClientBuilder {
            api_key: api_key.as_string().unwrap_or_default(),
            credentials: Some(convert::credentials(credentials, credential)),
            app_id: app_id.as_string(),
            place: Place {
                base_url: base_url.as_string(),
                url_override: url_override.as_string(),
                environment: environment.as_string(),
                local,
                location: location.as_string(),
                protocol: protocol.as_string(),
            },
            version: version.as_string(),
            group: group.as_string(),
            expire_tokens,
            browser: browser.as_bool(),
            limits: CallOptions { signal: None, timeout_ms: timeout, deadline_ms: deadline, retries },
            listener: None,
        };
        let host = Box::new(Fetch::for_javascript(fetch.dyn_ref().cloned()));
        builder.build_on(host, is_browser()).map(|client| Core { client }).map_err(thrown)
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

    /// Makes a call. `operation` is the number of an `Operation`; `subject` is an id, or the ids of a batch, or the ids
    /// and data of one in turn. What `detail` and `another` are depends on the operation.
    #[allow(clippy::too_many_arguments)]
    pub fn call(
        &self,
        operation: u32,
        subject: &JsValue,
        data: &JsValue,
        detail: &JsValue,
        another: &JsValue,
        signal: Option<AbortSignal>,
        timeout: Option<f64>,
        deadline: Option<f64>,
        retries: Option<u32>,
    ) -> Promise {
        let operation = Operation::from_number(operation);
        let core = self.client.core.clone();
        let options = CallOptions { signal, timeout_ms: timeout, deadline_ms: deadline, retries };
        let prepared = options.check().and_then(|()| self.request(operation, subject, data, detail, another));
        promise(prepared.map(|request| -> Prepared {
            Box::pin(async move { Ok(finish(operation, call(&core, &request, &options).await?)) })
        }))
    }

    /// `{ id, record }` of the token's own user.
    #[wasm_bindgen(js_name = setUser)]
    pub fn set_user(
        &self,
        data: &JsValue,
        signal: Option<AbortSignal>,
        timeout: Option<f64>,
        deadline: Option<f64>,
        retries: Option<u32>,
    ) -> Promise {
        let client = self.client.clone();
        let options = CallOptions { signal, timeout_ms: timeout, deadline_ms: deadline, retries };
        let prepared = options.check().and_then(|()| value::write_data_without(data, "id", "data"));
        promise(prepared.map(|text| -> Prepared {
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
        detail: &JsValue,
        another: &JsValue,
    ) -> Result<Request, Error> {
        match operation {
            Operation::AddUsers => return add_users(subject, detail.is_truthy()),
            Operation::GetUsers => return Ok(Request::get_users(&ids(subject)?)),
            Operation::DeleteUsers => return Ok(Request::delete_users(&ids(subject)?)),
            _ => {}
        }
        let id = convert::id(subject, "id")?;
        match operation {
            Operation::Get => Ok(Request::get(&id, detail.is_truthy())),
            Operation::Update => Ok(Request::update(&id, value::write_data(data, "data")?)),
            Operation::Delete => Ok(Request::delete(&id)),
            Operation::FlagUser => {
                self.client.flag_request(&id, detail.as_string().as_deref(), another.as_string().as_deref())
            }
            _ => {
                let get_or_create = operation == Operation::GetOrCreate || detail.is_truthy();
                Ok(Request::create(&id, value::write_data(data, "data")?, get_or_create))
            }
        }
    }
}

fn add_users(users: &JsValue, override_existing: bool) -> Result<Request, Error> {
    let users: Vec<JsValue> = Array::from(users).to_vec();
    validate::batch_size(users.len() / 2, "users")?;
    let mut written = Vec::with_capacity(users.len() / 2);
    for (index, user) in users.chunks_exact(2).enumerate() {
        let [id, data] = user else { continue };
        let path = member("users", index);
        let id = convert::id(id, &concat([&path, ".id"]))?;
        let given = !data.is_undefined() && !data.is_null();
        let text = given.then(|| value::write_data(data, &concat([&path, ".data"])));
        written.push((id, text.transpose()?));
    }
    Ok(Request::add_users(written, override_existing))
}

fn ids(ids: &JsValue) -> Result<Vec<String>, Error> {
    let ids = Array::from(ids);
    validate::batch_size(ids.length() as usize, "ids")?;
    ids.iter().enumerate().map(|(index, id)| convert::id(&id, &member("ids", index))).collect()
}
