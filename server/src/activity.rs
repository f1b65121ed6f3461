//! Activities: what may be added to a feed, and how they are read, with users in place of references to them.

use std::collections::HashMap;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::value::RawValue;
use user_handle::validate;

use crate::error::ApiError;
use crate::json::{self, Fields, Kind};
use crate::store::{Activity, Timestamp, User};

/// What the server sets, whatever the caller says.
const SET_BY_THE_SERVER: [&str; 4] = ["id", "time", "origin", "duration"];

/// Fields that are never references.
const PLAIN: [&str; 2] = ["verb", "foreign_id"];

/// How references to users begin.
const USER: &str = "SU:";

/// An activity as it was sent, checked.
#[derive(Debug)]
pub(crate) struct Draft {
    fields: Fields,
    /// When it happened, if the caller says so.
    pub(crate) time: Option<Timestamp>,
}

impl Draft {
    /// Reads an activity, at `path` in the body; the empty path is the body itself.
    pub(crate) fn read(value: &RawValue, path: &str) -> Result<Self, ApiError> {
        let at = |field: &str| if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") };
        let whole = if path.is_empty() { "body" } else { path };
        json::check(value, whole)?;
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
        let time = fields.text("time").map(|text| time(&text, &at("time"))).transpose()?;
        fields.0.retain(|(name, _)| !SET_BY_THE_SERVER.contains(&name.as_str()));
        Ok(Draft { fields, time })
    }

    /// Who does it, if the caller says so.
    pub(crate) fn actor(&self) -> Option<String> {
        self.fields.text("actor")
    }

    /// Sets who does it.
    pub(crate) fn set_actor(&mut self, reference: &str) {
        self.fields.0.insert(0, ("actor".into(), raw(&reference)));
    }

    /// The fields as they are stored.
    pub(crate) fn into_stored(self) -> Box<RawValue> {
        raw(&self.fields)
    }
}

/// Reads `2026-11-21T16:48:26.542046`, in UTC, with or without a `Z`.
fn time(text: &str, path: &str) -> Result<Timestamp, ApiError> {
    let time = humantime::parse_rfc3339_weak(text).ok().map(|time| time.duration_since(std::time::UNIX_EPOCH));
    let micros = time.and_then(Result::ok).and_then(|since| i64::try_from(since.as_micros()).ok());
    let rule = || format!("{path} must be a time in UTC, such as 2026-11-21T16:48:26.542046, but is {text:?}");
    micros.map(Timestamp).ok_or_else(|| ApiError::input(path, rule()))
}

/// An activity as it is answered.
pub(crate) struct Shown(Fields);

impl Shown {
    /// As it was added to its own feed, or, with an origin, as it is seen from another.
    pub(crate) fn new(activity: &Activity, origin: Option<String>) -> Self {
        let mut fields = Fields::read(&activity.fields, "fields").unwrap_or_default();
        for name in ["foreign_id", "target"] {
            if fields.get(name).is_none() {
                fields.0.push((name.into(), raw(&"")));
            }
        }
        fields.0.push(("id".into(), raw(&activity.id)));
        fields.0.push(("origin".into(), raw(&origin)));
        // Unlike those of users, times of activities have no `Z`.
        let time = serde_json::to_string(&activity.time).unwrap_or_default().replace('Z', "");
        fields.0.push(("time".into(), RawValue::from_string(time).unwrap_or_default()));
        Shown(fields)
    }

    /// The ids of the users that it refers to.
    pub(crate) fn references(&self) -> impl Iterator<Item = String> {
        self.0.0.iter().filter(|(name, _)| !PLAIN.contains(&name.as_str())).filter_map(|(_, value)| reference(value))
    }

    /// Puts the users in place of references to them; those that do not exist become an object that says so.
    pub(crate) fn enrich(&mut self, users: &HashMap<String, User>) {
        for (_, value) in self.0.0.iter_mut().filter(|(name, _)| !PLAIN.contains(&name.as_str())) {
            let Some(id) = reference(value) else { continue };
            *value = match users.get(&id) {
                Some(user) => raw(user),
                None => raw(&Missing::new(&id)),
            };
        }
    }
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// The id of the user that a value refers to.
fn reference(value: &RawValue) -> Option<String> {
    // Most values are no references, and need not be read to see that.
    if !value.get().starts_with("\"SU:") {
        return None;
    }
    let text: String = serde_json::from_str(value.get()).ok()?;
    let id = text.strip_prefix(USER)?;
    validate::id(id).is_ok().then(|| id.to_owned())
}

/// A reference that leads nowhere, to the letter.
#[derive(Serialize)]
struct Missing<'a> {
    id: &'a str,
    error: &'static str,
    reference: String,
    reference_type: &'static str,
}

impl<'a> Missing<'a> {
    fn new(id: &'a str) -> Self {
        Missing { id, error: "ReferenceNotFound", reference: format!("{USER}{id}"), reference_type: "user" }
    }
}

/// Text and what is made of it: neither fails to be written.
fn raw(value: &impl Serialize) -> Box<RawValue> {
    serde_json::value::to_raw_value(value).unwrap_or_default()
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

#[cfg(test)]
#[path = "activity_tests.rs"]
mod tests;
