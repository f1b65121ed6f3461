//! What requests about users say, validated by the same rules as in the client.
//!
//! The data of a user stays the text that was sent, so that numbers, and the order and spelling of keys, come back unchanged.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::value::RawValue;
use user_handle_core::rules::validate;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AnyOfBuilder, ObjectBuilder, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::schemas::{empty_array, user_data};
use crate::body;
use crate::error::ApiError;
use crate::json::{self, Kind};
use crate::query::Query;
use crate::store::NewUser;

/// A user to create.
#[derive(Deserialize, ToSchema)]
pub struct UserBody<'a> {
    #[serde(borrow)]
    #[schema(value_type = String, required, nullable = false, pattern = "^[A-Za-z0-9_-]+$", max_length = 255)]
    id: Option<&'a RawValue>,
    #[schema(schema_with = user_data, required = false)]
    data: Option<&'a RawValue>,
}

/// The data that replaces a user's. An `id` beside it is ignored, as is an array that stands for the body.
pub struct DataBody;

impl PartialSchema for DataBody {
    fn schema() -> RefOr<Schema> {
        let object = ObjectBuilder::new().property("data", user_data());
        RefOr::T(Schema::AnyOf(AnyOfBuilder::new().item(object).item(empty_array()).build()))
    }
}

impl ToSchema for DataBody {}

/// Users to create, or to replace.
#[derive(Deserialize, ToSchema)]
pub struct BatchBody<'a> {
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

/// The ids in the query of a batch, each once, in the order in which they were given.
pub fn ids(query: &Query<'_>) -> Result<Vec<String>, ApiError> {
    let list = query.get("ids").ok_or_else(|| ApiError::input("ids", "ids is missing"))?;
    let given = || list.split(',').filter(|id| !id.is_empty());
    validate::batch_size(given().count(), "ids")?;
    let mut seen = HashSet::new();
    let mut ids = Vec::new();
    for (index, id) in given().enumerate() {
        validate::id_at(id, &format!("ids[{index}]"))?;
        if seen.insert(id) {
            ids.push(id.to_owned());
        }
    }
    Ok(ids)
}

/// The user of `POST user/`.
pub fn new_user(bytes: &[u8]) -> Result<NewUser, ApiError> {
    user(body::document(bytes)?, "")
}

/// The data of `PUT user/{id}/`. Some clients send an id with it, which is ignored.
pub fn new_data(bytes: &[u8]) -> Result<Box<RawValue>, ApiError> {
    let document = body::document(bytes)?;
    // PHP's client sends an empty array for no data.
    if json::is_empty_array(document) {
        return data(None, "data");
    }
    let fields: UserBody<'_> = json::object(document, "body")?;
    data(fields.data, "data")
}

/// The users of `POST users/`, and whether users that exist are replaced.
pub fn batch(bytes: &[u8]) -> Result<(Vec<NewUser>, bool), ApiError> {
    let fields: BatchBody<'_> = json::object(body::document(bytes)?, "body")?;
    let members = fields.users.ok_or_else(|| ApiError::input("users", "users is missing"))?;
    let members = json::members(members, "users")?;
    let replace = boolean(fields.override_, "override")? || boolean(fields.override_existing, "override_existing")?;
    let users = members.iter().enumerate().map(|(index, member)| user(member, &format!("users[{index}]")));
    Ok((users.collect::<Result<_, _>>()?, replace))
}

/// The user at `path` in the body. The empty path is the body itself.
pub(crate) fn user(value: &RawValue, path: &str) -> Result<NewUser, ApiError> {
    let at = |field: &str| if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") };
    let fields: UserBody<'_> = json::object(value, if path.is_empty() { "body" } else { path })?;
    Ok(NewUser { id: id(fields.id, &at("id"))?, data: data(fields.data, &at("data"))? })
}

/// An id that must be there and valid.
pub fn id(value: Option<&RawValue>, path: &str) -> Result<String, ApiError> {
    let id = json::string(value, path)?;
    validate::id_at(&id, path)?;
    Ok(id)
}

/// The data of a user. No data, `null` and the `[]` of PHP's client all mean `{}`.
fn data(value: Option<&RawValue>, path: &str) -> Result<Box<RawValue>, ApiError> {
    let Some(value) = value.filter(|value| !json::is_empty_array(value)) else {
        return Ok(RawValue::from_string("{}".into()).unwrap_or_default());
    };
    json::must_be_object(value, path)?;
    validate::data_size(value.get().len(), path)?;
    json::check_content(value, path)?;
    Ok(value.to_owned())
}

/// A boolean, by default false.
fn boolean(value: Option<&RawValue>, path: &str) -> Result<bool, ApiError> {
    match value.map(|value| (Kind::of(value), value.get())) {
        None | Some((Kind::Boolean, "false")) => Ok(false),
        Some((Kind::Boolean, _)) => Ok(true),
        Some((other, _)) => Err(ApiError::input(path, format!("{path} must be true or false, but is {other}"))),
    }
}

#[cfg(test)]
#[path = "user_input_tests.rs"]
mod tests;
