//! The list of users. It is for the console, at a path that Stream does not have.

use axum::extract::State;
use user_handle_service::listing::{ListParams, UserOrderParams};
use user_handle_service::stream::admin;
use user_handle_service::stream::permissions::Caller;
use user_handle_service::stream::responses::ListedUsersResponse;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::state::StreamState;
use crate::http::docs::RoutesWithAndWithoutSlash;
use crate::http::query::Query;
use crate::http::response::{JsonResult, respond};

pub(crate) fn routes() -> OpenApiRouter<StreamState> {
    OpenApiRouter::new().with_and_without_slash(routes!(list))
}

/// List the users
///
/// Server tokens only. Stream has no such list. A page has at most `limit` users. With a `search`, or a `prefix` and another `sort`
/// than `id`, at most 20 000 users are looked at for it, so that it may have fewer, or none, although there is a `next`.
#[utoipa::path(
    get, path = "/admin/users", tag = "admin", operation_id = "listUsers",
    params(ListParams, UserOrderParams),
    responses((status = 200, description = "A page of users", body = ListedUsersResponse)),
)]
async fn list(
    State(state): State<StreamState>,
    caller: Caller,
    Query(query): Query,
) -> JsonResult<ListedUsersResponse> {
    respond(admin::list(&*state.store, &caller, &query).await)
}
