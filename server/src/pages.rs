//! The console page and the package that it imports, from folders.

use std::path::Path;

use axum::Router;
use axum::handler::HandlerWithoutStateExt;
use axum::http::{HeaderName, HeaderValue, header};
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::app::unknown_path;

/// What a page may load: its own scripts and styles, and WebAssembly; it may call this server and any https service.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self' http://localhost:* http://127.0.0.1:* https:; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

/// Serves `www` at `/` and `pkg` at `/pkg`.
pub(crate) fn pages(www: Option<&Path>, pkg: Option<&Path>) -> Router {
    let mut router = Router::new();
    if let Some(pkg) = pkg {
        router = router.nest_service("/pkg", folder(pkg));
    }
    router = match www {
        Some(www) => router.fallback_service(folder(www)),
        None => router.fallback(unknown_path),
    };
    let set = |name: HeaderName, value| SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value));
    router
        .layer(set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
        .layer(set(header::REFERRER_POLICY, "no-referrer"))
        // Always asked for again, so that a rebuilt package is seen; unchanged files are answered with 304.
        .layer(set(header::CACHE_CONTROL, "no-cache"))
}

fn folder(path: &Path) -> Router {
    Router::new().fallback_service(ServeDir::new(path).not_found_service(unknown_path.into_service()))
}
