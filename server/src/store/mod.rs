//! Where users are kept: what a database has to do for the server, whichever database it is.

pub mod sqlite;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// A database of users. Every method is one transaction; a write is on disk when its method returns.
///
/// `app` is the key of an application: users of different applications are apart.
#[async_trait]
pub trait Store: Send + Sync + 'static {
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

    /// The follows between timelines and this user.
    async fn follow_counts(&self, app: &str, id: &str) -> Result<FollowCounts, StoreError>;

    /// Records a flag.
    async fn flag(&self, app: &str, flag: NewFlag) -> Result<Flag, StoreError>;

    /// Whether the database answers.
    async fn check(&self) -> Result<(), StoreError>;

    /// Finishes what was accepted and closes the database; later writes fail.
    async fn close(&self) -> Result<(), StoreError>;
}

/// A user as given by the caller, checked.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The id, valid.
    pub id: String,
    /// The data: the text of a JSON object, as it was sent.
    pub data: Box<RawValue>,
}

/// A user as stored. The order of the fields is the order on the wire.
#[derive(Debug, Clone, Serialize)]
pub struct User {
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last written.
    pub updated_at: Timestamp,
    /// The id.
    pub id: String,
    /// The data, as it was sent.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FollowCounts {
    /// `timeline` feeds that follow the user's `user` feed.
    pub followers_count: u32,
    /// `user` feeds that the user's `timeline` feed follows.
    pub following_count: u32,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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

/// Opens the database that `location` names: `sqlite:PATH` or `sqlite::memory:`.
///
/// # Errors
/// One line for the person who started the server.
pub fn open(location: &str) -> Result<Arc<dyn Store>, String> {
    let Some(path) = location.strip_prefix("sqlite:") else {
        return Err(format!("unknown database {location:?}, use sqlite:PATH or sqlite::memory:"));
    };
    // `sqlite:///absolute` and `sqlite://relative` are written by some, so they are taken too.
    let opened = match path.strip_prefix("//").unwrap_or(path) {
        ":memory:" => sqlite::Sqlite::in_memory(),
        "" => return Err("the database has no path, use sqlite:PATH or sqlite::memory:".into()),
        path => sqlite::Sqlite::open(Path::new(path)),
    };
    match opened {
        Ok(store) => Ok(Arc::new(store)),
        Err(error) => Err(format!("cannot open the database {location}: {error}")),
    }
}

/// Why the database did not do its work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Too much waits already, or another process holds the database.
    #[error("the database is busy, retry later")]
    Busy,
    /// The disk is full.
    #[error("the disk of the database is full")]
    Full,
    /// The server is shutting down.
    #[error("the server is shutting down")]
    Closed,
    /// Anything else. The text is for the log.
    #[error("{0}")]
    Failed(String),
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
