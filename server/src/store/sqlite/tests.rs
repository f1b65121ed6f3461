//! What only SQLite has: its files and their settings. What every store has to do is in `tests/store.rs`.

use serde_json::value::RawValue;

use super::*;
use crate::store::{NewUser, Users};

const APP: &str = "app";

fn new(id: &str) -> NewUser {
    NewUser { id: id.into(), data: RawValue::from_string("{}".into()).unwrap() }
}

/// A folder that goes away with the test.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("user-handle-store-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&folder).unwrap();
        Folder(folder)
    }

    fn file(&self) -> std::path::PathBuf {
        self.0.join("users.db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn a_database_in_memory_is_a_store_too() {
    let store = Sqlite::in_memory().unwrap();
    store.create(APP, new("a")).await.unwrap();
    assert!(store.get(APP, "a").await.unwrap().is_some());
    assert_eq!(store.get_many(APP, &["a".into(), "b".into()]).await.unwrap().len(), 1);
    store.close().await.unwrap();
}

#[tokio::test]
async fn a_file_is_whole_without_its_log_after_closing() {
    let folder = Folder::new();
    let store = Sqlite::open(&folder.file()).unwrap();
    store.create(APP, new("a")).await.unwrap();
    store.close().await.unwrap();
    assert_eq!(std::fs::metadata(folder.file().with_extension("db-wal")).map_or(0, |wal| wal.len()), 0);
}

#[test]
fn durability_is_as_set() {
    let folder = Folder::new();
    let connection = connection::writer(&folder.file()).unwrap();
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0));
    assert_eq!(pragma("journal_mode").unwrap(), rusqlite::types::Value::Text("wal".into()));
    assert_eq!(pragma("synchronous").unwrap(), rusqlite::types::Value::Integer(2));
    assert_eq!(pragma("busy_timeout").unwrap(), rusqlite::types::Value::Integer(5_000));
    assert_eq!(pragma("fullfsync").unwrap(), rusqlite::types::Value::Integer(1));
}

#[test]
fn files_that_are_not_ours_are_refused_with_a_reason() {
    let folder = Folder::new();
    std::fs::write(folder.file(), "this is no database, and long enough to be seen as none, whatever it is").unwrap();
    assert_eq!(Sqlite::open(&folder.file()).err().unwrap().to_string(), "file is not a database");
    let newer = folder.0.join("newer.db");
    Connection::open(&newer).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let refusal = format!(
        "it was written by a newer version of this server (format 99, this one knows {})",
        crate::store::schema::VERSION
    );
    assert_eq!(Sqlite::open(&newer).err().unwrap().to_string(), refusal);
    let nowhere = folder.0.join("none").join("users.db");
    let text = Sqlite::open(&nowhere).err().unwrap().to_string();
    assert!(text.starts_with("unable to open database file"), "{text}");
}
