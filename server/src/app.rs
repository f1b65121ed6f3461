//! The whole server as one router: the services, the layers around them, and the pages.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::any;

use crate::http::budget::BodyBudget;
use crate::http::context::{self, Services};
use crate::http::fallbacks::{method_not_allowed, unknown_path};
use crate::layers::faults::{self, Faults, Injector};
use crate::layers::limits::{self, Limits};
use crate::layers::metrics::{self, Metrics};
use crate::layers::{cors, origins, panics, request_log};
use crate::monitoring::{self, MonitoringState};
use crate::openapi::openapi;
use crate::pages;
use crate::services::{self, Mounted};
use crate::settings::Settings;
use crate::store::Store;

/// The whole server as a service, over this store.
pub fn app(store: Arc<dyn Store>, settings: Settings) -> Router {
    let metrics = Metrics::new();
    let services = services::mount(&store, &settings);
    let layers = Layers::new(&services, &settings, metrics.clone());
    let mut api = Router::new();
    for Mounted { service, routes } in services {
        api = api.merge(routes);
        for root in service.roots() {
            api = api.route(&format!("/{root}"), any(unknown_path));
            api = api.route(&format!("/{root}/{{*rest}}"), any(unknown_path));
        }
    }
    api = api.method_not_allowed_fallback(method_not_allowed);
    // The switch needs no token, so only the demo has it.
    let switch = match layers.faults.clone().filter(|_| settings.is_demo()) {
        Some(injector) => faults::switch_routes(injector).method_not_allowed_fallback(method_not_allowed),
        None => Router::new(),
    };
    let state = MonitoringState { store, metrics, lost_log_lines: settings.lost_log_lines.clone() };
    let health = Router::from(monitoring::health_routes()).with_state(state.clone());
    let mut own = Router::from(monitoring::metrics_routes()).with_state(state).merge(pages::docs(openapi));
    if !settings.open {
        own = own.layer(from_fn_with_state(settings.has_published_key(), origins::own_pages));
    }
    let monitoring = health.merge(own).method_not_allowed_fallback(method_not_allowed);
    let router = monitoring.merge(api).merge(switch).merge(pages::console(&settings.page));
    layers.wrap(router)
}

/// The layers around every request.
struct Layers {
    services: Services,
    bodies: BodyBudget,
    limits: Limits,
    metrics: Metrics,
    /// `None`: no request fails on purpose.
    faults: Option<Injector>,
    /// Whether pages of every origin may use published secrets and keys.
    is_open: bool,
}

impl Layers {
    fn new(services: &[Mounted], settings: &Settings, metrics: Metrics) -> Self {
        let services = Services(services.iter().map(|mounted| Arc::clone(&mounted.service)).collect());
        let limits = Limits::new(&services.0, settings.rate_limit, settings.latency, metrics.clone());
        let faults = settings.faults.clone().or_else(|| settings.is_demo().then(Faults::off));
        let faults = faults.map(|faults| Injector::new(&faults, metrics.clone()));
        Layers { services, bodies: BodyBudget::default(), limits, metrics, faults, is_open: settings.open }
    }

    /// Puts the layers around the router.
    fn wrap(self, router: Router) -> Router {
        router.layer(from_fn_with_state(Arc::new(self), around))
    }
}

/// All layers, from the innermost to the outermost.
async fn around(State(layers): State<Arc<Layers>>, request: Request, next: Next) -> Response {
    let Layers { services, bodies, limits, metrics, faults, is_open } = &*layers;
    let is_for_service = services.0.iter().any(|service| service.has_path(request.uri().path()));
    let next = async |request| next.run(request).await;
    let next = async |request| match faults.as_ref().filter(|_| is_for_service) {
        Some(injector) => faults::layer(injector, request, next).await,
        None => next(request).await,
    };
    // Found out here, so that what is refused is not counted as a request of the owner.
    let is_refused = !is_open && is_for_service && origins::is_misused_key(&services.0, &request);
    let next = async |request| match is_refused {
        true => origins::refuse_misused_key(),
        false => next(request).await,
    };
    let next = async |request| cors::answer_preflight(request, next).await;
    let next = async |request| panics::layer(request, next).await;
    let next = async |request| limits::layer(limits, !is_refused, request, next).await;
    let next = async |request| metrics::layer(metrics, request, next).await;
    let next = async |request| cors::add_headers(request, next).await;
    let next = async |request| request_log::layer(request, next).await;
    context::layer(services, bodies, request, next).await
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;
    use crate::store::sqlite::Sqlite;

    async fn panics() {
        panic!("a test");
    }

    #[tokio::test]
    async fn a_panic_is_an_error_in_the_form_of_the_service() {
        let (store, settings): (Arc<dyn Store>, _) = (Arc::new(Sqlite::in_memory().unwrap()), Settings::default());
        let layers = Layers::new(&services::mount(&store, &settings), &settings, Metrics::new());
        let router = layers.wrap(Router::new().route("/klaim/x", get(panics)).route("/api/x", get(panics)));
        for (path, start) in [
            ("/klaim/x", r#"{"message":"the server failed, its log says why"}"#),
            ("/api/x", r#"{"detail":"the server failed, its log says why","status_code":500,"code":-1,"#),
        ] {
            let request = Request::get(path).body(Body::empty()).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), 500);
            assert_eq!(response.headers()["x-ratelimit-limit"], "1000000");
            assert!(response.headers().contains_key("x-request-id"));
            let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
            assert!(body.starts_with(start.as_bytes()), "{body:?}");
        }
    }
}
