//! The whole server as one router: the services, the layers around them, and the pages.

use std::any::Any;
use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::any;
use tower_http::catch_panic::CatchPanicLayer;

use crate::http::budget::BodyBudget;
use crate::http::context::{self, Services};
use crate::http::fallbacks::{method_not_allowed, unknown_path};
use crate::http::response::refuse;
use crate::layers::faults::{self, Faults, Injector};
use crate::layers::limits::{self, Limits};
use crate::layers::metrics::{self, Metrics};
use crate::layers::origins::{self, Origins};
use crate::layers::{cors, request_log};
use crate::monitoring::{self, MonitoringState};
use crate::openapi::openapi;
use crate::pages;
use crate::services::{self, Mounted};
use crate::settings::Settings;
use crate::store::Store;
use user_handle_service::error::ApiError;

/// The whole server as a service, over this store.
pub fn app(store: Arc<dyn Store>, settings: Settings) -> Router {
    let metrics = Metrics::new();
    let services = services::mount(&store, &settings);
    let layers = Layers::new(&services, &settings, metrics.clone());
    let origins = Origins { services: Arc::clone(&layers.services.0), is_on_loopback: settings.has_published_key() };
    let origins = Arc::new(origins);
    let mut api = Router::new();
    for Mounted { service, routes } in services {
        api = api.merge(routes);
        for root in service.roots() {
            api = api.route(&format!("/{root}"), any(unknown_path));
            api = api.route(&format!("/{root}/{{*rest}}"), any(unknown_path));
        }
    }
    api = api.method_not_allowed_fallback(method_not_allowed);
    let mut switch = Router::new();
    // The switch needs no token, so only the demo has it.
    let is_demo = settings.is_demo();
    if settings.faults.is_some() || is_demo {
        let faults = settings.faults.unwrap_or_else(Faults::off);
        let injector = Injector::new(&faults, metrics.clone());
        api = api.layer(from_fn_with_state(injector.clone(), faults::layer));
        if is_demo {
            switch = faults::switch_routes(injector).method_not_allowed_fallback(method_not_allowed);
        }
    }
    let state = MonitoringState { store, metrics, lost_log_lines: settings.lost_log_lines };
    let health = Router::from(monitoring::health_routes()).with_state(state.clone());
    let mut own = Router::from(monitoring::metrics_routes()).with_state(state).merge(pages::docs(openapi));
    if !settings.open {
        api = api.layer(from_fn_with_state(Arc::clone(&origins), origins::published_keys));
        own = own.layer(from_fn_with_state(origins, origins::own_pages));
    }
    let monitoring = health.merge(own).method_not_allowed_fallback(method_not_allowed);
    let router = monitoring.merge(api).merge(switch).merge(pages::console(&settings.page));
    layers.wrap(router)
}

/// The layers around every request.
struct Layers {
    services: Services,
    limits: Arc<Limits>,
    metrics: Metrics,
}

impl Layers {
    fn new(services: &[Mounted], settings: &Settings, metrics: Metrics) -> Self {
        let services = Services(services.iter().map(|mounted| Arc::clone(&mounted.service)).collect());
        let limits = Limits::new(&services.0, settings.rate_limit, settings.latency, metrics.clone());
        Layers { services, limits: Arc::new(limits), metrics }
    }

    /// Puts the layers around the router. The last one is the outermost.
    fn wrap(self, router: Router) -> Router {
        router
            .layer(from_fn(cors::answer_preflight))
            .layer(CatchPanicLayer::custom(panic_response))
            .layer(from_fn_with_state(self.limits, limits::layer))
            .layer(from_fn_with_state(self.metrics, metrics::layer))
            .layer(from_fn(cors::add_headers))
            .layer(from_fn(request_log::layer))
            .layer(from_fn_with_state((self.services, BodyBudget::default()), context::layer))
    }
}

fn panic_response(_: Box<dyn Any + Send>) -> Response {
    refuse(ApiError::internal(&"a handler panicked"))
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
