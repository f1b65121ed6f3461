//! What JavaScript imports of Klaim: `connectKlaim`, and the classes that it gives.

use alloc::rc::Rc;
use alloc::string::String;
use core::cell::RefCell;

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::connect::{self, open};
use super::requests::{self, user_id_at};
use crate::bindings::errors::input_to_js;
use crate::host::values::{field, new_object, set_text};

#[wasm_bindgen(module = "/src/js/handles.js")]
extern "C" {
    /// What `keep` of the handle makes of the record that the call ends with.
    fn kept(promise: Promise, handle: KlaimRecordKeeper) -> Promise;
}

/// Opens a client of Klaim. Throws at once, before any request, on a bad argument.
///
/// @param apiKey the application's key
/// @param options `baseUrl`, which has no default, and the limits of calls
#[wasm_bindgen(js_name = connectKlaim)]
pub fn connect_klaim(
    #[wasm_bindgen(js_name = apiKey, unchecked_param_type = "string")] api_key: &JsValue,
    #[wasm_bindgen(
        unchecked_param_type = "{ baseUrl: string; timeout?: number; deadline?: number; retries?: number; fetch?: typeof fetch }"
    )]
    options: &JsValue,
) -> Result<KlaimClient, JsValue> {
    let settings = connect::read(api_key, options).map_err(input_to_js)?;
    open(settings).map(KlaimClient).map_err(input_to_js)
}

/// A client of one application at Klaim.
#[wasm_bindgen]
#[derive(Clone)]
pub struct KlaimClient(connect::Client);

/// A handle on one user.
#[wasm_bindgen]
#[derive(Clone)]
pub struct KlaimUser(Rc<Handle>);

struct Handle {
    client: KlaimClient,
    id: RefCell<String>,
    last: RefCell<JsValue>,
}

#[wasm_bindgen]
impl KlaimClient {
    /// The API root, with a final slash.
    #[wasm_bindgen(getter, js_name = baseUrl)]
    pub fn base_url(&self) -> String {
        self.0.state.root.clone()
    }

    /// A handle on one user, by its `user_id` or its `klaim_id`. Makes no request.
    pub fn user(
        &self,
        #[wasm_bindgen(js_name = userId, unchecked_param_type = "string")] user_id: &JsValue,
    ) -> Result<KlaimUser, JsValue> {
        let id = user_id_at(user_id, "user_id").map_err(input_to_js)?;
        let (client, last) = (self.clone(), RefCell::new(JsValue::UNDEFINED));
        Ok(KlaimUser(Rc::new(Handle { client, id: RefCell::new(id), last })))
    }
}

#[wasm_bindgen]
impl KlaimUser {
    /// The id that the handle was made with, or what an update has made of it.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> String {
        self.0.id.borrow().clone()
    }

    /// The whole record as last seen; undefined before the first answer.
    #[wasm_bindgen(getter, unchecked_return_type = "Record<string, unknown> | undefined")]
    pub fn full(&self) -> JsValue {
        self.0.last.borrow().clone()
    }

    /// Creates the user, with the handle's id; gives this handle.
    #[wasm_bindgen(unchecked_return_type = "Promise<KlaimUser>")]
    pub fn create(
        &self,
        #[wasm_bindgen(unchecked_param_type = "{ email: string; name?: string; metadata?: object }")] user: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "object")] options: &JsValue,
    ) -> Promise {
        self.record("create", user, options)
    }

    /// Returns the user if it exists, unchanged; else creates it. Gives this handle.
    #[wasm_bindgen(js_name = getOrCreate, unchecked_return_type = "Promise<KlaimUser>")]
    pub fn get_or_create(
        &self,
        #[wasm_bindgen(unchecked_param_type = "{ email: string; name?: string; metadata?: object }")] user: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "object")] options: &JsValue,
    ) -> Promise {
        self.record("getOrCreate", user, options)
    }

    /// Reads the user; gives this handle.
    #[wasm_bindgen(unchecked_return_type = "Promise<KlaimUser>")]
    pub fn get(&self, #[wasm_bindgen(unchecked_optional_param_type = "object")] options: &JsValue) -> Promise {
        self.record("get", &JsValue::UNDEFINED, options)
    }

    /// Changes what is given, and leaves the rest; gives this handle.
    #[wasm_bindgen(unchecked_return_type = "Promise<KlaimUser>")]
    pub fn update(
        &self,
        #[wasm_bindgen(
            unchecked_param_type = "{ email?: string; name?: string; metadata?: object; user_id?: string }"
        )]
        changes: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "object")] options: &JsValue,
    ) -> Promise {
        self.record("update", changes, options)
    }

    /// The record, or `{ user_id }` before the first answer.
    #[wasm_bindgen(js_name = toJSON, unchecked_return_type = "object")]
    pub fn to_json(&self) -> JsValue {
        let last = self.0.last.borrow();
        if !last.is_undefined() {
            return last.clone();
        }
        let own = new_object();
        set_text(&own, "user_id", &self.0.id.borrow());
        own
    }
}

impl KlaimUser {
    fn record(&self, method: &str, data: &JsValue, options: &JsValue) -> Promise {
        let id = self.0.id.borrow().as_str().into();
        kept(requests::make(&self.0.client.0, method, &id, data, options), KlaimRecordKeeper(self.clone()))
    }
}

/// Keeps the record that a call ends with in its handle.
#[wasm_bindgen(private, skip_typescript)]
pub struct KlaimRecordKeeper(KlaimUser);

#[wasm_bindgen]
impl KlaimRecordKeeper {
    /// Gives the handle. An update may have changed the id; the service's own never changes.
    #[wasm_bindgen(skip_typescript)]
    pub fn keep(self, record: JsValue) -> KlaimUser {
        let handle = self.0;
        let text = |name| field(&record, name).as_string();
        let is_by_own_id = text("klaim_id").is_some_and(|id| id == *handle.0.id.borrow());
        if let Some(id) = text("user_id").filter(|_| !is_by_own_id) {
            handle.0.id.replace(id);
        }
        handle.0.last.replace(record);
        handle
    }
}
