//! The console, or a page of the caller's: static files.

use std::path::{Path, PathBuf};

use axum::Router;
use axum::handler::HandlerWithoutStateExt;
use axum::http::{HeaderName, HeaderValue, header};
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use super::built_in;
use crate::http::fallbacks::unknown_path;

/// The page may load its own scripts and styles and WebAssembly, and may call this server and any https service.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self' http://localhost:* http://127.0.0.1:* https:; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

/// What is served at `/`.
#[derive(Debug, Default)]
pub enum Page {
    /// Nothing.
    #[default]
    None,
    /// The console that is in the binary.
    Console,
    /// The files of a folder.
    Folder(PathBuf),
}

/// Serves a page at `/`.
pub(crate) fn console(page: &Page) -> Router {
    let router = match page {
        Page::Console => Router::new().fallback(built_in::file),
        Page::Folder(www) => folder(www),
        Page::None => Router::new().fallback(unknown_path),
    };
    let set = |name: HeaderName, value| SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value));
    router
        .layer(set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
        .layer(set(header::REFERRER_POLICY, "no-referrer"))
        // The browser asks again each time, so that a rebuilt page is seen. Files that have not changed are a 304.
        .layer(set(header::CACHE_CONTROL, "no-cache"))
}

fn folder(path: &Path) -> Router {
    // The build puts a brotli version beside each file.
    let files = ServeDir::new(path).precompressed_br().not_found_service(unknown_path.into_service());
    Router::new().fallback_service(files)
}
