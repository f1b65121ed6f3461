//! What is known of a request wherever it is handled: when it arrived, in the form of which service an error is written, and how
//! much memory its body takes.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::Request;
use axum::response::Response;
use user_handle_service::error::ApiError;

use super::budget::{BodyBudget, Reservation};
use super::service::Service;

tokio::task_local! {
    static CONTEXT: Context;
}

struct Context {
    arrived: Instant,
    service: Option<Arc<dyn Service>>,
    body: Reservation,
}

/// All services. What is in none of them answers in the form of the first.
#[derive(Clone)]
pub(crate) struct Services(pub(crate) Arc<[Arc<dyn Service>]>);

impl Services {
    fn of(&self, path: &str) -> Option<Arc<dyn Service>> {
        self.0.iter().find(|service| service.has_path(path)).or(self.0.first()).cloned()
    }
}

/// The layer that sets the context. It has to be outside of all layers and handlers that respond.
pub(crate) async fn layer(
    services: &Services,
    budget: &BodyBudget,
    request: Request,
    next: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let service = services.of(request.uri().path());
    within(service, budget.reservation(), next(request)).await
}

/// Runs `work` in the context of a request that arrives now.
pub(crate) async fn within<T>(
    service: Option<Arc<dyn Service>>,
    body: Reservation,
    work: impl Future<Output = T>,
) -> T {
    CONTEXT.scope(Context { arrived: Instant::now(), service, body }, work).await
}

/// Reserves memory for the body of this request, until the request is answered. Returns whether there was enough.
pub(crate) fn reserve(bytes: usize, is_batch: bool) -> bool {
    CONTEXT.try_with(|context| context.body.add(bytes, is_batch)).unwrap_or(true)
}

/// Gives back what was reserved for the body of this request.
pub(crate) fn release() {
    let _ = CONTEXT.try_with(|context| context.body.release());
}

/// The time since the request arrived, as Go writes durations: `"0.75ms"`.
pub(crate) fn duration() -> String {
    let elapsed = CONTEXT.try_with(|context| context.arrived.elapsed()).unwrap_or_default();
    let hundredths = (elapsed.as_micros() + 5) / 10;
    format!("{}.{:02}ms", hundredths / 100, hundredths % 100)
}

/// The body of an error in the form of the service that the request is for; without one, the detail alone.
pub(crate) fn error_body(error: &ApiError) -> String {
    let body = CONTEXT.try_with(|context| context.service.as_ref().map(|service| service.error_body(error)));
    body.ok().flatten().unwrap_or_else(|| error.detail.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_go_duration_of_two_decimals() {
        assert_eq!(duration(), "0.00ms");
    }
}
