//! What Stream has and this server does not. It is named, so that nobody looks for a mistake in a URL.

use axum::http::Method;
use axum::routing::{MethodFilter, any, on};
use user_handle_service::error::ApiError;
use utoipa_axum::router::OpenApiRouter;

use super::state::StreamState;
use crate::http::response::Refusal;

/// Paths behind `/api/v1.0/`, and what is there at Stream.
const UNSUPPORTED: [(&str, &str); 17] = [
    ("activities", "activities by id"),
    ("activity", "partial updates of activities"),
    ("audit_logs", "audit logs"),
    ("collections", "collections"),
    ("data_privacy", "exports and deletions of a user's activities"),
    ("enrich/activities", "activities by id"),
    ("enrich/personalization", "personalized feeds"),
    ("feed/add_to_many", "additions to many feeds at once"),
    ("feed_targets", "targets of activities"),
    ("files", "files"),
    ("follow_many", "follows of many feeds at once"),
    ("images", "images"),
    ("moderation/user", "caches of moderation"),
    ("og", "previews of web pages"),
    ("reaction", "reactions"),
    ("stats", "follow statistics"),
    ("unfollow_many", "unfollows of many feeds at once"),
];

/// Of a feed: what is behind it in the path, with the method, and what that does at Stream.
const UNSUPPORTED_OF_A_FEED: [(MethodFilter, &str, &str); 2] = [
    (MethodFilter::GET, "followers", "lists of followers"),
    (MethodFilter::DELETE, "{activity}", "removals of activities"),
];

/// A 404 in words for each of them.
pub(crate) fn routes() -> OpenApiRouter<StreamState> {
    let mut routes = OpenApiRouter::new();
    for (path, what) in UNSUPPORTED {
        for end in ["", "/", "/{*rest}"] {
            routes = routes.route(&format!("/api/v1.0/{path}{end}"), any(move || refuse(what)));
        }
    }
    for (method, path, what) in UNSUPPORTED_OF_A_FEED {
        for end in ["", "/"] {
            routes =
                routes.route(&format!("/api/v1.0/feed/{{group}}/{{id}}/{path}{end}"), on(method, move || refuse(what)));
        }
    }
    routes
}

/// Answers what is neither a follow nor described, where feeds are followed: a `GET` lists the follows at Stream.
pub(crate) async fn beside_follow(method: Method) -> Refusal {
    if method == Method::GET {
        return refuse("lists of follows").await;
    }
    ApiError::method_not_allowed(method.as_str()).into()
}

async fn refuse(what: &str) -> Refusal {
    ApiError::not_found(format!("{what} are not supported by this server")).into()
}
