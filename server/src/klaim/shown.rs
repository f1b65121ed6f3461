//! The answers of Klaim's API.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::answer::json;
use crate::store::KlaimUser;

/// A success: what was done, then the fields of `T`.
pub(super) struct Klaim<T>(pub &'static str, pub T);

impl<T: Serialize> IntoResponse for Klaim<T> {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct WithMessage<T> {
            message: &'static str,
            #[serde(flatten)]
            body: T,
        }
        let Klaim(message, body) = self;
        json(StatusCode::OK, &WithMessage { message, body })
    }
}

/// A user that was just added.
// The order of the fields is that of the manual's samples.
#[derive(Serialize, ToSchema)]
#[schema(as = KlaimAddedUser)]
pub(super) struct Added {
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

impl From<KlaimUser> for Added {
    fn from(user: KlaimUser) -> Self {
        let KlaimUser { klaim_id, user_id, email, name, metadata, credit_balance, created_at } = user;
        Added { user_id, klaim_id, email, credit_balance, created_at, name, metadata }
    }
}

/// A user as it is read, with where it came from.
#[derive(Serialize, ToSchema)]
#[schema(as = KlaimUser)]
pub(super) struct Shown {
    #[serde(flatten)]
    user: Added,
    #[schema(pattern = "^api$")]
    acquisition_source: &'static str,
}

/// Everybody here came by the API.
impl From<KlaimUser> for Shown {
    fn from(user: KlaimUser) -> Self {
        Shown { user: Added::from(user), acquisition_source: "api" }
    }
}

/// The credits of a user.
#[derive(Serialize, ToSchema)]
#[schema(as = KlaimCredits)]
pub(super) struct Credits {
    pub credit_balance: i64,
}

/// Users, in the order in which they were added.
#[derive(Serialize, ToSchema)]
#[schema(as = KlaimUsers)]
pub(super) struct Page {
    #[schema(max_items = 100)]
    pub data: Vec<Shown>,
    #[schema(nullable = false)]
    #[serde(rename = "lastKey", skip_serializing_if = "Option::is_none")]
    pub last_key: Option<LastKey>,
}

/// Where the next page begins.
// The names are documented, what they hold is not.
#[derive(Serialize, ToSchema)]
#[schema(as = KlaimLastKey)]
pub(super) struct LastKey {
    #[schema(pattern = "^klaim$")]
    pub prefix_app_id: &'static str,
    #[schema(pattern = "^[0-9]{13}_[0-9A-Za-z]{5}$")]
    pub type_id: String,
}
