//! Klaim's users API.
//!
//! ```text
//! routes.rs       the routes, with their descriptions    responses.rs    how they respond
//! ids.rs          the ids of new users                   admin.rs        the list of users, which Klaim does not have
//! state.rs, service.rs                                   what handlers share, and what the layers need to know
//! ```
//!
//! What the operations do, and which input they refuse in which words, is in `user_handle_service::klaim`.

mod admin;
mod ids;
mod responses;
mod routes;
mod service;
mod state;

pub(crate) use service::docs;
pub(crate) use state::KlaimState;
use utoipa_axum::router::OpenApiRouter;

pub use user_handle_service::klaim::api_key::KlaimKey;

/// All routes of the API.
pub(crate) fn routes() -> OpenApiRouter<KlaimState> {
    routes::routes().merge(admin::routes())
}
