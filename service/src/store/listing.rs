//! Lists of users, page by page: what is asked for, and what a store gives back.

use async_trait::async_trait;

use super::{KlaimUser, StoreError, User};

/// The most users that are counted. More take a database longer than the page itself.
pub const MAX_COUNTED: u32 = 50_000;

/// The most users that a store looks at for a page of those that match, so that a page takes a bounded time.
pub const MAX_EXAMINED: u32 = 20_000;

/// Lists of users, for whoever runs the server. Every user is in a list once, but those that are written while it is read: they may
/// be missing or, where an update moves them, there twice.
#[async_trait]
pub trait Listing {
    /// A page of the users of Stream's API.
    async fn list_users(&self, app: &str, request: &ListRequest) -> Result<ListPage<User>, StoreError>;

    /// How many users of Stream's API have an id that begins with `prefix`. `None`: more than [`MAX_COUNTED`].
    async fn count_users(&self, app: &str, prefix: &str) -> Result<Option<u32>, StoreError>;

    /// A page of the users of Klaim's API. Their id is the `user_id`, and they have no time of an update.
    async fn list_klaim_users(&self, app: &str, request: &ListRequest) -> Result<ListPage<KlaimUser>, StoreError>;

    /// How many users of Klaim's API have a `user_id` that begins with `prefix`. `None`: more than [`MAX_COUNTED`].
    async fn count_klaim_users(&self, app: &str, prefix: &str) -> Result<Option<u32>, StoreError>;
}

/// A page to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRequest {
    /// The order of the list.
    pub order: Order,
    /// What the ids begin with, byte for byte; empty for all.
    pub prefix: String,
    /// A text in what is stored of the user, in which A to Z are the same as a to z; empty for all.
    pub search: String,
    /// Where the page before ended. `None`: this is the first.
    pub after: Option<Position>,
    /// The most users on the page.
    pub limit: u32,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// What the users are sorted by.
    pub by: SortBy,
    /// The last first.
    pub descending: bool,
}

/// What users are sorted by. Ids are compared byte by byte. Users with the same time are sorted by their id, Klaim's by their
/// `klaim_id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortBy {
    /// The id.
    Id,
    /// When they were created.
    CreatedAt,
    /// When they were last written.
    UpdatedAt,
}

/// The place of a user in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The time that the list is sorted by, as stored; 0 where it is sorted by id.
    pub time: i64,
    /// The id that the list is sorted by, or that tells users with the same time apart.
    pub id: String,
}

/// A page of a list.
#[derive(Debug, Clone)]
pub struct ListPage<U> {
    /// The users. They may be fewer than the page has room for, although others follow.
    pub users: Vec<U>,
    /// Where the next page begins. `None`: no users follow.
    pub next: Option<Position>,
}
