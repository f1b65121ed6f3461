//! Where users are kept: what a database has to do for the server, whichever database it is.
//!
//! ```text
//! mod.rs       the traits, one for each subject, and `open`
//! model.rs     what is stored            error.rs     why it was not
//! klaim.rs     the same for the second service
//! schema.rs    the tables, one list for both databases
//! sqlite/      the embedded default      postgres/    beyond one machine
//! ```
//!
//! To add a subject, say polls: append its tables to `schema.rs`; write a trait `Polls` here and name it in [`Store`];
//! implement it in `sqlite/polls.rs` and `postgres/polls.rs`, on `read` and `write` of each; test it over both in
//! `tests/store.rs`.

mod error;
mod klaim;
mod location;
mod model;
pub mod postgres;
mod schema;
pub mod sqlite;

use async_trait::async_trait;
use serde_json::value::RawValue;

pub use error::StoreError;
pub use klaim::{KlaimChanges, KlaimUser, KlaimUsers, Taken};
pub use location::{Location, open};
pub use model::{Activity, Creation, FeedName, Flag, FollowCounts, NewFlag, NewUser, Page, Timestamp, User};
pub use schema::Newer;

/// A database with everything that the server keeps.
///
/// Every method is one transaction; a write is on disk when its method returns. `app` is the key of an application:
/// what belongs to different applications is apart.
#[async_trait]
pub trait Store: Users + Feeds + Follows + Flags + KlaimUsers + Send + Sync + 'static {
    /// Whether the database answers.
    async fn check(&self) -> Result<(), StoreError>;

    /// How many operations wait for the database: for the thread that writes, or for a connection.
    fn waiting(&self) -> usize;

    /// Finishes what was accepted and closes the database; later writes fail.
    async fn close(&self) -> Result<(), StoreError>;
}

/// The users.
#[async_trait]
pub trait Users {
    /// Creates the user, unless one with its id exists.
    async fn create(&self, app: &str, user: NewUser) -> Result<Creation, StoreError>;

    /// The user with this id.
    async fn get(&self, app: &str, id: &str) -> Result<Option<User>, StoreError>;

    /// Replaces the data of a user, with an `updated_at` later than the one before. `None`: no such user.
    async fn update(&self, app: &str, id: &str, data: Box<RawValue>) -> Result<Option<User>, StoreError>;

    /// Deletes the user; whether there was one.
    async fn delete(&self, app: &str, id: &str) -> Result<bool, StoreError>;

    /// Creates the users in turn; those that exist are replaced if `replace`, else left. Those written are returned,
    /// each id once.
    async fn create_many(&self, app: &str, users: Vec<NewUser>, replace: bool) -> Result<Vec<User>, StoreError>;

    /// Those of the users that exist, in the order of `ids`.
    async fn get_many(&self, app: &str, ids: &[String]) -> Result<Vec<User>, StoreError>;

    /// Deletes those of the users that exist.
    async fn delete_many(&self, app: &str, ids: &[String]) -> Result<(), StoreError>;
}

/// What is in the feeds.
#[async_trait]
pub trait Feeds {
    /// Adds the activities to their feeds.
    async fn add_activities(&self, app: &str, activities: Vec<Activity>) -> Result<(), StoreError>;

    /// What was added to the feed and to those that it follows, the latest first.
    async fn read_feed(&self, app: &str, feed: &FeedName, page: Page) -> Result<Vec<Activity>, StoreError>;
}

/// Who follows whom.
#[async_trait]
pub trait Follows {
    /// Lets `source` follow `target`; nothing changes where it does already.
    async fn follow(&self, app: &str, source: &FeedName, target: &FeedName) -> Result<(), StoreError>;

    /// Lets `source` no longer follow `target`.
    async fn unfollow(&self, app: &str, source: &FeedName, target: &FeedName) -> Result<(), StoreError>;

    /// The follows between timelines and this user.
    async fn follow_counts(&self, app: &str, id: &str) -> Result<FollowCounts, StoreError>;
}

/// Reports to moderators.
#[async_trait]
pub trait Flags {
    /// Records a flag.
    async fn flag(&self, app: &str, flag: NewFlag) -> Result<Flag, StoreError>;
}
