//! What the npm package's JavaScript calls. Each function takes any value; what can fail asynchronously gives a promise.
//!
//! Arguments are read, and data is written, before a function returns: what the caller changes later is not sent.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::future::Future;

use js_sys::{Function, Promise};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::convert::{self, Plain};
use super::{is_browser, value};
use crate::call::Answer;
use crate::client::Client;
use crate::error::Error;
use crate::fetch::Fetch;
use crate::host::{Pending, Value};
use crate::options::{Credentials, Place};
use crate::user::User;
use crate::users::{self, member};
use crate::validate::concat;

/// A client, as the JavaScript class holds it.
#[wasm_bindgen]
pub struct Core {
    client: Client,
}

fn thrown(error: Error) -> JsValue {
    convert::error(&error)
}

/// A call that is ready to be sent. Boxed, so that there is one kind of it: each would bring its own copy of the code
/// that drives a promise.
type Prepared = Result<Pending<'static, Result<Value, Error>>, Error>;

fn ready(work: impl Future<Output = Result<Value, Error>> + 'static) -> Prepared {
    Ok(Box::pin(work))
}

/// The promise of a call, or one that is rejected where the arguments were refused.
fn promise(prepared: Prepared) -> Promise {
    match prepared {
        Ok(work) => future_to_promise(async move { work.await.map_err(thrown) }),
        Err(error) => Promise::reject(&thrown(error)),
    }
}

/// Checks an id. @throws what `error` describes
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
        Plain::new()
            .with("apiKey", client.api_key())
            .with_some("appId", client.app_id())
            .with("baseUrl", client.base_url())
            .with("version", client.version())
            .with("group", client.group())
            .with_some("location", client.location())
            .with("usingApiSecret", client.using_api_secret())
            .with("expireTokens", client.identity.expire_tokens)
            .done()
    }

    /// `user_id` of the token in use.
    #[wasm_bindgen(js_name = userId)]
    pub fn user_id(&self) -> JsValue {
        self.client.user_id().map(JsValue::from).unwrap_or_default()
    }

    /// The limits last seen.
    #[wasm_bindgen(js_name = rateLimit)]
    pub fn rate_limit(&self) -> JsValue {
        self.client.rate_limit().map(convert::rate_limit).unwrap_or_default()
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

    /// The record of the user that was created.
    pub fn create(&self, id: &JsValue, data: &JsValue, options: &JsValue) -> Promise {
        promise(self.prepare_create(id, data, options))
    }

    /// The record of the user that exists or was created.
    #[wasm_bindgen(js_name = getOrCreate)]
    pub fn get_or_create(&self, id: &JsValue, data: &JsValue, options: &JsValue) -> Promise {
        promise(self.handle(id, options).and_then(|user| {
            let text = value::write_data(data, "data")?;
            ready(async move { user.send_create(text, true).await })
        }))
    }

    /// The record.
    pub fn get(&self, id: &JsValue, options: &JsValue, profile: bool) -> Promise {
        promise(self.handle(id, options).and_then(|user| {
            let with_follow_counts = profile || convert::flag(options, "with_follow_counts")?.unwrap_or(false);
            ready(async move { user.send_get(with_follow_counts).await })
        }))
    }

    /// The record of the user that was updated.
    pub fn update(&self, id: &JsValue, data: &JsValue, options: &JsValue) -> Promise {
        promise(self.handle(id, options).and_then(|user| {
            let text = value::write_data(data, "data")?;
            ready(async move { user.send_update(text).await })
        }))
    }

    /// What the service answered.
    pub fn delete(&self, id: &JsValue, options: &JsValue) -> Promise {
        let prepared = self.handle(id, options);
        promise(prepared.and_then(|user| ready(async move { Ok(deletion(user.send_delete().await?)) })))
    }

    /// `{ id, record }` of the token's own user.
    #[wasm_bindgen(js_name = setUser)]
    pub fn set_user(&self, data: &JsValue, options: &JsValue) -> Promise {
        let client = self.client.clone();
        let prepared = convert::call_options(options).and_then(|options| {
            let text = value::write_data_without(data, "id", "data")?;
            ready(async move {
                let user = client.own_user().await?.with(options);
                let record = user.send_create(text, true).await?;
                Ok(Plain::new().with("id", user.id()).with("record", record).done())
            })
        });
        promise(prepared)
    }

    /// What the service answered.
    #[wasm_bindgen(js_name = addUsers)]
    pub fn add_users(&self, users: &JsValue, override_existing: &JsValue, options: &JsValue) -> Promise {
        promise(self.prepare_add_users(users, override_existing, options))
    }

    /// What the service answered.
    #[wasm_bindgen(js_name = getUsers)]
    pub fn get_users(&self, ids: &JsValue, options: &JsValue) -> Promise {
        let prepared = self.batch(ids, options);
        promise(prepared.and_then(|(users, ids)| ready(async move { users.send_get(&ids).await })))
    }

    /// What the service answered.
    #[wasm_bindgen(js_name = deleteUsers)]
    pub fn delete_users(&self, ids: &JsValue, options: &JsValue) -> Promise {
        let prepared = self.batch(ids, options);
        promise(prepared.and_then(|(users, ids)| ready(async move { users.send_delete(&ids).await })))
    }

    /// What the service answered.
    #[wasm_bindgen(js_name = flagUser)]
    pub fn flag_user(&self, id: &JsValue, options: &JsValue) -> Promise {
        promise(self.prepare_flag(id, options))
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

// What is between the arguments and the request.
impl Core {
    fn handle(&self, id: &JsValue, options: &JsValue) -> Result<User, Error> {
        let id = convert::id(id, "id")?;
        Ok(User::new(self.client.core.clone(), &id).with(convert::call_options(options)?))
    }

    fn prepare_create(&self, id: &JsValue, data: &JsValue, options: &JsValue) -> Prepared {
        let user = self.handle(id, options)?;
        // Stream's name, and that of the collection style.
        let named = [convert::flag(options, "get_or_create")?, convert::flag(options, "getOrCreate")?];
        let get_or_create = named.contains(&Some(true));
        let text = value::write_data(data, "data")?;
        ready(async move { user.send_create(text, get_or_create).await })
    }

    fn prepare_add_users(&self, users: &JsValue, override_existing: &JsValue, options: &JsValue) -> Prepared {
        let collection = self.client.users().with(convert::call_options(options)?);
        let override_existing = override_existing.is_truthy();
        let mut written = Vec::new();
        for (index, user) in convert::members(users, "users")?.iter().enumerate() {
            let path = member("users", index);
            let (id, data) = convert::new_user(user, &path)?;
            let given = !data.is_undefined() && !data.is_null();
            let text = given.then(|| value::write_data(&data, &concat([&path, ".data"])));
            written.push((id, text.transpose()?));
        }
        ready(async move { collection.send_add(written, override_existing).await })
    }

    fn batch(&self, ids: &JsValue, options: &JsValue) -> Result<(users::Users, Vec<String>), Error> {
        let collection = self.client.users().with(convert::call_options(options)?);
        let ids = convert::members(ids, "ids")?;
        let ids: Result<Vec<String>, Error> =
            ids.iter().enumerate().map(|(index, id)| convert::id(id, &member("ids", index))).collect();
        Ok((collection, ids?))
    }

    fn prepare_flag(&self, id: &JsValue, options: &JsValue) -> Prepared {
        let id = convert::id(id, "id")?;
        let call_options = convert::call_options(options)?;
        let (reporter, reason) = convert::reporter_and_reason(options)?;
        let request = self.client.flag_request(&id, reporter.as_deref(), reason.as_deref())?;
        let core = self.client.core.clone();
        ready(async move { Ok(crate::call::call(&core, &request, &call_options).await?.value) })
    }
}

fn deletion(answer: Answer) -> Value {
    if !answer.already_gone {
        return answer.value;
    }
    Plain::new().with("duration", "0.00ms").with("alreadyGone", true).done()
}

fn open(
    api_key: &JsValue,
    secret_or_token: &JsValue,
    app_id: &JsValue,
    options: &JsValue,
    environment: &JsValue,
) -> Result<Client, Error> {
    convert::options_object(options)?;
    let settings = convert::settings(options)?;
    let mut place: Place = convert::place(options, environment)?;
    let mut api_key = convert::text(api_key, "apiKey")?.unwrap_or_default();
    let mut credentials = convert::credentials(secret_or_token)?;
    let mut app_id = convert::app_id(app_id)?;
    if api_key.is_empty()
        && let Some(url) = convert::stream_url(environment)
    {
        api_key = url.api_key;
        app_id = app_id.or(Some(url.app_id));
        place.location = place.location.or(url.location);
        if matches!(credentials, Credentials::None) {
            credentials = Credentials::Secret(url.secret.into());
        }
    }
    let mut builder = Client::builder(&api_key)
        .credentials(credentials)
        .place(place)
        .expire_tokens(settings.expire_tokens)
        .limits(convert::call_options(options)?);
    if let Some(app_id) = app_id {
        builder = builder.app_id(&app_id);
    }
    if let Some(version) = settings.version {
        builder = builder.version(&version);
    }
    if let Some(group) = settings.group {
        builder = builder.group(&group);
    }
    if let Some(browser) = settings.browser {
        builder = builder.browser(browser);
    }
    builder.build_on(Box::new(Fetch::for_javascript(settings.fetch)), is_browser())
}
