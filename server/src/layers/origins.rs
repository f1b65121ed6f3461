//! Which pages may use what needs no secret. Any website could use it through the browsers of its visitors.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;

use crate::http::origin::{is_own_page, is_this_machine};
use crate::http::response::refuse;
use crate::http::service::Service;
use user_handle_service::error::ApiError;

/// Whether a request to a service has a published secret or key, and is not from this machine. Preflights pass, so that a page can
/// read why its request was refused.
pub(crate) fn is_misused_key(services: &[Arc<dyn Service>], request: &Request) -> bool {
    let path = request.uri().path();
    let service = services.iter().find(|service| service.has_path(path));
    let is_published = request.method() != Method::OPTIONS && service.is_some_and(|of| of.has_published_key(request));
    is_published && !is_this_machine(request.headers())
}

/// The answer to a request of [`is_misused_key`].
pub(crate) fn refuse_misused_key() -> Response {
    let rule = "published keys are for pages and programs of this machine: start the server with keys of your own, \
                or with --open";
    refuse(ApiError::not_allowed(rule))
}

/// The layer around what is about the server itself. `is_on_loopback`: a secret or key is published, so that the server listens on
/// loopback addresses only.
pub(crate) async fn own_pages(State(is_on_loopback): State<bool>, request: Request, next: Next) -> Response {
    let is_own = if is_on_loopback { is_this_machine } else { is_own_page };
    if request.method() != Method::OPTIONS && !is_own(request.headers()) {
        let rule = "this is for pages of this machine and for programs: start the server with --open for all pages";
        return refuse(ApiError::not_allowed(rule));
    }
    next.run(request).await
}
