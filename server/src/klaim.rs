//! Klaim's users API: its routes, one handler for each operation, and the form of its answers.
//!
//! What its manual leaves open is decided here and in `klaim/input.rs`; `docs/klaim.md` lists it.

mod input;
mod key;

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::answer::json;
use crate::app::App;
use crate::error::ApiError;
use crate::query::Query;
use crate::store::{KlaimUser, Taken, Timestamp};

pub use key::KlaimKey;

/// Whom the users belong to in the store. There is one key, and a new one in its place leads to the same users.
const APP: &str = "klaim";

/// Users on a page of the list.
const PAGE: u32 = 100;

/// How often an id is made anew that exists already.
const TRIES: u32 = 5;

/// Each path is answered with and without the final slash.
pub(crate) fn routes() -> Router<App> {
    let users = post(add).get(list);
    let user = post(read).put(update);
    Router::new()
        .route("/klaim/users", users.clone())
        .route("/klaim/users/", users)
        .route("/klaim/users/{id}", user.clone())
        .route("/klaim/users/{id}/", user)
        .route("/klaim/users/{id}/credits", post(credits))
        .route("/klaim/users/{id}/credits/", post(credits))
        .route("/klaim", any(crate::app::unknown_path))
        .route("/klaim/{*rest}", any(crate::app::unknown_path))
}

/// Around all of it: a wait of as long as the server was told to, and errors in the form that Klaim has.
pub(crate) fn in_form(router: Router<App>, app: App) -> Router<App> {
    router.layer(from_fn_with_state(app, around))
}

async fn around(State(app): State<App>, request: Request, next: Next) -> Response {
    if !app.latency.is_zero() {
        tokio::time::sleep(app.latency).await;
    }
    let mut response = next.run(request).await;
    let Some(error) = response.extensions_mut().remove::<ApiError>() else { return response };
    #[derive(Serialize)]
    struct Message<'a> {
        message: &'a str,
    }
    let (mut parts, _) = response.into_parts();
    let (told, body) = json(parts.status, &Message { message: error.detail() }).into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    for name in [CONTENT_TYPE, CACHE_CONTROL] {
        if let Some(value) = told.headers.get(&name) {
            parts.headers.insert(name, HeaderValue::clone(value));
        }
    }
    Response::from_parts(parts, body)
}

/// Whoever has the key. There is no other right.
struct Caller;

impl FromRequestParts<App> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> std::result::Result<Self, ApiError> {
        let mut values = parts.headers.get_all(AUTHORIZATION).iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            return Err(ApiError::api_key("the header Authorization must be there once, with Bearer and the API key"));
        };
        let scheme_and_key = value.to_str().ok().and_then(|text| text.split_at_checked(7));
        match scheme_and_key {
            Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer ") && app.klaim_key.is(key.trim_start()) => {
                Ok(Caller)
            }
            Some((scheme, _)) if scheme.eq_ignore_ascii_case("bearer ") => {
                Err(ApiError::api_key("the API key is unknown"))
            }
            _ => Err(ApiError::api_key("the header Authorization must be Bearer and the API key")),
        }
    }
}

/// The id in the path, any text.
struct PathId(String);

impl<S: Send + Sync> FromRequestParts<S> for PathId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> std::result::Result<Self, ApiError> {
        match Path::<String>::from_request_parts(parts, state).await {
            // PostgreSQL's texts cannot hold it, and so no user has it.
            Ok(Path(id)) if !id.contains('\0') => Ok(PathId(id)),
            _ => Err(no_such_user()),
        }
    }
}

type Result<T> = std::result::Result<Klaim<T>, ApiError>;

/// A success: what was done, then the fields of `T`.
struct Klaim<T>(&'static str, T);

impl<T: Serialize> IntoResponse for Klaim<T> {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct WithMessage<T> {
            message: &'static str,
            #[serde(flatten)]
            body: T,
        }
        let Klaim(message, body) = self;
        json(StatusCode::OK, &WithMessage { message, body })
    }
}

const CREATED: &str = "resource created successfully";
const FETCHED: &str = "fetch resource successfully";

/// A user as it is answered. The order of the fields is that of the manual's samples.
#[derive(Serialize)]
struct Shown {
    user_id: String,
    klaim_id: String,
    email: String,
    credit_balance: i64,
    created_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acquisition_source: Option<&'static str>,
}

impl Shown {
    /// The answer to an addition has no source.
    fn added(user: KlaimUser) -> Self {
        let KlaimUser { klaim_id, user_id, email, name, metadata, credit_balance, created_at } = user;
        Shown { user_id, klaim_id, email, credit_balance, created_at, name, metadata, acquisition_source: None }
    }

    /// Everybody here came by the API.
    fn of(user: KlaimUser) -> Self {
        Shown { acquisition_source: Some("api"), ..Shown::added(user) }
    }
}

async fn add(State(app): State<App>, _: Caller, body: Body) -> Result<Shown> {
    let new = input::new_user(body).await?;
    for _ in 0..TRIES {
        let created_at = Timestamp::now().0 / 1_000;
        let klaim_id = klaim_id(created_at);
        let input::NewUser { email, user_id, name, metadata } = new.clone();
        let user_id = user_id.unwrap_or_else(|| klaim_id.clone());
        let user = KlaimUser { klaim_id, user_id, email, name, metadata, credit_balance: 0, created_at };
        match app.store.klaim_add(APP, user).await? {
            Ok(user) => return Ok(Klaim(CREATED, Shown::added(user))),
            Err(Taken::KlaimId) => {}
            Err(taken) => return Err(conflict(taken)),
        }
    }
    Err(ApiError::unavailable("no id was free, retry later"))
}

async fn read(State(app): State<App>, _: Caller, PathId(id): PathId) -> Result<Shown> {
    let user = app.store.klaim_get(APP, &id).await?.ok_or_else(no_such_user)?;
    Ok(Klaim(FETCHED, Shown::of(user)))
}

async fn update(State(app): State<App>, _: Caller, PathId(id): PathId, body: Body) -> Result<Shown> {
    let changes = input::changes(body).await?;
    let updated = app.store.klaim_update(APP, &id, changes).await?.ok_or_else(no_such_user)?;
    Ok(Klaim(FETCHED, Shown::of(updated.map_err(conflict)?)))
}

#[derive(Serialize)]
struct Credits {
    credit_balance: i64,
}

async fn credits(State(app): State<App>, _: Caller, PathId(id): PathId) -> Result<Credits> {
    let user = app.store.klaim_get(APP, &id).await?.ok_or_else(no_such_user)?;
    Ok(Klaim(FETCHED, Credits { credit_balance: user.credit_balance }))
}

#[derive(Serialize)]
struct Page {
    data: Vec<Shown>,
    #[serde(rename = "lastKey", skip_serializing_if = "Option::is_none")]
    last_key: Option<LastKey>,
}

/// Where the next page begins. The names are documented, what they hold is not.
#[derive(Serialize)]
struct LastKey {
    prefix_app_id: &'static str,
    type_id: String,
}

async fn list(State(app): State<App>, _: Caller, query: Query) -> Result<Page> {
    let behind = input::cursor(&query)?;
    // One more than is shown says whether others follow.
    let mut users = app.store.klaim_list(APP, behind.as_deref().unwrap_or_default(), PAGE + 1).await?;
    let follows = users.len() > PAGE as usize;
    users.truncate(PAGE as usize);
    let last = users.last().filter(|_| follows);
    let last_key = last.map(|user| LastKey { prefix_app_id: APP, type_id: user.klaim_id.clone() });
    Ok(Klaim(FETCHED, Page { data: users.into_iter().map(Shown::of).collect(), last_key }))
}

/// As in the manual's sample, `1753306133860_A36dL`: the milliseconds, and five characters.
fn klaim_id(created_at: i64) -> String {
    let random: String = std::iter::repeat_with(fastrand::alphanumeric).take(5).collect();
    format!("{created_at:013}_{random}")
}

fn no_such_user() -> ApiError {
    ApiError::not_found("Can not find user with the given user_id.")
}

fn conflict(taken: Taken) -> ApiError {
    ApiError::conflict(match taken {
        Taken::Email => "Email already exists",
        Taken::UserId | Taken::KlaimId => "User ID already exists",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_the_form_of_the_sample() {
        let id = klaim_id(1_753_306_133_860);
        let random = id.strip_prefix("1753306133860_").unwrap();
        assert!(random.len() == 5 && random.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
        assert_ne!(klaim_id(1), klaim_id(1));
    }
}
