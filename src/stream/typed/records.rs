//! The records of Stream's users API.

use alloc::string::String;
use alloc::vec::Vec;

/// A user as the service returns it.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Record<Data> {
    /// The id.
    pub id: String,
    /// When it was created: RFC 3339, UTC, six fractional digits.
    pub created_at: String,
    /// When its data was last replaced, in the same form.
    pub updated_at: String,
    /// The data.
    pub data: Data,
    /// Only when asked for: how many `timeline` feeds follow this user's `user` feed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub followers_count: Option<u64>,
    /// Only when asked for: how many `user` feeds this user's `timeline` feed follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub following_count: Option<u64>,
}

/// What a deletion answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deleted {
    /// The user was gone before this answer arrived: an earlier attempt of the same call removed it.
    pub already_gone: bool,
}

/// A user for a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct NewUser<Data> {
    /// The id.
    pub id: String,
    /// The data; the service stores `{}` where it is missing.
    pub data: Option<Data>,
}

/// What `addUsers` answers.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
pub struct AddedUsers<Data> {
    /// The users that were created or replaced.
    pub created_users: Vec<Record<Data>>,
}

/// What `getUsers` answers; users that do not exist are left out.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
pub struct FoundUsers<Data> {
    /// The users that exist.
    pub users: Vec<Record<Data>>,
}

/// What `deleteUsers` answers.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
pub struct DeletedUsers {
    /// The ids that were asked for.
    pub deleted_user_ids: Vec<String>,
}

/// Who flags a user, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlagOptions {
    /// Why, in words.
    pub reason: Option<String>,
    /// The user who reports.
    pub user_id: Option<String>,
}
