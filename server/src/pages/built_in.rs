//! The console that is in the binary: the files that the build of `www/` left. A debug build reads them when they are asked for.

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::http::fallbacks::{method_not_allowed, unknown_path};

/// None where the page was not built before the server.
#[derive(RustEmbed)]
#[folder = "$USER_HANDLE_CONSOLE"]
#[allow_missing = true]
struct Files;

/// Answers with a file of the console, compressed where the browser takes that.
pub(super) async fn file(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let path = if path.is_empty() { "index.html" } else { path };
    let Some(plain) = Files::get(path) else { return unknown_path(uri).await.into_response() };
    if method != Method::GET && method != Method::HEAD {
        return method_not_allowed(method).await.into_response();
    }
    let mime = plain.metadata.mimetype().to_owned();
    // The build puts a brotli version beside each file.
    let brotli = takes_brotli(&headers).then(|| Files::get(&format!("{path}.br"))).flatten();
    let encoding = brotli.is_some().then_some((header::CONTENT_ENCODING, HeaderValue::from_static("br")));
    let file = brotli.unwrap_or(plain);
    let tag = tag(&file);
    let is_known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let common = [(header::ETAG, tag), (header::VARY, "accept-encoding".to_owned())];
    if is_known {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    let mut response = (common, [(header::CONTENT_TYPE, mime)], file.data.into_owned()).into_response();
    response.headers_mut().extend(encoding);
    response
}

fn takes_brotli(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).into_iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|coding| coding.trim() == "br")
}

/// Changes with the file's content.
fn tag(file: &EmbeddedFile) -> String {
    let hash = file.metadata.sha256_hash();
    let hex: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

#[cfg(test)]
mod tests {
    use std::path::{Component, Path};

    /// A debug build compares real paths with this one, also where the page is built after the server.
    #[test]
    fn the_folder_of_the_page_is_named_by_its_real_path() {
        let folder = Path::new(env!("USER_HANDLE_CONSOLE"));
        assert!(folder.is_absolute() && folder.components().all(|part| part != Component::ParentDir), "{folder:?}");
    }
}
