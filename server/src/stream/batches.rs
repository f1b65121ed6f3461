//! The routes of batches of users.

use axum::body::Body;
use axum::extract::State;
use user_handle_service::stream::batches;
use user_handle_service::stream::permissions::Caller;
use user_handle_service::stream::responses::{CreatedUsersResponse, DeletedUsersResponse, UsersResponse};
use user_handle_service::stream::user_input::BatchBody;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::state::StreamState;
use crate::http::body::Arriving;
use crate::http::docs::RoutesWithAndWithoutSlash;
use crate::http::query::Query;
use crate::http::response::{JsonResult, respond};

pub(crate) fn routes() -> OpenApiRouter<StreamState> {
    OpenApiRouter::new().with_and_without_slash(routes!(create_many, get_many, delete_many))
}

/// Create or replace up to 1 000 users
///
/// All of them or none. Those that exist are left as they are, unless `override`. Server tokens only.
#[utoipa::path(
    post, path = "/api/v1.0/users/", tag = "batches of users", operation_id = "createUsers",
    request_body = BatchBody,
    responses((status = 201, description = "Those that were written", body = CreatedUsersResponse)),
)]
async fn create_many(State(state): State<StreamState>, caller: Caller, body: Body) -> JsonResult<CreatedUsersResponse> {
    respond(batches::create_many(&*state.store, &caller, Arriving(body)).await)
}

/// Read up to 1 000 users
///
/// Those that exist. Server tokens only.
#[utoipa::path(
    get, path = "/api/v1.0/users/", tag = "batches of users", operation_id = "getUsers",
    params(("ids" = String, Query, description = "Ids with commas between them, at most 1 000", pattern = "^[A-Za-z0-9_-]{0,255}(,[A-Za-z0-9_-]{0,255})*$")),
    responses((status = 200, description = "Those that exist, in the order asked for", body = UsersResponse)),
)]
async fn get_many(State(state): State<StreamState>, caller: Caller, Query(query): Query) -> JsonResult<UsersResponse> {
    respond(batches::get_many(&*state.store, &caller, &query).await)
}

/// Delete up to 1 000 users
///
/// Ids of users that do not exist are answered too. Server tokens only.
#[utoipa::path(
    delete, path = "/api/v1.0/users/", tag = "batches of users", operation_id = "deleteUsers",
    params(("ids" = String, Query, description = "Ids with commas between them, at most 1 000", pattern = "^[A-Za-z0-9_-]{0,255}(,[A-Za-z0-9_-]{0,255})*$")),
    responses((status = 200, description = "All ids that were named", body = DeletedUsersResponse)),
)]
async fn delete_many(
    State(state): State<StreamState>,
    caller: Caller,
    Query(query): Query,
) -> JsonResult<DeletedUsersResponse> {
    respond(batches::delete_many(&*state.store, &caller, &query).await)
}
