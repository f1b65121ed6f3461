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
pub use model::{Creation, Flag, FollowCounts, NewFlag, NewUser, Timestamp, User};
pub use schema::Newer;

/// A database with everything that the server keeps.
///
/// Every method is one transaction; a write is on disk when its method returns. `app` is the key of an application:
/// what belongs to different applications is apart.
#[async_trait]
pub trait Store: Users + Follows + Flags + KlaimUsers + Send + Sync + 'static {
    /// Whether the database answers.
    async fn check(&self) -> Result<(), StoreError>;

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

/// Who follows whom.
#[async_trait]
pub trait Follows {
    /// The follows between timelines and this user.
    async fn follow_counts(&self, app: &str, id: &str) -> Result<FollowCounts, StoreError>;
}

/// Reports to moderators.
#[async_trait]
pub trait Flags {
    /// Records a flag.
    async fn flag(&self, app: &str, flag: NewFlag) -> Result<Flag, StoreError>;
}
