//! Activities: what may be added to a feed, and how they are sent back, with users in place of references to them.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Serialize;
use serde::ser::Serializer;
use serde_json::value::RawValue;
use user_handle_core::rules::validate;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use super::fields::Fields;
use super::responses::{UserResponse, format_time};
use crate::answer::Empty;
use crate::error::ApiError;
use crate::json::{self, Kind};
use crate::store::{Activity, Timestamp};

/// The fields that the server sets itself. What the caller sends for them is dropped.
const SET_BY_THE_SERVER: [&str; 4] = ["id", "time", "origin", "duration"];

/// Fields that are never references.
const NEVER_REFERENCES: [&str; 2] = ["verb", "foreign_id"];

/// How a reference to a user begins.
const USER_PREFIX: &str = "SU:";

/// An activity as it was sent, after validation.
#[derive(Debug)]
pub struct NewActivity {
    fields: Fields,
    /// When it happened, if the caller gave a time.
    pub time: Option<Timestamp>,
}

impl NewActivity {
    /// Reads the activity at `path` in the body. The empty path is the body itself.
    pub fn read(value: &RawValue, path: &str) -> Result<Self, ApiError> {
        let at = |field: &str| if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") };
        let whole = if path.is_empty() { "body" } else { path };
        json::check_content(value, whole)?;
        let mut fields = Fields::read(value, whole)?;
        for text in ["verb", "actor", "foreign_id", "time"] {
            if let Some(value) = fields.get(text).filter(|value| Kind::of(value) != Kind::String) {
                let rule = format!("{} must be a string, but is {}", at(text), Kind::of(value));
                return Err(ApiError::input(&at(text), rule));
            }
        }
        for needed in ["verb", "object"] {
            if fields.get(needed).is_none_or(|value| Kind::of(value) == Kind::Null) {
                return Err(ApiError::input(&at(needed), format!("{} is missing", at(needed))));
            }
        }
        if fields.get("to").is_some_and(|value| !json::is_empty_array(value) && Kind::of(value) != Kind::Null) {
            return Err(ApiError::input(&at("to"), format!("{} is not supported by this server", at("to"))));
        }
        let time = fields.string("time").map(|text| parse_time(&text, &at("time"))).transpose()?;
        fields.0.retain(|(name, _)| !SET_BY_THE_SERVER.contains(&name.as_str()));
        Ok(NewActivity { fields, time })
    }

    /// The actor, if the caller gave one.
    pub fn actor(&self) -> Option<String> {
        self.fields.string("actor")
    }

    /// Sets the actor.
    pub fn set_actor(&mut self, reference: &str) {
        self.fields.0.insert(0, ("actor".into(), raw(&reference)));
    }

    /// The text of the fields, as it is stored.
    pub fn into_stored(self) -> Box<RawValue> {
        raw(&self.fields)
    }
}

/// Reads `2026-11-21T16:48:26.542046`, in UTC, with or without a `Z`.
fn parse_time(text: &str, path: &str) -> Result<Timestamp, ApiError> {
    let time = humantime::parse_rfc3339_weak(text).ok().map(|time| time.duration_since(std::time::UNIX_EPOCH));
    let micros = time.and_then(Result::ok).and_then(|since| i64::try_from(since.as_micros()).ok());
    let rule = || format!("{path} must be a time in UTC, such as 2026-11-21T16:48:26.542046, but is {text:?}");
    micros.map(Timestamp).ok_or_else(|| ApiError::input(path, rule()))
}

/// An activity in a response.
pub struct ActivityResponse(Fields);

impl ActivityResponse {
    /// The activity as it is read from its own feed, or with `origin`, from a feed that follows that one.
    pub fn new(activity: &Activity, origin: Option<String>) -> Self {
        let mut fields = Fields::read(&activity.fields, "fields").unwrap_or_default();
        for name in ["foreign_id", "target"] {
            if fields.get(name).is_none() {
                fields.0.push((name.into(), raw(&"")));
            }
        }
        fields.0.push(("id".into(), raw(&activity.id)));
        fields.0.push(("origin".into(), raw(&origin)));
        // The times of activities have no `Z`, unlike those of users.
        fields.0.push(("time".into(), raw(&format_time(activity.time).replace('Z', ""))));
        ActivityResponse(fields)
    }

    /// The ids of the users that the activity refers to.
    pub fn references(&self) -> impl Iterator<Item = String> {
        self.0
            .0
            .iter()
            .filter(|(name, _)| !NEVER_REFERENCES.contains(&name.as_str()))
            .filter_map(|(_, value)| reference(value))
    }

    /// Replaces references to users by the users. A reference to a user that does not exist becomes an object that says so.
    /// The fields about reactions are empty, because there are none.
    pub fn enrich(&mut self, users: &HashMap<String, UserResponse>, reaction_fields: &[&str]) {
        for (_, value) in self.0.0.iter_mut().filter(|(name, _)| !NEVER_REFERENCES.contains(&name.as_str())) {
            let Some(id) = reference(value) else { continue };
            *value = match users.get(&id) {
                Some(user) => raw(user),
                None => raw(&MissingUser::new(&id)),
            };
        }
        self.0.0.retain(|(name, _)| !reaction_fields.contains(&name.as_str()));
        self.0.0.extend(reaction_fields.iter().map(|name| ((*name).into(), raw(&Empty {}))));
    }
}

impl Serialize for ActivityResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl PartialSchema for ActivityResponse {
    fn schema() -> RefOr<Schema> {
        let text = || ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
        let fields = ["id", "time", "foreign_id"];
        let object =
            fields.iter().fold(ObjectBuilder::new(), |object, name| object.property(*name, text()).required(*name));
        RefOr::T(object.description(Some("An activity, with the fields that were sent")).into())
    }
}

impl ToSchema for ActivityResponse {
    fn name() -> Cow<'static, str> {
        "Activity".into()
    }
}

/// The id of the user that a value refers to.
fn reference(value: &RawValue) -> Option<String> {
    // Most values are not references, which shows without parsing them.
    if !value.get().starts_with("\"SU:") {
        return None;
    }
    let text: String = serde_json::from_str(value.get()).ok()?;
    let id = text.strip_prefix(USER_PREFIX)?;
    validate::id(id).is_ok().then(|| id.to_owned())
}

/// What Stream's API sends in place of a reference to a user that does not exist.
#[derive(Serialize)]
struct MissingUser<'a> {
    id: &'a str,
    error: &'static str,
    reference: String,
    reference_type: &'static str,
}

impl<'a> MissingUser<'a> {
    fn new(id: &'a str) -> Self {
        MissingUser { id, error: "ReferenceNotFound", reference: format!("{USER_PREFIX}{id}"), reference_type: "user" }
    }
}

/// The JSON text of a value. Strings, and structs of them, never fail to serialize.
fn raw(value: &impl Serialize) -> Box<RawValue> {
    serde_json::value::to_raw_value(value).unwrap_or_default()
}

#[cfg(test)]
#[path = "activity_tests.rs"]
mod tests;
