//! What every store has to do, tested over each database.

use crate::common::database::Database;
use serde_json::value::RawValue;
use user_handle_server::store::{Creation, FollowCounts, NewFlag, NewUser, StoreError, Timestamp, User};

const APP: &str = "app";

fn data(text: &str) -> Box<RawValue> {
    RawValue::from_string(text.into()).unwrap()
}

fn new(id: &str, text: &str) -> NewUser {
    NewUser { id: id.into(), data: data(text) }
}

async fn a_user_is_created_once_and_read_as_written(database: Database) {
    let store = database.open().await;
    let Creation::Created(created) = store.create(APP, new("a", r#"{ "x":1.0 }"#)).await.unwrap() else { panic!() };
    assert_eq!(created.created_at, created.updated_at);
    let Creation::Existed(existed) = store.create(APP, new("a", "{}")).await.unwrap() else { panic!() };
    let read = store.get(APP, "a").await.unwrap().unwrap();
    for user in [existed, read] {
        assert_eq!((user.id.as_str(), user.data.get()), ("a", r#"{ "x":1.0 }"#));
        assert_eq!((user.created_at, user.updated_at), (created.created_at, created.updated_at));
    }
    assert!(store.get("another", "a").await.unwrap().is_none(), "applications are apart");
    assert!(store.get(APP, "A").await.unwrap().is_none(), "ids are told apart by case");
    assert!(store.check().await.writes.is_ok());
}

async fn a_user_is_deleted_once(database: Database) {
    let store = database.open().await;
    store.create(APP, new("a", "{}")).await.unwrap();
    store.create("another", new("a", "{}")).await.unwrap();
    assert_eq!(store.delete(APP, "a").await, Ok(true));
    assert_eq!(store.delete(APP, "a").await, Ok(false));
    assert!(store.get(APP, "a").await.unwrap().is_none());
    assert!(store.get("another", "a").await.unwrap().is_some());
    assert!(matches!(store.create(APP, new("a", "{}")).await, Ok(Creation::Created(_))));
}

async fn updated_at_grows_with_every_update_even_when_the_clock_does_not(database: Database) {
    let store = database.open().await;
    store.create(APP, new("a", "{}")).await.unwrap();
    let future = Timestamp::now().0 + 3_600_000_000;
    database.execute(&format!("UPDATE users SET updated_at = {future}")).await;
    for step in 1..4 {
        let user = store.update(APP, "a", data(r#"{"v":1}"#)).await.unwrap().unwrap();
        assert_eq!((user.updated_at, user.data.get()), (Timestamp(future + step), r#"{"v":1}"#));
    }
    let replaced = store.create_many(APP, vec![new("a", "{}")], true).await.unwrap();
    assert_eq!(replaced[0].updated_at, Timestamp(future + 4));
    assert!(store.update(APP, "b", data("{}")).await.unwrap().is_none());
}

async fn a_batch_is_as_if_its_users_were_sent_in_turn(database: Database) {
    let store = database.open().await;
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
    assert!(store.create_many(APP, vec![], true).await.unwrap().is_empty());
}

async fn every_text_that_json_can_be_is_kept(database: Database) {
    let store = database.open().await;
    let text = r#"{"z":1.0,"a":1e308,"big":123456789012345678901234567890,"__proto__":[], "é":"\u0000😀\ud83d\ude00"}"#;
    store.create(APP, new("a", text)).await.unwrap();
    assert_eq!(store.get(APP, "a").await.unwrap().unwrap().data.get(), text);
    let updated = store.update(APP, "a", data(text)).await.unwrap().unwrap();
    assert_eq!(updated.data.get(), text);
}

async fn only_follows_between_timelines_and_users_are_counted(database: Database) {
    let store = database.open().await;
    for (source_group, source, target_group, target) in [
        ("timeline", "a", "user", "b"),
        ("timeline", "a", "user", "c"),
        ("timeline", "c", "user", "b"),
        ("user", "a", "user", "b"),
        ("timeline", "a", "timeline", "b"),
        ("notification", "a", "user", "b"),
    ] {
        let row = format!("'{APP}', '{source_group}', '{source}', '{target_group}', '{target}', 0");
        database.execute(&format!("INSERT INTO follows VALUES ({row})")).await;
    }
    for (id, followers_count, following_count) in [("a", 0, 2), ("b", 2, 0), ("c", 1, 1), ("d", 0, 0)] {
        let counts = store.follow_counts(APP, id).await;
        assert_eq!(counts, Ok(FollowCounts { followers_count, following_count }), "{id}");
    }
    let none = FollowCounts { followers_count: 0, following_count: 0 };
    assert_eq!(store.follow_counts("another", "b").await, Ok(none));
}

async fn flags_get_an_id_each(database: Database) {
    let store = database.open().await;
    let flag = || NewFlag {
        entity_type: "stream:user".into(),
        entity_id: "bob".into(),
        user_id: None,
        reason: Some("spam".into()),
    };
    let (first, second) = (store.flag(APP, flag()).await.unwrap(), store.flag(APP, flag()).await.unwrap());
    assert_ne!(first.id, second.id);
    assert_eq!((first.content.entity_id.as_str(), first.content.reason.as_deref()), ("bob", Some("spam")));
}

async fn of_many_that_create_one_id_at_once_one_wins(database: Database) {
    let store = database.open().await;
    let calls = (0..50).map(|number| {
        let store = store.clone();
        tokio::spawn(async move { store.create(APP, new("a", &format!(r#"{{"n":{number}}}"#))).await.unwrap() })
    });
    let mut created = Vec::new();
    let mut existed = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        match call.await.unwrap() {
            Creation::Created(user) => created.push(user.data.get().to_owned()),
            Creation::Existed(user) => existed.push(user.data.get().to_owned()),
        }
    }
    assert_eq!(created.len(), 1);
    assert!(existed.iter().all(|data| *data == created[0]), "all who came late are told of the one who won");
}

async fn batches_in_opposite_orders_do_not_fail(database: Database) {
    let store = database.open().await;
    let calls = (0..20).map(|number| {
        let store = store.clone();
        let mut users: Vec<_> = (0..100).map(|id| new(&format!("u{id}"), &format!(r#"{{"n":{number}}}"#))).collect();
        if number % 2 == 0 {
            users.reverse();
        }
        tokio::spawn(async move { store.create_many(APP, users, true).await.map(|users| users.len()) })
    });
    for call in calls.collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap(), Ok(100));
    }
}

async fn what_is_written_is_there_when_it_is_opened_again(database: Database) {
    let store = database.open().await;
    store.create(APP, new("a", "{}")).await.unwrap();
    store.close().await.unwrap();
    assert_eq!(store.create(APP, new("b", "{}")).await.map(drop), Err(StoreError::Closed));
    drop(store);
    let store = database.open().await;
    assert!(store.get(APP, "a").await.unwrap().is_some());
    assert_eq!(store.create(APP, new("b", "{}")).await.map(drop), Ok(()));
}

over_both_databases!(
    a_user_is_created_once_and_read_as_written,
    a_user_is_deleted_once,
    updated_at_grows_with_every_update_even_when_the_clock_does_not,
    a_batch_is_as_if_its_users_were_sent_in_turn,
    every_text_that_json_can_be_is_kept,
    only_follows_between_timelines_and_users_are_counted,
    flags_get_an_id_each,
    of_many_that_create_one_id_at_once_one_wins,
    batches_in_opposite_orders_do_not_fail,
    what_is_written_is_there_when_it_is_opened_again,
);
