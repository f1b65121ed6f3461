//! The routes about the server itself: its health and its metrics.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::docs::RoutesWithAndWithoutSlash;
use crate::http::query::Query;
use crate::http::response::{JsonResponse, JsonResult, Refusal};
use crate::layers::metrics::Metrics;
use crate::store::{self, Store};
use user_handle_service::error::ApiError;

/// The state of these routes.
#[derive(Clone)]
pub(crate) struct MonitoringState {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) metrics: Metrics,
    pub(crate) lost_log_lines: Arc<AtomicU64>,
}

pub(crate) fn health_routes() -> OpenApiRouter<MonitoringState> {
    OpenApiRouter::new().with_and_without_slash(routes!(health))
}

pub(crate) fn metrics_routes() -> OpenApiRouter<MonitoringState> {
    OpenApiRouter::new().with_and_without_slash(routes!(metrics))
}

#[derive(Serialize, ToSchema)]
struct Health {
    /// `ok`, or `failing` if reads or writes do not work.
    #[schema(pattern = "^(ok|failing)$")]
    status: &'static str,
    /// `ok`, or why users cannot be read.
    reads: String,
    /// `ok`, or why users cannot be written.
    writes: String,
    version: &'static str,
}

/// Whether the database does its work
///
/// It answers within a second. With `of=reads`, as a load balancer needs it, only reads decide on the status.
#[utoipa::path(
    get, path = "/health", tag = "server", operation_id = "health",
    params(("of" = Option<String>, Query, pattern = "^reads$", description = "What decides on the status of the response")),
    responses(
        (status = 200, description = "It does", body = Health),
        (status = 400, description = "`of` is something else"),
        (status = 503, description = "It does not", body = Health),
    ),
)]
async fn health(State(state): State<MonitoringState>, Query(query): Query) -> JsonResult<Health> {
    let of_reads = match query.get("of") {
        None => false,
        Some("reads") => true,
        Some(other) => return Err(ApiError::input("of", format!("of must be reads, but is {other:?}")).into()),
    };
    let store::Health { reads, writes } = state.store.check().await;
    let works = reads.is_ok() && (of_reads || writes.is_ok());
    let status = if works { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let says = |part: Result<(), String>| part.err().unwrap_or_else(|| "ok".into());
    let health = Health {
        status: if reads.is_ok() && writes.is_ok() { "ok" } else { "failing" },
        reads: says(reads),
        writes: says(writes),
        version: env!("CARGO_PKG_VERSION"),
    };
    Ok(JsonResponse(status, health))
}

/// What the server counts of itself
///
/// In the text format of OpenMetrics, as Prometheus reads it.
#[utoipa::path(
    get, path = "/metrics", tag = "server", operation_id = "metrics",
    responses(
        (status = 200, description = "The counters", body = String, content_type = "application/openmetrics-text"),
        (status = 403, description = "The request is from a page of another origin"),
    ),
)]
async fn metrics(State(state): State<MonitoringState>) -> Result<Response, Refusal> {
    state.metrics.set_database_waiting(state.store.waiting());
    state.metrics.set_lost_log_lines(state.lost_log_lines.load(Ordering::Relaxed));
    state.metrics.response()
}
