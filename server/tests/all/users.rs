//! The four operations on one user: statuses, bodies and errors, as documented.

use crate::common::database::Database;
use crate::common::{Answer, Api, server, user};
use serde_json::json;

const USER_KEYS: [&str; 5] = ["created_at", "updated_at", "id", "data", "duration"];

fn is_timestamp(text: &str) -> bool {
    let digits = text.bytes().map(|byte| if byte.is_ascii_digit() { b'0' } else { byte }).collect::<Vec<_>>();
    digits == b"0000-00-00T00:00:00.000000Z"
}

async fn create(api: &Api, body: &str) -> Answer {
    api.call("POST", "user/", &server(), body.to_owned()).await
}

async fn a_user_is_created_read_replaced_and_deleted(database: Database) {
    let api = Api::over(&database).await;
    let created = create(&api, r#"{"id":"john","data":{"name":"John","image":null}}"#).await;
    assert_eq!((created.status, created.keys()), (201, USER_KEYS.map(String::from).to_vec()));
    let created = created.json();
    assert_eq!((&created["id"], &created["data"]), (&json!("john"), &json!({"name": "John", "image": null})));
    assert!(is_timestamp(created["created_at"].as_str().unwrap()), "{created}");
    assert_eq!(created["created_at"], created["updated_at"]);

    let read = api.call("GET", "user/john/", &server(), "").await;
    assert_eq!((read.status, read.keys()), (200, USER_KEYS.map(String::from).to_vec()));
    let mut read = read.json();
    read["duration"] = created["duration"].clone();
    assert_eq!(read, created);

    let updated = api.call("PUT", "user/john/", &server(), r#"{"data":{"likes":"tea"}}"#).await;
    assert_eq!((updated.status, updated.keys()), (201, USER_KEYS.map(String::from).to_vec()));
    let updated = updated.json();
    assert_eq!(updated["data"], json!({"likes": "tea"}), "replaced as a whole");
    assert_eq!(updated["created_at"], created["created_at"]);
    assert!(updated["updated_at"].as_str() > created["updated_at"].as_str());

    let deleted = api.call("DELETE", "user/john/", &server(), "{}").await;
    assert_eq!((deleted.status, deleted.keys()), (200, vec!["duration".to_owned()]));
    let gone = (404, 16, "user \"john\" does not exist".to_owned());
    assert_eq!(api.call("GET", "user/john/", &server(), "").await.error(), gone);
    assert_eq!(api.call("PUT", "user/john/", &server(), "{}").await.error(), gone);
    assert_eq!(api.call("DELETE", "user/john/", &server(), "").await.error(), gone);
    assert_eq!(create(&api, r#"{"id":"john"}"#).await.status, 201, "an id can be used again");
}

async fn create_refuses_an_id_that_is_taken_and_get_or_create_returns_it_unchanged(database: Database) {
    let api = Api::over(&database).await;
    let first = create(&api, r#"{"id":"john","data":{"v":1}}"#).await.json();
    for path in ["user/", "user/?get_or_create=false", "user/?get_or_create=False", "user/?get_or_create=0"] {
        let refusal = api.call("POST", path, &server(), r#"{"id":"john","data":{"v":2}}"#).await;
        assert_eq!(refusal.error(), (409, 22, "user \"john\" already exists".into()));
        assert_eq!(refusal.json()["exception"], "ConflictException");
    }
    for spelling in ["true", "True", "1"] {
        let path = format!("user/?location=unspecified&get_or_create={spelling}");
        let existing = api.call("POST", &path, &server(), r#"{"id":"john","data":{"v":2}}"#).await;
        assert_eq!(existing.status, 201);
        for key in ["id", "data", "created_at", "updated_at"] {
            assert_eq!(existing.json()[key], first[key]);
        }
        let path = path.replace("user/?", "user?");
        let body = format!(r#"{{"id":"new-{spelling}","data":{{"v":2}}}}"#);
        let new = api.call("POST", &path, &server(), body).await;
        assert_eq!((new.status, &new.json()["data"]), (201, &json!({"v": 2})));
    }
    let wrong = api.call("POST", "user/?get_or_create=maybe", &server(), r#"{"id":"x"}"#).await;
    assert_eq!(wrong.error(), (400, 4, "get_or_create must be true or false, but is \"maybe\"".into()));
}

async fn data_comes_back_byte_for_byte(database: Database) {
    let api = Api::over(&database).await;
    let data =
        r#"{"z":1.0,"a":1e308,"big":123456789012345678901234567890,"__proto__":{"x":[]}, "a":"\u0000é😀\ud83d\ude00"}"#;
    let created = create(&api, &format!(r#"{{"id":"a","data":{data}}}"#)).await;
    let read = api.call("GET", "user/a/", &server(), "").await;
    let updated = api.call("PUT", "user/a/", &server(), format!(r#"{{"data":{data}}}"#)).await;
    let batch = api.call("GET", "users/?ids=a", &server(), "").await;
    for answer in [created, read, updated, batch] {
        assert!(answer.text.contains(&format!(r#""data":{data}"#)), "{}", answer.text);
    }
}

async fn follow_counts_are_there_when_asked_for(database: Database) {
    let api = Api::over(&database).await;
    create(&api, r#"{"id":"a"}"#).await;
    for spelling in ["true", "True", "1"] {
        let answer = api.call("GET", &format!("user/a/?with_follow_counts={spelling}"), &server(), "").await;
        let keys = ["created_at", "updated_at", "id", "data", "followers_count", "following_count", "duration"];
        assert_eq!(answer.keys(), keys);
        assert_eq!((&answer.json()["followers_count"], &answer.json()["following_count"]), (&json!(0), &json!(0)));
    }
    for path in ["user/a/?with_follow_counts=false", "user/a/?with_follow_counts=False", "user/a"] {
        assert_eq!(api.call("GET", path, &server(), "").await.keys(), USER_KEYS);
    }
}

async fn an_id_in_the_path_that_no_user_can_have_is_not_found(database: Database) {
    let api = Api::over(&database).await;
    let rule = "id may only hold letters, digits, - and _, but has ";
    for (path, detail) in [
        ("user/a%20b/", format!("{rule}\" \" at position 1")),
        ("user/a%2Fb/", format!("{rule}\"/\" at position 1")),
        ("user/%2e%2e/", format!("{rule}\".\" at position 0")),
        ("user/a|b/", format!("{rule}\"|\" at position 1")),
        ("user/%C3%A9/", format!("{rule}\"é\" at position 0")),
        ("user/%00/", format!("{rule}\"\0\" at position 0")),
        ("user/%FF/", "id is not valid UTF-8".into()),
        (&format!("user/{}/", "x".repeat(256)), "id has 256 characters, at most 255 are allowed".into()),
        ("user//", "id is empty".into()),
        ("user/a/b/", "there is nothing at /api/v1.0/user/a/b/".into()),
    ] {
        for method in ["GET", "PUT", "DELETE"] {
            assert_eq!(api.call(method, path, &server(), "{}").await.error(), (404, 16, detail.clone()), "{path}");
        }
    }
    let longest = "x".repeat(255);
    assert_eq!(create(&api, &format!(r#"{{"id":"{longest}"}}"#)).await.status, 201);
    assert_eq!(api.call("GET", &format!("user/{longest}"), &server(), "").await.status, 200);
}

async fn applications_do_not_see_each_others_users(database: Database) {
    let api = Api::over(&database).await;
    create(&api, r#"{"id":"john"}"#).await;
    let token = user_handle_server::Application::parse("other-key:other-secret").unwrap().token(None).unwrap();
    let request = axum::http::Request::get("/api/v1.0/user/john/?api_key=other-key").header("Authorization", token);
    assert_eq!(api.send(request.body("".into()).unwrap()).await.error().0, 404);
}

async fn of_fifty_that_create_one_id_at_once_one_wins(database: Database) {
    let api = Api::over(&database).await;
    let calls = (0..50).map(|number| {
        let api = api.clone();
        tokio::spawn(async move { create(&api, &format!(r#"{{"id":"john","data":{{"n":{number}}}}}"#)).await })
    });
    let mut winners = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        let answer = call.await.unwrap();
        match answer.status {
            201 => winners.push(answer.json()["data"].clone()),
            _ => assert_eq!(answer.error().0, 409),
        }
    }
    assert_eq!(winners.len(), 1);
    assert_eq!(api.call("GET", "user/john/", &user("john"), "").await.json()["data"], winners[0]);
}

over_both_databases!(
    a_user_is_created_read_replaced_and_deleted,
    create_refuses_an_id_that_is_taken_and_get_or_create_returns_it_unchanged,
    data_comes_back_byte_for_byte,
    follow_counts_are_there_when_asked_for,
    an_id_in_the_path_that_no_user_can_have_is_not_found,
    applications_do_not_see_each_others_users,
    of_fifty_that_create_one_id_at_once_one_wins,
);
