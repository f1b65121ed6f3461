//! The response bodies of Klaim's API.

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::store::KlaimUser;

/// What was done, as successful responses say it: a user was added.
pub const CREATED: &str = "resource created successfully";

/// The same of all else.
pub const FETCHED: &str = "fetch resource successfully";

/// A successful answer: a message that says what was done, then the fields of `T`.
#[derive(Serialize)]
pub struct WithMessage<T> {
    /// What was done.
    pub message: &'static str,
    /// The answer.
    #[serde(flatten)]
    pub body: T,
}

/// The body of every error of Klaim's API.
#[derive(Serialize, ToSchema)]
#[schema(as = KlaimErrorBody)]
pub struct ErrorBody<'a> {
    /// What is wrong.
    pub message: &'a str,
}

/// A user that was just added.
// The fields are in the order of the samples in the manual.
#[derive(Serialize, ToSchema)]
#[schema(as = KlaimAddedUser)]
pub struct AddedUserResponse {
    /// The caller's id, or where none was given, `klaim_id`.
    #[schema(min_length = 1)]
    user_id: String,
    /// The id that the service made.
    #[schema(pattern = "^[0-9]{13}_[0-9A-Za-z]{5}$")]
    klaim_id: String,
    #[schema(max_length = 254)]
    email: String,
    credit_balance: i64,
    /// In milliseconds since the Unix epoch.
    created_at: i64,
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[schema(value_type = Object, required = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Box<RawValue>>,
}

impl From<KlaimUser> for AddedUserResponse {
    fn from(user: KlaimUser) -> Self {
        let KlaimUser { klaim_id, user_id, email, name, metadata, credit_balance, created_at } = user;
        AddedUserResponse { user_id, klaim_id, email, credit_balance, created_at, name, metadata }
    }
}

/// A user as it is read, with where it came from.
#[derive(Serialize, ToSchema)]
#[schema(as = KlaimUser)]
pub struct UserResponse {
    #[serde(flatten)]
    user: AddedUserResponse,
    #[schema(pattern = "^api$")]
    acquisition_source: &'static str,
}

impl From<KlaimUser> for UserResponse {
    fn from(user: KlaimUser) -> Self {
        UserResponse { user: AddedUserResponse::from(user), acquisition_source: "api" }
    }
}

/// The credits of a user.
#[derive(Serialize, ToSchema)]
#[schema(as = KlaimCredits)]
pub struct CreditsResponse {
    pub(crate) credit_balance: i64,
}

/// Users, in the order in which they were added.
#[derive(Serialize, ToSchema)]
#[schema(as = KlaimUsers)]
pub struct PageResponse {
    #[schema(max_items = 100)]
    pub(crate) data: Vec<UserResponse>,
    #[schema(nullable = false)]
    #[serde(rename = "lastKey", skip_serializing_if = "Option::is_none")]
    pub(crate) last_key: Option<LastKey>,
}

/// A page of the list for the console.
#[derive(Serialize, ToSchema)]
#[schema(as = KlaimListedUsers)]
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

/// Where the next page begins.
// The manual documents the names, but not the values.
#[derive(Serialize, ToSchema)]
#[schema(as = KlaimLastKey)]
pub struct LastKey {
    #[schema(pattern = "^klaim$")]
    pub(crate) prefix_app_id: &'static str,
    #[schema(pattern = "^[0-9]{13}_[0-9A-Za-z]{5}$")]
    pub(crate) type_id: String,
}
