//! The operations on batches of users. They need a server token.

use super::permissions::{Action, Caller};
use super::responses::{CreatedUsersResponse, DeletedUsersResponse, UserResponse, UsersResponse};
use super::user_input;
use crate::answer::{Answer, Success};
use crate::body::{Body, MAX_BATCH_BODY};
use crate::query::Query;
use crate::store::Users;

/// `POST users/`: creates users, or replaces them.
///
/// # Errors
/// The input breaks a rule, or the caller may not.
pub async fn create_many(
    store: &(impl Users + ?Sized),
    caller: &Caller,
    body: impl Body,
) -> Answer<CreatedUsersResponse> {
    caller.may_as_server("users", Action::Write)?;
    let (users, replace) = body.parse(MAX_BATCH_BODY, user_input::batch).await?;
    let created = store.create_many(&caller.app, users, replace).await?;
    let created_users = created.into_iter().map(UserResponse::from).collect();
    Ok(Success(201, CreatedUsersResponse { created_users }))
}

/// `GET users/`: reads users.
///
/// # Errors
/// The input breaks a rule, or the caller may not.
pub async fn get_many(store: &(impl Users + ?Sized), caller: &Caller, query: &Query<'_>) -> Answer<UsersResponse> {
    caller.may_as_server("users", Action::Read)?;
    let users = store.get_many(&caller.app, &user_input::ids(query)?).await?;
    let users = users.into_iter().map(UserResponse::from).collect();
    Ok(Success(200, UsersResponse { users }))
}

/// `DELETE users/`: deletes users.
///
/// # Errors
/// The input breaks a rule, or the caller may not.
pub async fn delete_many(
    store: &(impl Users + ?Sized),
    caller: &Caller,
    query: &Query<'_>,
) -> Answer<DeletedUsersResponse> {
    caller.may_as_server("users", Action::Delete)?;
    let deleted_user_ids = user_input::ids(query)?;
    store.delete_many(&caller.app, &deleted_user_ids).await?;
    Ok(Success(200, DeletedUsersResponse { deleted_user_ids }))
}
