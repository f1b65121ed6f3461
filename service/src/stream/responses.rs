//! The response bodies of Stream's API. Their fields are in the order in which they are sent.

use std::time::{Duration, UNIX_EPOCH};

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::store::{Flag, FollowCounts, Timestamp, User};

/// A point in time, in microseconds since 1970. On the wire `2020-06-25T08:08:31.367794Z`.
#[derive(Clone, Copy, ToSchema)]
#[schema(as = Timestamp, value_type = String, format = DateTime)]
pub struct TimeResponse(Timestamp);

impl Serialize for TimeResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format_time(self.0))
    }
}

/// RFC 3339 in UTC, with six digits after the second.
pub fn format_time(time: Timestamp) -> String {
    let since_epoch = Duration::from_micros(u64::try_from(time.0).unwrap_or_default());
    humantime::format_rfc3339_micros(UNIX_EPOCH + since_epoch).to_string()
}

/// A user as stored. The order of the fields is the order on the wire.
#[derive(Serialize, ToSchema)]
#[schema(as = User)]
pub struct UserResponse {
    /// When it was created.
    created_at: TimeResponse,
    /// When it was last written.
    updated_at: TimeResponse,
    /// The id.
    id: String,
    /// The data, as it was sent.
    #[schema(value_type = Object)]
    data: Box<RawValue>,
}

impl From<User> for UserResponse {
    fn from(user: User) -> Self {
        let User { created_at, updated_at, id, data } = user;
        UserResponse { created_at: TimeResponse(created_at), updated_at: TimeResponse(updated_at), id, data }
    }
}

/// A user, with follow counts where they were asked for.
#[derive(Serialize, ToSchema)]
#[schema(as = Profile)]
pub struct ProfileResponse {
    #[serde(flatten)]
    user: UserResponse,
    /// `timeline` feeds that follow the user's `user` feed.
    #[serde(skip_serializing_if = "Option::is_none")]
    followers_count: Option<u32>,
    /// `user` feeds that the user's `timeline` feed follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    following_count: Option<u32>,
}

impl ProfileResponse {
    /// The user, with its follow counts if there are any.
    pub fn new(user: User, counts: Option<FollowCounts>) -> Self {
        ProfileResponse {
            user: user.into(),
            followers_count: counts.map(|counts| counts.followers_count),
            following_count: counts.map(|counts| counts.following_count),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = CreatedUsers)]
#[allow(missing_docs, reason = "it would be a description in the document")]
pub struct CreatedUsersResponse {
    pub(crate) created_users: Vec<UserResponse>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Users)]
#[allow(missing_docs, reason = "it would be a description in the document")]
pub struct UsersResponse {
    pub(crate) users: Vec<UserResponse>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = DeletedUserIds)]
#[allow(missing_docs, reason = "it would be a description in the document")]
pub struct DeletedUsersResponse {
    pub(crate) deleted_user_ids: Vec<String>,
}

/// A page of the list for the console.
#[derive(Serialize, ToSchema)]
#[schema(as = ListedUsers)]
pub struct ListedUsersResponse {
    /// They may be fewer than `limit` where others follow.
    #[schema(max_items = 100)]
    pub(crate) users: Vec<UserResponse>,
    /// The `after` of the next page; `null` where no users follow.
    #[schema(required)]
    pub(crate) next: Option<String>,
    /// How many users have the `prefix`; `null` where they are over 50 000, and on all pages but the first.
    #[schema(required)]
    pub(crate) total: Option<u32>,
}

/// A flag as Stream's JavaScript types describe it.
#[derive(Serialize, ToSchema)]
#[schema(as = FlagAnswer)]
pub struct FlagResponse {
    created_at: TimeResponse,
    flag_id: String,
    target_user_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    flagged_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl From<Flag> for FlagResponse {
    fn from(flag: Flag) -> Self {
        let Flag { id, created_at, content } = flag;
        FlagResponse {
            created_at: TimeResponse(created_at),
            flag_id: id,
            target_user_id: content.entity_id,
            flagged_by: content.user_id,
            reason: content.reason,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_has_six_digits_and_a_z() {
        let text = |micros| serde_json::to_string(&TimeResponse(Timestamp(micros))).unwrap();
        assert_eq!(text(1_593_072_511_367_794), r#""2020-06-25T08:08:31.367794Z""#);
        assert_eq!(text(1_593_072_511_000_000), r#""2020-06-25T08:08:31.000000Z""#);
        assert_eq!(text(0), r#""1970-01-01T00:00:00.000000Z""#);
    }
}
