//! Routes and layers.

use std::any::Any;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use serde::Serialize;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::ToSchema;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answer::Answer;
use crate::apps::Application;
use crate::error::ApiError;
use crate::faults::{self, Faults, Injector};
use crate::klaim::{self, KlaimKey};
use crate::limits::{Limits, RateLimit};
use crate::metrics::{self, Metrics};
use crate::openapi::{self as description, OpenApiRoutes};
use crate::store::Store;
use crate::{envelope, fault_switch, feeds, pages, service, stream};

/// How the server is set up.
#[derive(Debug, Default)]
pub struct Settings {
    /// The applications that it serves.
    pub apps: Vec<Application>,
    /// How many requests each application may make, and whoever has the key of the second service. `None`: no limit.
    pub rate_limit: Option<RateLimit>,
    /// The API key of the second service.
    pub klaim_key: KlaimKey,
    /// How long every answer of the API waits.
    pub latency: Duration,
    /// Which requests to the API fail on purpose. `None`: none do.
    pub faults: Option<Faults>,
    /// The folder served at `/`.
    pub www: Option<PathBuf>,
}

/// What the handlers share.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) store: Arc<dyn Store>,
    apps: Arc<[Application]>,
    pub(crate) klaim_key: KlaimKey,
    pub(crate) metrics: Metrics,
    pub(crate) limits: Arc<Limits>,
    pub(crate) klaim_limits: Arc<Limits>,
    pub(crate) latency: Duration,
}

impl App {
    fn new(store: Arc<dyn Store>, settings: &Settings) -> Self {
        let limits = || Arc::new(Limits::new(settings.rate_limit));
        App {
            store,
            apps: settings.apps.clone().into(),
            klaim_key: settings.klaim_key.clone(),
            metrics: Metrics::new(),
            limits: limits(),
            klaim_limits: limits(),
            latency: settings.latency,
        }
    }

    pub(crate) fn application(&self, key: &str) -> Option<&Application> {
        self.apps.iter().find(|app| app.key == key)
    }
}

/// The whole server as a service, over this store.
pub fn app(store: Arc<dyn Store>, settings: Settings) -> Router {
    let app = App::new(store, &settings);
    let mut api = Router::from(api_routes());
    for root in ["/api", "/klaim"] {
        api = api.route(root, any(unknown_path)).route(&format!("{root}/{{*rest}}"), any(unknown_path));
    }
    api = api.method_not_allowed_fallback(method_not_allowed);
    // Who has no secret of their own has none to lose: see `fault_switch`.
    let is_demo = app.klaim_key.is_published() && app.apps.iter().all(Application::has_published_secret);
    let mut switch = Router::new();
    if settings.faults.is_some() || is_demo {
        let faults = settings.faults.unwrap_or_else(Faults::off);
        let injector = Injector::new(&faults, app.metrics.clone());
        api = api.layer(from_fn_with_state(injector.clone(), faults::around));
        if is_demo {
            switch = fault_switch::routes(injector).method_not_allowed_fallback(method_not_allowed);
        }
    }
    let router = Router::from(own_routes())
        .merge(api)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(app.clone())
        .merge(switch)
        .merge(description::pages(openapi))
        .merge(pages::pages(settings.www.as_deref()));
    in_layers(router, app)
}

/// What is around every request. The last is the outermost.
fn in_layers(router: Router, app: App) -> Router {
    router
        .layer(from_fn(envelope::preflight))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(app.clone(), service::around))
        .layer(from_fn_with_state(app.metrics, metrics::around))
        .layer(from_fn(envelope::around))
}

/// The routes of the services: those that faults, latency and limits are for.
fn api_routes() -> OpenApiRouter<App> {
    stream::routes().merge(feeds::routes()).merge(klaim::routes())
}

/// The routes about the server itself.
fn own_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().in_both_spellings(routes!(health)).in_both_spellings(routes!(metrics::metrics))
}

/// The description of the server: every route with its parameters, bodies and answers.
pub fn openapi() -> OpenApi {
    description::complete(api_routes().merge(own_routes()).into_openapi())
}

#[derive(Serialize, ToSchema)]
struct Health {
    #[schema(pattern = "^ok$")]
    status: &'static str,
    version: &'static str,
}

/// Whether the database answers
#[utoipa::path(
    get, path = "/health", tag = "server", operation_id = "health",
    responses((status = 200, description = "It does", body = Health), (status = 503, description = "It does not")),
)]
async fn health(State(app): State<App>) -> Result<Answer<Health>, ApiError> {
    app.store.check().await?;
    Ok(Answer(StatusCode::OK, Health { status: "ok", version: env!("CARGO_PKG_VERSION") }))
}

pub(crate) async fn unknown_path(uri: Uri) -> ApiError {
    ApiError::not_found(format!("there is nothing at {}", uri.path()))
}

async fn method_not_allowed(method: Method) -> ApiError {
    ApiError::method_not_allowed(method.as_str())
}

fn panicked(_: Box<dyn Any + Send>) -> Response {
    ApiError::internal(&"a handler panicked").into_response()
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
        let app = App::new(Arc::new(Sqlite::in_memory().unwrap()), &Settings::default());
        let router = in_layers(Router::new().route("/klaim/x", get(panics)).route("/api/x", get(panics)), app);
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
