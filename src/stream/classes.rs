//! What JavaScript imports: `connect`, `user`, and the classes that they give.

use alloc::rc::Rc;
use alloc::string::String;
use core::cell::RefCell;

use js_sys::Promise;
use user_handle_core::stream::references;
use wasm_bindgen::prelude::*;

use super::arguments::{id, is_missing};
use super::connect::{self, open};
use super::requests;
use crate::bindings::errors::{self, input_to_js};
use crate::host::values::{field, new_object, set_flag, set_text};

#[wasm_bindgen(module = "/src/js/handles.js")]
extern "C" {
    /// What `keep` of the handle makes of the record that the call ends with.
    fn kept(promise: Promise, handle: RecordKeeper) -> Promise;

    /// A function that takes `listener` away again.
    #[wasm_bindgen(js_name = addListener)]
    fn add_listener(listeners: &JsValue, event: &str, listener: &JsValue) -> JsValue;

    #[wasm_bindgen(js_name = removeListeners)]
    fn remove_listeners(listeners: &JsValue, event: &JsValue, listener: &JsValue);

}

#[wasm_bindgen(module = "/src/js/listeners.js")]
extern "C" {
    #[wasm_bindgen(js_name = newListeners)]
    fn new_listeners() -> JsValue;

    /// What tells the listeners of an event.
    fn telling(listeners: &JsValue) -> JsValue;
}

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("classes.d.ts");

thread_local! {
    /// The client that `connect` gave last.
    static LAST: RefCell<Option<Client>> = const { RefCell::new(None) };
}

/// Opens a client. Throws at once, before any request, on a bad argument.
///
/// @param apiKey the application's key
/// @param secretOrToken a user token (has a dot), the app secret (has none; server side only), a token provider, or null
/// @param appId the application's number; the users API does not need it
#[wasm_bindgen]
pub fn connect(
    #[wasm_bindgen(js_name = apiKey, unchecked_param_type = "string")] api_key: &JsValue,
    #[wasm_bindgen(js_name = secretOrToken, unchecked_optional_param_type = "string | TokenProvider | null")]
    secret_or_token: &JsValue,
    #[wasm_bindgen(js_name = appId, unchecked_optional_param_type = "string | number | null")] app_id: &JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "ConnectOptions")] options: &JsValue,
) -> Result<Client, JsValue> {
    let settings = connect::read(api_key, secret_or_token, app_id, options).map_err(input_to_js)?;
    let client = Client(Rc::new(Opened {
        connected: open(settings).map_err(input_to_js)?,
        listeners: new_listeners(),
        own_record: RefCell::new(None),
    }));
    LAST.set(Some(client.clone()));
    Ok(client)
}

/// A handle from the client that `connect` gave last.
#[wasm_bindgen]
pub fn user(#[wasm_bindgen(unchecked_param_type = "string")] id: &JsValue) -> Result<User, JsValue> {
    let last = LAST.with_borrow(Clone::clone);
    last.ok_or_else(|| input_to_js(errors::not_connected()))?.user(id)
}

/// A client of one application. Inspecting it shows neither its key nor its secret or token.
#[wasm_bindgen]
#[derive(Clone)]
pub struct Client(Rc<Opened>);

struct Opened {
    connected: connect::Client,
    listeners: JsValue,
    /// What was last seen of the token's own user.
    own_record: RefCell<Option<Rc<Handle>>>,
}

/// A handle on one user.
///
/// Where a method gives "this handle", it is a new JavaScript object for the same handle: both see what either has read.
#[wasm_bindgen]
#[derive(Clone)]
pub struct User(Rc<Handle>);

struct Handle {
    client: Client,
    id: String,
    last: RefCell<JsValue>,
}

#[wasm_bindgen]
impl Client {
    /// The application's key.
    #[wasm_bindgen(getter, js_name = apiKey, unchecked_return_type = "string")]
    pub fn api_key(&self) -> JsValue {
        self.setting("apiKey")
    }

    /// The API root, with a final slash.
    #[wasm_bindgen(getter, js_name = baseUrl, unchecked_return_type = "string")]
    pub fn base_url(&self) -> JsValue {
        self.setting("baseUrl")
    }

    /// `user_id` of the user token; of a provider's token once there was one.
    #[wasm_bindgen(getter, js_name = userId, unchecked_return_type = "string | undefined")]
    pub fn user_id(&self) -> JsValue {
        self.0.connected.user_id()
    }

    /// From the last response that carried them.
    #[wasm_bindgen(getter, js_name = rateLimit, unchecked_return_type = "RateLimit | undefined")]
    pub fn rate_limit(&self) -> JsValue {
        self.0.connected.base.rate_limit()
    }

    /// The same operations in the style of Stream's other clients: as a collection.
    #[wasm_bindgen(getter)]
    pub fn users(&self) -> Users {
        Users(self.clone())
    }

    /// A handle on one user: one or more of `A-Z a-z 0-9 - _`, at most 255. Makes no request.
    pub fn user(&self, #[wasm_bindgen(unchecked_param_type = "string")] id: &JsValue) -> Result<User, JsValue> {
        Ok(self.handle(self::id(id, "id").map_err(input_to_js)?))
    }

    /// The handle of `userId`.
    #[wasm_bindgen(getter, js_name = currentUser)]
    pub fn current_user(&self) -> Option<User> {
        let id = self.0.connected.base.state.credentials.user_id()?;
        let mut own = self.0.own_record.borrow_mut();
        if own.as_ref().is_none_or(|handle| handle.id != id) {
            *own = Some(self.handle(id).0);
        }
        own.clone().map(User)
    }

    /// `getOrCreate` of the token's own user; a key `id` in `data` is ignored.
    #[wasm_bindgen(js_name = setUser, unchecked_return_type = "Promise<User>")]
    pub fn set_user(
        &self,
        #[wasm_bindgen(unchecked_param_type = "UserData")] data: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "CallOptions")] options: &JsValue,
    ) -> Promise {
        let promise = requests::make(&self.0.connected, "setUser", &JsValue::UNDEFINED, data, options);
        kept(promise, RecordKeeper(self.clone(), None))
    }

    /// Signs a user token. It never expires, unless `claims` hold `expiresIn` (seconds, or a text such as `1h`) or `exp` (Unix
    /// seconds). Needs the app secret.
    #[cfg(feature = "server")]
    #[wasm_bindgen(js_name = createUserToken, unchecked_return_type = "string")]
    pub fn create_user_token(
        &self,
        #[wasm_bindgen(js_name = userId, unchecked_param_type = "string")] user_id: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "Record<string, unknown>")] claims: &JsValue,
    ) -> Result<JsValue, JsValue> {
        super::batch::create_user_token(&self.0.connected, user_id, claims).map_err(input_to_js)
    }

    /// Reports a user to the moderators. Needs the app secret.
    #[wasm_bindgen(js_name = flagUser, unchecked_return_type = "Promise<{ duration: string }>")]
    pub fn flag_user(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] id: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "CallOptions & { reason?: string; user_id?: string }")]
        options: &JsValue,
    ) -> Promise {
        requests::make(&self.0.connected, "flagUser", id, &JsValue::UNDEFINED, options)
    }

    /// Calls `listener` at each event from now on, until the function that it returns is called.
    #[wasm_bindgen(unchecked_return_type = "() => void")]
    pub fn on(
        &self,
        #[wasm_bindgen(unchecked_param_type = "\"request\" | \"response\" | \"retry\" | \"end\"")] event: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "(event: ClientEvent) => void")] listener: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let name = check_event(event)?;
        if !listener.is_function() {
            return Err(input_to_js(errors::bad_listener()));
        }
        self.0.connected.base.listen(&telling(&self.0.listeners));
        Ok(add_listener(&self.0.listeners, &name, listener))
    }

    /// Removes a listener of an event, all of the event's, or all.
    pub fn off(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "\"request\" | \"response\" | \"retry\" | \"end\"")]
        event: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "(event: ClientEvent) => void")] listener: &JsValue,
    ) -> Result<(), JsValue> {
        if !event.is_undefined() {
            check_event(event)?;
        }
        remove_listeners(&self.0.listeners, event, listener);
        Ok(())
    }
}

/// The events that there are, as in `js/listeners.js`.
const EVENTS: [&str; 4] = ["request", "response", "retry", "end"];

fn check_event(event: &JsValue) -> Result<String, JsValue> {
    let name = event.as_string().unwrap_or_default();
    if EVENTS.contains(&&*name) {
        return Ok(name);
    }
    Err(input_to_js(errors::bad_event()))
}

impl Client {
    fn setting(&self, name: &str) -> JsValue {
        field(&self.0.connected.settings, name)
    }

    fn handle(&self, id: String) -> User {
        User(Rc::new(Handle { client: self.clone(), id, last: RefCell::new(JsValue::UNDEFINED) }))
    }
}

#[wasm_bindgen]
impl User {
    /// The user's id.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> String {
        self.0.id.clone()
    }

    /// The user's data as last seen; undefined before the first answer.
    #[wasm_bindgen(getter, unchecked_return_type = "UserData | undefined")]
    pub fn data(&self) -> JsValue {
        field(&self.0.last.borrow(), "data")
    }

    /// The whole record as last seen, without `duration`.
    #[wasm_bindgen(getter, unchecked_return_type = "UserRecord | undefined")]
    pub fn full(&self) -> JsValue {
        self.0.last.borrow().clone()
    }

    /// Creates the user; gives this handle. Without `data` it sends the handle's own, else `{}`.
    #[wasm_bindgen(unchecked_return_type = "Promise<User>")]
    pub fn create(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "UserData")] data: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "CreateOptions")] options: &JsValue,
    ) -> Promise {
        self.record("create", data, options)
    }

    /// Returns the user if it exists, unchanged; else creates it with `data`. Gives this handle.
    #[wasm_bindgen(js_name = getOrCreate, unchecked_return_type = "Promise<User>")]
    pub fn get_or_create(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "UserData")] data: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "CallOptions")] options: &JsValue,
    ) -> Promise {
        self.record("getOrCreate", data, options)
    }

    /// Reads the user; gives this handle.
    #[wasm_bindgen(unchecked_return_type = "Promise<User>")]
    pub fn get(&self, #[wasm_bindgen(unchecked_optional_param_type = "GetOptions")] options: &JsValue) -> Promise {
        self.record("get", &JsValue::UNDEFINED, options)
    }

    /// `get` with follow counts.
    #[wasm_bindgen(unchecked_return_type = "Promise<User>")]
    pub fn profile(&self, #[wasm_bindgen(unchecked_optional_param_type = "CallOptions")] options: &JsValue) -> Promise {
        self.record("profile", &JsValue::UNDEFINED, options)
    }

    /// Replaces `data` as a whole: keys that are not sent are gone. Gives this handle.
    #[wasm_bindgen(unchecked_return_type = "Promise<User>")]
    pub fn update(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "UserData")] data: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "CallOptions")] options: &JsValue,
    ) -> Promise {
        self.record("update", data, options)
    }

    /// Deletes the user; the handle keeps what it last saw.
    #[wasm_bindgen(unchecked_return_type = "Promise<DeleteResponse>")]
    pub fn delete(&self, #[wasm_bindgen(unchecked_optional_param_type = "CallOptions")] options: &JsValue) -> Promise {
        self.call("delete", &JsValue::UNDEFINED, options)
    }

    /// `SU:<id>`, the form in which a user is put inside an activity.
    #[wasm_bindgen(js_name = "ref")]
    pub fn reference(&self) -> String {
        references::reference(&self.0.id)
    }

    /// The record, or `{ id }` before the first answer. Never a token.
    #[wasm_bindgen(js_name = toJSON, unchecked_return_type = "UserRecord | { id: string }")]
    pub fn to_json(&self) -> JsValue {
        let last = self.0.last.borrow();
        if !last.is_undefined() {
            return last.clone();
        }
        let own = new_object();
        set_text(&own, "id", &self.0.id);
        own
    }
}

impl User {
    fn call(&self, method: &str, data: &JsValue, options: &JsValue) -> Promise {
        let own = field(&self.0.last.borrow(), "data");
        let data = if is_missing(data) { &own } else { data };
        requests::make(&self.0.client.0.connected, method, &self.0.id.as_str().into(), data, options)
    }

    fn record(&self, method: &str, data: &JsValue, options: &JsValue) -> Promise {
        kept(self.call(method, data, options), RecordKeeper(self.0.client.clone(), Some(self.clone())))
    }
}

/// Keeps the record that a call ends with in its handle, or in that of the token's own user.
#[wasm_bindgen(private, skip_typescript)]
pub struct RecordKeeper(Client, Option<User>);

#[wasm_bindgen]
impl RecordKeeper {
    /// Gives the handle.
    #[wasm_bindgen(skip_typescript)]
    pub fn keep(self, record: JsValue) -> Result<User, JsValue> {
        let RecordKeeper(client, handle) = self;
        let is_own = handle.is_none();
        let handle = match handle {
            Some(handle) => handle,
            None => client.handle(id(&field(&record, "id"), "id").map_err(input_to_js)?),
        };
        handle.0.last.replace(record);
        if is_own {
            client.0.own_record.replace(Some(handle.0.clone()));
        }
        Ok(handle)
    }
}

/// The users of an application, as a collection.
#[wasm_bindgen]
pub struct Users(Client);

#[wasm_bindgen]
impl Users {
    /// `client.user(id).create(data)`, or `getOrCreate`.
    #[wasm_bindgen(unchecked_return_type = "Promise<User>")]
    pub fn add(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] id: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "UserData")] data: &JsValue,
        #[wasm_bindgen(
            js_name = getOrCreate,
            unchecked_optional_param_type = "boolean | (CallOptions & { getOrCreate?: boolean })"
        )]
        options: &JsValue,
    ) -> Promise {
        let options = match options.as_bool() {
            Some(get_or_create) => {
                let options = new_object();
                set_flag(&options, "getOrCreate", get_or_create);
                options
            }
            None => options.clone(),
        };
        self.on(id, |user| user.create(data, &options))
    }

    /// `client.user(id).get()`.
    #[wasm_bindgen(unchecked_return_type = "Promise<User>")]
    pub fn get(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] id: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "GetOptions")] options: &JsValue,
    ) -> Promise {
        self.on(id, |user| user.get(options))
    }

    /// `client.user(id).update(data)`.
    #[wasm_bindgen(unchecked_return_type = "Promise<User>")]
    pub fn update(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] id: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "UserData")] data: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "CallOptions")] options: &JsValue,
    ) -> Promise {
        self.on(id, |user| user.update(data, options))
    }

    /// `client.user(id).delete()`.
    #[wasm_bindgen(unchecked_return_type = "Promise<DeleteResponse>")]
    pub fn delete(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] id: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "CallOptions")] options: &JsValue,
    ) -> Promise {
        self.on(id, |user| user.delete(options))
    }

    /// `SU:<id>`.
    #[wasm_bindgen(js_name = "ref")]
    pub fn reference(&self, #[wasm_bindgen(unchecked_param_type = "string")] id: &JsValue) -> Result<String, JsValue> {
        Ok(self.0.user(id)?.reference())
    }
}

impl Users {
    /// What `work` gives for the user with this id; a refused id rejects.
    fn on(&self, id: &JsValue, work: impl FnOnce(User) -> Promise) -> Promise {
        match self.0.user(id) {
            Ok(user) => work(user),
            Err(error) => Promise::reject(&error),
        }
    }
}

/// Recognises this package's errors, across copies and realms.
#[wasm_bindgen(js_name = isUserHandleError, unchecked_return_type = "value is UserHandleError")]
pub fn is_user_handle_error(#[wasm_bindgen(unchecked_param_type = "unknown")] value: &JsValue) -> bool {
    errors::is_own(value)
}
