//! What a request to flag something says, validated.

use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};

use super::user_input::id;
use crate::body;
use crate::error::ApiError;
use crate::json;
use crate::store::NewFlag;

/// The kinds of things that may be flagged.
const FLAGGABLE: [&str; 3] = ["stream:user", "stream:feeds:v2:activity", "stream:feeds:v2:reaction"];

fn flaggable() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).enum_values(Some(FLAGGABLE))
}

/// A report about a user, an activity or a reaction.
#[derive(Deserialize, ToSchema)]
pub struct FlagBody<'a> {
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

/// The flag of `POST moderation/flag`. `custom` and other fields are ignored.
pub fn new_flag(bytes: &[u8]) -> Result<NewFlag, ApiError> {
    let fields: FlagBody<'_> = json::object(body::document(bytes)?, "body")?;
    let entity_type = json::string(fields.entity_type, "entity_type")?;
    if !FLAGGABLE.contains(&entity_type.as_str()) {
        let rule = format!("entity_type must be one of {}, but is {entity_type:?}", FLAGGABLE.join(", "));
        return Err(ApiError::input("entity_type", rule));
    }
    Ok(NewFlag {
        entity_type,
        entity_id: id(fields.entity_id, "entity_id")?,
        user_id: fields.user_id.map(|given| id(Some(given), "user_id")).transpose()?,
        reason: fields.reason.map(|given| json::string(Some(given), "reason")).transpose()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_needs_a_known_kind_and_an_id() {
        let flag = |body: &str| new_flag(body.as_bytes());
        let full = r#"{"entity_type":"stream:user","entity_id":"a","user_id":"b","reason":"spam","custom":null}"#;
        let read = flag(full).unwrap();
        assert_eq!(
            (read.entity_id.as_str(), read.user_id.as_deref(), read.reason.as_deref()),
            ("a", Some("b"), Some("spam"))
        );
        for (body, field, text) in [
            ("{}", "entity_type", "entity_type is missing"),
            (r#"{"entity_type":"stream:user"}"#, "entity_id", "entity_id is missing"),
            (r#"{"entity_type":"stream:user","entity_id":""}"#, "entity_id", "entity_id is empty"),
            (r#"{"entity_type":"stream:user","entity_id":"a","user_id":""}"#, "user_id", "user_id is empty"),
            (
                r#"{"entity_type":"stream:user","entity_id":"a","reason":1}"#,
                "reason",
                "reason must be a string, but is a number",
            ),
            (
                r#"{"entity_type":"x","entity_id":"a"}"#,
                "entity_type",
                "entity_type must be one of stream:user, stream:feeds:v2:activity, stream:feeds:v2:reaction, but is \"x\"",
            ),
        ] {
            assert_eq!(flag(body).unwrap_err(), ApiError::input(field, text), "{body}");
        }
    }
}
