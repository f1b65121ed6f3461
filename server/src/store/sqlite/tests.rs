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
    let (connection, _lock) = connection::writer(&folder.file()).unwrap();
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

#[tokio::test]
async fn one_file_has_one_server() {
    let folder = Folder::new();
    let store = Sqlite::open(&folder.file()).unwrap();
    let text = "another user-handle-server has it open";
    assert_eq!(Sqlite::open(&folder.file()).err().unwrap().to_string(), text);
    #[cfg(unix)]
    {
        let link = folder.0.join("link.db");
        std::os::unix::fs::symlink(folder.file(), &link).unwrap();
        assert_eq!(Sqlite::open(&link).err().unwrap().to_string(), text);
    }
    store.create(APP, new("a")).await.unwrap();
    store.close().await.unwrap();
    assert!(Sqlite::open(&folder.file()).is_ok(), "closed, it is free again");
}

#[tokio::test]
async fn a_full_disk_refuses_writes_and_nothing_else() {
    let folder = Folder::new();
    let store = Sqlite::open(&folder.file()).unwrap();
    let pages = |pages: u32| store.write(move |connection| connection.pragma_update(None, "max_page_count", pages));
    store.create(APP, new("first")).await.unwrap();
    // SQLite says of this limit what it says of a full disk.
    pages(40).await.unwrap();
    let large = |id: String| NewUser { id, data: RawValue::from_string(format!("\"{}\"", "x".repeat(9_000))).unwrap() };
    let mut written = 0;
    let refusal = loop {
        match store.create(APP, large(format!("u{written}"))).await {
            Ok(_) => written += 1,
            Err(error) => break error,
        }
        assert!(written < 40, "it is never full");
    };
    assert_eq!(refusal, StoreError::Full);
    assert_eq!(refusal.to_string(), "the disk of the database is full");
    let ids: Vec<_> = (0..=written).map(|number| format!("u{number}")).collect();
    assert_eq!(store.get_many(APP, &ids).await.unwrap().len(), written, "the one that was refused is not there");
    assert!(store.get(APP, "first").await.unwrap().is_some());
    store.check().await.unwrap();
    // The whole group of a write that does not fit is told so: here, of many at once, none that is told "done" is lost.
    let calls = ids.iter().map(|id| store.create(APP, large(format!("more-{id}"))));
    for (id, done) in ids.iter().zip(futures_util::future::join_all(calls).await) {
        let stored = store.get(APP, &format!("more-{id}")).await.unwrap();
        assert_eq!(done.is_ok(), stored.is_some());
    }
    pages(4_000).await.unwrap();
    store.create(APP, large("last".into())).await.unwrap();
}

#[tokio::test]
async fn a_copy_is_of_one_moment_and_can_be_put_back() {
    let folder = Folder::new();
    let (file, copy) = (folder.file(), folder.0.join("copy.db"));
    let store = Sqlite::open(&file).unwrap();
    store.create(APP, new("a")).await.unwrap();
    assert_eq!(back_up(&file, &copy), Ok(1), "a server has it open, and its log is not folded in");
    store.create(APP, new("b")).await.unwrap();
    assert_eq!(back_up(&file, &copy), Err(format!("{} exists already", copy.display())));
    let refusal = format!("cannot replace {}: another user-handle-server has it open", file.display());
    assert_eq!(restore(&file, &copy), Err(refusal));
    store.close().await.unwrap();
    drop(store);

    let (users, kept) = restore(&file, &copy).unwrap();
    let kept = kept.unwrap();
    assert_eq!(users, 1);
    assert!(kept.to_string_lossy().starts_with(&format!("{}.replaced-", file.display())), "{kept:?}");
    let store = Sqlite::open(&file).unwrap();
    assert!(store.get(APP, "a").await.unwrap().is_some() && store.get(APP, "b").await.unwrap().is_none());
    assert!(Sqlite::open(&kept).unwrap().get(APP, "b").await.unwrap().is_some(), "nothing is thrown away");
    let elsewhere = folder.0.join("elsewhere.db");
    assert_eq!(restore(&elsewhere, &copy), Ok((1, None)));
}

#[tokio::test]
async fn a_log_that_a_kill_left_does_not_meet_the_copy() {
    let folder = Folder::new();
    let (file, copy) = (folder.file(), folder.0.join("copy.db"));
    let store = Sqlite::open(&file).unwrap();
    store.create(APP, new("a")).await.unwrap();
    back_up(&file, &copy).unwrap();
    store.create(APP, new("b")).await.unwrap();
    // What a kill leaves: a log that is not folded in, and no lock.
    let killed = folder.0.join("killed.db");
    for suffix in ["", "-wal"] {
        std::fs::copy(lock::beside(&file, suffix), lock::beside(&killed, suffix)).unwrap();
    }
    let kept = restore(&killed, &copy).unwrap().1.unwrap();
    let store = Sqlite::open(&killed).unwrap();
    assert!(store.get(APP, "a").await.unwrap().is_some() && store.get(APP, "b").await.unwrap().is_none());
    assert!(Sqlite::open(&kept).unwrap().get(APP, "b").await.unwrap().is_some());
}

#[test]
fn what_is_no_copy_is_not_put_back() {
    let folder = Folder::new();
    let (file, none, text) = (folder.file(), folder.0.join("none.db"), folder.0.join("text.db"));
    drop(Sqlite::open(&file).unwrap());
    std::fs::write(&text, "this is no database, and long enough to be seen as none, whatever it is").unwrap();
    let refusal = restore(&file, &none).unwrap_err();
    assert!(refusal.starts_with(&format!("cannot open {}: unable to open database file", none.display())), "{refusal}");
    let refusal = format!("cannot restore {}: file is not a database", text.display());
    assert_eq!(restore(&folder.0.join("new.db"), &text), Err(refusal));
    let other = folder.0.join("other.db");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    let refusal = restore(&folder.0.join("new.db"), &other).unwrap_err();
    assert!(refusal.ends_with("it is no database of this server: no such table: users"), "{refusal}");
    let missing = back_up(&none, &folder.0.join("copy.db")).unwrap_err();
    assert!(missing.starts_with(&format!("cannot open {}: unable to open database file", none.display())), "{missing}");
    assert!(!folder.0.join("copy.db").exists() && !folder.0.join("new.db").exists());
}
