//! Stream's Activity Feeds v2: the users API, and as much of feeds as it takes to see users in activities.
//!
//! ```text
//! users.rs, batches.rs, moderation.rs, feeds.rs    the routes, with their descriptions
//! admin.rs                                         the list of users, which Stream does not have
//! caller.rs                                        who is calling
//! state.rs, service.rs                             what handlers share, and what the layers need to know
//! tokens.rs                                        the tokens that need not be verified again
//! unsupported.rs                                   what Stream has and this server does not
//! ```
//!
//! What the operations do, and which input they refuse in which words, is in `user_handle_service::stream`.

mod admin;
mod batches;
mod caller;
mod feeds;
mod moderation;
mod service;
mod state;
mod tokens;
mod unsupported;
mod users;

use utoipa_axum::router::OpenApiRouter;

pub(crate) use service::docs;
pub(crate) use state::StreamState;
pub use user_handle_service::stream::application::Application;

/// All routes of the API.
pub(crate) fn routes() -> OpenApiRouter<StreamState> {
    users::routes()
        .merge(batches::routes())
        .merge(moderation::routes())
        .merge(feeds::routes())
        .merge(admin::routes())
        .merge(unsupported::routes())
}
