use super::*;

const APP: &str = "app";

fn new(id: &str, data: &str) -> NewUser {
    NewUser { id: id.into(), data: RawValue::from_string(data.into()).unwrap() }
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
async fn a_user_is_created_once_and_read_as_written() {
    let folder = Folder::new();
    for store in [Sqlite::in_memory().unwrap(), Sqlite::open(&folder.file()).unwrap()] {
        let Creation::Created(created) = store.create(APP, new("a", r#"{ "x":1.0 }"#)).await.unwrap() else { panic!() };
        assert_eq!(created.created_at, created.updated_at);
        let Creation::Existed(existed) = store.create(APP, new("a", "{}")).await.unwrap() else { panic!() };
        let read = store.get(APP, "a").await.unwrap().unwrap();
        for user in [existed, read] {
            assert_eq!(user.data.get(), r#"{ "x":1.0 }"#);
            assert_eq!((user.created_at, user.updated_at), (created.created_at, created.updated_at));
        }
        assert!(store.get("another", "a").await.unwrap().is_none(), "applications are apart");
        assert!(store.get(APP, "A").await.unwrap().is_none(), "ids are told apart by case");
        store.check().await.unwrap();
    }
}

#[tokio::test]
async fn updated_at_grows_with_every_update_even_when_the_clock_does_not() {
    let store = Sqlite::in_memory().unwrap();
    store.create(APP, new("a", "{}")).await.unwrap();
    let future = Timestamp::now().0 + 3_600_000_000;
    let set_clock_back =
        move |connection: &Connection| connection.execute("UPDATE users SET updated_at = ?1", [future]);
    store.writer.write(set_clock_back).await.unwrap();
    for step in 1..4 {
        let user = store.update(APP, "a", RawValue::from_string("{}".into()).unwrap()).await.unwrap().unwrap();
        assert_eq!(user.updated_at, Timestamp(future + step));
    }
    assert!(store.update(APP, "b", RawValue::from_string("{}".into()).unwrap()).await.unwrap().is_none());
}

#[tokio::test]
async fn a_batch_is_as_if_its_users_were_sent_in_turn() {
    let store = Sqlite::in_memory().unwrap();
    store.create(APP, new("old", r#"{"v":0}"#)).await.unwrap();
    let batch = || vec![new("old", r#"{"v":1}"#), new("new", r#"{"v":2}"#), new("new", r#"{"v":3}"#)];
    let texts =
        |users: Vec<User>| users.into_iter().map(|user| format!("{}={}", user.id, user.data)).collect::<Vec<_>>();
    assert_eq!(texts(store.create_many(APP, batch(), false).await.unwrap()), [r#"new={"v":2}"#]);
    assert_eq!(texts(store.create_many(APP, batch(), true).await.unwrap()), [r#"old={"v":1}"#, r#"new={"v":3}"#]);
    let ids = ["new", "none", "old"].map(String::from);
    assert_eq!(texts(store.get_many(APP, &ids).await.unwrap()), [r#"new={"v":3}"#, r#"old={"v":1}"#]);
    store.delete_many(APP, &ids).await.unwrap();
    assert!(store.get_many(APP, &ids).await.unwrap().is_empty());
}

#[tokio::test]
async fn only_follows_between_timelines_and_users_are_counted() {
    let store = Sqlite::in_memory().unwrap();
    let follow = |source: (&'static str, &'static str), target: (&'static str, &'static str)| {
        let write = move |connection: &Connection| {
            connection.execute(
                "INSERT INTO follows VALUES (?1, ?2, ?3, ?4, ?5, 0)",
                [APP, source.0, source.1, target.0, target.1],
            )
        };
        store.writer.write(write)
    };
    follow(("timeline", "a"), ("user", "b")).await.unwrap();
    follow(("timeline", "a"), ("user", "c")).await.unwrap();
    follow(("timeline", "c"), ("user", "b")).await.unwrap();
    follow(("user", "a"), ("user", "b")).await.unwrap();
    follow(("timeline", "a"), ("timeline", "b")).await.unwrap();
    follow(("notification", "a"), ("user", "b")).await.unwrap();
    for (id, followers_count, following_count) in [("a", 0, 2), ("b", 2, 0), ("c", 1, 1), ("d", 0, 0)] {
        let counts = store.follow_counts(APP, id).await.unwrap();
        assert_eq!(counts, FollowCounts { followers_count, following_count }, "{id}");
    }
    let none = FollowCounts { followers_count: 0, following_count: 0 };
    assert_eq!(store.follow_counts("another", "b").await, Ok(none));
}

#[tokio::test]
async fn a_file_keeps_its_users_and_is_whole_without_its_log_after_closing() {
    let folder = Folder::new();
    let store = Sqlite::open(&folder.file()).unwrap();
    store.create(APP, new("a", "{}")).await.unwrap();
    store.close().await.unwrap();
    assert_eq!(std::fs::metadata(folder.file().with_extension("db-wal")).map_or(0, |wal| wal.len()), 0);
    drop(store);
    let store = Sqlite::open(&folder.file()).unwrap();
    assert!(store.get(APP, "a").await.unwrap().is_some());
    assert_eq!(store.create(APP, new("b", "{}")).await.map(drop), Ok(()));
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
    let refusal = "it was written by a newer version of this server (format 99, this one knows 1)";
    assert_eq!(Sqlite::open(&newer).err().unwrap().to_string(), refusal);
    let nowhere = folder.0.join("none").join("users.db");
    let text = Sqlite::open(&nowhere).err().unwrap().to_string();
    assert!(text.starts_with("unable to open database file"), "{text}");
}

#[test]
fn a_location_is_a_path_or_memory() {
    let folder = Folder::new();
    assert!(crate::store::open("sqlite::memory:").is_ok());
    assert!(crate::store::open(&format!("sqlite:{}", folder.file().display())).is_ok());
    assert!(crate::store::open(&format!("sqlite://{}", folder.file().display())).is_ok());
    for (location, text) in [
        ("users.db", "unknown database \"users.db\", use sqlite:PATH or sqlite::memory:"),
        ("sqlite:", "the database has no path, use sqlite:PATH or sqlite::memory:"),
    ] {
        assert_eq!(crate::store::open(location).err().unwrap(), text);
    }
}
