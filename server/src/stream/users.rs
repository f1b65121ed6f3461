//! The routes of one user.

use axum::body::Body;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use user_handle_service::answer::Empty;
use user_handle_service::stream::permissions::Caller;
use user_handle_service::stream::responses::{ProfileResponse, UserResponse};
use user_handle_service::stream::schemas::QueryFlag;
use user_handle_service::stream::user_input::{DataBody, UserBody};
use user_handle_service::stream::users;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::state::StreamState;
use crate::http::body::Arriving;
use crate::http::docs::RoutesWithAndWithoutSlash;
use crate::http::query::Query;
use crate::http::response::{JsonResult, Refusal, respond};

pub(crate) fn routes() -> OpenApiRouter<StreamState> {
    OpenApiRouter::new().with_and_without_slash(routes!(create)).with_and_without_slash(routes!(get, update, delete))
}

/// The id in the path. An id that no user can have is a 404, as in the hosted API.
struct PathId(String);

impl<S: Send + Sync> FromRequestParts<S> for PathId {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        users::path_id(path.ok().map(|Path(id)| id)).map(PathId).map_err(Refusal::from)
    }
}

/// Create a user
///
/// With `get_or_create`, the one that exists is answered, unchanged. A user token may create its own user.
#[utoipa::path(
    post, path = "/api/v1.0/user/", tag = "users", operation_id = "createUser",
    params(("get_or_create" = inline(Option<QueryFlag>), Query, description = "Whether a user that exists is no conflict")),
    request_body = UserBody,
    responses((status = 201, description = "The user", body = UserResponse), (status = 409, description = "The user exists already")),
)]
async fn create(
    State(state): State<StreamState>,
    caller: Caller,
    Query(query): Query,
    body: Body,
) -> JsonResult<UserResponse> {
    respond(users::create(&*state.store, &caller, &query, Arriving(body)).await)
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
    responses((status = 200, description = "The user", body = ProfileResponse)),
)]
async fn get(
    State(state): State<StreamState>,
    caller: Caller,
    PathId(id): PathId,
    Query(query): Query,
) -> JsonResult<ProfileResponse> {
    respond(users::get(&*state.store, &caller, &id, &query).await)
}

/// Replace the data of a user
///
/// As a whole: what is not sent is gone. A user token may update its own user.
#[utoipa::path(
    put, path = "/api/v1.0/user/{id}/", tag = "users", operation_id = "updateUser",
    params(("id" = String, Path, description = "The id of the user", pattern = "^[A-Za-z0-9_-]+$", max_length = 255)),
    request_body = DataBody,
    responses((status = 201, description = "The user", body = UserResponse)),
)]
async fn update(
    State(state): State<StreamState>,
    caller: Caller,
    PathId(id): PathId,
    body: Body,
) -> JsonResult<UserResponse> {
    respond(users::update(&*state.store, &caller, &id, Arriving(body)).await)
}

/// Delete a user
///
/// A user token may delete its own user.
#[utoipa::path(
    delete, path = "/api/v1.0/user/{id}/", tag = "users", operation_id = "deleteUser",
    params(("id" = String, Path, description = "The id of the user", pattern = "^[A-Za-z0-9_-]+$", max_length = 255)),
    responses((status = 200, description = "Done", body = Empty)),
)]
async fn delete(State(state): State<StreamState>, caller: Caller, PathId(id): PathId) -> JsonResult<Empty> {
    respond(users::delete(&*state.store, &caller, &id).await)
}
