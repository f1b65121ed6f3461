//! The database that `--database` names, and how to open it.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::Store;
use super::postgres::{DatabaseUrl, Postgres};
use super::sqlite::Sqlite;

const FORMS: &str = "use sqlite:PATH, sqlite::memory: or postgres://USER:PASSWORD@HOST/DATABASE";

/// A database that is named but not opened. Its text form contains no password.
#[derive(Debug, Clone)]
pub enum Location {
    /// An SQLite file.
    File(PathBuf),
    /// SQLite in memory, which is gone when the server stops.
    Memory,
    /// PostgreSQL, or a database that speaks its protocol.
    Postgres(Box<DatabaseUrl>),
}

impl Location {
    /// Reads `sqlite:PATH`, `sqlite::memory:` or `postgres://…`.
    ///
    /// # Errors
    /// One line for the person who started the server, without the password.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return DatabaseUrl::parse(text).map(Box::new).map(Location::Postgres);
        }
        let Some(path) = text.strip_prefix("sqlite:") else {
            // Only the scheme is repeated: what follows it may contain a password.
            let scheme = text.split_once("://").map_or(text, |(scheme, _)| scheme);
            return Err(format!("unknown database {scheme:?}, {FORMS}"));
        };
        // Some people write `sqlite:///absolute` and `sqlite://relative`, so both are accepted.
        match path.strip_prefix("//").unwrap_or(path) {
            ":memory:" => Ok(Location::Memory),
            "" => Err(format!("the database has no path, {FORMS}")),
            path if path.starts_with(':') => Err(format!(
                "the path of a database may not begin with a colon, but is {path:?}: the one in memory is sqlite::memory:"
            )),
            path if path.contains('?') => Err(format!(
                "the path of a database may not hold a question mark, but is {path:?}: it takes no parameters"
            )),
            path => Ok(Location::File(path.into())),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::File(path) => write!(f, "sqlite:{}", path.display()),
            Location::Memory => f.write_str("sqlite::memory:"),
            Location::Postgres(url) => url.fmt(f),
        }
    }
}

/// Opens the database. A missing file is created, and the tables are brought up to date.
///
/// # Errors
/// One line for the person who started the server.
pub async fn open(location: &Location) -> Result<Arc<dyn Store>, String> {
    let opened: Result<Arc<dyn Store>, String> = match location {
        Location::File(path) => Sqlite::open(path).map(share).map_err(|error| error.to_string()),
        Location::Memory => Sqlite::in_memory().map(share).map_err(|error| error.to_string()),
        Location::Postgres(url) => Postgres::open(url).await.map(share).map_err(|error| error.to_string()),
    };
    opened.map_err(|error| format!("cannot open the database {location}: {error}"))
}

fn share<S: Store>(store: S) -> Arc<dyn Store> {
    Arc::new(store)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_a_path_or_memory_or_a_url() {
        for (text, shown) in [
            ("sqlite::memory:", "sqlite::memory:"),
            ("sqlite:users.db", "sqlite:users.db"),
            ("sqlite:///srv/users.db", "sqlite:/srv/users.db"),
            ("sqlite://users.db", "sqlite:users.db"),
            ("postgres://me:canary@db.example/users", "postgres://db.example:5432/users"),
            ("postgresql://me:canary@db.example:1234/users?sslmode=require", "postgres://db.example:1234/users"),
        ] {
            assert_eq!(Location::parse(text).unwrap().to_string(), shown);
        }
    }

    #[test]
    fn anything_else_is_refused_without_repeating_a_password() {
        for (text, refusal) in [
            ("users.db", format!("unknown database \"users.db\", {FORMS}")),
            ("mysql://me:canary@db/users", format!("unknown database \"mysql\", {FORMS}")),
            ("sqlite:", format!("the database has no path, {FORMS}")),
            (
                "sqlite::memory",
                "the path of a database may not begin with a colon, but is \":memory\": the one in memory is sqlite::memory:".into(),
            ),
            (
                "sqlite::MEMORY:",
                "the path of a database may not begin with a colon, but is \":MEMORY:\": the one in memory is sqlite::memory:".into(),
            ),
            (
                "sqlite:x.db?mode=ro",
                "the path of a database may not hold a question mark, but is \"x.db?mode=ro\": it takes no parameters".into(),
            ),
        ] {
            assert_eq!(Location::parse(text).unwrap_err(), refusal);
        }
    }
}
