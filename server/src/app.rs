//! Routes and layers.

use std::any::Any;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn, from_fn_with_state};
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
use crate::auth::unix_seconds;
use crate::error::ApiError;
use crate::faults::{self, Faults, Injector};
use crate::klaim::{self, KlaimKey};
use crate::limits::{Limits, Operation, RateLimit};
use crate::metrics::{self, Metrics};
use crate::openapi::{self as description, OpenApiRoutes};
use crate::query::Query;
use crate::store::Store;
use crate::{envelope, fault_switch, feeds, pages, stream};

/// How the server is set up.
#[derive(Debug, Default)]
pub struct Settings {
    /// The applications that it serves.
    pub apps: Vec<Application>,
    /// How many requests each application may make. `None`: no limit.
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
    limits: Arc<Limits>,
    pub(crate) latency: Duration,
}

impl App {
    pub(crate) fn application(&self, key: &str) -> Option<&Application> {
        self.apps.iter().find(|app| app.key == key)
    }
}

/// The whole server as a service, over this store.
pub fn app(store: Arc<dyn Store>, settings: Settings) -> Router {
    let app = App {
        store,
        apps: settings.apps.into(),
        klaim_key: settings.klaim_key,
        metrics: Metrics::new(),
        limits: Arc::new(Limits::new(settings.rate_limit)),
        latency: settings.latency,
    };
    let mut api = Router::from(api_routes())
        .route("/api", any(unknown_path))
        .route("/api/{*rest}", any(unknown_path))
        .method_not_allowed_fallback(method_not_allowed);
    let mut klaim = klaim::routes().method_not_allowed_fallback(method_not_allowed);
    // Who has no secret of their own has none to lose: see `fault_switch`.
    let is_demo = app.klaim_key.is_published() && app.apps.iter().all(Application::has_published_secret);
    let mut switch = Router::new();
    if settings.faults.is_some() || is_demo {
        let faults = settings.faults.unwrap_or_else(Faults::off);
        let injector = Injector::new(&faults, app.metrics.clone());
        api = api.layer(from_fn_with_state(injector.clone(), faults::around));
        klaim = klaim.layer(from_fn_with_state(injector.clone(), faults::around));
        if is_demo {
            switch = fault_switch::routes(injector).method_not_allowed_fallback(method_not_allowed);
        }
    }
    Router::from(own_routes())
        .merge(api)
        .merge(klaim::in_form(klaim, app.clone()))
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(app.clone())
        .merge(switch)
        .merge(description::pages(openapi))
        .merge(pages::pages(settings.www.as_deref()))
        // The last is the outermost.
        .layer(from_fn(envelope::preflight))
        .layer(from_fn_with_state(app.clone(), limit))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(app.metrics, metrics::around))
        .layer(from_fn(envelope::around))
}

/// The routes of the API: those that faults, latency and limits are for.
fn api_routes() -> OpenApiRouter<App> {
    stream::routes().merge(feeds::routes())
}

/// The routes about the server itself.
fn own_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().in_both_spellings(routes!(health)).in_both_spellings(routes!(metrics::metrics))
}

/// The description of the server: every route with its parameters, bodies and answers.
pub fn openapi() -> OpenApi {
    description::complete(api_routes().merge(own_routes()).into_openapi())
}

/// Around everything under `/api`: counts the request, refuses it over the limit, and waits as long as it is told to.
async fn limit(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path != "/api" && !path.starts_with("/api/") {
        return next.run(request).await;
    }
    let now = unix_seconds() as u64;
    let query = Query::of(request.uri());
    let standing = match query.get("api_key").and_then(|key| app.application(key)) {
        Some(application) if request.method() != Method::OPTIONS => {
            let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
            app.limits.count(&application.key, Operation::new(request.method(), route), now)
        }
        _ => app.limits.unused(now),
    };
    if !app.latency.is_zero() {
        tokio::time::sleep(app.latency).await;
    }
    let mut response = match &standing.refused {
        Some(refused) => {
            app.metrics.count_rate_limited();
            ApiError::rate_limited(refused).into_response()
        }
        None => next.run(request).await,
    };
    standing.write_to(response.headers_mut());
    response
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
