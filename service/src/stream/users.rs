//! The operations on one user.

use user_handle_core::rules::validate;

use super::permissions::{Action, Caller};
use super::responses::{ProfileResponse, UserResponse};
use super::user_input;
use crate::answer::{Answer, Empty, Success};
use crate::body::{Body, MAX_BODY};
use crate::error::ApiError;
use crate::query::Query;
use crate::store::{Creation, Follows, Users};

/// The id in a path, decoded. An id that no user can have is a 404, as in the hosted API.
///
/// # Errors
/// No user can have it. `None` is what is no UTF-8.
pub fn path_id(id: Option<String>) -> Result<String, ApiError> {
    let id = id.ok_or_else(|| ApiError::not_found("id is not valid UTF-8"))?;
    match validate::id(&id) {
        Ok(()) => Ok(id),
        Err(rule) => Err(ApiError::not_found(rule.to_string())),
    }
}

/// 404: no user has this id.
fn no_such_user(id: &str) -> ApiError {
    ApiError::not_found(format!("user \"{id}\" does not exist"))
}

/// 409: the user exists already.
fn user_exists(id: &str) -> ApiError {
    ApiError::conflict(format!("user \"{id}\" already exists"))
}

/// `POST user/`: creates a user. With `get_or_create`, the one that exists is answered, unchanged.
///
/// # Errors
/// The input breaks a rule, the caller may not, or the user exists already.
pub async fn create(
    store: &(impl Users + ?Sized),
    caller: &Caller,
    query: &Query<'_>,
    body: impl Body,
) -> Answer<UserResponse> {
    let get_or_create = query.flag("get_or_create")?;
    let user = body.parse(MAX_BODY, user_input::new_user).await?;
    caller.may(Action::Write, &user.id)?;
    match store.create(&caller.app, user).await? {
        Creation::Existed(user) if !get_or_create => Err(user_exists(&user.id)),
        Creation::Created(user) | Creation::Existed(user) => Ok(Success(201, user.into())),
    }
}

/// `GET user/{id}/`: reads a user, with `with_follow_counts` and its follow counts.
///
/// # Errors
/// The input breaks a rule, the caller may not, or there is no such user.
pub async fn get(
    store: &(impl Users + Follows + ?Sized),
    caller: &Caller,
    id: &str,
    query: &Query<'_>,
) -> Answer<ProfileResponse> {
    caller.may(Action::Read, id)?;
    let with_counts = query.flag("with_follow_counts")?;
    let user = store.get(&caller.app, id).await?.ok_or_else(|| no_such_user(id))?;
    let counts = if with_counts { Some(store.follow_counts(&caller.app, id).await?) } else { None };
    Ok(Success(200, ProfileResponse::new(user, counts)))
}

/// `PUT user/{id}/`: replaces the data of a user.
///
/// # Errors
/// The input breaks a rule, the caller may not, or there is no such user.
pub async fn update(store: &(impl Users + ?Sized), caller: &Caller, id: &str, body: impl Body) -> Answer<UserResponse> {
    caller.may(Action::Write, id)?;
    let data = body.parse(MAX_BODY, user_input::new_data).await?;
    let user = store.update(&caller.app, id, data).await?;
    Ok(Success(201, user.ok_or_else(|| no_such_user(id))?.into()))
}

/// `DELETE user/{id}/`: deletes a user.
///
/// # Errors
/// The caller may not, or there is no such user.
pub async fn delete(store: &(impl Users + ?Sized), caller: &Caller, id: &str) -> Answer<Empty> {
    caller.may(Action::Delete, id)?;
    if store.delete(&caller.app, id).await? {
        return Ok(Success(200, Empty {}));
    }
    Err(no_such_user(id))
}
