//! Which database `--database` names, and opening it.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::Store;
use super::postgres::{Postgres, Target};
use super::sqlite::Sqlite;

const FORMS: &str = "use sqlite:PATH, sqlite::memory: or postgres://USER:PASSWORD@HOST/DATABASE";

/// A database, named but not opened. Its text form has no password.
#[derive(Debug, Clone)]
pub enum Location {
    /// An SQLite file.
    File(PathBuf),
    /// SQLite in memory, gone when the server stops.
    Memory,
    /// PostgreSQL, or what speaks its protocol.
    Postgres(Box<Target>),
}

impl Location {
    /// Reads `sqlite:PATH`, `sqlite::memory:` or `postgres://…`.
    ///
    /// # Errors
    /// One line for the person who started the server, without the password.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Target::parse(text).map(Box::new).map(Location::Postgres);
        }
        let Some(path) = text.strip_prefix("sqlite:") else {
            // Not repeated beyond the scheme: what follows may hold a password.
            let scheme = text.split_once("://").map_or(text, |(scheme, _)| scheme);
            return Err(format!("unknown database {scheme:?}, {FORMS}"));
        };
        // `sqlite:///absolute` and `sqlite://relative` are written by some, so they are taken too.
        match path.strip_prefix("//").unwrap_or(path) {
            ":memory:" => Ok(Location::Memory),
            "" => Err(format!("the database has no path, {FORMS}")),
            path => Ok(Location::File(path.into())),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::File(path) => write!(f, "sqlite:{}", path.display()),
            Location::Memory => f.write_str("sqlite::memory:"),
            Location::Postgres(target) => target.fmt(f),
        }
    }
}

/// Opens the database; a file is created where it is missing, and tables that are missing are created.
///
/// # Errors
/// One line for the person who started the server.
pub async fn open(location: &Location) -> Result<Arc<dyn Store>, String> {
    let opened: Result<Arc<dyn Store>, String> = match location {
        Location::File(path) => Sqlite::open(path).map(share).map_err(|error| error.to_string()),
        Location::Memory => Sqlite::in_memory().map(share).map_err(|error| error.to_string()),
        Location::Postgres(target) => Postgres::open(target).await.map(share).map_err(|error| error.to_string()),
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
        ] {
            assert_eq!(Location::parse(text).unwrap_err(), refusal);
        }
    }
}
