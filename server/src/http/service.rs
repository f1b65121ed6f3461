//! What the layers around the handlers need from a service. Each service implements it in a folder of its own.

use axum::extract::Request;
use user_handle_service::error::ApiError;

/// A service that the server stands in for.
pub(crate) trait Service: Send + Sync + 'static {
    /// The first segments of the service's paths: `api` for `/api/v1.0/user/`.
    fn roots(&self) -> &'static [&'static str];

    /// The caller whose rate limit this request counts against. `None`: the request is not authenticated, so it is not counted.
    fn caller(&self, request: &Request) -> Option<&str>;

    /// Whether the documentation publishes the secret or key that this request has to be authenticated with.
    fn has_published_key(&self, request: &Request) -> bool;

    /// The JSON body of an error, in the form of the service.
    fn error_body(&self, error: &ApiError) -> String;

    /// Whether requests with this path are for this service.
    fn has_path(&self, path: &str) -> bool {
        path.strip_prefix('/')
            .and_then(|path| path.split('/').next())
            .is_some_and(|first| self.roots().contains(&first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Rooted(&'static [&'static str]);

    impl Service for Rooted {
        fn roots(&self) -> &'static [&'static str] {
            self.0
        }

        fn caller(&self, _: &Request) -> Option<&str> {
            None
        }

        fn has_published_key(&self, _: &Request) -> bool {
            false
        }

        fn error_body(&self, _: &ApiError) -> String {
            String::new()
        }
    }

    #[test]
    fn a_path_is_of_the_service_whose_first_segment_it_has() {
        for (path, root) in [
            ("/api", Some("api")),
            ("/admin/users", Some("api")),
            ("/api/v1.0/user/", Some("api")),
            ("/klaim", Some("klaim")),
            ("/klaim/", Some("klaim")),
            ("/klaim/api", Some("klaim")),
            ("/", None),
            ("/health", None),
            ("/apis", None),
            ("/klaims/users", None),
        ] {
            let services: [&[&str]; 2] = [&["api", "admin"], &["klaim"]];
            let found = services.into_iter().find(|roots| Rooted(roots).has_path(path));
            assert_eq!(found.map(|roots| roots[0]), root, "{path}");
        }
    }
}
