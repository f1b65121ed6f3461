//! What requests about feeds say: which feed, which activities to add, which feed to follow.

use serde::Deserialize;
use serde_json::value::RawValue;
use user_handle_core::rules::validate;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AnyOfBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{IntoParams, ToSchema};

use super::activity::NewActivity;
use super::fields::Fields;
use super::schemas::empty_array;
use crate::body::{self, MAX_BODY};
use crate::error::ApiError;
use crate::json;
use crate::store::FeedName;

/// An activity to add: these fields, and any others. One whose value is `SU:` and an id refers to a user.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only its schema is used")]
pub struct ActivityBody {
    /// Who does it. With a user token it is that user, and may be left out.
    actor: String,
    /// What is done.
    verb: String,
    /// To what.
    #[schema(schema_with = anything_but_null)]
    object: (),
    /// The id of the activity elsewhere.
    #[schema(nullable = false)]
    foreign_id: Option<String>,
    /// When it happened, in UTC; otherwise now.
    #[schema(
        nullable = false,
        pattern = "^20[0-9]{2}-0[1-9]-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?Z?$"
    )]
    time: Option<String>,
    /// Other feeds to add it to: not supported, so there may be none.
    #[schema(schema_with = null_or_empty_array, required = false)]
    to: (),
}

/// Several activities to add, all or none.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only its schema is used")]
pub struct ActivitiesBody {
    #[schema(max_items = 1_000)]
    activities: Vec<ActivityBody>,
}

/// One activity, or several.
#[derive(ToSchema)]
#[serde(untagged)]
#[allow(dead_code, missing_docs, reason = "only its schema is used")]
pub enum AddBody {
    One(ActivityBody),
    Many(ActivitiesBody),
}

/// The feed in a path.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[allow(dead_code, reason = "only its description is used")]
pub struct FeedParams {
    /// The group of the feed, such as `user` or `timeline`.
    #[param(pattern = "^[A-Za-z0-9_-]+$", max_length = 255)]
    group: String,
    /// Whose feed it is.
    #[param(pattern = "^[A-Za-z0-9_-]+$", max_length = 255)]
    id: String,
}

fn anything_but_null() -> ObjectBuilder {
    let types = vec![Type::String, Type::Number, Type::Boolean, Type::Object, Type::Array];
    ObjectBuilder::new().schema_type(SchemaType::Array(types))
}

fn null_or_empty_array() -> RefOr<Schema> {
    let null = ObjectBuilder::new().schema_type(SchemaType::Type(Type::Null));
    RefOr::T(Schema::AnyOf(AnyOfBuilder::new().item(empty_array()).item(null).build()))
}

/// Whom to follow.
#[derive(Deserialize, ToSchema)]
pub struct FollowBody<'a> {
    /// The feed, as `group:id`.
    #[serde(borrow)]
    #[schema(value_type = String, required, nullable = false, pattern = "^[A-Za-z0-9_-]{1,255}:[A-Za-z0-9_-]{1,255}$")]
    target: Option<&'a RawValue>,
}

/// The body of a long list of activities.
#[derive(Deserialize)]
struct ListBody<'a> {
    #[serde(borrow)]
    activities: Option<&'a RawValue>,
}

/// The activities of `POST feed/{group}/{id}/`, and whether they were sent as a list.
pub fn activities(bytes: &[u8]) -> Result<(Vec<NewActivity>, bool), ApiError> {
    let document = body::document(bytes)?;
    if bytes.len() <= MAX_BODY {
        let fields = Fields::read(document, "body")?;
        return match fields.get("activities") {
            Some(members) => Ok((members_of(members)?, true)),
            None => Ok((vec![NewActivity::read(document, "")?], false)),
        };
    }
    // Only a list may be so long. Other fields are not kept: there may be millions.
    let ListBody { activities } = json::object(document, "body")?;
    let members = activities.ok_or_else(|| body::over(MAX_BODY))?;
    Ok((members_of(members)?, true))
}

fn members_of(list: &RawValue) -> Result<Vec<NewActivity>, ApiError> {
    let members = json::members(list, "activities")?;
    let read = |(index, member): (usize, &&RawValue)| NewActivity::read(member, &format!("activities[{index}]"));
    members.iter().enumerate().map(read).collect()
}

/// The error for an activity without an actor. `index` is its position in the list, if it is in one.
pub fn missing_actor(index: Option<usize>) -> ApiError {
    let field = index.map_or_else(|| "actor".to_owned(), |index| format!("activities[{index}].actor"));
    ApiError::input(&field, format!("{field} is missing"))
}

/// The feed to follow.
pub fn follow_target(bytes: &[u8]) -> Result<FeedName, ApiError> {
    let fields: FollowBody<'_> = json::object(body::document(bytes)?, "body")?;
    parse_feed_name(&json::string(fields.target, "target")?, "target")
}

/// Reads `group:id`. Both follow the rules of user ids.
pub fn parse_feed_name(text: &str, path: &str) -> Result<FeedName, ApiError> {
    let parts = text.split_once(':');
    let (group, id) =
        parts.ok_or_else(|| ApiError::input(path, format!("{path} must be a feed, such as user:john")))?;
    feed_name(group, id, path)
}

/// The feed with this group and id. Both follow the rules of user ids.
pub fn feed_name(group: &str, id: &str, path: &str) -> Result<FeedName, ApiError> {
    validate::id_at(group, &format!("{path} group"))?;
    validate::id_at(id, &format!("{path} id"))?;
    Ok(FeedName { group: group.into(), id: id.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_is_a_group_and_an_id() {
        let feed = parse_feed_name("user:john", "target").unwrap();
        assert_eq!((feed.group.as_str(), feed.id.as_str(), feed.to_string().as_str()), ("user", "john", "user:john"));
        for (text, rule) in [
            ("john", "target must be a feed, such as user:john"),
            ("", "target must be a feed, such as user:john"),
            (":john", "target group is empty"),
            ("user:", "target id is empty"),
            ("user:a:b", "target id may only hold letters, digits, - and _, but has \":\" at position 1"),
            ("us er:a", "target group may only hold letters, digits, - and _, but has \" \" at position 2"),
        ] {
            let refusal = parse_feed_name(text, "target").unwrap_err();
            assert_eq!(refusal.into_not_found(), ApiError::not_found(rule));
        }
    }
}
