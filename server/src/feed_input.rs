//! What requests about feeds say: names of feeds, activities, whom to follow, which page to read.

use axum::body::Body;
use serde::Deserialize;
use serde_json::value::RawValue;
use user_handle::validate;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AnyOfBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use crate::activity::Draft;
use crate::error::ApiError;
use crate::input::{self, MAX_BATCH_BODY, MAX_BODY};
use crate::json::{Fields, Kind};
use crate::openapi::empty_array;
use crate::query::Query;
use crate::store::{FeedName, Page};

/// How many activities are read unless told otherwise, and at most.
const LIMIT: u32 = 25;
const MOST: u32 = 100;

/// How many may be skipped: each has to be counted.
const FURTHEST: u32 = 10_000;

/// Ways to page that clients of the hosted API know and this server does not. To ignore them would answer the first page
/// again and again.
const OTHER_PAGES: [&str; 4] = ["id_lt", "id_lte", "id_gt", "id_gte"];

/// An activity to add: these fields, and any others. One whose value is `SU:` and an id refers to a user.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only its schema is used")]
pub(crate) struct ActivityBody {
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
    #[schema(schema_with = nothing, required = false)]
    to: (),
}

/// Several activities to add, all or none.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only its schema is used")]
pub(crate) struct ActivitiesBody {
    #[schema(max_items = 1_000)]
    activities: Vec<ActivityBody>,
}

/// One activity, or several.
#[derive(ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "only its schema is used")]
pub(crate) enum AddBody {
    One(ActivityBody),
    Many(ActivitiesBody),
}

/// The feed in a path.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[allow(dead_code, reason = "only its description is used")]
pub(crate) struct FeedParams {
    /// The group of the feed, such as `user` or `timeline`.
    #[param(pattern = "^[A-Za-z0-9_-]+$", max_length = 255)]
    group: String,
    /// Whose feed it is.
    #[param(pattern = "^[A-Za-z0-9_-]+$", max_length = 255)]
    id: String,
}

/// Which part of a feed to read.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "only its description is used")]
pub(crate) struct PageParams {
    /// How many activities, 25 unless given.
    #[param(minimum = 1, maximum = 100, nullable = false)]
    limit: Option<u32>,
    /// How many to skip.
    #[param(maximum = 10_000, nullable = false)]
    offset: Option<u32>,
}

fn anything_but_null() -> ObjectBuilder {
    let types = vec![Type::String, Type::Number, Type::Boolean, Type::Object, Type::Array];
    ObjectBuilder::new().schema_type(SchemaType::Array(types))
}

fn nothing() -> RefOr<Schema> {
    let null = ObjectBuilder::new().schema_type(SchemaType::Type(Type::Null));
    RefOr::T(Schema::AnyOf(AnyOfBuilder::new().item(empty_array()).item(null).build()))
}

/// Whom to follow.
#[derive(Deserialize, ToSchema)]
pub(crate) struct FollowBody<'a> {
    /// The feed, as `group:id`.
    #[serde(borrow)]
    #[schema(value_type = String, required, nullable = false, pattern = "^[A-Za-z0-9_-]{1,255}:[A-Za-z0-9_-]{1,255}$")]
    target: Option<&'a RawValue>,
}

/// The activities of `POST feed/{group}/{id}/`, and whether they came as a list.
pub(crate) async fn activities(body: Body) -> Result<(Vec<Draft>, bool), ApiError> {
    let bytes = input::read(body, MAX_BATCH_BODY).await?;
    let document = input::document(&bytes)?;
    let fields = Fields::read(document, "body")?;
    let Some(members) = fields.get("activities") else {
        if bytes.len() > MAX_BODY {
            return Err(ApiError::too_large("body", format!("body is over {MAX_BODY} bytes")));
        }
        return Ok((vec![Draft::read(document, "")?], false));
    };
    if Kind::of(members) != Kind::Array {
        let rule = format!("activities must be an array, but is {}", Kind::of(members));
        return Err(ApiError::input("activities", rule));
    }
    let members: Vec<&RawValue> = input::parse(members, "activities")?;
    validate::batch_size(members.len(), "activities")?;
    let drafts = members.iter().enumerate().map(|(place, member)| Draft::read(member, &format!("activities[{place}]")));
    Ok((drafts.collect::<Result<_, _>>()?, true))
}

/// The refusal of an activity without an actor: of the only one, or of the one at a place of the list.
pub(crate) fn no_actor(place: Option<usize>) -> ApiError {
    let field = place.map_or_else(|| "actor".to_owned(), |place| format!("activities[{place}].actor"));
    ApiError::input(&field, format!("{field} is missing"))
}

/// The feed to follow.
pub(crate) async fn target(body: Body) -> Result<FeedName, ApiError> {
    let bytes = input::read(body, MAX_BODY).await?;
    let fields: FollowBody<'_> = input::object(input::document(&bytes)?, "body")?;
    feed_name(&input::text(fields.target, "target")?, "target")
}

/// Reads `group:id`, both as ids of users are.
pub(crate) fn feed_name(text: &str, path: &str) -> Result<FeedName, ApiError> {
    let parts = text.split_once(':');
    let (group, id) =
        parts.ok_or_else(|| ApiError::input(path, format!("{path} must be a feed, such as user:john")))?;
    named(group, id, path)
}

/// The feed of this group and id, both as ids of users are.
pub(crate) fn named(group: &str, id: &str, path: &str) -> Result<FeedName, ApiError> {
    validate::id_at(group, &format!("{path} group"))?;
    validate::id_at(id, &format!("{path} id"))?;
    Ok(FeedName { group: group.into(), id: id.into() })
}

/// The page of a feed to read.
pub(crate) fn page(query: &Query) -> Result<Page, ApiError> {
    if let Some(name) = OTHER_PAGES.iter().find(|name| query.get(name).is_some()) {
        return Err(ApiError::input(name, format!("{name} is not supported by this server, page with offset")));
    }
    let number = |name: &str, default, range: std::ops::RangeInclusive<u32>| match query.get(name) {
        None => Ok(default),
        Some(text) => text.parse().ok().filter(|number| range.contains(number)).ok_or_else(|| {
            let (start, end) = range.into_inner();
            ApiError::input(name, format!("{name} must be a whole number from {start} to {end}, but is {text:?}"))
        }),
    };
    Ok(Page { offset: number("offset", 0, 0..=FURTHEST)?, limit: number("limit", LIMIT, 1..=MOST)? })
}

impl PartialSchema for crate::activity::Shown {
    fn schema() -> RefOr<Schema> {
        let text = || ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
        let fields = ["id", "time", "foreign_id"];
        let object =
            fields.iter().fold(ObjectBuilder::new(), |object, name| object.property(*name, text()).required(*name));
        RefOr::T(object.description(Some("An activity, with the fields that were sent")).into())
    }
}

impl ToSchema for crate::activity::Shown {
    fn name() -> std::borrow::Cow<'static, str> {
        "Activity".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_is_a_group_and_an_id() {
        let feed = feed_name("user:john", "target").unwrap();
        assert_eq!((feed.group.as_str(), feed.id.as_str(), feed.to_string().as_str()), ("user", "john", "user:john"));
        for (text, rule) in [
            ("john", "target must be a feed, such as user:john"),
            ("", "target must be a feed, such as user:john"),
            (":john", "target group is empty"),
            ("user:", "target id is empty"),
            ("user:a:b", "target id may only hold letters, digits, - and _, but has \":\" at position 1"),
            ("us er:a", "target group may only hold letters, digits, - and _, but has \" \" at position 2"),
        ] {
            let refusal = feed_name(text, "target").unwrap_err();
            assert_eq!(refusal.into_not_found(), ApiError::not_found(rule));
        }
    }

    #[test]
    fn a_page_is_twenty_five_unless_told_otherwise() {
        let page = |query: &str| page(&Query::of(&format!("/?{query}").parse().unwrap()));
        assert_eq!(page(""), Ok(Page { offset: 0, limit: 25 }));
        assert_eq!(page("limit=100&offset=10000"), Ok(Page { offset: 10_000, limit: 100 }));
        for (query, name, rule) in [
            ("limit=0", "limit", "limit must be a whole number from 1 to 100, but is \"0\""),
            ("limit=101", "limit", "limit must be a whole number from 1 to 100, but is \"101\""),
            ("limit=", "limit", "limit must be a whole number from 1 to 100, but is \"\""),
            ("offset=-1", "offset", "offset must be a whole number from 0 to 10000, but is \"-1\""),
            ("id_lt=7", "id_lt", "id_lt is not supported by this server, page with offset"),
        ] {
            assert_eq!(page(query), Err(ApiError::input(name, rule)));
        }
    }
}
