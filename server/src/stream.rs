//! Stream's users API: one handler for each operation.

use axum::body::Body;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answer::{Answer, Done};
use crate::app::App;
use crate::auth::{Action, Caller};
use crate::error::ApiError;
use crate::input::{self, BatchBody, DataBody, FlagBody, UserBody};
use crate::openapi::{OpenApiRoutes, QueryFlag};
use crate::query::Query;
use crate::store::{Creation, Flag, Timestamp, User};

type Result<T> = std::result::Result<Answer<T>, ApiError>;

/// The routes of this file, with what they are.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .in_both_spellings(routes!(create))
        .in_both_spellings(routes!(get, update, delete))
        .in_both_spellings(routes!(create_many, get_many, delete_many))
        .in_both_spellings(routes!(flag))
}

/// The id in the path. One that no user can have leads to no user: 404, as in the hosted API.
pub(crate) struct PathId(String);

impl<S: Send + Sync> FromRequestParts<S> for PathId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> std::result::Result<Self, ApiError> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let Path(id) = path.map_err(|_| ApiError::not_found("id is not valid UTF-8"))?;
        match user_handle::validate::id(&id) {
            Ok(()) => Ok(PathId(id)),
            Err(rule) => Err(ApiError::not_found(rule.to_string())),
        }
    }
}

/// A user, with follow counts where they were asked for.
#[derive(Serialize, ToSchema)]
pub(crate) struct Profile {
    #[serde(flatten)]
    user: User,
    /// `timeline` feeds that follow the user's `user` feed.
    #[serde(skip_serializing_if = "Option::is_none")]
    followers_count: Option<u32>,
    /// `user` feeds that the user's `timeline` feed follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    following_count: Option<u32>,
}

/// Create a user
///
/// With `get_or_create`, the one that exists is answered, unchanged. A user token may create its own user.
#[utoipa::path(
    post, path = "/api/v1.0/user/", tag = "users", operation_id = "createUser",
    params(("get_or_create" = inline(Option<QueryFlag>), Query, description = "Whether a user that exists is no conflict")),
    request_body = UserBody,
    responses((status = 201, description = "The user", body = User), (status = 409, description = "The user exists already")),
)]
pub(crate) async fn create(State(app): State<App>, caller: Caller, query: Query, body: Body) -> Result<User> {
    let get_or_create = query.flag("get_or_create")?;
    let user = input::new_user(body).await?;
    caller.may(Action::Write, &user.id)?;
    match app.store.create(&caller.app, user).await? {
        Creation::Existed(user) if !get_or_create => Err(ApiError::user_exists(&user.id)),
        Creation::Created(user) | Creation::Existed(user) => Ok(Answer(StatusCode::CREATED, user)),
    }
}

/// Read a user
///
/// Every token may.
#[utoipa::path(
    get, path = "/api/v1.0/user/{id}/", tag = "users", operation_id = "getUser",
    params(
        ("id" = String, Path, description = "The id of the user", pattern = "^[A-Za-z0-9_-]+$", max_length = 255),
        ("with_follow_counts" = inline(Option<QueryFlag>), Query, description = "Whether follows are counted"),
    ),
    responses((status = 200, description = "The user", body = Profile)),
)]
pub(crate) async fn get(State(app): State<App>, caller: Caller, PathId(id): PathId, query: Query) -> Result<Profile> {
    caller.may(Action::Read, &id)?;
    let with_counts = query.flag("with_follow_counts")?;
    let user = app.store.get(&caller.app, &id).await?.ok_or_else(|| ApiError::no_such_user(&id))?;
    let counts = if with_counts { Some(app.store.follow_counts(&caller.app, &id).await?) } else { None };
    let profile = Profile {
        user,
        followers_count: counts.map(|counts| counts.followers_count),
        following_count: counts.map(|counts| counts.following_count),
    };
    Ok(Answer(StatusCode::OK, profile))
}

/// Replace the data of a user
///
/// As a whole: what is not sent is gone. A user token may update its own user.
#[utoipa::path(
    put, path = "/api/v1.0/user/{id}/", tag = "users", operation_id = "updateUser",
    params(("id" = String, Path, description = "The id of the user", pattern = "^[A-Za-z0-9_-]+$", max_length = 255)),
    request_body = DataBody,
    responses((status = 201, description = "The user", body = User)),
)]
pub(crate) async fn update(State(app): State<App>, caller: Caller, PathId(id): PathId, body: Body) -> Result<User> {
    caller.may(Action::Write, &id)?;
    let data = input::new_data(body).await?;
    let user = app.store.update(&caller.app, &id, data).await?;
    Ok(Answer(StatusCode::CREATED, user.ok_or_else(|| ApiError::no_such_user(&id))?))
}

/// Delete a user
///
/// A user token may delete its own user.
#[utoipa::path(
    delete, path = "/api/v1.0/user/{id}/", tag = "users", operation_id = "deleteUser",
    params(("id" = String, Path, description = "The id of the user", pattern = "^[A-Za-z0-9_-]+$", max_length = 255)),
    responses((status = 200, description = "Done", body = Done)),
)]
pub(crate) async fn delete(State(app): State<App>, caller: Caller, PathId(id): PathId) -> Result<Done> {
    caller.may(Action::Delete, &id)?;
    if app.store.delete(&caller.app, &id).await? {
        return Ok(Answer(StatusCode::OK, Done {}));
    }
    Err(ApiError::no_such_user(&id))
}

#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedUsers {
    created_users: Vec<User>,
}

/// Create or replace up to 1 000 users
///
/// All of them or none. Those that exist are left as they are, unless `override`. Server tokens only.
#[utoipa::path(
    post, path = "/api/v1.0/users/", tag = "batches of users", operation_id = "createUsers",
    request_body = BatchBody,
    responses((status = 201, description = "Those that were written", body = CreatedUsers)),
)]
pub(crate) async fn create_many(State(app): State<App>, caller: Caller, body: Body) -> Result<CreatedUsers> {
    caller.may_as_server("users", Action::Write)?;
    let (users, replace) = input::batch(body).await?;
    let created_users = app.store.create_many(&caller.app, users, replace).await?;
    Ok(Answer(StatusCode::CREATED, CreatedUsers { created_users }))
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Users {
    users: Vec<User>,
}

/// Read up to 1 000 users
///
/// Those that exist. Server tokens only.
#[utoipa::path(
    get, path = "/api/v1.0/users/", tag = "batches of users", operation_id = "getUsers",
    params(("ids" = String, Query, description = "Ids with commas between them, at most 1 000", pattern = "^[A-Za-z0-9_-]{0,255}(,[A-Za-z0-9_-]{0,255})*$")),
    responses((status = 200, description = "Those that exist, in the order asked for", body = Users)),
)]
pub(crate) async fn get_many(State(app): State<App>, caller: Caller, query: Query) -> Result<Users> {
    caller.may_as_server("users", Action::Read)?;
    let users = app.store.get_many(&caller.app, &query.ids()?).await?;
    Ok(Answer(StatusCode::OK, Users { users }))
}

#[derive(Serialize, ToSchema)]
pub(crate) struct DeletedUserIds {
    deleted_user_ids: Vec<String>,
}

/// Delete up to 1 000 users
///
/// Ids of users that do not exist are answered too. Server tokens only.
#[utoipa::path(
    delete, path = "/api/v1.0/users/", tag = "batches of users", operation_id = "deleteUsers",
    params(("ids" = String, Query, description = "Ids with commas between them, at most 1 000", pattern = "^[A-Za-z0-9_-]{0,255}(,[A-Za-z0-9_-]{0,255})*$")),
    responses((status = 200, description = "All ids that were named", body = DeletedUserIds)),
)]
pub(crate) async fn delete_many(State(app): State<App>, caller: Caller, query: Query) -> Result<DeletedUserIds> {
    caller.may_as_server("users", Action::Delete)?;
    let deleted_user_ids = query.ids()?;
    app.store.delete_many(&caller.app, &deleted_user_ids).await?;
    Ok(Answer(StatusCode::OK, DeletedUserIds { deleted_user_ids }))
}

/// A flag as Stream's JavaScript types describe it.
#[derive(Serialize, ToSchema)]
pub(crate) struct FlagAnswer {
    created_at: Timestamp,
    flag_id: String,
    target_user_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    flagged_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Report a user, an activity or a reaction
///
/// Server tokens only.
#[utoipa::path(
    post, path = "/api/v1.0/moderation/flag", tag = "moderation", operation_id = "flag",
    request_body = FlagBody,
    responses((status = 201, description = "The flag", body = FlagAnswer)),
)]
pub(crate) async fn flag(State(app): State<App>, caller: Caller, body: Body) -> Result<FlagAnswer> {
    caller.may_as_server("moderation", Action::Write)?;
    let Flag { id, created_at, content } = app.store.flag(&caller.app, input::new_flag(body).await?).await?;
    let answer = FlagAnswer {
        created_at,
        flag_id: id,
        target_user_id: content.entity_id,
        flagged_by: content.user_id,
        reason: content.reason,
    };
    Ok(Answer(StatusCode::CREATED, answer))
}
