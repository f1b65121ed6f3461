//! What requests to Klaim's API say, validated by the same rules as in the client.

use serde::Deserialize;
use serde_json::value::RawValue;
use user_handle_core::klaim::rules;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};

use crate::body;
use crate::error::ApiError;
use crate::json::{self, Kind};
use crate::query::Query;
use crate::store::KlaimChanges;

/// The longest id, in bytes. It has to fit into a primary key of every database.
const MAX_ID_BYTES: usize = 1_024;

/// The rule for email addresses, for the OpenAPI document. [`rules::email`] is what applies it.
const EMAIL: &str = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$";

/// Any text without U+0000, except one or two dots, each written as itself or as `%2e`.
const USER_ID: &str = r"^(?!(\.|%2[eE]){1,2}$)[^\u0000]+$";

const NAME: &str = r"^[^\u0000]*$";

/// A user to add.
#[derive(Deserialize, ToSchema)]
#[schema(as = KlaimNewUser)]
pub struct NewUserBody<'a> {
    #[serde(borrow)]
    #[schema(schema_with = email_schema, required)]
    email: Option<&'a RawValue>,
    #[serde(rename = "userId")]
    #[schema(schema_with = user_id_schema, required = false)]
    user_id: Option<&'a RawValue>,
    #[schema(schema_with = name_schema, required = false)]
    name: Option<&'a RawValue>,
    #[schema(value_type = Option<Object>)]
    metadata: Option<&'a RawValue>,
}

/// What is to be changed about a user.
#[derive(Deserialize, ToSchema)]
#[schema(as = KlaimChanges)]
pub struct ChangesBody<'a> {
    #[serde(borrow)]
    #[schema(schema_with = email_or_null_schema, required = false)]
    email: Option<&'a RawValue>,
    #[schema(schema_with = user_id_schema, required = false)]
    user_id: Option<&'a RawValue>,
    #[schema(schema_with = name_schema, required = false)]
    name: Option<&'a RawValue>,
    /// It replaces the metadata as a whole.
    #[schema(value_type = Option<Object>)]
    metadata: Option<&'a RawValue>,
}

fn email_schema() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .pattern(Some(EMAIL))
        .max_length(Some(rules::MAX_EMAIL_LENGTH))
}

/// A string, or `null`, which means the same as no value.
fn or_null(text: ObjectBuilder) -> ObjectBuilder {
    text.schema_type([Type::String, Type::Null].into_iter().collect::<SchemaType>())
}

fn email_or_null_schema() -> ObjectBuilder {
    or_null(email_schema())
}

fn user_id_schema() -> ObjectBuilder {
    let id = ObjectBuilder::new().pattern(Some(USER_ID)).max_length(Some(MAX_ID_BYTES));
    or_null(id).description(Some("At most 1 024 bytes, and none of the texts that no URL path can hold"))
}

fn name_schema() -> ObjectBuilder {
    or_null(ObjectBuilder::new().pattern(Some(NAME)))
}

/// The user of `POST users`.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The email address.
    pub email: String,
    /// The caller's id.
    pub user_id: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// The text of a JSON object.
    pub metadata: Option<Box<RawValue>>,
}

/// The user of a body.
///
/// # Errors
/// It breaks a rule.
pub fn new_user(bytes: &[u8]) -> Result<NewUser, ApiError> {
    let fields: NewUserBody<'_> = json::object(body::document(bytes)?, "body")?;
    // The manual has this text.
    let email = email(fields.email)?.ok_or_else(|| ApiError::input("email", "missing required fields"))?;
    Ok(NewUser {
        email,
        user_id: id(fields.user_id, "userId")?,
        name: optional_string(fields.name, "name")?,
        metadata: metadata(fields.metadata)?,
    })
}

/// The changes of `PUT users/{id}`.
///
/// # Errors
/// They break a rule.
pub fn changes(bytes: &[u8]) -> Result<KlaimChanges, ApiError> {
    let fields: ChangesBody<'_> = json::object(body::document(bytes)?, "body")?;
    Ok(KlaimChanges {
        email: email(fields.email)?,
        user_id: id(fields.user_id, "user_id")?,
        name: optional_string(fields.name, "name")?,
        metadata: metadata(fields.metadata)?,
    })
}

/// The `klaim_id` after which a page of the list begins. `starting_after` is the `lastKey` of the page before, as JSON.
pub fn cursor(query: &Query<'_>) -> Result<Option<String>, ApiError> {
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
    let email = optional_string(value, "email")?;
    email.as_deref().map_or(Ok(()), rules::email)?;
    Ok(email)
}

fn id(value: Option<&RawValue>, path: &str) -> Result<Option<String>, ApiError> {
    let Some(id) = optional_string(value, path)? else { return Ok(None) };
    rules::user_id_at(&id, path)?;
    if id.len() > MAX_ID_BYTES {
        return Err(ApiError::input(
            path,
            format!("{path} has {} bytes, at most {MAX_ID_BYTES} are allowed", id.len()),
        ));
    }
    Ok(Some(id))
}

/// A string that may be missing. U+0000 is refused, because PostgreSQL cannot store it.
fn optional_string(value: Option<&RawValue>, path: &str) -> Result<Option<String>, ApiError> {
    let Some(value) = value else { return Ok(None) };
    if Kind::of(value) == Kind::String {
        json::check_content(value, path)?;
    }
    let text = json::string(Some(value), path)?;
    if text.contains('\0') {
        return Err(ApiError::input(path, format!("{path} has the character U+0000")));
    }
    Ok(Some(text))
}

fn metadata(value: Option<&RawValue>) -> Result<Option<Box<RawValue>>, ApiError> {
    let Some(value) = value else { return Ok(None) };
    json::must_be_object(value, "metadata")?;
    json::check_content(value, "metadata")?;
    Ok(Some(value.to_owned()))
}
