//! Rate limits and latency: counts every request to a service, delays it, and refuses it over the limit.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::response::Response;

use super::metrics::Metrics;
use super::rate_limiter::{Operation, Quota, RateLimit, RateLimiter};
use crate::http::clock::{SteadyClock, unix_seconds};
use crate::http::response::refuse;
use crate::http::service::Service;
use user_handle_service::error::ApiError;

/// The state of the layer.
pub(crate) struct Limits {
    /// The services, each with the requests of its callers.
    services: Vec<(Arc<dyn Service>, RateLimiter)>,
    clock: SteadyClock,
    latency: Duration,
    metrics: Metrics,
}

impl Limits {
    pub(crate) fn new(
        services: &[Arc<dyn Service>],
        rate_limit: Option<RateLimit>,
        latency: Duration,
        metrics: Metrics,
    ) -> Self {
        let limited = |service: &Arc<dyn Service>| (Arc::clone(service), RateLimiter::new(rate_limit));
        let clock = SteadyClock::new(unix_seconds);
        Limits { services: services.iter().map(limited).collect(), clock, latency, metrics }
    }
}

/// The layer. Requests that are for no service pass; those that `is_counted` says of are refused over the limit.
pub(crate) async fn layer(
    limits: &Limits,
    is_counted: bool,
    request: Request,
    next: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let path = request.uri().path();
    let Some((service, limiter)) = limits.services.iter().find(|(service, _)| service.has_path(path)) else {
        return next(request).await;
    };
    let now = limits.clock.seconds();
    let counts = is_counted && limiter.has_limits() && request.method() != Method::OPTIONS;
    let quota = match counts.then(|| service.caller(&request)).flatten() {
        Some(caller) => {
            let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
            limiter.count(caller, Operation::new(request.method(), route), now)
        }
        None => limiter.unused(now),
    };
    if !limits.latency.is_zero() {
        tokio::time::sleep(limits.latency).await;
    }
    let mut response = match &quota.exceeded {
        Some(exceeded) => {
            limits.metrics.count_rate_limited();
            refuse(ApiError::rate_limited(exceeded.to_string(), exceeded.wait_seconds))
        }
        None => next(request).await,
    };
    add_headers(response.headers_mut(), &quota, limits.clock.by_machine(quota.reset));
    response
}

fn add_headers(headers: &mut HeaderMap, quota: &Quota, reset: u64) {
    headers.insert("x-ratelimit-limit", HeaderValue::from(quota.limit));
    headers.insert("x-ratelimit-remaining", HeaderValue::from(quota.remaining));
    headers.insert("x-ratelimit-reset", HeaderValue::from(reset));
}
