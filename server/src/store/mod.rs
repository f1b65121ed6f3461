//! The store: the two databases that do what `user_handle_service::store` asks of one. Nothing here knows HTTP.
//!
//! ```text
//! mod.rs         what else the server needs of one    schema.rs    the tables, one list for both databases
//! listing.rs     the statements that list users
//! location.rs    which database to open               health.rs    whether a database does its work
//! sqlite/        the embedded default                 postgres/    for several servers that share one database
//! ```
//!
//! Files of the same name in `sqlite/` and `postgres/` do the same job. To add a subject, say polls: append its tables to
//! `schema.rs`; write a trait `Polls` in `service/src/store/mod.rs` and add it to [`Store`]; implement it in `sqlite/polls.rs` and
//! `postgres/polls.rs` with `read` and `write`; test it over both databases in `tests/store.rs`.

mod health;
mod listing;
mod location;
pub mod postgres;
mod schema;
pub mod sqlite;

use async_trait::async_trait;

pub use health::Health;
pub use location::{Location, open};
pub use schema::Newer;
pub use user_handle_service::store::{
    Activity, Creation, FeedName, Feeds, Flag, Flags, FollowCounts, Follows, KlaimChanges, KlaimUser, KlaimUsers,
    ListPage, ListRequest, Listing, NewFlag, NewUser, Order, Page, Position, SortBy, StoreError, Taken, Timestamp,
    User, Users,
};

/// A database with everything that the server stores.
///
/// Every method is one transaction, and a write is on disk when its method returns. `app` is the key of an application.
/// Applications do not see each other's data.
#[async_trait]
pub trait Store: Users + Feeds + Follows + Flags + KlaimUsers + Listing + Send + Sync + 'static {
    /// Whether reads and writes work. The answer takes a second at most.
    async fn check(&self) -> Health;

    /// How many operations are waiting for the database: for the writer thread, or for a connection.
    fn waiting(&self) -> usize;

    /// Finishes the operations that were accepted, and closes the database. Later writes fail.
    async fn close(&self) -> Result<(), StoreError>;
}
