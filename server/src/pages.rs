//! The console, from its folder.

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

/// Serves `www` at `/`.
pub(crate) fn pages(www: Option<&Path>) -> Router {
    let router = match www {
        Some(www) => Router::new().fallback_service(folder(www)),
        None => Router::new().fallback(unknown_path),
    };
    let set = |name: HeaderName, value| SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value));
    router
        .layer(set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
        .layer(set(header::REFERRER_POLICY, "no-referrer"))
        // Always asked for again, so that a rebuilt page is seen; unchanged files are answered with 304.
        .layer(set(header::CACHE_CONTROL, "no-cache"))
}

fn folder(path: &Path) -> Router {
    // The build leaves the brotli of each file beside it.
    let files = ServeDir::new(path).precompressed_br().not_found_service(unknown_path.into_service());
    Router::new().fallback_service(files)
}
