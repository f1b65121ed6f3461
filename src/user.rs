//! The handle on one user: each verb is a few lines onto `call`.

use alloc::rc::Rc;
use alloc::string::String;

use crate::model;
use crate::options::CallOptions;
use crate::shared::Shared;

/// A handle on one user; holding it costs a reference and an id.
#[derive(Clone)]
pub struct User {
    core: Rc<Shared>,
    id: Rc<str>,
    options: CallOptions,
}

impl User {
    /// `id` was validated.
    pub(crate) fn new(core: Rc<Shared>, id: &str) -> Self {
        User { core, id: id.into(), options: CallOptions::default() }
    }

    /// The user's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// `SU:<id>`, the form in which a user is put inside an activity.
    pub fn reference(&self) -> String {
        model::reference(&self.id)
    }

    /// The same handle with options for its calls.
    #[must_use]
    pub fn with(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }
}

mod typed {
    use super::*;
    use crate::drive;
    use crate::error::Error;
    use crate::host;
    use crate::model::{Deleted, Record};
    use crate::request::Request;
    use serde::Serialize;
    use serde::de::DeserializeOwned;

    impl User {
        async fn record<Data: DeserializeOwned>(&self, request: Request) -> Result<Record<Data>, Error> {
            drive::record(&self.core, request, &self.options).await
        }

        /// Creates the user.
        ///
        /// # Errors
        /// `conflict` if the user exists, `outcome_unknown` if the answer was lost (see [`CallOptions::reconcile`]); before
        /// any request `invalid_data`, `unrepresentable_value` or `data_too_large`.
        pub async fn create<Data: Serialize + DeserializeOwned>(&self, data: &Data) -> Result<Record<Data>, Error> {
            let mut request = Request::create(&self.id, host::to_text(data, "data")?, false);
            request.reconcile = self.options.reconcile;
            self.record(request).await
        }

        /// Returns the user if it exists, unchanged; else creates it with `data`.
        ///
        /// # Errors
        /// As [`User::create`], without `conflict` and `outcome_unknown`.
        pub async fn get_or_create<Data: Serialize + DeserializeOwned>(
            &self,
            data: &Data,
        ) -> Result<Record<Data>, Error> {
            let request = Request::create(&self.id, host::to_text(data, "data")?, true);
            self.record(request).await
        }

        /// Reads the user.
        ///
        /// # Errors
        /// `not_found`; `invalid_response` where the stored data is not of the type asked for.
        pub async fn get<Data: DeserializeOwned>(&self) -> Result<Record<Data>, Error> {
            self.record(Request::get(&self.id, false)).await
        }

        /// Reads the user with follow counts.
        ///
        /// # Errors
        /// As [`User::get`].
        pub async fn profile<Data: DeserializeOwned>(&self) -> Result<Record<Data>, Error> {
            self.record(Request::get(&self.id, true)).await
        }

        /// Replaces the user's data as a whole.
        ///
        /// # Errors
        /// `not_found`; before any request `invalid_data`, `unrepresentable_value` or `data_too_large`.
        pub async fn update<Data: Serialize + DeserializeOwned>(&self, data: &Data) -> Result<Record<Data>, Error> {
            let request = Request::update(&self.id, host::to_text(data, "data")?);
            self.record(request).await
        }

        /// Deletes the user.
        ///
        /// # Errors
        /// `not_found`, unless an earlier attempt of the same call removed the user.
        pub async fn delete(&self) -> Result<Deleted, Error> {
            let answer = drive::call(&self.core, Request::delete(&self.id), &self.options).await?;
            Ok(Deleted { already_gone: answer.already_gone })
        }
    }
}

/// The same user of the same client, whatever the options.
impl PartialEq for User {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.core, &other.core) && self.id == other.id
    }
}

impl core::fmt::Debug for User {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("User").field("id", &self.id).finish_non_exhaustive()
    }
}
