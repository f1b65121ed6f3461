//! The types that the store reads and writes, whatever the database.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::value::RawValue;

/// A user to write. It was validated before.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The id.
    pub id: String,
    /// The data: the text of a JSON object, byte for byte as it was sent.
    pub data: Box<RawValue>,
}

/// A user as stored.
#[derive(Debug, Clone)]
pub struct User {
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last written.
    pub updated_at: Timestamp,
    /// The id.
    pub id: String,
    /// The data: the text of a JSON object, byte for byte as it was sent.
    pub data: Box<RawValue>,
}

/// The result of creating a user.
#[derive(Debug, Clone)]
pub enum Creation {
    /// The user is new.
    Created(User),
    /// A user with this id existed already, and is unchanged.
    Existed(User),
}

/// The follow counts of a user, as Stream's `with_follow_counts` defines them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FollowCounts {
    /// `timeline` feeds that follow the user's `user` feed.
    pub followers_count: u32,
    /// `user` feeds that the user's `timeline` feed follows.
    pub following_count: u32,
}

/// The name of a feed, written `group:id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedName {
    /// What kind of feed it is, such as `user` or `timeline`.
    pub group: String,
    /// Whose feed it is, usually the id of a user.
    pub id: String,
}

impl fmt::Display for FeedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.group, self.id)
    }
}

/// An activity, and the feed that it was added to.
#[derive(Debug, Clone)]
pub struct Activity {
    /// The feed.
    pub feed: FeedName,
    /// The id that the server gave it.
    pub id: String,
    /// When it happened.
    pub time: Timestamp,
    /// Its other fields: the text of a JSON object.
    pub fields: Box<RawValue>,
}

/// A page of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// How many entries to skip.
    pub offset: u32,
    /// The most entries on the page.
    pub limit: u32,
}

/// A report about a user, an activity or a reaction. It was validated before.
#[derive(Debug, Clone)]
pub struct NewFlag {
    /// What kind of thing is flagged, such as `stream:user`.
    pub entity_type: String,
    /// Its id.
    pub entity_id: String,
    /// Who reports it.
    pub user_id: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

/// A report as stored.
#[derive(Debug, Clone)]
pub struct Flag {
    /// The id that the store gave it.
    pub id: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// What it says.
    pub content: NewFlag,
}

/// A point in time, in microseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The current time by the clock of this machine.
    pub fn now() -> Self {
        let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(elapsed.as_micros()).unwrap_or_default())
    }
}
