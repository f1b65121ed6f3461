//! Request bodies and cursors of Klaim's API, checked by the rules that the client has too.

use axum::body::Body;
use serde::Deserialize;
use serde_json::value::RawValue;
use user_handle::klaim::rules;
use user_handle::validate;

use crate::error::ApiError;
use crate::input::{MAX_BODY, document, object, read, text};
use crate::json::{self, Kind};
use crate::query::Query;
use crate::store::KlaimChanges;

/// The longest id, in bytes: what fits into the keys of databases.
const MAX_ID_BYTES: usize = 1_024;

/// The fields as they are on the wire: `userId` for a new user, `user_id` for one that changes. Others are ignored.
#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow)]
    email: Option<&'a RawValue>,
    #[serde(rename = "userId")]
    new_user_id: Option<&'a RawValue>,
    user_id: Option<&'a RawValue>,
    name: Option<&'a RawValue>,
    metadata: Option<&'a RawValue>,
}

/// The user of `POST users`.
#[derive(Debug, Clone)]
pub(super) struct NewUser {
    pub email: String,
    pub user_id: Option<String>,
    pub name: Option<String>,
    pub metadata: Option<Box<RawValue>>,
}

pub(super) async fn new_user(body: Body) -> Result<NewUser, ApiError> {
    let bytes = read(body, MAX_BODY).await?;
    let fields: Fields<'_> = object(document(&bytes)?, "body")?;
    // In the words of the manual.
    let email = email(fields.email)?.ok_or_else(|| ApiError::input("email", "missing required fields"))?;
    Ok(NewUser {
        email,
        user_id: id(fields.new_user_id, "userId")?,
        name: optional(fields.name, "name")?,
        metadata: metadata(fields.metadata)?,
    })
}

/// The changes of `PUT users/{id}`.
pub(super) async fn changes(body: Body) -> Result<KlaimChanges, ApiError> {
    let bytes = read(body, MAX_BODY).await?;
    let fields: Fields<'_> = object(document(&bytes)?, "body")?;
    Ok(KlaimChanges {
        email: email(fields.email)?,
        user_id: id(fields.user_id, "user_id")?,
        name: optional(fields.name, "name")?,
        metadata: metadata(fields.metadata)?,
    })
}

/// The `klaim_id` that a page of the list begins behind: `starting_after` is the `lastKey` of the page before, as JSON.
pub(super) fn cursor(query: &Query) -> Result<Option<String>, ApiError> {
    #[derive(Deserialize)]
    struct Cursor {
        type_id: String,
    }
    let Some(given) = query.get("starting_after").filter(|given| !given.is_empty()) else { return Ok(None) };
    let cursor: Option<Cursor> = serde_json::from_str(given).ok();
    let id = cursor.map(|cursor| cursor.type_id).filter(|id| !id.contains('\0'));
    id.map(Some)
        .ok_or_else(|| ApiError::input("starting_after", "starting_after must be the lastKey of a page, as JSON"))
}

fn email(value: Option<&RawValue>) -> Result<Option<String>, ApiError> {
    let email = optional(value, "email")?;
    email.as_deref().map_or(Ok(()), rules::email)?;
    Ok(email)
}

fn id(value: Option<&RawValue>, path: &str) -> Result<Option<String>, ApiError> {
    let Some(id) = optional(value, path)? else { return Ok(None) };
    rules::user_id_at(&id, path)?;
    if id.len() > MAX_ID_BYTES {
        return Err(ApiError::input(
            path,
            format!("{path} has {} bytes, at most {MAX_ID_BYTES} are allowed", id.len()),
        ));
    }
    Ok(Some(id))
}

/// A text that may be missing. One with U+0000 is refused, which PostgreSQL cannot store.
fn optional(value: Option<&RawValue>, path: &str) -> Result<Option<String>, ApiError> {
    let Some(value) = value else { return Ok(None) };
    if Kind::of(value) == Kind::String {
        json::check(value, path)?;
    }
    let text = text(Some(value), path)?;
    if text.contains('\0') {
        return Err(ApiError::input(path, format!("{path} has the character U+0000")));
    }
    Ok(Some(text))
}

fn metadata(value: Option<&RawValue>) -> Result<Option<Box<RawValue>>, ApiError> {
    let Some(value) = value else { return Ok(None) };
    match Kind::of(value) {
        Kind::Object => {}
        other => return Err(validate::not_an_object(other.as_str(), "metadata").into()),
    }
    json::check(value, "metadata")?;
    Ok(Some(value.to_owned()))
}
