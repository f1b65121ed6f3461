//! What only SQLite has: its files and their settings. What every store has to do is in `tests/store.rs`.

use rusqlite::Connection;
use serde_json::value::RawValue;

use super::*;
use crate::store::listing::{self, Dialect, KLAIM_USERS, USERS};
use crate::store::{Health, ListRequest, NewUser, Order, Position, SortBy, Store, StoreError, Users};

pub(super) const APP: &str = "app";

pub(super) fn new(id: &str) -> NewUser {
    NewUser { id: id.into(), data: RawValue::from_string("{}".into()).unwrap() }
}

/// A folder that is deleted after the test.
pub(super) struct Folder(pub(super) std::path::PathBuf);

impl Folder {
    pub(super) fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("user-handle-store-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&folder).unwrap();
        Folder(folder)
    }

    pub(super) fn file(&self) -> std::path::PathBuf {
        self.0.join("users.db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const SOUND: Health = Health { reads: Ok(()), writes: Ok(()) };

/// The health of a store whose database is gone or damaged.
fn broken(error: &StoreError) -> Health {
    Health { reads: Err(error.to_string()), writes: Err(error.to_string()) }
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

/// The names of the indexes that lists need.
fn list_indexes(connection: &Connection) -> Vec<String> {
    let names = "SELECT name FROM sqlite_schema WHERE type = 'index' AND name LIKE '%users_by_%' ORDER BY name";
    connection.prepare(names).unwrap().query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

#[tokio::test]
async fn a_file_of_the_version_before_lists_gets_their_indexes() {
    let folder = Folder::new();
    let store = Sqlite::open(&folder.file()).unwrap();
    store.create(APP, new("a")).await.unwrap();
    store.close().await.unwrap();
    drop(store);
    let connection = Connection::open(folder.file()).unwrap();
    let indexes = list_indexes(&connection);
    assert_eq!(indexes.len(), 4, "{indexes:?}");
    for index in &indexes {
        connection.execute_batch(&format!("DROP INDEX {index}")).unwrap();
    }
    connection.pragma_update(None, "user_version", 3).unwrap();
    let store = Sqlite::open(&folder.file()).unwrap();
    assert_eq!(list_indexes(&connection), indexes);
    assert!(store.get(APP, "a").await.unwrap().is_some());
}

#[test]
fn a_page_is_read_in_the_order_of_an_index_and_never_sorted() {
    let connection = connection::memory().unwrap();
    let dialect = Dialect { parameter: '?', bytewise: "" };
    let tables =
        [(USERS, "sqlite_autoindex_users_1", "users_by"), (KLAIM_USERS, "klaim_users_by_id", "klaim_users_by")];
    for (table, by_id, by) in tables {
        let (creation, update) = (format!("{by}_creation"), format!("{by}_update"));
        let sorts = [(SortBy::Id, by_id), (SortBy::CreatedAt, &creation), (SortBy::UpdatedAt, &update)];
        let has_updates = by == "users_by";
        for (by, index) in sorts.into_iter().filter(|(by, _)| has_updates || *by != SortBy::UpdatedAt) {
            for descending in [false, true] {
                for (prefix, after) in [("", false), ("", true), ("a", false), ("a", true)] {
                    let after = after.then(|| Position { time: 1, id: "a".into() });
                    let order = Order { by, descending };
                    let request = ListRequest { order, prefix: prefix.into(), search: String::new(), after, limit: 25 };
                    let text = listing::walk(table, dialect, APP, &request).text;
                    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {text}")).unwrap();
                    let mut rows = statement.raw_query();
                    let mut plan: Vec<String> = Vec::new();
                    while let Some(row) = rows.next().unwrap() {
                        plan.push(row.get(3).unwrap());
                    }
                    assert!(
                        plan.len() == 1 && plan[0].contains(&format!("USING INDEX {index} (app=?")),
                        "{text}: {plan:?}"
                    );
                }
            }
        }
    }
}

/// What happens to a file while the server runs.
type Accident = (&'static str, fn(&std::path::Path));

#[tokio::test]
async fn no_write_is_acknowledged_when_the_files_are_gone() {
    fn wal(file: &std::path::Path) -> std::path::PathBuf {
        lock::beside(file, "-wal")
    }
    fn cut(file: &std::path::Path) {
        std::fs::File::options().write(true).open(file).unwrap().set_len(0).unwrap();
    }
    fn other(file: &std::path::Path) -> std::path::PathBuf {
        let other = lock::beside(file, ".other");
        drop(Sqlite::open(&other).unwrap());
        other
    }
    let accidents: [Accident; 8] = [
        ("users.db was removed", |file| std::fs::remove_file(file).unwrap()),
        ("users.db was removed", |file| std::fs::rename(file, lock::beside(file, ".moved")).unwrap()),
        ("users.db was cut", cut),
        ("users.db was replaced", |file| std::fs::rename(other(file), file).unwrap()),
        ("users.db was written to by another program", |file| {
            std::fs::copy(other(file), file).unwrap();
        }),
        ("users.db-wal was removed", |file| std::fs::remove_file(wal(file)).unwrap()),
        ("users.db-wal was cut", |file| cut(&wal(file))),
        ("users.db-wal was replaced", |file| {
            let copy = lock::beside(file, ".copy");
            std::fs::copy(wal(file), &copy).unwrap();
            std::fs::rename(copy, wal(file)).unwrap();
        }),
    ];
    for (what, accident) in accidents {
        let folder = Folder::new();
        let store = Sqlite::open(&folder.file()).unwrap();
        store.create(APP, new("a")).await.unwrap();
        assert_eq!(store.check().await, SOUND);
        accident(&folder.file());
        let gone = StoreError::Gone(format!("{what} while the server was running"));
        if !what.contains("another program") {
            assert_eq!(store.check().await, broken(&gone));
        }
        for id in ["b", "c"] {
            assert_eq!(store.create(APP, new(id)).await.map(drop), Err(gone.clone()));
        }
        assert_eq!(store.get(APP, "a").await.map(drop), Err(gone.clone()), "{what}");
        assert_eq!(store.get_many(APP, &["a".into()]).await.map(drop), Err(gone.clone()), "{what}");
        assert_eq!(store.check().await, broken(&gone));
    }
}

/// A database whose users take many pages, all of them in its file.
async fn of_many_pages(file: &std::path::Path) -> Vec<String> {
    let store = Sqlite::open(file).unwrap();
    let ids: Vec<_> = (0..100).map(|number| format!("u{number}")).collect();
    let data = RawValue::from_string(format!(r#"{{"x":"{}"}}"#, "x".repeat(2_000))).unwrap();
    let users = ids.iter().map(|id| NewUser { id: id.clone(), data: data.clone() });
    store.create_many(APP, users.collect(), false).await.unwrap();
    store.close().await.unwrap();
    ids
}

/// Writes over every page but those of the schema.
fn damage(file: &std::path::Path) {
    use std::io::{Seek, SeekFrom, Write};
    let mut file = std::fs::File::options().write(true).open(file).unwrap();
    let schema = 20 * 4_096;
    let length = file.metadata().unwrap().len();
    file.seek(SeekFrom::Start(schema)).unwrap();
    file.write_all(&vec![0xa5; (length - schema) as usize]).unwrap();
}

#[tokio::test]
async fn a_damaged_file_is_not_opened_and_its_check_says_why() {
    let folder = Folder::new();
    let (file, copy) = (folder.file(), folder.0.join("copy.db"));
    of_many_pages(&file).await;
    back_up(&file, &copy).unwrap();
    assert_eq!((check(&file), check(&copy)), (Ok(100), Ok(100)));
    for damaged in [&file, &copy] {
        damage(damaged);
        let refusal = Sqlite::open(damaged).err().unwrap().to_string();
        assert!(refusal.starts_with("it is damaged, restore a backup: "), "{refusal}");
        let found = check(damaged).unwrap_err();
        assert!(found.starts_with("it is damaged, restore a backup: "), "{found}");
    }
}

#[tokio::test]
async fn damage_that_is_found_while_it_runs_is_not_forgotten() {
    let folder = Folder::new();
    let ids = of_many_pages(&folder.file()).await;
    let store = Sqlite::open(&folder.file()).unwrap();
    assert_eq!(store.check().await, SOUND);
    damage(&folder.file());
    let mut found = None;
    for id in &ids {
        found = found.or(store.get(APP, id).await.err());
    }
    let found = found.unwrap();
    assert!(matches!(found, StoreError::Damaged(_)), "{found}");
    assert_eq!(store.check().await, broken(&found));
    assert!(store.create(APP, new("b")).await.is_err());
}

/// Copies of a database and of its log, as they are after a kill, with one user in each of four transactions.
async fn killed(folder: &Folder) -> (std::path::PathBuf, Vec<u8>) {
    let store = Sqlite::open(&folder.file()).unwrap();
    for id in ["a", "b", "c", "d"] {
        store.create(APP, new(id)).await.unwrap();
    }
    let killed = folder.0.join("killed.db");
    std::fs::copy(folder.file(), &killed).unwrap();
    (killed, std::fs::read(lock::beside(&folder.file(), "-wal")).unwrap())
}

#[tokio::test]
async fn a_log_that_is_damaged_before_its_end_is_refused_and_one_that_is_cut_is_not() {
    let folder = Folder::new();
    let (file, log) = killed(&folder).await;
    let wal = lock::beside(&file, "-wal");
    let frame = 24 + 4_096;
    let frames = (log.len() - 32) / frame;
    assert!(frames > 8, "{frames}");
    let refusal = "it is damaged, restore a backup: its write-ahead log has a wrong checksum before its end";
    // In the header, and in the head, the salt and the page of a frame of the first transaction.
    for place in [9, 25, 32 + 1, 32 + 9, 32 + 17, 32 + 24 + 100] {
        let mut damaged = log.clone();
        damaged[place] ^= 1;
        std::fs::write(&wal, &damaged).unwrap();
        assert_eq!(Sqlite::open(&file).err().unwrap().to_string(), refusal, "byte {place}");
        assert_eq!(check(&file), Err(refusal.into()));
        assert!(back_up(&file, &folder.0.join("copy.db")).unwrap_err().ends_with(refusal));
        assert_eq!(std::fs::read(&wal).unwrap(), damaged, "it is left as it is");
    }
    // A power failure in the last transaction, which was not acknowledged.
    for length in [log.len() - 1, log.len() - frame, log.len() - frame - 100] {
        let _ = std::fs::remove_file(lock::beside(&file, "-shm"));
        std::fs::copy(folder.file(), &file).unwrap();
        std::fs::write(&wal, &log[..length]).unwrap();
        let store = Sqlite::open(&file).unwrap();
        assert!(store.get(APP, "c").await.unwrap().is_some() && store.get(APP, "d").await.unwrap().is_none());
        store.close().await.unwrap();
    }
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
        let link = folder.0.join("hard-link.db");
        std::fs::hard_link(folder.file(), &link).unwrap();
        let text = "it has 2 hard links, and a database may have one name only";
        assert_eq!(Sqlite::open(&link).err().unwrap().to_string(), text);
        std::fs::remove_file(link).unwrap();
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
    // SQLite reports this limit with the same error as a full disk.
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
    let full = Health { reads: Ok(()), writes: Err(refusal.to_string()) };
    assert_eq!(store.check().await, full);
    // Of many writes at once, every write that succeeds is stored, and every one that fails is not.
    let calls = ids.iter().map(|id| store.create(APP, large(format!("more-{id}"))));
    for (id, done) in ids.iter().zip(futures_util::future::join_all(calls).await) {
        let stored = store.get(APP, &format!("more-{id}")).await.unwrap();
        assert_eq!(done.is_ok(), stored.is_some());
    }
    assert!(store.create(APP, large("last".into())).await.is_err());
    assert_eq!(store.check().await, full);
    // As when somebody makes room, of which the store is not told.
    let room = |connection: &Connection| connection.pragma_update(None, "max_page_count", 4_000);
    store.writer.write(super::writer::UndoneBy::Statement, room).await.unwrap();
    assert_eq!(store.check().await, SOUND);
    let users = "SELECT count(*) FROM users WHERE app = ''";
    assert_eq!(store.read(|connection| connection.query_row(users, [], |row| row.get(0))).await, Ok(0));
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
    // After a kill there is a write-ahead log that was not checkpointed, and no lock.
    let killed = folder.0.join("killed.db");
    for suffix in ["", "-wal"] {
        std::fs::copy(lock::beside(&file, suffix), lock::beside(&killed, suffix)).unwrap();
    }
    let kept = restore(&killed, &copy).unwrap().1.unwrap();
    let store = Sqlite::open(&killed).unwrap();
    assert!(store.get(APP, "a").await.unwrap().is_some() && store.get(APP, "b").await.unwrap().is_none());
    assert!(Sqlite::open(&kept).unwrap().get(APP, "b").await.unwrap().is_some());
}
