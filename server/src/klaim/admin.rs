//! The list of users that can be sorted and searched. It is for the console, at a path that Klaim does not have.

use axum::extract::State;
use user_handle_service::klaim::admin;
use user_handle_service::klaim::responses::ListedUsersResponse;
use user_handle_service::listing::{KlaimOrderParams, ListParams};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::responses::{MessageResult, respond};
use super::service::Authorized;
use super::state::KlaimState;
use crate::http::docs::RoutesWithAndWithoutSlash;
use crate::http::query::Query;

pub(crate) fn routes() -> OpenApiRouter<KlaimState> {
    OpenApiRouter::new().with_and_without_slash(routes!(list))
}

/// List the users, sorted and searched
///
/// Klaim has no such list. A page has at most `limit` users. With a `search`, or a `prefix` and another `sort` than `id`, at most
/// 20 000 users are looked at for it, so that it may have fewer, or none, although there is a `next`.
#[utoipa::path(
    get, path = "/klaim/admin/users", tag = "admin", operation_id = "klaimAdminListUsers",
    params(ListParams, KlaimOrderParams),
    responses(
        (status = 200, description = "A page of users", body = ListedUsersResponse),
        (status = 400, description = "A parameter breaks a rule, and the answer says which"),
    ),
)]
async fn list(
    State(state): State<KlaimState>,
    _: Authorized,
    Query(query): Query,
) -> MessageResult<ListedUsersResponse> {
    respond(admin::list(&*state.store, &query).await)
}
