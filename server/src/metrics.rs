//! What the server counts of itself, as Prometheus reads it: `/metrics`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use crate::app::App;
use crate::error::ApiError;

const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The route of requests that no route is for. Their paths are whatever callers think of, so they are no label.
const NO_ROUTE: &str = "none";

/// The counters. A copy counts into the same ones.
#[derive(Clone)]
pub(crate) struct Metrics(Arc<Counted>);

struct Counted {
    registry: Registry,
    requests: Family<Answered, Counter>,
    duration: Family<Asked, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
    rate_limited: Counter,
    faults: Family<Fault, Counter>,
    waiting: Gauge,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    method: &'static str,
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Fault {
    kind: &'static str,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::default();
        let requests = Family::default();
        let duration = Family::new_with_constructor(histogram as fn() -> Histogram);
        let (in_flight, waiting, rate_limited, faults) =
            (Gauge::default(), Gauge::default(), Counter::default(), Family::default());
        registry.register("http_requests", "Requests that were answered", Family::clone(&requests));
        let help = "How long they took, from the head of the request to the head of the answer";
        registry.register_with_unit("http_request_duration", help, Unit::Seconds, Family::clone(&duration));
        registry.register("http_requests_in_flight", "Requests under way", in_flight.clone());
        registry.register("http_requests_rate_limited", "Requests over a rate limit", rate_limited.clone());
        registry.register("faults", "Requests that failed because --faults said so", Family::clone(&faults));
        registry.register("database_waiting", "Operations that wait for the database", waiting.clone());
        Metrics(Arc::new(Counted { registry, requests, duration, in_flight, rate_limited, faults, waiting }))
    }

    pub(crate) fn count_rate_limited(&self) {
        self.0.rate_limited.inc();
    }

    pub(crate) fn count_fault(&self, kind: &'static str) {
        self.0.faults.get_or_create(&Fault { kind }).inc();
    }

    fn answered(&self, asked: Asked, status: StatusCode, took: Duration) {
        self.0.duration.get_or_create(&asked).observe(took.as_secs_f64());
        let Asked { method, route } = asked;
        self.0.requests.get_or_create(&Answered { method, route, status: status.as_u16() }).inc();
    }
}

/// From half a millisecond to 16 s, each twice the one before.
fn histogram() -> Histogram {
    Histogram::new(exponential_buckets(0.0005, 2.0, 16))
}

/// Counts one request under way for as long as it exists, also where its caller goes away and nothing answers it.
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

/// Around every request: counts it and times it.
pub(crate) async fn around(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or(NO_ROUTE, MatchedPath::as_str);
    // The paths that answer "there is nothing here" are routes too.
    let route = if route.contains('*') { NO_ROUTE } else { route.trim_end_matches('/') };
    let asked = Asked { method: name(request.method()), route: route.to_owned() };
    let under_way = InFlight::new(metrics);
    let response = next.run(request).await;
    under_way.0.answered(asked, response.status(), started.elapsed());
    response
}

/// The methods that routes have; callers may invent others.
fn name(method: &Method) -> &'static str {
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

/// What the server counts of itself
///
/// In the text format of OpenMetrics, as Prometheus reads it.
#[utoipa::path(
    get, path = "/metrics", tag = "server", operation_id = "metrics",
    responses((status = 200, description = "The counters", body = String, content_type = "application/openmetrics-text")),
)]
pub(crate) async fn metrics(State(app): State<App>) -> Response {
    let counted = &app.metrics.0;
    counted.waiting.set(i64::try_from(app.store.waiting()).unwrap_or(i64::MAX));
    let mut text = String::new();
    match encode(&mut text, &counted.registry) {
        Ok(()) => {
            let mut response = Response::new(Body::from(text));
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
            response
        }
        Err(error) => ApiError::internal(&error).into_response(),
    }
}
