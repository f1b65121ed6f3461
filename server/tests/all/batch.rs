//! Batches of users, and flags.

use crate::common::database::Database;
use crate::common::{Api, server};
use serde_json::{Value, json};

fn ids(users: &Value) -> Vec<&str> {
    users.as_array().unwrap().iter().map(|user| user["id"].as_str().unwrap()).collect()
}

async fn users_are_added_read_and_deleted_in_batches(database: Database) {
    let api = Api::over(&database).await;
    let body = r#"{"users":[{"id":"a","data":{"n":1}},{"id":"b"}],"override":false}"#;
    let added = api.call("POST", "users/", &server(), body).await;
    assert_eq!((added.status, added.keys()), (201, ["created_users", "duration"].map(String::from).to_vec()));
    let added = added.json();
    assert_eq!(ids(&added["created_users"]), ["a", "b"]);
    let keys: Vec<_> = added["created_users"][0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["created_at", "updated_at", "id", "data"]);
    assert_eq!(added["created_users"][1]["data"], json!({}));

    let read = api.call("GET", "users/?ids=b%2Cnone,a,b", &server(), "").await;
    assert_eq!((read.status, read.keys()), (200, ["users", "duration"].map(String::from).to_vec()));
    assert_eq!(ids(&read.json()["users"]), ["b", "a"], "those that exist, each once, in the order asked for");
    assert_eq!(read.json()["users"][1], added["created_users"][0]);

    let deleted = api.call("DELETE", "users?ids=a,none", &server(), "").await;
    assert_eq!((deleted.status, deleted.keys()), (200, ["deleted_user_ids", "duration"].map(String::from).to_vec()));
    assert_eq!(deleted.json()["deleted_user_ids"], json!(["a", "none"]), "every id is echoed");
    assert_eq!(ids(&api.call("GET", "users/?ids=a,b", &server(), "").await.json()["users"]), ["b"]);
    assert_eq!(api.call("GET", "users/?ids=a", &server(), "").await.json()["users"], json!([]));
}

async fn users_that_exist_are_replaced_only_with_override(database: Database) {
    let api = Api::over(&database).await;
    let batch = |value: u32, fields: &str| format!(r#"{{"users":[{{"id":"a","data":{{"n":{value}}}}}]{fields}}}"#);
    api.call("POST", "users/", &server(), batch(1, "")).await;
    let stored = async || api.call("GET", "user/a/", &server(), "").await.json()["data"]["n"].clone();
    for fields in ["", r#","override":false"#, r#","override_existing":false"#] {
        let skipped = api.call("POST", "users/", &server(), batch(2, fields)).await;
        assert_eq!((skipped.status, &skipped.json()["created_users"]), (201, &json!([])));
        assert_eq!(stored().await, 1);
    }
    for (value, fields) in [(3, r#","override":true"#), (4, r#","override_existing":true"#)] {
        let replaced = api.call("POST", "users", &server(), batch(value, fields)).await.json();
        assert_eq!(replaced["created_users"][0]["data"]["n"], value);
        assert!(
            replaced["created_users"][0]["updated_at"].as_str() > replaced["created_users"][0]["created_at"].as_str()
        );
        assert_eq!(stored().await, value);
    }
}

async fn a_bad_member_refuses_the_batch_as_a_whole(database: Database) {
    let api = Api::over(&database).await;
    let refused = api.call("POST", "users/", &server(), r#"{"users":[{"id":"a"},{"id":"a b"}]}"#).await;
    let rule = "users[1].id may only hold letters, digits, - and _, but has \" \" at position 1";
    assert_eq!(refused.error(), (400, 4, rule.into()));
    assert_eq!(refused.json()["exception_fields"], json!({ "users[1].id": [rule] }));
    let large = format!(r#"{{"users":[{{"id":"a"}},{{"id":"b","data":{{"x":"{}"}}}}]}}"#, "x".repeat(10_240));
    let rule = "users[1].data is 10248 bytes of JSON, at most 10240 are allowed";
    assert_eq!(api.call("POST", "users/", &server(), large).await.error(), (413, 18, rule.into()));
    assert_eq!(api.call("GET", "users/?ids=a,b", &server(), "").await.json()["users"], json!([]));
}

async fn a_thousand_users_of_full_size_are_one_batch_and_one_more_is_refused(database: Database) {
    let api = Api::over(&database).await;
    let batch = |size: usize| {
        let member = |id| format!(r#"{{"id":"u{id}","data":{{"x":"{}"}}}}"#, "x".repeat(10_240 - 8));
        format!(r#"{{"users":[{}]}}"#, (0..size).map(member).collect::<Vec<_>>().join(","))
    };
    let added = api.call("POST", "users/", &server(), batch(1_000)).await;
    assert_eq!((added.status, ids(&added.json()["created_users"]).len()), (201, 1_000));
    let rule = "users has 1001 members, at most 1000 are allowed in one batch".to_owned();
    assert_eq!(api.call("POST", "users/", &server(), batch(1_001)).await.error(), (400, 4, rule));
    let list = |size: usize| (0..size).map(|id| format!("u{id}")).collect::<Vec<_>>().join(",");
    let read = api.call("GET", &format!("users/?ids={}", list(1_000)), &server(), "").await;
    assert_eq!(ids(&read.json()["users"]).len(), 1_000);
    let rule = "ids has 1001 members, at most 1000 are allowed in one batch".to_owned();
    for method in ["GET", "DELETE"] {
        let refused = api.call(method, &format!("users/?ids={}", list(1_001)), &server(), "").await;
        assert_eq!(refused.error(), (400, 4, rule.clone()));
    }
}

async fn an_empty_batch_does_nothing(database: Database) {
    let api = Api::over(&database).await;
    assert_eq!(api.call("POST", "users/", &server(), r#"{"users":[]}"#).await.json()["created_users"], json!([]));
    assert_eq!(api.call("GET", "users/?ids=", &server(), "").await.json()["users"], json!([]));
    assert_eq!(api.call("DELETE", "users/?ids=", &server(), "").await.json()["deleted_user_ids"], json!([]));
    assert_eq!(api.call("GET", "users/", &server(), "").await.error(), (400, 4, "ids is missing".into()));
}

async fn users_are_flagged(database: Database) {
    let api = Api::over(&database).await;
    let body = r#"{"entity_type":"stream:user","entity_id":"bob","user_id":"alice","reason":"spam","custom":null}"#;
    for path in ["moderation/flag", "moderation/flag/"] {
        let flagged = api.call("POST", path, &server(), body).await;
        assert_eq!(flagged.status, 201);
        let keys = ["created_at", "flag_id", "target_user_id", "flagged_by", "reason", "duration"];
        assert_eq!(flagged.keys(), keys);
        assert_eq!(
            (&flagged.json()["target_user_id"], &flagged.json()["flagged_by"]),
            (&json!("bob"), &json!("alice"))
        );
    }
    let short =
        api.call("POST", "moderation/flag", &server(), r#"{"entity_type":"stream:user","entity_id":"b"}"#).await;
    assert_eq!(short.keys(), ["created_at", "flag_id", "target_user_id", "duration"]);
    let empty = api.call("POST", "moderation/flag", &server(), r#"{"entity_type":"stream:user","entity_id":""}"#).await;
    assert_eq!(empty.error(), (400, 4, "entity_id is empty".into()));
}

over_both_databases!(
    users_are_added_read_and_deleted_in_batches,
    users_that_exist_are_replaced_only_with_override,
    a_bad_member_refuses_the_batch_as_a_whole,
    a_thousand_users_of_full_size_are_one_batch_and_one_more_is_refused,
    an_empty_batch_does_nothing,
    users_are_flagged,
);
