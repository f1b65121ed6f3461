//! Klaim's users API: its routes, and one handler for each operation.
//!
//! What its manual leaves open is decided here and in `klaim/input.rs`; `docs/klaim.md` lists it.

mod input;
mod key;
mod shown;

use axum::body::Body;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::input::{ChangesBody, NewUserBody};
use self::key::Caller;
use self::shown::{Added, Credits, Klaim, LastKey, Page, Shown};
use crate::app::App;
use crate::error::ApiError;
use crate::openapi::OpenApiRoutes;
use crate::query::Query;
use crate::store::{KlaimUser, Taken, Timestamp};

pub use key::KlaimKey;

/// Whom the users belong to in the store. There is one key, and a new one in its place leads to the same users.
const APP: &str = "klaim";

/// Users on a page of the list.
const PAGE: u32 = 100;

/// How often an id is made anew that exists already.
const TRIES: u32 = 5;

/// The routes of this file, with what they are.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .in_both_spellings(routes!(add, list))
        .in_both_spellings(routes!(read, update))
        .in_both_spellings(routes!(credits))
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

/// What was done, as successes say it.
pub(crate) const CREATED: &str = "resource created successfully";
pub(crate) const FETCHED: &str = "fetch resource successfully";

type Result<T> = std::result::Result<Klaim<T>, ApiError>;

/// Add a user
///
/// Without a `userId` the service makes one. An email address and an id are one user's alone.
#[utoipa::path(
    post, path = "/klaim/users", tag = "Klaim", operation_id = "klaimAddUser",
    request_body = NewUserBody,
    responses(
        (status = 200, description = "The user", body = Added),
        (status = 409, description = "Another user has the email address, or the id"),
    ),
)]
async fn add(State(app): State<App>, _: Caller, body: Body) -> Result<Added> {
    let new = input::new_user(body).await?;
    for _ in 0..TRIES {
        let created_at = Timestamp::now().0 / 1_000;
        let klaim_id = klaim_id(created_at);
        let input::NewUser { email, user_id, name, metadata } = new.clone();
        let user_id = user_id.unwrap_or_else(|| klaim_id.clone());
        let user = KlaimUser { klaim_id, user_id, email, name, metadata, credit_balance: 0, created_at };
        match app.store.klaim_add(APP, user).await? {
            Ok(user) => return Ok(Klaim(CREATED, Added::from(user))),
            Err(Taken::KlaimId) => {}
            Err(taken) => return Err(conflict(taken)),
        }
    }
    Err(ApiError::unavailable("no id was free, retry later"))
}

/// List the users
///
/// The oldest first, 100 at a time. Where others follow there is a `lastKey`, which leads to the next page.
#[utoipa::path(
    get, path = "/klaim/users", tag = "Klaim", operation_id = "klaimListUsers",
    params((
        "starting_after" = Option<String>, Query, description = "The `lastKey` of the page before, as JSON", nullable = false,
        pattern = r#"^(\{"prefix_app_id":"klaim","type_id":"[0-9]{13}_[0-9A-Za-z]{5}"\})?$"#,
    )),
    responses(
        (status = 200, description = "A page of users", body = Page),
        (status = 400, description = "`starting_after` is no `lastKey`"),
    ),
)]
async fn list(State(app): State<App>, _: Caller, query: Query) -> Result<Page> {
    let behind = input::cursor(&query)?;
    // One more than is shown says whether others follow.
    let mut users = app.store.klaim_list(APP, behind.as_deref().unwrap_or_default(), PAGE + 1).await?;
    let follows = users.len() > PAGE as usize;
    users.truncate(PAGE as usize);
    let last = users.last().filter(|_| follows);
    let last_key = last.map(|user| LastKey { prefix_app_id: APP, type_id: user.klaim_id.clone() });
    Ok(Klaim(FETCHED, Page { data: users.into_iter().map(Shown::from).collect(), last_key }))
}

/// Read a user
///
/// By `user_id` or `klaim_id`. A body is not looked at.
#[utoipa::path(
    post, path = "/klaim/users/{id}", tag = "Klaim", operation_id = "klaimReadUser",
    params(("id" = String, Path, description = "The `user_id` or `klaim_id` of the user", min_length = 1)),
    responses(
        (status = 200, description = "The user", body = Shown),
        (status = 404, description = "There is no such user"),
    ),
)]
async fn read(State(app): State<App>, _: Caller, PathId(id): PathId) -> Result<Shown> {
    let user = app.store.klaim_get(APP, &id).await?.ok_or_else(no_such_user)?;
    Ok(Klaim(FETCHED, Shown::from(user)))
}

/// Change a user
///
/// What is not sent stays as it is.
#[utoipa::path(
    put, path = "/klaim/users/{id}", tag = "Klaim", operation_id = "klaimUpdateUser",
    params(("id" = String, Path, description = "The `user_id` or `klaim_id` of the user", min_length = 1)),
    request_body = ChangesBody,
    responses(
        (status = 200, description = "The user", body = Shown),
        (status = 404, description = "There is no such user"),
        (status = 409, description = "Another user has the email address, or the id"),
    ),
)]
async fn update(State(app): State<App>, _: Caller, PathId(id): PathId, body: Body) -> Result<Shown> {
    let changes = input::changes(body).await?;
    let updated = app.store.klaim_update(APP, &id, changes).await?.ok_or_else(no_such_user)?;
    Ok(Klaim(FETCHED, Shown::from(updated.map_err(conflict)?)))
}

/// Read the credits of a user
///
/// By `user_id` or `klaim_id`. A body is not looked at. Nothing here changes them.
#[utoipa::path(
    post, path = "/klaim/users/{id}/credits", tag = "Klaim", operation_id = "klaimReadCredits",
    params(("id" = String, Path, description = "The `user_id` or `klaim_id` of the user", min_length = 1)),
    responses(
        (status = 200, description = "The credits", body = Credits),
        (status = 404, description = "There is no such user"),
    ),
)]
async fn credits(State(app): State<App>, _: Caller, PathId(id): PathId) -> Result<Credits> {
    let user = app.store.klaim_get(APP, &id).await?.ok_or_else(no_such_user)?;
    Ok(Klaim(FETCHED, Credits { credit_balance: user.credit_balance }))
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
