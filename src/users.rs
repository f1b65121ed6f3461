//! The collection style, and batches.

use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::call::call;
use crate::client::Client;
use crate::error::Error;
use crate::host::{self, Value};
use crate::model::{AddedUsers, Deleted, DeletedUsers, FoundUsers, NewUser, Record};
use crate::options::CallOptions;
use crate::request::Request;
use crate::validate::{self, concat, member};

/// The users of an application: batches, and what Stream's other clients have as a collection.
#[derive(Clone, Debug)]
pub struct Users {
    client: Client,
    options: CallOptions,
}

impl Users {
    pub(crate) fn new(client: Client) -> Self {
        Users { client, options: CallOptions::default() }
    }

    /// The same collection with options for its calls.
    #[must_use]
    pub fn with(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    async fn send(&self, request: Request) -> Result<Value, Error> {
        Ok(call(&self.client.core, &request, &self.options).await?.value)
    }

    /// [`crate::User::create`].
    ///
    /// # Errors
    /// `invalid_id`, and as that.
    pub async fn add<Data: Serialize + DeserializeOwned>(&self, id: &str, data: &Data) -> Result<Record<Data>, Error> {
        self.client.user(id)?.with(self.options.clone()).create(data).await
    }

    /// [`crate::User::get`].
    ///
    /// # Errors
    /// `invalid_id`, and as that.
    pub async fn get<Data: DeserializeOwned>(&self, id: &str) -> Result<Record<Data>, Error> {
        self.client.user(id)?.with(self.options.clone()).get().await
    }

    /// [`crate::User::update`].
    ///
    /// # Errors
    /// `invalid_id`, and as that.
    pub async fn update<Data: Serialize + DeserializeOwned>(
        &self,
        id: &str,
        data: &Data,
    ) -> Result<Record<Data>, Error> {
        self.client.user(id)?.with(self.options.clone()).update(data).await
    }

    /// [`crate::User::delete`].
    ///
    /// # Errors
    /// `invalid_id`, and as that.
    pub async fn delete(&self, id: &str) -> Result<Deleted, Error> {
        self.client.user(id)?.with(self.options.clone()).delete().await
    }

    /// Stores up to 1 000 users in one request. Users that exist are replaced or, without `override_existing`, left.
    ///
    /// # Errors
    /// `batch_too_large`; for a member `invalid_id`, `invalid_data`, `unrepresentable_value` or `data_too_large`,
    /// with a path such as `users[17].data`. All before any request.
    pub async fn add_many<Data: Serialize + DeserializeOwned>(
        &self,
        users: &[NewUser<Data>],
        override_existing: bool,
    ) -> Result<AddedUsers<Data>, Error> {
        validate::batch_size(users.len(), "users")?;
        let mut written = Vec::with_capacity(users.len());
        for (index, user) in users.iter().enumerate() {
            let path = member("users", index);
            validate::id_at(&user.id, &concat([&path, ".id"]))?;
            let data = user.data.as_ref().map(|data| host::to_text(data, &concat([&path, ".data"])));
            written.push((user.id.clone(), data.transpose()?));
        }
        host::from_value(self.send(Request::add_users(written, override_existing)).await?)
    }

    /// Reads up to 1 000 users in one request; those that do not exist are left out.
    ///
    /// # Errors
    /// `batch_too_large` and `invalid_id`, before any request.
    pub async fn get_many<Data: DeserializeOwned>(&self, ids: &[String]) -> Result<FoundUsers<Data>, Error> {
        check_ids(ids)?;
        host::from_value(self.send(Request::get_users(ids)).await?)
    }

    /// Deletes up to 1 000 users in one request; those that do not exist are no error.
    ///
    /// # Errors
    /// `batch_too_large` and `invalid_id`, before any request.
    pub async fn delete_many(&self, ids: &[String]) -> Result<DeletedUsers, Error> {
        check_ids(ids)?;
        host::from_value(self.send(Request::delete_users(ids)).await?)
    }
}

/// Checks the ids of a batch, and their number.
///
/// # Errors
/// `batch_too_large`; `invalid_id` with the path `ids[3]`.
fn check_ids(ids: &[String]) -> Result<(), Error> {
    validate::batch_size(ids.len(), "ids")?;
    ids.iter().enumerate().try_for_each(|(index, id)| validate::id_at(id, &member("ids", index)))
}
