//! The routes of moderation.

use axum::body::Body;
use axum::extract::State;
use user_handle_service::stream::flag_input::FlagBody;
use user_handle_service::stream::moderation;
use user_handle_service::stream::permissions::Caller;
use user_handle_service::stream::responses::FlagResponse;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::state::StreamState;
use crate::http::body::Arriving;
use crate::http::docs::RoutesWithAndWithoutSlash;
use crate::http::response::{JsonResult, respond};

pub(crate) fn routes() -> OpenApiRouter<StreamState> {
    OpenApiRouter::new().with_and_without_slash(routes!(flag))
}

/// Report a user, an activity or a reaction
///
/// Server tokens only.
#[utoipa::path(
    post, path = "/api/v1.0/moderation/flag", tag = "moderation", operation_id = "flag",
    request_body = FlagBody,
    responses((status = 201, description = "The flag", body = FlagResponse)),
)]
async fn flag(State(state): State<StreamState>, caller: Caller, body: Body) -> JsonResult<FlagResponse> {
    respond(moderation::flag(&*state.store, &caller, Arriving(body)).await)
}
