//! Request bodies: read with a cap, taken apart, and checked by the rules that the client has too.
//!
//! A user's data stays the text that was sent: numbers, order and spelling of keys come back as they were.

use std::time::Duration;

use axum::body::Body;
use http_body_util::BodyExt;
use serde::Deserialize;
use serde_json::value::RawValue;
use user_handle::validate;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AnyOfBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::error::ApiError;
use crate::json::{self, Kind};
use crate::openapi::{data_schema, empty_array};
use crate::store::{NewFlag, NewUser};

/// The largest body about one user: 10 kB of data, with room for escapes around it.
pub(crate) const MAX_BODY: usize = 64 * 1024;

/// The largest body of a batch: 1 000 users of 10 kB.
pub(crate) const MAX_BATCH_BODY: usize = 16 * 1024 * 1024;

/// How long a body may take to arrive: a batch of the largest size at half a megabyte a second.
const BODY_SECONDS: u64 = 30;

/// What may be flagged.
const FLAGGABLE: [&str; 3] = ["stream:user", "stream:feeds:v2:activity", "stream:feeds:v2:reaction"];

fn flaggable() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).enum_values(Some(FLAGGABLE))
}

/// A user to create.
#[derive(Deserialize, ToSchema)]
pub(crate) struct UserBody<'a> {
    #[serde(borrow)]
    #[schema(value_type = String, required, nullable = false, pattern = "^[A-Za-z0-9_-]+$", max_length = 255)]
    id: Option<&'a RawValue>,
    #[schema(schema_with = data_schema, required = false)]
    data: Option<&'a RawValue>,
}

/// The data that replaces a user's. An `id` beside it is ignored, as is an array that stands for the body.
pub(crate) struct DataBody;

impl PartialSchema for DataBody {
    fn schema() -> RefOr<Schema> {
        let object = ObjectBuilder::new().property("data", data_schema());
        RefOr::T(Schema::AnyOf(AnyOfBuilder::new().item(object).item(empty_array()).build()))
    }
}

impl ToSchema for DataBody {}

/// Users to create, or to replace.
#[derive(Deserialize, ToSchema)]
pub(crate) struct BatchBody<'a> {
    #[serde(borrow)]
    #[schema(value_type = Vec<UserBody<'a>>, required, nullable = false, max_items = 1_000)]
    users: Option<&'a RawValue>,
    /// Whether users that exist are replaced.
    #[serde(rename = "override")]
    #[schema(value_type = Option<bool>)]
    override_: Option<&'a RawValue>,
    /// The same, as .NET's client calls it.
    #[schema(value_type = Option<bool>)]
    override_existing: Option<&'a RawValue>,
}

/// A report about a user, an activity or a reaction.
#[derive(Deserialize, ToSchema)]
pub(crate) struct FlagBody<'a> {
    #[serde(borrow)]
    #[schema(schema_with = flaggable, required)]
    entity_type: Option<&'a RawValue>,
    #[schema(value_type = String, required, nullable = false, pattern = "^[A-Za-z0-9_-]+$", max_length = 255)]
    entity_id: Option<&'a RawValue>,
    /// Who reports it.
    #[schema(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]+$", max_length = 255)]
    user_id: Option<&'a RawValue>,
    #[schema(value_type = Option<String>)]
    reason: Option<&'a RawValue>,
}

/// The user of `POST user/`.
pub(crate) async fn new_user(body: Body) -> Result<NewUser, ApiError> {
    user(document(&read(body, MAX_BODY).await?)?, "")
}

/// The data of `PUT user/{id}/`. An id beside it, which some clients send, is ignored.
pub(crate) async fn new_data(body: Body) -> Result<Box<RawValue>, ApiError> {
    let bytes = read(body, MAX_BODY).await?;
    let document = document(&bytes)?;
    // PHP's client sends an empty array for "no data".
    if json::is_empty_array(document) {
        return data(None, "data");
    }
    let fields: UserBody<'_> = object(document, "body")?;
    data(fields.data, "data")
}

/// The users of `POST users/`, and whether those that exist are to be replaced.
pub(crate) async fn batch(body: Body) -> Result<(Vec<NewUser>, bool), ApiError> {
    let bytes = read(body, MAX_BATCH_BODY).await?;
    let fields: BatchBody<'_> = object(document(&bytes)?, "body")?;
    let members = fields.users.ok_or_else(|| ApiError::input("users", "users is missing"))?;
    if Kind::of(members) != Kind::Array {
        return Err(ApiError::input("users", format!("users must be an array, but is {}", Kind::of(members))));
    }
    let members: Vec<&RawValue> = parse(members, "users")?;
    validate::batch_size(members.len(), "users")?;
    let replace = flag(fields.override_, "override")? || flag(fields.override_existing, "override_existing")?;
    let users = members.iter().enumerate().map(|(place, member)| user(member, &format!("users[{place}]")));
    Ok((users.collect::<Result<_, _>>()?, replace))
}

/// The report of `POST moderation/flag`. `custom` and other fields are ignored.
pub(crate) async fn new_flag(body: Body) -> Result<NewFlag, ApiError> {
    let bytes = read(body, MAX_BODY).await?;
    let fields: FlagBody<'_> = object(document(&bytes)?, "body")?;
    let entity_type = text(fields.entity_type, "entity_type")?;
    if !FLAGGABLE.contains(&entity_type.as_str()) {
        let rule = format!("entity_type must be one of {}, but is {entity_type:?}", FLAGGABLE.join(", "));
        return Err(ApiError::input("entity_type", rule));
    }
    Ok(NewFlag {
        entity_type,
        entity_id: id(fields.entity_id, "entity_id")?,
        user_id: fields.user_id.map(|given| id(Some(given), "user_id")).transpose()?,
        reason: fields.reason.map(|given| text(Some(given), "reason")).transpose()?,
    })
}

/// Reads a body of at most `limit` bytes, which has to arrive in time.
pub(crate) async fn read(body: Body, limit: usize) -> Result<Vec<u8>, ApiError> {
    match tokio::time::timeout(Duration::from_secs(BODY_SECONDS), collect(body, limit)).await {
        Ok(read) => read,
        Err(_) => Err(ApiError::too_slow("body", format!("body did not arrive within {BODY_SECONDS} s"))),
    }
}

/// A body longer than `limit` is read to its end, within reason, before it is refused: a connection that closes while the
/// caller still sends looks like a network error to it.
async fn collect(mut body: Body, limit: usize) -> Result<Vec<u8>, ApiError> {
    let mut bytes = Vec::new();
    let mut length = 0_usize;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| ApiError::input("body", "body was not sent to its end"))?;
        let Some(chunk) = frame.data_ref() else { continue };
        length = length.saturating_add(chunk.len());
        if length <= limit {
            bytes.extend_from_slice(chunk);
        } else {
            bytes = Vec::new();
        }
        if length > MAX_BATCH_BODY * 2 {
            break;
        }
    }
    if length > limit {
        return Err(ApiError::too_large("body", format!("body is over {limit} bytes")));
    }
    Ok(bytes)
}

pub(crate) fn document(bytes: &[u8]) -> Result<&RawValue, ApiError> {
    if bytes.is_empty() {
        return Err(ApiError::input("body", "body is empty, a JSON object is expected"));
    }
    serde_json::from_slice(bytes).map_err(|error| ApiError::input("body", format!("body is not JSON: {error}")))
}

/// The fields of an object. An array is refused, which serde would take for the fields in order.
pub(crate) fn object<'a, T: Deserialize<'a>>(value: &'a RawValue, path: &str) -> Result<T, ApiError> {
    json::must_be_object(value, path)?;
    parse(value, path)
}

pub(crate) fn parse<'a, T: Deserialize<'a>>(value: &'a RawValue, path: &str) -> Result<T, ApiError> {
    serde_json::from_str(value.get()).map_err(|error| ApiError::input(path, format!("{path} is wrong: {error}")))
}

/// A user, at `path` in the body; the empty path is the body itself.
fn user(value: &RawValue, path: &str) -> Result<NewUser, ApiError> {
    let at = |field: &str| if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") };
    let fields: UserBody<'_> = object(value, if path.is_empty() { "body" } else { path })?;
    Ok(NewUser { id: id(fields.id, &at("id"))?, data: data(fields.data, &at("data"))? })
}

fn id(value: Option<&RawValue>, path: &str) -> Result<String, ApiError> {
    let id = text(value, path)?;
    validate::id_at(&id, path)?;
    Ok(id)
}

/// The data of a user. Missing, `null` and PHP's `[]` all mean `{}`.
fn data(value: Option<&RawValue>, path: &str) -> Result<Box<RawValue>, ApiError> {
    let Some(value) = value.filter(|value| !json::is_empty_array(value)) else {
        return Ok(RawValue::from_string("{}".into()).unwrap_or_default());
    };
    json::must_be_object(value, path)?;
    validate::data_size(value.get().len(), path)?;
    json::check(value, path)?;
    Ok(value.to_owned())
}

pub(crate) fn text(value: Option<&RawValue>, path: &str) -> Result<String, ApiError> {
    let value = value.ok_or_else(|| ApiError::input(path, format!("{path} is missing")))?;
    match Kind::of(value) {
        Kind::String => parse(value, path),
        other => Err(ApiError::input(path, format!("{path} must be a string, but is {other}"))),
    }
}

fn flag(value: Option<&RawValue>, path: &str) -> Result<bool, ApiError> {
    match value.map(|value| (Kind::of(value), value.get())) {
        None | Some((Kind::Boolean, "false")) => Ok(false),
        Some((Kind::Boolean, _)) => Ok(true),
        Some((other, _)) => Err(ApiError::input(path, format!("{path} must be true or false, but is {other}"))),
    }
}

#[cfg(test)]
#[path = "input_tests.rs"]
mod tests;
