//! The services that the server stands in for, told apart by path, and what is around every request to one of them.

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::auth::unix_seconds;
use crate::error::ApiError;
use crate::limits::{Limits, Operation};
use crate::query::Query;

/// A service that the server stands in for. What is about the server itself answers in the form of the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Service {
    /// Stream's API, under `/api`.
    #[default]
    Stream,
    /// Klaim's, under `/klaim`.
    Klaim,
}

impl Service {
    /// The service that a request with this path is for.
    pub(crate) fn of(path: &str) -> Option<Self> {
        match path.strip_prefix('/')?.split('/').next()? {
            "api" => Some(Service::Stream),
            "klaim" => Some(Service::Klaim),
            _ => None,
        }
    }
}

/// Around every request to a service: counts it, refuses it over the limit, and waits as long as it is told to.
pub(crate) async fn around(State(app): State<App>, request: Request, next: Next) -> Response {
    let Some(service) = Service::of(request.uri().path()) else { return next.run(request).await };
    let now = unix_seconds() as u64;
    let (limits, caller) = caller(&app, service, &request);
    let standing = match caller {
        Some(caller) if request.method() != Method::OPTIONS => {
            let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
            limits.count(caller, Operation::new(request.method(), route), now)
        }
        _ => limits.unused(now),
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

/// Where the requests of a service are counted, and whose this one is. Without a key that is known it is nobody's.
fn caller<'a>(app: &'a App, service: Service, request: &Request) -> (&'a Limits, Option<&'a str>) {
    match service {
        Service::Stream => {
            let query = Query::of(request.uri());
            let application = query.get("api_key").and_then(|key| app.application(key));
            (&app.limits, application.map(|application| application.key.as_str()))
        }
        Service::Klaim => (&app.klaim_limits, app.klaim_key.admits(request.headers()).is_ok().then_some("")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_of_the_service_whose_first_segment_it_has() {
        for (path, service) in [
            ("/api", Some(Service::Stream)),
            ("/api/v1.0/user/", Some(Service::Stream)),
            ("/klaim", Some(Service::Klaim)),
            ("/klaim/", Some(Service::Klaim)),
            ("/klaim/api", Some(Service::Klaim)),
            ("/", None),
            ("/health", None),
            ("/apis", None),
            ("/klaims/users", None),
        ] {
            assert_eq!(Service::of(path), service, "{path}");
        }
    }
}
