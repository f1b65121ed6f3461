//! What is stored, whichever database stores it.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// A user as given by the caller, checked.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The id, valid.
    pub id: String,
    /// The data: the text of a JSON object, as it was sent.
    pub data: Box<RawValue>,
}

/// A user as stored. The order of the fields is the order on the wire.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct User {
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last written.
    pub updated_at: Timestamp,
    /// The id.
    pub id: String,
    /// The data, as it was sent.
    #[schema(value_type = Object)]
    pub data: Box<RawValue>,
}

/// What became of a request to create a user.
#[derive(Debug, Clone)]
pub enum Creation {
    /// The user is new.
    Created(User),
    /// A user with the id existed, and is unchanged.
    Existed(User),
}

/// How many follows touch a user, as `with_follow_counts` counts them.
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
    /// Whose feed it is, as a rule the id of a user.
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

/// A part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// How many come before it.
    pub offset: u32,
    /// How many there are in it, at most.
    pub limit: u32,
}

/// A report about a user, activity or reaction, checked.
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

/// A point in time, in microseconds since 1970. On the wire `2020-06-25T08:08:31.367794Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String, format = DateTime)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The time by the clock of this machine.
    pub fn now() -> Self {
        let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(elapsed.as_micros()).unwrap_or_default())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let time = UNIX_EPOCH + Duration::from_micros(u64::try_from(self.0).unwrap_or_default());
        serializer.collect_str(&humantime::format_rfc3339_micros(time))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_has_six_digits_and_a_z() {
        let text = |micros| serde_json::to_string(&Timestamp(micros)).unwrap();
        assert_eq!(text(1_593_072_511_367_794), r#""2020-06-25T08:08:31.367794Z""#);
        assert_eq!(text(1_593_072_511_000_000), r#""2020-06-25T08:08:31.000000Z""#);
        assert_eq!(text(0), r#""1970-01-01T00:00:00.000000Z""#);
    }
}
