//! As much of Stream's feeds as it takes to see users in activities: add, read, follow and unfollow.

use std::collections::{BTreeSet, HashMap};

use axum::body::Body;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::activity::Shown;
use crate::answer::{Answer, Done};
use crate::app::App;
use crate::auth::{Action, Caller};
use crate::error::ApiError;
use crate::feed_input::{self, AddBody, FeedParams, FollowBody, PageParams};
use crate::openapi::OpenApiRoutes;
use crate::query::Query;
use crate::store::{Activity, FeedName, Page, Timestamp};

type Result<T> = std::result::Result<Answer<T>, ApiError>;

/// The routes of this file. Python's client says `follows` where all others say `following`.
pub(crate) fn routes() -> OpenApiRouter<App> {
    const FOLLOWS: &str = "/api/v1.0/feed/{group}/{id}/follows";
    let (_, _, follow_methods) = routes!(follow);
    let (_, _, unfollow_methods) = routes!(unfollow);
    OpenApiRouter::new()
        .in_both_spellings(routes!(add, read))
        .in_both_spellings(routes!(read_enriched))
        .in_both_spellings(routes!(follow))
        .in_both_spellings(routes!(unfollow))
        .route(FOLLOWS, follow_methods.clone())
        .route(&format!("{FOLLOWS}/"), follow_methods)
        .route(&format!("{FOLLOWS}/{{target}}"), unfollow_methods.clone())
        .route(&format!("{FOLLOWS}/{{target}}/"), unfollow_methods)
}

/// The feed in the path. One that cannot be leads nowhere: 404, as for users.
pub(crate) struct PathFeed(FeedName);

impl<S: Send + Sync> FromRequestParts<S> for PathFeed {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> std::result::Result<Self, ApiError> {
        let path = names(parts, state).await?;
        let name = |part: &str| path.get(part).map_or("", String::as_str);
        feed_input::named(name("group"), name("id"), "feed").map(PathFeed).map_err(ApiError::into_not_found)
    }
}

/// The feed that is followed, in the path.
pub(crate) struct PathTarget(FeedName);

impl<S: Send + Sync> FromRequestParts<S> for PathTarget {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> std::result::Result<Self, ApiError> {
        let path = names(parts, state).await?;
        let name = path.get("target").map_or("", String::as_str);
        feed_input::feed_name(name, "target").map(PathTarget).map_err(ApiError::into_not_found)
    }
}

async fn names<S: Send + Sync>(parts: &mut Parts, state: &S) -> std::result::Result<HashMap<String, String>, ApiError> {
    let names = Path::<HashMap<String, String>>::from_request_parts(parts, state).await;
    names.map(|Path(names)| names).map_err(|_| ApiError::not_found("the feed is not valid UTF-8"))
}

/// What was added.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Added {
    One(Shown),
    Many { activities: Vec<Shown> },
}

/// Add an activity, or several, to a feed
///
/// A user token adds to the feeds of its own user, who is the actor.
#[utoipa::path(
    post, path = "/api/v1.0/feed/{group}/{id}/", tag = "feeds", operation_id = "addActivities",
    params(FeedParams),
    request_body = AddBody,
    responses((status = 201, description = "What was added, with ids", body = Added)),
)]
pub(crate) async fn add(State(app): State<App>, caller: Caller, PathFeed(feed): PathFeed, body: Body) -> Result<Added> {
    caller.may_on_feed("feed", Action::Write, &feed)?;
    let (drafts, several) = feed_input::activities(body).await?;
    let mut now = Timestamp::now();
    let mut activities = Vec::with_capacity(drafts.len());
    for (place, mut draft) in drafts.into_iter().enumerate() {
        let given = draft.actor();
        match caller.actor(given.as_deref())? {
            Some(own) => draft.set_actor(&own),
            None if given.is_none() => return Err(feed_input::no_actor(several.then_some(place))),
            None => {}
        }
        // Of a list, each is later than the one before.
        now.0 += 1;
        let (id, time) = (uuid::Uuid::new_v4().to_string(), draft.time.unwrap_or(now));
        activities.push(Activity { feed: feed.clone(), id, time, fields: draft.into_stored() });
    }
    let mut shown: Vec<Shown> = activities.iter().map(|activity| Shown::new(activity, None)).collect();
    app.store.add_activities(&caller.app, activities).await?;
    let one = if several { None } else { shown.pop() };
    Ok(Answer(StatusCode::CREATED, one.map_or(Added::Many { activities: shown }, Added::One)))
}

/// A page of a feed, the latest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Activities {
    results: Vec<Shown>,
    /// The path and query of the next page, without the API key; empty on the last one.
    next: String,
}

/// Read a feed
///
/// Its own activities and those of the feeds that it follows, the latest first. A user token reads every `user` feed, and
/// all feeds of its own user.
#[utoipa::path(
    get, path = "/api/v1.0/feed/{group}/{id}/", tag = "feeds", operation_id = "readFeed",
    params(FeedParams, PageParams),
    responses((status = 200, description = "The activities", body = Activities)),
)]
pub(crate) async fn read(
    app: State<App>,
    caller: Caller,
    PathFeed(feed): PathFeed,
    query: Query,
) -> Result<Activities> {
    read_page(&app, &caller, &feed, &query, "feed").await
}

/// Read a feed, with users in place of references to them
///
/// Each field of an activity that is `SU:` and an id becomes that user. Where there is none, it becomes an object with
/// `error`, `reference` and `reference_type`.
#[utoipa::path(
    get, path = "/api/v1.0/enrich/feed/{group}/{id}/", tag = "feeds", operation_id = "readEnrichedFeed",
    params(FeedParams, PageParams),
    responses((status = 200, description = "The activities", body = Activities)),
)]
pub(crate) async fn read_enriched(
    app: State<App>,
    caller: Caller,
    PathFeed(feed): PathFeed,
    query: Query,
) -> Result<Activities> {
    let mut answer = read_page(&app, &caller, &feed, &query, "enrich/feed").await?;
    let Answer(_, Activities { results, .. }) = &mut answer;
    let ids: BTreeSet<String> = results.iter().flat_map(Shown::references).collect();
    let users = app.store.get_many(&caller.app, &Vec::from_iter(ids)).await?;
    let users = users.into_iter().map(|user| (user.id.clone(), user)).collect();
    results.iter_mut().for_each(|activity| activity.enrich(&users));
    Ok(answer)
}

async fn read_page(app: &App, caller: &Caller, feed: &FeedName, query: &Query, path: &str) -> Result<Activities> {
    caller.may_on_feed("feed", Action::Read, feed)?;
    let page = feed_input::page(query)?;
    // One more than asked for, to know whether there is a next page.
    let more = Page { limit: page.limit + 1, ..page };
    let mut activities = app.store.read_feed(&caller.app, feed, more).await?;
    let full = activities.len() > page.limit as usize;
    activities.truncate(page.limit as usize);
    let (limit, offset) = (page.limit, page.offset + page.limit);
    let FeedName { group, id } = feed;
    let next =
        if full { format!("/api/v1.0/{path}/{group}/{id}/?limit={limit}&offset={offset}") } else { String::new() };
    let shown = activities.iter().map(|activity| {
        let origin = (activity.feed != *feed).then(|| activity.feed.to_string());
        Shown::new(activity, origin)
    });
    Ok(Answer(StatusCode::OK, Activities { results: shown.collect(), next }))
}

/// Follow a feed with this one
///
/// A user token follows with the feeds of its own user. `timeline` feeds that follow `user` feeds are what follow counts
/// count.
#[utoipa::path(
    post, path = "/api/v1.0/feed/{group}/{id}/following/", tag = "feeds", operation_id = "follow",
    params(FeedParams),
    request_body = FollowBody,
    responses((status = 201, description = "It follows", body = Done)),
)]
pub(crate) async fn follow(
    State(app): State<App>,
    caller: Caller,
    PathFeed(feed): PathFeed,
    body: Body,
) -> Result<Done> {
    caller.may_on_feed("follower", Action::Write, &feed)?;
    let target = feed_input::target(body).await?;
    app.store.follow(&caller.app, &feed, &target).await?;
    Ok(Answer(StatusCode::CREATED, Done {}))
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
    responses((status = 200, description = "It does not follow", body = Done)),
)]
pub(crate) async fn unfollow(
    State(app): State<App>,
    caller: Caller,
    PathFeed(feed): PathFeed,
    PathTarget(target): PathTarget,
) -> Result<Done> {
    caller.may_on_feed("follower", Action::Delete, &feed)?;
    app.store.unfollow(&caller.app, &feed, &target).await?;
    Ok(Answer(StatusCode::OK, Done {}))
}
