//! Routes and layers.

use std::any::Any;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, any, get, post};
use serde::Serialize;
use tower_http::catch_panic::CatchPanicLayer;

use crate::answer::Answer;
use crate::apps::Application;
use crate::auth::unix_seconds;
use crate::error::ApiError;
use crate::faults::{self, Faults, Injector};
use crate::klaim::{self, KlaimKey};
use crate::limits::Limits;
use crate::query::Query;
use crate::store::Store;
use crate::{envelope, pages, stream};

/// How the server is set up.
#[derive(Debug, Default)]
pub struct Settings {
    /// The applications that it serves.
    pub apps: Vec<Application>,
    /// The API key of the second service.
    pub klaim_key: KlaimKey,
    /// Requests per minute and application. `None`: no limit.
    pub rate_limit: Option<u32>,
    /// How long every answer of the API waits.
    pub latency: Duration,
    /// Which requests to the API fail on purpose. `None`: none do.
    pub faults: Option<Faults>,
    /// The folder served at `/`.
    pub www: Option<PathBuf>,
    /// The folder served at `/pkg`.
    pub pkg: Option<PathBuf>,
}

/// What the handlers share.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) store: Arc<dyn Store>,
    apps: Arc<[Application]>,
    pub(crate) klaim_key: KlaimKey,
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
        limits: Arc::new(Limits::new(settings.rate_limit)),
        latency: settings.latency,
    };
    let router = Router::new().route("/health", get(health)).route("/health/", get(health));
    let mut api = stream_routes(Router::new())
        .route("/api", any(unknown_path))
        .route("/api/{*rest}", any(unknown_path))
        .method_not_allowed_fallback(method_not_allowed);
    let mut klaim = klaim::routes().method_not_allowed_fallback(method_not_allowed);
    if let Some(faults) = &settings.faults {
        let injector = Injector::new(faults);
        api = api.layer(from_fn_with_state(injector.clone(), faults::around));
        klaim = klaim.layer(from_fn_with_state(injector, faults::around));
    }
    router
        .merge(api)
        .merge(klaim::in_form(klaim, app.clone()))
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(app.clone())
        .merge(pages::pages(settings.www.as_deref(), settings.pkg.as_deref()))
        // The last is the outermost.
        .layer(from_fn(envelope::preflight))
        .layer(from_fn_with_state(app, limit))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(envelope::around))
}

/// Each path is answered with and without the final slash.
fn stream_routes(router: Router<App>) -> Router<App> {
    let routes: [(&str, MethodRouter<App>); 4] = [
        ("user", post(stream::create)),
        ("user/{id}", get(stream::get).put(stream::update).delete(stream::delete)),
        ("users", post(stream::create_many).get(stream::get_many).delete(stream::delete_many)),
        ("moderation/flag", post(stream::flag)),
    ];
    routes.into_iter().fold(router, |router, (path, methods)| {
        router.route(&format!("/api/v1.0/{path}"), methods.clone()).route(&format!("/api/v1.0/{path}/"), methods)
    })
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
        Some(application) if request.method() != Method::OPTIONS => app.limits.count(&application.key, now),
        _ => app.limits.unused(now),
    };
    if !app.latency.is_zero() {
        tokio::time::sleep(app.latency).await;
    }
    let mut response = match standing.wait {
        Some(seconds) => ApiError::rate_limited(standing.limit, seconds).into_response(),
        None => next.run(request).await,
    };
    standing.write_to(response.headers_mut());
    response
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
    version: &'static str,
}

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
