//! The tables: one list for every database, in the SQL that SQLite and PostgreSQL have in common.
//!
//! To add a table, append a migration: a list of statements that do nothing when they run again (`IF NOT EXISTS`). Never
//! edit a migration that was released. CockroachDB, YugabyteDB and Citus must accept them too, so: `TEXT` and `BIGINT`
//! columns, times in microseconds ([`Timestamp`](super::Timestamp)), a primary key of `TEXT` columns that begins with the
//! application, no `SERIAL`, and no unique key without the id that rows are distributed by. What the databases write differently
//! is in the `migrate.rs` of each, with the version that it belongs to.

/// The migrations in their order. The version of a database is how many of them it has.
pub(super) const MIGRATIONS: &[&[&str]] = &[
    &[
        "CREATE TABLE IF NOT EXISTS users (
        app TEXT NOT NULL,
        id TEXT NOT NULL,
        data TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL,
        PRIMARY KEY (app, id)
    )",
        "CREATE TABLE IF NOT EXISTS follows (
        app TEXT NOT NULL,
        source_group TEXT NOT NULL,
        source_id TEXT NOT NULL,
        target_group TEXT NOT NULL,
        target_id TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        PRIMARY KEY (app, source_group, source_id, target_group, target_id)
    )",
        "CREATE INDEX IF NOT EXISTS follows_by_target ON follows (app, target_group, target_id, source_group)",
        "CREATE TABLE IF NOT EXISTS flags (
        app TEXT NOT NULL,
        id TEXT NOT NULL,
        entity_type TEXT NOT NULL,
        entity_id TEXT NOT NULL,
        user_id TEXT,
        reason TEXT,
        created_at BIGINT NOT NULL,
        PRIMARY KEY (app, id)
    )",
    ],
    &[
        "CREATE TABLE IF NOT EXISTS activities (
        app TEXT NOT NULL,
        feed_group TEXT NOT NULL,
        feed_id TEXT NOT NULL,
        id TEXT NOT NULL,
        time BIGINT NOT NULL,
        fields TEXT NOT NULL,
        PRIMARY KEY (app, feed_group, feed_id, id)
    )",
        "CREATE INDEX IF NOT EXISTS activities_by_time ON activities (app, feed_group, feed_id, time, id)",
    ],
    // Klaim's users, and the values that no two of them may share: `kind` is `email` or `id`. These are a table of their own,
    // because a unique key of `klaim_users` would have to contain the id that rows are distributed by.
    &[
        "CREATE TABLE IF NOT EXISTS klaim_users (
        app TEXT NOT NULL,
        klaim_id TEXT NOT NULL,
        user_id TEXT NOT NULL,
        email TEXT NOT NULL,
        name TEXT,
        metadata TEXT,
        credit_balance BIGINT NOT NULL,
        created_at BIGINT NOT NULL,
        PRIMARY KEY (app, klaim_id)
    )",
        "CREATE TABLE IF NOT EXISTS klaim_names (
        app TEXT NOT NULL,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        klaim_id TEXT NOT NULL,
        PRIMARY KEY (app, kind, name)
    )",
        "CREATE INDEX IF NOT EXISTS klaim_names_by_user ON klaim_names (app, klaim_id)",
    ],
    // For lists of users in the order of a time. Those by id are in each database.
    &[
        "CREATE INDEX IF NOT EXISTS users_by_creation ON users (app, created_at, id)",
        "CREATE INDEX IF NOT EXISTS users_by_update ON users (app, updated_at, id)",
        "CREATE INDEX IF NOT EXISTS klaim_users_by_creation ON klaim_users (app, created_at, klaim_id)",
    ],
];

/// The names of the tables.
pub(super) const TABLES: &[&str] = &["users", "follows", "flags", "activities", "klaim_users", "klaim_names"];

/// The version of a database that has all migrations.
pub(super) const VERSION: i64 = MIGRATIONS.len() as i64;

/// The migrations that a database of this version lacks, each with the version that it leads to.
///
/// # Errors
/// A newer version of this server wrote the database, and may store things differently.
pub(super) fn missing(version: i64) -> Result<impl Iterator<Item = (i64, &'static [&'static str])>, Newer> {
    if version > VERSION {
        return Err(Newer(version));
    }
    Ok((1..).zip(MIGRATIONS.iter().copied()).filter(move |(to, _)| *to > version))
}

/// Those of the statements that belong to this version.
pub(super) fn of_version(
    statements: &'static [(i64, &'static str)],
    version: i64,
) -> impl Iterator<Item = &'static str> {
    statements.iter().filter(move |(of, _)| *of == version).map(|(_, statement)| *statement)
}

/// A newer version of this server wrote the database.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("it was written by a newer version of this server (format {0}, this one knows {VERSION})")]
pub struct Newer(i64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_the_tables_are_those_of_the_migrations() {
        let statements = MIGRATIONS.iter().copied().flatten();
        let created = statements.filter_map(|statement| statement.strip_prefix("CREATE TABLE IF NOT EXISTS "));
        let names: Vec<_> = created.map(|rest| rest.split_once(' ').unwrap().0).collect();
        assert_eq!(names, TABLES);
    }

    #[test]
    fn a_database_gets_what_it_lacks_and_a_newer_one_is_refused() {
        let versions = |version| missing(version).map(|all| all.map(|(to, _)| to).collect::<Vec<_>>());
        assert_eq!(versions(0).unwrap().first(), Some(&1));
        assert_eq!(versions(VERSION), Ok(vec![]));
        assert_eq!(
            versions(99).unwrap_err().to_string(),
            format!("it was written by a newer version of this server (format 99, this one knows {VERSION})")
        );
    }
}
