//! Metrics for Prometheus: counts and times every request.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use user_handle_service::error::ApiError;

use crate::http::response::Refusal;

const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The label of requests that no route is for. Their paths can be anything, so they would be an unbounded number of labels.
const NO_ROUTE: &str = "none";

/// The metrics. Clones share them.
#[derive(Clone)]
pub(crate) struct Metrics(Arc<Registered>);

struct Registered {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    duration: Family<RouteLabels, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
    rate_limited: Counter,
    faults: Family<FaultLabels, Counter>,
    database_waiting: Gauge,
    lost_log_lines: Counter,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    method: &'static str,
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FaultLabels {
    kind: &'static str,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::default();
        let requests = Family::default();
        let duration = Family::new_with_constructor(histogram as fn() -> Histogram);
        let (in_flight, database_waiting) = (Gauge::default(), Gauge::default());
        let (rate_limited, lost_log_lines, faults) = (Counter::default(), Counter::default(), Family::default());
        registry.register("http_requests", "Requests that were answered", Family::clone(&requests));
        let help = "How long they took, from the head of the request to the head of the answer";
        registry.register_with_unit("http_request_duration", help, Unit::Seconds, Family::clone(&duration));
        registry.register("http_requests_in_flight", "Requests under way", in_flight.clone());
        registry.register("http_requests_rate_limited", "Requests over a rate limit", rate_limited.clone());
        registry.register("faults", "Requests that failed because --faults said so", Family::clone(&faults));
        registry.register("database_waiting", "Operations that wait for the database", database_waiting.clone());
        registry.register("log_lines_lost", "Lines of the log that could not be written", lost_log_lines.clone());
        Metrics(Arc::new(Registered {
            registry,
            requests,
            duration,
            in_flight,
            rate_limited,
            faults,
            database_waiting,
            lost_log_lines,
        }))
    }

    pub(crate) fn count_rate_limited(&self) {
        self.0.rate_limited.inc();
    }

    pub(crate) fn count_fault(&self, kind: &'static str) {
        self.0.faults.get_or_create(&FaultLabels { kind }).inc();
    }

    pub(crate) fn set_database_waiting(&self, operations: usize) {
        self.0.database_waiting.set(i64::try_from(operations).unwrap_or(i64::MAX));
    }

    pub(crate) fn set_lost_log_lines(&self, lines: u64) {
        self.0.lost_log_lines.inner().store(lines, Ordering::Relaxed);
    }

    /// All metrics in the text format of OpenMetrics.
    pub(crate) fn response(&self) -> Result<Response, Refusal> {
        let mut text = String::new();
        encode(&mut text, &self.0.registry).map_err(|error| ApiError::internal(&error))?;
        let mut response = Response::new(Body::from(text));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
        Ok(response)
    }

    fn count_request(&self, labels: RouteLabels, status: StatusCode, took: Duration) {
        self.0.duration.get_or_create(&labels).observe(took.as_secs_f64());
        let RouteLabels { method, route } = labels;
        self.0.requests.get_or_create(&RequestLabels { method, route, status: status.as_u16() }).inc();
    }
}

/// Buckets from half a millisecond to 16 s, each twice the one before.
fn histogram() -> Histogram {
    Histogram::new(exponential_buckets(0.0005, 2.0, 16))
}

/// Counts a request as in flight until it is dropped, which also happens when the caller goes away without a response.
struct InFlight(Metrics);

impl InFlight {
    fn new(metrics: Metrics) -> Self {
        metrics.0.in_flight.inc();
        InFlight(metrics)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.0.in_flight.dec();
    }
}

/// The layer.
pub(crate) async fn layer(
    metrics: &Metrics,
    request: Request,
    next: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let started = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or(NO_ROUTE, MatchedPath::as_str);
    // The paths that are answered with 404 are routes too, with a wildcard.
    let route = if route.contains('*') { NO_ROUTE } else { route.trim_end_matches('/') };
    let labels = RouteLabels { method: method_label(request.method()), route: route.to_owned() };
    let in_flight = InFlight::new(metrics.clone());
    let response = next(request).await;
    in_flight.0.count_request(labels, response.status(), started.elapsed());
    response
}

/// Callers may invent methods, which would be an unbounded number of labels.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
