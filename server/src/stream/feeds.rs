//! The routes of feeds: add and read activities, follow and unfollow.

use std::collections::{BTreeSet, HashMap};

use axum::body::Body;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::Serialize;
use user_handle_service::answer::Empty;
use user_handle_service::body::{Body as _, MAX_BATCH_BODY, MAX_BODY};
use user_handle_service::error::ApiError;
use user_handle_service::stream::activity::ActivityResponse;
use user_handle_service::stream::feed_input::{self, AddBody, FeedParams, FollowBody};
use user_handle_service::stream::feed_params::{FeedRead, FeedReadParams};
use user_handle_service::stream::permissions::{Action, Caller};
use user_handle_service::stream::responses::UserResponse;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::state::StreamState;
use super::unsupported::beside_follow;
use crate::http::body::Arriving;
use crate::http::docs::RoutesWithAndWithoutSlash;
use crate::http::query::Query;
use crate::http::response::{JsonResponse, JsonResult, Refusal};
use crate::store::{Activity, FeedName, Page, Timestamp};

/// The routes of this file. Some clients send `follows` in the path where others send `following`.
pub(crate) fn routes() -> OpenApiRouter<StreamState> {
    const FOLLOWS: &str = "/api/v1.0/feed/{group}/{id}/follows";
    let (follow_schemas, follow_paths, follow_methods) = routes!(follow);
    let follow_methods = follow_methods.fallback(beside_follow);
    let (_, _, unfollow_methods) = routes!(unfollow);
    OpenApiRouter::new()
        .with_and_without_slash(routes!(add, read))
        .with_and_without_slash(routes!(read_enriched))
        .with_and_without_slash((follow_schemas, follow_paths, follow_methods.clone()))
        .with_and_without_slash(routes!(unfollow))
        .route(FOLLOWS, follow_methods.clone())
        .route(&format!("{FOLLOWS}/"), follow_methods)
        .route(&format!("{FOLLOWS}/{{target}}"), unfollow_methods.clone())
        .route(&format!("{FOLLOWS}/{{target}}/"), unfollow_methods)
}

/// The feed in the path. A name that no feed can have is a 404, as for users.
struct PathFeed(FeedName);

impl<S: Send + Sync> FromRequestParts<S> for PathFeed {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let path = path_parameters(parts, state).await?;
        let part = |name: &str| path.get(name).map_or("", String::as_str);
        let feed = feed_input::feed_name(part("group"), part("id"), "feed").map_err(ApiError::into_not_found)?;
        Ok(PathFeed(feed))
    }
}

/// The feed to unfollow, in the path.
struct PathTarget(FeedName);

impl<S: Send + Sync> FromRequestParts<S> for PathTarget {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let path = path_parameters(parts, state).await?;
        let name = path.get("target").map_or("", String::as_str);
        let target = feed_input::parse_feed_name(name, "target").map_err(ApiError::into_not_found)?;
        Ok(PathTarget(target))
    }
}

async fn path_parameters<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<HashMap<String, String>, ApiError> {
    let path = Path::<HashMap<String, String>>::from_request_parts(parts, state).await;
    path.map(|Path(parameters)| parameters).map_err(|_| ApiError::not_found("the feed is not valid UTF-8"))
}

/// What was added.
#[derive(Serialize, ToSchema)]
#[schema(as = Added)]
#[serde(untagged)]
enum AddedResponse {
    One(ActivityResponse),
    Many { activities: Vec<ActivityResponse> },
}

/// Add an activity, or several, to a feed
///
/// A user token adds to the feeds of its own user, who is the actor.
#[utoipa::path(
    post, path = "/api/v1.0/feed/{group}/{id}/", tag = "feeds", operation_id = "addActivities",
    params(FeedParams),
    request_body = AddBody,
    responses((status = 201, description = "What was added, with ids", body = AddedResponse)),
)]
async fn add(
    State(state): State<StreamState>,
    caller: Caller,
    PathFeed(feed): PathFeed,
    body: Body,
) -> JsonResult<AddedResponse> {
    caller.may_on_feed("feed", Action::Write, &feed)?;
    let (new, is_list) = Arriving(body).parse(MAX_BATCH_BODY, feed_input::activities).await?;
    let mut now = Timestamp::now();
    let mut activities = Vec::with_capacity(new.len());
    for (index, mut activity) in new.into_iter().enumerate() {
        let given = activity.actor();
        match caller.actor(given.as_deref())? {
            Some(actor) => activity.set_actor(&actor),
            None if given.is_none() => return Err(feed_input::missing_actor(is_list.then_some(index)).into()),
            None => {}
        }
        // Each activity of a list is later than the one before.
        now.0 += 1;
        let (id, time) = (uuid::Uuid::new_v4().to_string(), activity.time.unwrap_or(now));
        activities.push(Activity { feed: feed.clone(), id, time, fields: activity.into_stored() });
    }
    let mut added: Vec<_> = activities.iter().map(|activity| ActivityResponse::new(activity, None)).collect();
    state.store.add_activities(&caller.app, activities).await?;
    let one = if is_list { None } else { added.pop() };
    let response = one.map_or(AddedResponse::Many { activities: added }, AddedResponse::One);
    Ok(JsonResponse(StatusCode::CREATED, response))
}

/// A page of a feed, the latest first.
#[derive(Serialize, ToSchema)]
#[schema(as = Activities)]
struct ActivitiesResponse {
    results: Vec<ActivityResponse>,
    /// The path and query of the next page, without the API key; empty on the last one.
    next: String,
}

/// Read a feed
///
/// Its own activities and those of the feeds that it follows, the latest first. A user token reads every `user` feed, and
/// all feeds of its own user. There are no reactions, and what asks for them is answered with none; a parameter that is not
/// listed here is refused.
#[utoipa::path(
    get, path = "/api/v1.0/feed/{group}/{id}/", tag = "feeds", operation_id = "readFeed",
    params(FeedParams, FeedReadParams),
    responses((status = 200, description = "The activities", body = ActivitiesResponse)),
)]
async fn read(
    State(state): State<StreamState>,
    caller: Caller,
    PathFeed(feed): PathFeed,
    Query(query): Query,
) -> JsonResult<ActivitiesResponse> {
    caller.may_on_feed("feed", Action::Read, &feed)?;
    read_page(&state, &caller.app, &feed, &FeedRead::of(&query)?, "feed").await
}

/// Read a feed, with users in place of references to them
///
/// Each field of an activity that is `SU:` and an id becomes that user. Where there is none, it becomes an object with
/// `error`, `reference` and `reference_type`. There are no reactions, and what asks for them is answered with none; a
/// parameter that is not listed here is refused.
#[utoipa::path(
    get, path = "/api/v1.0/enrich/feed/{group}/{id}/", tag = "feeds", operation_id = "readEnrichedFeed",
    params(FeedParams, FeedReadParams),
    responses((status = 200, description = "The activities", body = ActivitiesResponse)),
)]
async fn read_enriched(
    State(state): State<StreamState>,
    caller: Caller,
    PathFeed(feed): PathFeed,
    Query(query): Query,
) -> JsonResult<ActivitiesResponse> {
    caller.may_on_feed("feed", Action::Read, &feed)?;
    let read = FeedRead::of(&query)?;
    let mut response = read_page(&state, &caller.app, &feed, &read, "enrich/feed").await?;
    let JsonResponse(_, ActivitiesResponse { results, .. }) = &mut response;
    let ids: BTreeSet<String> = results.iter().flat_map(ActivityResponse::references).collect();
    let users = state.store.get_many(&caller.app, &Vec::from_iter(ids)).await?;
    let users = users.into_iter().map(|user| (user.id.clone(), UserResponse::from(user))).collect();
    results.iter_mut().for_each(|activity| activity.enrich(&users, &read.reaction_fields));
    Ok(response)
}

/// `path` is the part of the path before the feed, for the address of the next page.
async fn read_page(
    state: &StreamState,
    app: &str,
    feed: &FeedName,
    read: &FeedRead,
    path: &str,
) -> JsonResult<ActivitiesResponse> {
    let FeedRead { page, others, .. } = read;
    // One more than the page has, to know whether there is a next page.
    let one_more = Page { limit: page.limit + 1, ..*page };
    let mut activities = state.store.read_feed(app, feed, one_more).await?;
    let has_next = activities.len() > page.limit as usize;
    activities.truncate(page.limit as usize);
    let (limit, offset) = (page.limit, page.offset + page.limit);
    let FeedName { group, id } = feed;
    let and = if others.is_empty() { "" } else { "&" };
    let next = || format!("/api/v1.0/{path}/{group}/{id}/?limit={limit}&offset={offset}{and}{others}");
    let next = if has_next { next() } else { String::new() };
    let results = activities.iter().map(|activity| {
        let origin = (activity.feed != *feed).then(|| activity.feed.to_string());
        ActivityResponse::new(activity, origin)
    });
    Ok(JsonResponse(StatusCode::OK, ActivitiesResponse { results: results.collect(), next }))
}

/// Follow a feed with this one
///
/// A user token follows with the feeds of its own user. `timeline` feeds that follow `user` feeds are what follow counts
/// count.
#[utoipa::path(
    post, path = "/api/v1.0/feed/{group}/{id}/following/", tag = "feeds", operation_id = "follow",
    params(FeedParams),
    request_body = FollowBody,
    responses((status = 201, description = "It follows", body = Empty)),
)]
async fn follow(
    State(state): State<StreamState>,
    caller: Caller,
    PathFeed(feed): PathFeed,
    body: Body,
) -> JsonResult<Empty> {
    caller.may_on_feed("follower", Action::Write, &feed)?;
    let target = Arriving(body).parse(MAX_BODY, feed_input::follow_target).await?;
    state.store.follow(&caller.app, &feed, &target).await?;
    Ok(JsonResponse(StatusCode::CREATED, Empty {}))
}

/// Unfollow a feed with this one
///
/// What came from it is no longer in this feed. It does no harm where it is not followed.
#[utoipa::path(
    delete, path = "/api/v1.0/feed/{group}/{id}/following/{target}/", tag = "feeds", operation_id = "unfollow",
    params(
        FeedParams,
        ("target" = String, Path, description = "The feed that is followed, as `group:id`", pattern = "^[A-Za-z0-9_-]{1,255}:[A-Za-z0-9_-]{1,255}$"),
    ),
    responses((status = 200, description = "It does not follow", body = Empty)),
)]
async fn unfollow(
    State(state): State<StreamState>,
    caller: Caller,
    PathFeed(feed): PathFeed,
    PathTarget(target): PathTarget,
) -> JsonResult<Empty> {
    caller.may_on_feed("follower", Action::Delete, &feed)?;
    state.store.unfollow(&caller.app, &feed, &target).await?;
    Ok(JsonResponse(StatusCode::OK, Empty {}))
}
