//! The routes of Klaim's API, a handler for each operation.

use axum::body::Body;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use user_handle_service::klaim::input::{ChangesBody, NewUserBody};
use user_handle_service::klaim::responses::{AddedUserResponse, CreditsResponse, PageResponse, UserResponse};
use user_handle_service::klaim::users;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::responses::{MessageResult, respond};
use super::service::Authorized;
use super::state::KlaimState;
use crate::http::body::Arriving;
use crate::http::docs::RoutesWithAndWithoutSlash;
use crate::http::query::Query;
use crate::http::response::Refusal;

pub(crate) fn routes() -> OpenApiRouter<KlaimState> {
    OpenApiRouter::new()
        .with_and_without_slash(routes!(add, list))
        .with_and_without_slash(routes!(read, update))
        .with_and_without_slash(routes!(credits))
}

/// The id in the path. Any text is valid.
struct PathId(String);

impl<S: Send + Sync> FromRequestParts<S> for PathId {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        users::path_id(path.ok().map(|Path(id)| id)).map(PathId).map_err(Refusal::from)
    }
}

/// Add a user
///
/// Without a `userId` the service makes one. An email address and an id are one user's alone.
#[utoipa::path(
    post, path = "/klaim/users", tag = "Klaim", operation_id = "klaimAddUser",
    request_body = NewUserBody,
    responses(
        (status = 200, description = "The user", body = AddedUserResponse),
        (status = 409, description = "Another user has the email address, or the id"),
    ),
)]
async fn add(State(state): State<KlaimState>, _: Authorized, body: Body) -> MessageResult<AddedUserResponse> {
    respond(users::add(&*state.store, Arriving(body), || state.new_id()).await)
}

/// List the users
///
/// The oldest first, 100 at a time. Where others follow there is a `lastKey`, which leads to the next page.
#[utoipa::path(
    get, path = "/klaim/users", tag = "Klaim", operation_id = "klaimListUsers",
    params((
        "starting_after" = Option<String>, Query, description = "The `lastKey` of the page before, as JSON", nullable = false,
        pattern = r#"^(\{"prefix_app_id":"klaim","type_id":"[0-9]{13}_[0-9A-Za-z]{5}"\})?$"#,
    )),
    responses(
        (status = 200, description = "A page of users", body = PageResponse),
        (status = 400, description = "`starting_after` is no `lastKey`"),
    ),
)]
async fn list(State(state): State<KlaimState>, _: Authorized, Query(query): Query) -> MessageResult<PageResponse> {
    respond(users::list(&*state.store, &query).await)
}

/// Read a user
///
/// By `user_id` or `klaim_id`. A body is not looked at.
#[utoipa::path(
    post, path = "/klaim/users/{id}", tag = "Klaim", operation_id = "klaimReadUser",
    params(("id" = String, Path, description = "The `user_id` or `klaim_id` of the user", min_length = 1)),
    responses(
        (status = 200, description = "The user", body = UserResponse),
        (status = 404, description = "There is no such user"),
    ),
)]
async fn read(State(state): State<KlaimState>, _: Authorized, PathId(id): PathId) -> MessageResult<UserResponse> {
    respond(users::read(&*state.store, &id).await)
}

/// Change a user
///
/// What is not sent stays as it is.
#[utoipa::path(
    put, path = "/klaim/users/{id}", tag = "Klaim", operation_id = "klaimUpdateUser",
    params(("id" = String, Path, description = "The `user_id` or `klaim_id` of the user", min_length = 1)),
    request_body = ChangesBody,
    responses(
        (status = 200, description = "The user", body = UserResponse),
        (status = 404, description = "There is no such user"),
        (status = 409, description = "Another user has the email address, or the id"),
    ),
)]
async fn update(
    State(state): State<KlaimState>,
    _: Authorized,
    PathId(id): PathId,
    body: Body,
) -> MessageResult<UserResponse> {
    respond(users::update(&*state.store, &id, Arriving(body)).await)
}

/// Read the credits of a user
///
/// By `user_id` or `klaim_id`. A body is not looked at. Nothing here changes them.
#[utoipa::path(
    post, path = "/klaim/users/{id}/credits", tag = "Klaim", operation_id = "klaimReadCredits",
    params(("id" = String, Path, description = "The `user_id` or `klaim_id` of the user", min_length = 1)),
    responses(
        (status = 200, description = "The credits", body = CreditsResponse),
        (status = 404, description = "There is no such user"),
    ),
)]
async fn credits(State(state): State<KlaimState>, _: Authorized, PathId(id): PathId) -> MessageResult<CreditsResponse> {
    respond(users::credits(&*state.store, &id).await)
}
