//! The handle on one user: each method is a line onto a call.

use alloc::rc::Rc;
use alloc::string::String;

use serde::Serialize;
use serde::de::DeserializeOwned;
use user_handle_core::stream::operations::DELETE;
use user_handle_core::stream::{Stream, references, requests};

use super::records::{Deleted, Record};
use crate::host::Outside;
use crate::typed::drive::{self, BaseClient, to_text};
use crate::typed::{CallOptions, Error};

type Request = user_handle_core::wire::Request<Outside>;

/// A handle on one user; holding it costs a reference and an id.
#[derive(Clone)]
pub struct User {
    base: Rc<BaseClient<Stream>>,
    id: Rc<str>,
    options: CallOptions,
}

impl User {
    /// `id` was validated.
    pub(super) fn new(base: Rc<BaseClient<Stream>>, id: &str) -> Self {
        User { base, id: id.into(), options: CallOptions::default() }
    }

    /// The user's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// `SU:<id>`, the form in which a user is put inside an activity.
    pub fn reference(&self) -> String {
        references::reference(&self.id)
    }

    /// The same handle with options for its calls.
    #[must_use]
    pub fn with(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }
}

impl User {
    async fn record<Data: DeserializeOwned>(&self, request: Request) -> Result<Record<Data>, Error> {
        drive::typed(&self.base, request, &self.options).await
    }

    /// Creates the user.
    ///
    /// # Errors
    /// `conflict` if the user exists, `outcome_unknown` if the answer was lost (see [`CallOptions::reconcile`]); before
    /// any request `invalid_data`, `unrepresentable_value` or `data_too_large`.
    pub async fn create<Data: Serialize + DeserializeOwned>(&self, data: &Data) -> Result<Record<Data>, Error> {
        self.record(requests::create(&self.id, to_text(data, "data")?, self.options.reconcile)).await
    }

    /// Returns the user if it exists, unchanged; else creates it with `data`.
    ///
    /// # Errors
    /// As [`User::create`], without `conflict` and `outcome_unknown`.
    pub async fn get_or_create<Data: Serialize + DeserializeOwned>(&self, data: &Data) -> Result<Record<Data>, Error> {
        self.record(requests::get_or_create(&self.id, to_text(data, "data")?)).await
    }

    /// Reads the user.
    ///
    /// # Errors
    /// `not_found`; `invalid_response` where the stored data is not of the type asked for.
    pub async fn get<Data: DeserializeOwned>(&self) -> Result<Record<Data>, Error> {
        self.record(requests::get(&self.id, false, self.options.is_plain())).await
    }

    /// Reads the user with follow counts.
    ///
    /// # Errors
    /// As [`User::get`].
    pub async fn profile<Data: DeserializeOwned>(&self) -> Result<Record<Data>, Error> {
        self.record(requests::get(&self.id, true, self.options.is_plain())).await
    }

    /// Replaces the user's data as a whole: a field of what is stored that `Data` does not have is gone. To keep what a type does
    /// not name, give it a field with `#[serde(flatten)]`, say of a `serde_json::Map`.
    ///
    /// # Errors
    /// `not_found`; before any request `invalid_data`, `unrepresentable_value` or `data_too_large`.
    pub async fn update<Data: Serialize + DeserializeOwned>(&self, data: &Data) -> Result<Record<Data>, Error> {
        self.record(requests::update(&self.id, to_text(data, "data")?)).await
    }

    /// Deletes the user.
    ///
    /// # Errors
    /// `not_found`, unless an earlier attempt of the same call removed the user.
    pub async fn delete(&self) -> Result<Deleted, Error> {
        let answer = drive::call(&self.base, Request::new(&DELETE, &self.id), &self.options).await?;
        Ok(Deleted { already_gone: answer.already_gone })
    }
}

/// The same user of the same client, whatever the options.
impl PartialEq for User {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.base, &other.base) && self.id == other.id
    }
}

impl core::fmt::Debug for User {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("User").field("id", &self.id).finish_non_exhaustive()
    }
}
