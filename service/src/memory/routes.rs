//! Which operation a request asks for.

use percent_encoding::percent_decode_str;
use serde::Serialize;

use super::message::{Request, Response, text};
use super::store::MemoryStore;
use crate::answer::{Answer, Success, WithDuration};
use crate::body::{self, Body};
use crate::error::ApiError;
use crate::query::Query;
use crate::stream::application::{api_key, unknown_api_key};
use crate::stream::permissions::{self, Caller};
use crate::stream::{batches, moderation, token, users};

/// Nothing takes time here, and so every answer is the same each time.
pub(super) const DURATION: &str = "0.00ms";

/// What has a path.
enum Resource<'a> {
    User,
    OneUser(&'a str),
    Users,
    Flag,
}

/// Carries out a request. Without a `known` key each is known.
pub(super) async fn answer(
    store: &MemoryStore,
    known: Option<&str>,
    request: &Request,
    body: &str,
) -> Result<Response, ApiError> {
    let nothing = || ApiError::unknown_path(&request.pathname);
    let route = request.route.as_deref().ok_or_else(nothing)?;
    let resource = resource(route.strip_suffix('/').unwrap_or(route)).ok_or_else(nothing)?;
    let query = Query::parse(&request.query);
    let caller = |is_method: bool| {
        if !is_method {
            return Err(ApiError::method_not_allowed(&request.method));
        }
        let key = api_key(&query)?;
        if known.is_some_and(|known| known != key) {
            return Err(unknown_api_key());
        }
        let given = permissions::authorization(request.authorization.as_deref().map(text_of).into_iter())?;
        let rights = token::trust(given, request.time / 1_000.0).map_err(ApiError::not_allowed)?;
        Ok(Caller { app: key.to_owned(), rights })
    };
    let sent = Whole(body);
    match (resource, request.method.as_str()) {
        (Resource::User, "POST") => answered(users::create(store, &caller(true)?, &query, sent).await),
        (Resource::OneUser(id), method) => {
            let caller = caller(["GET", "PUT", "DELETE"].contains(&method))?;
            let id = users::path_id(percent_decode_str(id).decode_utf8().ok().map(Into::into))?;
            match method {
                "GET" => answered(users::get(store, &caller, &id, &query).await),
                "PUT" => answered(users::update(store, &caller, &id, sent).await),
                _ => answered(users::delete(store, &caller, &id).await),
            }
        }
        (Resource::Users, "POST") => answered(batches::create_many(store, &caller(true)?, sent).await),
        (Resource::Users, "GET") => answered(batches::get_many(store, &caller(true)?, &query).await),
        (Resource::Users, "DELETE") => answered(batches::delete_many(store, &caller(true)?, &query).await),
        (Resource::Flag, "POST") => answered(moderation::flag(store, &caller(true)?, sent).await),
        _ => Err(ApiError::method_not_allowed(&request.method)),
    }
}

/// What an HTTP library takes for text.
fn text_of(value: &str) -> Option<&str> {
    value.is_ascii().then_some(value)
}

/// What is at a path without a slash at its end.
fn resource(path: &str) -> Option<Resource<'_>> {
    match path {
        "user" => Some(Resource::User),
        "users" => Some(Resource::Users),
        "moderation/flag" => Some(Resource::Flag),
        _ => path.strip_prefix("user/").filter(|id| !id.contains('/')).map(Resource::OneUser),
    }
}

fn answered<T: Serialize>(answer: Answer<T>) -> Result<Response, ApiError> {
    let Success(status, body) = answer?;
    Ok(Response::new(status, text(&WithDuration { body, duration: DURATION.into() })))
}

/// A body that is there as a whole.
struct Whole<'a>(&'a str);

impl Body for Whole<'_> {
    fn parse<T: Send + 'static>(
        self,
        limit: usize,
        parse: fn(&[u8]) -> Result<T, ApiError>,
    ) -> impl Future<Output = Result<T, ApiError>> + Send {
        let Whole(text) = self;
        std::future::ready(if text.len() > limit { Err(body::over(limit)) } else { parse(text.as_bytes()) })
    }
}
