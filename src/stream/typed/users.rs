//! The collection style, and batches.

use alloc::string::String;

use serde::Serialize;
use serde::de::DeserializeOwned;
use user_handle_core::rules::text::member;
use user_handle_core::rules::validate;
use user_handle_core::stream::batch::{UsersBody, of_ids};
use user_handle_core::stream::operations::{DELETE_USERS, GET_USERS};
use user_handle_core::wire::Operation;

use super::client::Client;
use super::records::{AddedUsers, Deleted, DeletedUsers, FoundUsers, NewUser, Record};
use crate::host::Outside;
use crate::typed::drive::{self, to_text};
use crate::typed::{CallOptions, Error};

type Request = user_handle_core::wire::Request<Outside>;

/// The users of an application: batches, and what Stream's other clients have as a collection.
#[derive(Clone, Debug)]
pub struct Users {
    client: Client,
    options: CallOptions,
}

impl Client {
    /// The same operations in the style of a collection, and batches.
    pub fn users(&self) -> Users {
        Users { client: self.clone(), options: CallOptions::default() }
    }
}

impl Users {
    /// The same collection with options for its calls.
    #[must_use]
    pub fn with(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    async fn send<T: DeserializeOwned>(&self, request: Request) -> Result<T, Error> {
        drive::typed(&self.client.base, request, &self.options).await
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
        let mut body = UsersBody::<Outside>::default();
        for (index, user) in users.iter().enumerate() {
            validate::id_at(&user.id, &member("users", index, ".id"))?;
            let data = user.data.as_ref().map(|data| to_text(data, &member("users", index, ".data")));
            body.push(&user.id, data.transpose()?);
        }
        self.send(body.finish(override_existing)).await
    }

    /// Reads up to 1 000 users in one request; those that do not exist are left out.
    ///
    /// # Errors
    /// `batch_too_large` and `invalid_id`, before any request.
    pub async fn get_many<Data: DeserializeOwned>(&self, ids: &[String]) -> Result<FoundUsers<Data>, Error> {
        self.send(request_of_ids(&GET_USERS, ids)?).await
    }

    /// Deletes up to 1 000 users in one request; those that do not exist are no error.
    ///
    /// # Errors
    /// `batch_too_large` and `invalid_id`, before any request.
    pub async fn delete_many(&self, ids: &[String]) -> Result<DeletedUsers, Error> {
        self.send(request_of_ids(&DELETE_USERS, ids)?).await
    }
}

/// # Errors
/// `batch_too_large`; `invalid_id` with the path `ids[3]`.
fn request_of_ids(operation: &'static Operation, ids: &[String]) -> Result<Request, Error> {
    validate::batch_size(ids.len(), "ids")?;
    for (index, id) in ids.iter().enumerate() {
        validate::id_at(id, &member("ids", index, ""))?;
    }
    Ok(of_ids(operation, ids.iter().map(String::as_str)))
}
