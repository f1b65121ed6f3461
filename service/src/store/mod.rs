//! What is stored, and what a store has to do for the operations: the traits, one for each subject. `app` is the key of an
//! application. Applications do not see each other's data.

mod error;
mod klaim;
mod listing;
mod model;

use async_trait::async_trait;
use serde_json::value::RawValue;

pub use error::StoreError;
pub use klaim::{KlaimChanges, KlaimUser, KlaimUsers, Taken, UniqueValue, unique_values};
pub use listing::{ListPage, ListRequest, Listing, MAX_COUNTED, MAX_EXAMINED, Order, Position, SortBy};
pub use model::{Activity, Creation, FeedName, Flag, FollowCounts, NewFlag, NewUser, Page, Timestamp, User};

/// The users.
#[async_trait]
pub trait Users {
    /// Creates the user, unless one with its id exists.
    async fn create(&self, app: &str, user: NewUser) -> Result<Creation, StoreError>;

    /// The user with this id.
    async fn get(&self, app: &str, id: &str) -> Result<Option<User>, StoreError>;

    /// Replaces the data of a user. Its `updated_at` increases with every update. `None`: there is no such user.
    async fn update(&self, app: &str, id: &str, data: Box<RawValue>) -> Result<Option<User>, StoreError>;

    /// Deletes the user. Returns whether there was one.
    async fn delete(&self, app: &str, id: &str) -> Result<bool, StoreError>;

    /// Creates the users in order. Users that exist are replaced if `replace` is set, and otherwise left unchanged. Returns
    /// the users that were written, each id once.
    async fn create_many(&self, app: &str, users: Vec<NewUser>, replace: bool) -> Result<Vec<User>, StoreError>;

    /// The users with these ids, in the order of `ids`. Ids without a user are left out.
    async fn get_many(&self, app: &str, ids: &[String]) -> Result<Vec<User>, StoreError>;

    /// Deletes the users with these ids. Ids without a user are ignored.
    async fn delete_many(&self, app: &str, ids: &[String]) -> Result<(), StoreError>;
}

/// Activities in feeds.
#[async_trait]
pub trait Feeds {
    /// Adds the activities to their feeds.
    async fn add_activities(&self, app: &str, activities: Vec<Activity>) -> Result<(), StoreError>;

    /// The activities of the feed and of the feeds that it follows, the latest first.
    async fn read_feed(&self, app: &str, feed: &FeedName, page: Page) -> Result<Vec<Activity>, StoreError>;
}

/// Follows between feeds.
#[async_trait]
pub trait Follows {
    /// Makes `source` follow `target`. Nothing changes if it does already.
    async fn follow(&self, app: &str, source: &FeedName, target: &FeedName) -> Result<(), StoreError>;

    /// Makes `source` no longer follow `target`.
    async fn unfollow(&self, app: &str, source: &FeedName, target: &FeedName) -> Result<(), StoreError>;

    /// How many `timeline` feeds follow the user, and how many users its own `timeline` follows.
    async fn follow_counts(&self, app: &str, id: &str) -> Result<FollowCounts, StoreError>;
}

/// Flags: reports to moderators.
#[async_trait]
pub trait Flags {
    /// Records a flag.
    async fn flag(&self, app: &str, flag: NewFlag) -> Result<Flag, StoreError>;
}
