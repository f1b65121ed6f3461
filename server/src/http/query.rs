//! The query string of a request, as handlers take it.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::Uri;
use axum::http::request::Parts;
use user_handle_service::query;

/// The decoded parameters of a request.
pub(crate) struct Query(pub(crate) query::Query<'static>);

impl Query {
    pub(crate) fn of(uri: &Uri) -> query::Query<'_> {
        query::Query::parse(uri.query().unwrap_or_default())
    }
}

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Query(Query::of(&parts.uri).into_owned()))
    }
}
