//! The handle on one user, and the users as a collection: each method is a few lines onto a call.

use alloc::collections::VecDeque;
use alloc::rc::Rc;
use alloc::string::String;
use core::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;
use user_handle_core::klaim::operations::{CREATE, CREDIT_BALANCE, GET, GET_OR_CREATE};
use user_handle_core::klaim::requests;
use user_handle_core::klaim::{Klaim, rules};
use user_handle_core::wire::{HostValues, Operation, Request};

use super::record::{Balance, KlaimChanges, KlaimRecord, NewKlaimUser, Page};
use crate::host::{Outside, Value};
use crate::typed::drive::{self, BaseClient, to_value};
use crate::typed::{CallOptions, Error};

/// A handle on one user; holding it costs a reference and an id. Nothing deletes a user: the service has no call for it.
#[derive(Clone)]
pub struct KlaimUser {
    base: Rc<BaseClient<Klaim>>,
    user_id: Rc<str>,
    options: CallOptions,
}

impl KlaimUser {
    /// `user_id` was validated.
    pub(super) fn new(base: Rc<BaseClient<Klaim>>, user_id: &str) -> Self {
        KlaimUser { base, user_id: user_id.into(), options: CallOptions::default() }
    }

    /// The id that the handle was made with.
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// The same handle with options for its calls.
    #[must_use]
    pub fn with(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Creates the user, with the handle's id.
    ///
    /// # Errors
    /// `email_exists`, `user_id_exists`, `outcome_unknown` if the answer was lost; before any request `invalid_data` or
    /// `unrepresentable_value`.
    pub async fn create<M: Serialize + DeserializeOwned>(
        &self,
        user: NewKlaimUser<M>,
    ) -> Result<KlaimRecord<M>, Error> {
        self.store_new(&CREATE, user).await
    }

    /// Returns the user if it exists, unchanged; else creates it. The service has no such call: this adds the user and,
    /// where the service says that the `user_id` or the `email` exists, reads the user with the handle's id.
    ///
    /// # Errors
    /// `email_exists` where another user has the email; as [`KlaimUser::create`], without `user_id_exists` and
    /// `outcome_unknown`.
    pub async fn get_or_create<M: Serialize + DeserializeOwned>(
        &self,
        user: NewKlaimUser<M>,
    ) -> Result<KlaimRecord<M>, Error> {
        self.store_new(&GET_OR_CREATE, user).await
    }

    async fn store_new<M: Serialize + DeserializeOwned>(
        &self,
        operation: &'static Operation,
        mut user: NewKlaimUser<M>,
    ) -> Result<KlaimRecord<M>, Error> {
        user.user_id = Some(String::from(&*self.user_id));
        let request = requests::create(operation, &self.user_id, &to_value(&user, "")?)?;
        drive::typed(&self.base, request, &self.options).await
    }

    /// Reads the user.
    ///
    /// # Errors
    /// `not_found`; `invalid_response` where the stored metadata is not of the type asked for.
    pub async fn get<M: DeserializeOwned>(&self) -> Result<KlaimRecord<M>, Error> {
        drive::typed(&self.base, Request::new(&GET, &self.user_id), &self.options).await
    }

    /// Changes what is given, and leaves the rest. After a change of the `user_id` this handle leads to nobody: make another.
    ///
    /// # Errors
    /// `not_found`, `email_exists`, `user_id_exists`; for a change of the `user_id`, `outcome_unknown` if the answer was
    /// lost; before any request `invalid_data`, `invalid_id` or `unrepresentable_value`.
    pub async fn update<M: Serialize + DeserializeOwned>(
        &self,
        changes: KlaimChanges<M>,
    ) -> Result<KlaimRecord<M>, Error> {
        let request = requests::update(&self.user_id, &to_value(&changes, "")?)?;
        drive::typed(&self.base, request, &self.options).await
    }

    /// The user's credits.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn credit_balance(&self) -> Result<f64, Error> {
        let asked = Request::new(&CREDIT_BALANCE, &self.user_id);
        let balance: Balance = drive::typed(&self.base, asked, &self.options).await?;
        Ok(balance.credit_balance)
    }
}

/// The same user of the same client, whatever the options.
impl PartialEq for KlaimUser {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.base, &other.base) && self.user_id == other.user_id
    }
}

impl core::fmt::Debug for KlaimUser {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("KlaimUser").field("user_id", &self.user_id).finish_non_exhaustive()
    }
}

/// The users of an app, as a collection.
#[derive(Clone)]
pub struct KlaimUsers {
    base: Rc<BaseClient<Klaim>>,
    options: CallOptions,
}

impl KlaimUsers {
    pub(super) fn new(base: Rc<BaseClient<Klaim>>) -> Self {
        KlaimUsers { base, options: CallOptions::default() }
    }

    /// The same collection with options for its calls.
    #[must_use]
    pub fn with(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Stores a new user. Without a `user_id` the service makes one.
    ///
    /// # Errors
    /// As [`KlaimUser::create`], and `invalid_id`.
    pub async fn add<M: Serialize + DeserializeOwned>(&self, user: NewKlaimUser<M>) -> Result<KlaimRecord<M>, Error> {
        let request = requests::add(user.user_id.as_deref(), &to_value(&user, "")?)?;
        drive::typed(&self.base, request, &self.options).await
    }

    /// Reads a user by its `user_id` or its `klaim_id`.
    ///
    /// # Errors
    /// As [`KlaimUser::get`], and `invalid_id`.
    pub async fn get<M: DeserializeOwned>(&self, user_id: &str) -> Result<KlaimRecord<M>, Error> {
        self.handle(user_id)?.get().await
    }

    /// Changes what is given about a user, and leaves the rest.
    ///
    /// # Errors
    /// As [`KlaimUser::update`].
    pub async fn update<M: Serialize + DeserializeOwned>(
        &self,
        user_id: &str,
        changes: KlaimChanges<M>,
    ) -> Result<KlaimRecord<M>, Error> {
        self.handle(user_id)?.update(changes).await
    }

    /// All users, page by page: a request is made when the next user is asked for and the last page is at its end.
    pub fn list<M: DeserializeOwned>(&self) -> KlaimListing<M> {
        let (base, options) = (self.base.clone(), self.options.clone());
        KlaimListing { base, options, found: VecDeque::new(), next: Next::First, metadata: PhantomData }
    }

    fn handle(&self, user_id: &str) -> Result<KlaimUser, Error> {
        rules::user_id(user_id)?;
        Ok(KlaimUser::new(self.base.clone(), user_id).with(self.options.clone()))
    }
}

impl core::fmt::Debug for KlaimUsers {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("KlaimUsers").finish_non_exhaustive()
    }
}

/// The users of an app, one after the other.
pub struct KlaimListing<M> {
    base: Rc<BaseClient<Klaim>>,
    options: CallOptions,
    found: VecDeque<KlaimRecord<M>>,
    next: Next,
    metadata: PhantomData<M>,
}

/// The page that comes next.
enum Next {
    First,
    /// The one behind this cursor.
    Behind(String),
    None,
}

impl<M: DeserializeOwned> KlaimListing<M> {
    /// The next user; `None` behind the last.
    ///
    /// # Errors
    /// Whatever the call for a page ends with; asked again, it asks for the same page again.
    pub async fn next(&mut self) -> Result<Option<KlaimRecord<M>>, Error> {
        loop {
            if let Some(user) = self.found.pop_front() {
                return Ok(Some(user));
            }
            let cursor = match &self.next {
                Next::First => None,
                Next::Behind(cursor) => Some(&**cursor),
                Next::None => return Ok(None),
            };
            let request = requests::list(cursor);
            let (Page { data }, last) = drive::typed_with(&self.base, request, &self.options, last_key).await?;
            let next = requests::next_cursor(cursor, last)?;
            self.found = data.into();
            self.next = next.map_or(Next::None, Next::Behind);
        }
    }
}

/// The cursor that a page ends with, as JSON text, where others follow.
fn last_key(page: &Value) -> Option<String> {
    Outside::field(page, "lastKey").filter(Outside::is_object).map(|key| stringify(&key))
}

#[cfg(target_arch = "wasm32")]
fn stringify(value: &Value) -> String {
    js_sys::JSON::stringify(value).map(String::from).unwrap_or_default()
}
#[cfg(not(target_arch = "wasm32"))]
fn stringify(value: &Value) -> String {
    alloc::string::ToString::to_string(value)
}
