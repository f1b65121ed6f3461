//! The operations. Whoever has the API key may do all of them.

use super::input;
use super::responses::{
    AddedUserResponse, CREATED, CreditsResponse, FETCHED, LastKey, PageResponse, UserResponse, WithMessage,
};
use crate::body::{Body, MAX_BODY};
use crate::error::ApiError;
use crate::query::Query;
use crate::store::{KlaimUser, KlaimUsers, StoreError, Taken};

/// The application that the users belong to in the store. It does not depend on the API key, so that a new key finds the
/// same users.
pub const APP: &str = "klaim";

/// The users on a page of the list.
const PAGE_SIZE: u32 = 100;

/// The most attempts at making an id that does not exist yet.
const ID_ATTEMPTS: u32 = 5;

/// How an operation ends.
pub type Answer<T> = Result<WithMessage<T>, ApiError>;

/// A new id, and the time at which it was made, in milliseconds since the Unix epoch.
pub struct NewId {
    /// The `klaim_id`.
    pub klaim_id: String,
    /// When it was made.
    pub created_at: i64,
}

/// The id in a path. `None` is what is no UTF-8. Any other text is valid.
///
/// # Errors
/// No user has it.
pub fn path_id(id: Option<String>) -> Result<String, ApiError> {
    // No user has an id with U+0000, because PostgreSQL cannot store it.
    id.filter(|id| !id.contains('\0')).ok_or_else(no_such_user)
}

/// `POST users`: adds a user.
///
/// # Errors
/// The input breaks a rule, or another user has the email address or the id.
pub async fn add<I>(
    store: &(impl KlaimUsers + ?Sized),
    body: impl Body,
    new_id: impl Fn() -> I,
) -> Answer<AddedUserResponse>
where
    I: Future<Output = Result<NewId, StoreError>>,
{
    let new = body.parse(MAX_BODY, input::new_user).await?;
    for _ in 0..ID_ATTEMPTS {
        let NewId { klaim_id, created_at } = new_id().await?;
        let input::NewUser { email, user_id, name, metadata } = new.clone();
        let user_id = user_id.unwrap_or_else(|| klaim_id.clone());
        let user = KlaimUser { klaim_id, user_id, email, name, metadata, credit_balance: 0, created_at };
        match store.klaim_add(APP, user).await? {
            Ok(user) => return Ok(WithMessage { message: CREATED, body: AddedUserResponse::from(user) }),
            Err(Taken::KlaimId) => {}
            Err(taken) => return Err(conflict(taken)),
        }
    }
    Err(ApiError::unavailable("no id was free, retry later"))
}

/// `GET users`: lists the users.
///
/// # Errors
/// `starting_after` is no `lastKey`.
pub async fn list(store: &(impl KlaimUsers + ?Sized), query: &Query<'_>) -> Answer<PageResponse> {
    let after = input::cursor(query)?;
    // One more than the page has, to know whether there is a next page.
    let mut users = store.klaim_list(APP, after.as_deref().unwrap_or_default(), PAGE_SIZE + 1).await?;
    let has_next = users.len() > PAGE_SIZE as usize;
    users.truncate(PAGE_SIZE as usize);
    let last = users.last().filter(|_| has_next);
    let last_key = last.map(|user| LastKey { prefix_app_id: APP, type_id: user.klaim_id.clone() });
    let data = users.into_iter().map(UserResponse::from).collect();
    Ok(fetched(PageResponse { data, last_key }))
}

/// `POST users/{id}`: reads a user.
///
/// # Errors
/// There is no such user.
pub async fn read(store: &(impl KlaimUsers + ?Sized), id: &str) -> Answer<UserResponse> {
    let user = store.klaim_get(APP, id).await?.ok_or_else(no_such_user)?;
    Ok(fetched(UserResponse::from(user)))
}

/// `PUT users/{id}`: changes a user.
///
/// # Errors
/// The input breaks a rule, there is no such user, or another has the email address or the id.
pub async fn update(store: &(impl KlaimUsers + ?Sized), id: &str, body: impl Body) -> Answer<UserResponse> {
    let changes = body.parse(MAX_BODY, input::changes).await?;
    let updated = store.klaim_update(APP, id, changes).await?.ok_or_else(no_such_user)?;
    Ok(fetched(UserResponse::from(updated.map_err(conflict)?)))
}

/// `POST users/{id}/credits`: reads the credits of a user.
///
/// # Errors
/// There is no such user.
pub async fn credits(store: &(impl KlaimUsers + ?Sized), id: &str) -> Answer<CreditsResponse> {
    let user = store.klaim_get(APP, id).await?.ok_or_else(no_such_user)?;
    Ok(fetched(CreditsResponse { credit_balance: user.credit_balance }))
}

pub(super) fn fetched<T>(body: T) -> WithMessage<T> {
    WithMessage { message: FETCHED, body }
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
