//! Klaim's users API: statuses, bodies and errors, as documented, over both databases.

use crate::common::database::Database;
use crate::common::klaim::{KEY, call, call_as, error};
use crate::common::{Answer, Api};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

async fn add(api: &Api, body: Value) -> Answer {
    call(api, "POST", "users", &body.to_string()).await
}

async fn a_user_is_added_as_in_the_manuals_sample(database: Database) {
    let api = Api::over(&database).await;
    let user =
        json!({"email": "test@email.com", "userId": "testUserId", "name": "Test API", "metadata": {"test": "field"}});
    let added = add(&api, user).await;
    let keys = ["message", "user_id", "klaim_id", "email", "credit_balance", "created_at", "name", "metadata"];
    assert_eq!((added.status, added.keys()), (200, keys.map(String::from).to_vec()));
    let added = added.json();
    assert_eq!(added["message"], "resource created successfully");
    assert_eq!((&added["user_id"], &added["email"]), (&json!("testUserId"), &json!("test@email.com")));
    assert_eq!((&added["name"], &added["metadata"]), (&json!("Test API"), &json!({"test": "field"})));
    assert_eq!(added["credit_balance"], 0);
    let (ms, random) = added["klaim_id"].as_str().unwrap().split_once('_').unwrap();
    assert_eq!((ms.parse::<u64>().unwrap(), random.len()), (added["created_at"].as_u64().unwrap(), 5));

    for id in ["testUserId", added["klaim_id"].as_str().unwrap()] {
        let read = call(&api, "POST", &format!("users/{id}"), "{}").await;
        assert_eq!(read.status, 200);
        let mut expected = added.clone();
        expected["message"] = json!("fetch resource successfully");
        expected["acquisition_source"] = json!("api");
        assert_eq!(read.json(), expected);
        let credits = call(&api, "POST", &format!("users/{id}/credits"), "").await;
        assert_eq!(credits.json(), json!({"message": "fetch resource successfully", "credit_balance": 0}));
    }
}

async fn without_an_id_the_service_makes_it(database: Database) {
    let api = Api::over(&database).await;
    let added = add(&api, json!({"email": "a@b.c"})).await.json();
    assert_eq!(added["user_id"], added["klaim_id"]);
    assert_eq!((added.get("name"), added.get("metadata")), (None, None));
    let other = add(&api, json!({"email": "d@e.f"})).await.json();
    assert_ne!(added["klaim_id"], other["klaim_id"]);
}

async fn what_another_user_has_is_refused(database: Database) {
    let api = Api::over(&database).await;
    let ada = add(&api, json!({"email": "ada@b.c", "userId": "ada"})).await.json();
    add(&api, json!({"email": "eve@b.c", "userId": "eve"})).await;
    let email = (409, "Email already exists".to_owned());
    let id = (409, "User ID already exists".to_owned());
    assert_eq!(error(&add(&api, json!({"email": "ada@b.c"})).await), email);
    assert_eq!(error(&add(&api, json!({"email": "new@b.c", "userId": "ada"})).await), id);
    assert_eq!(error(&add(&api, json!({"email": "new@b.c", "userId": ada["klaim_id"]})).await), id);
    assert_eq!(error(&add(&api, json!({"email": "ada@b.c", "userId": "ada"})).await), email, "the email comes first");
    let update = async |body: &str| call(&api, "PUT", "users/eve", body).await;
    assert_eq!(error(&update(r#"{"email":"ada@b.c"}"#).await), email);
    assert_eq!(error(&update(r#"{"user_id":"ada"}"#).await), id);
    assert_eq!(update(r#"{"user_id":"eve","email":"eve@b.c"}"#).await.status, 200, "its own are no conflict");
    // The refused requests changed nothing.
    assert_eq!(add(&api, json!({"email": "new@b.c", "userId": "new"})).await.status, 200);
}

async fn an_update_changes_what_is_given(database: Database) {
    let api = Api::over(&database).await;
    add(&api, json!({"email": "ada@b.c", "userId": "ada", "name": "Ada", "metadata": {"a": 1, "b": 2}})).await;
    let updated = call(&api, "PUT", "users/ada", r#"{"metadata":{"a":3}}"#).await.json();
    assert_eq!((&updated["name"], &updated["metadata"]), (&json!("Ada"), &json!({"a": 3})), "metadata as a whole");
    let renamed = call(&api, "PUT", "users/ada", r#"{"user_id":"lovelace","email":"l@b.c"}"#).await.json();
    assert_eq!((&renamed["user_id"], &renamed["klaim_id"]), (&json!("lovelace"), &updated["klaim_id"]));
    let nobody = (404, "Can not find user with the given user_id.".to_owned());
    assert_eq!(error(&call(&api, "POST", "users/ada", "").await), nobody);
    assert_eq!(call(&api, "POST", "users/lovelace", "").await.json()["email"], "l@b.c");
    assert_eq!(add(&api, json!({"email": "ada@b.c", "userId": "ada"})).await.status, 200, "what was given up is free");
    for (method, path) in
        [("POST", "users/none"), ("PUT", "users/none"), ("POST", "users/none/credits"), ("POST", "users/%00")]
    {
        assert_eq!(error(&call(&api, method, path, "{}").await), nobody, "{method} {path}");
    }
    assert_eq!(call(&api, "DELETE", "users/ada", "").await.status, 405);
}

async fn every_id_that_a_path_can_hold_leads_to_its_user(database: Database) {
    let api = Api::over(&database).await;
    let ids = [
        ("a/b", "a%2Fb"),
        ("../x", "..%2Fx"),
        ("ü", "%C3%BC"),
        ("a@b.c", "a%40b.c"),
        (" %?#", "%20%25%3F%23"),
        ("credits", "credits"),
    ];
    for (number, (id, path)) in ids.iter().enumerate() {
        let added = add(&api, json!({"email": format!("{number}@b.c"), "userId": id})).await;
        assert_eq!(added.json()["user_id"], *id);
        assert_eq!(call(&api, "POST", &format!("users/{path}"), "").await.json()["user_id"], *id);
        assert_eq!(call(&api, "POST", &format!("users/{path}/credits/"), "").await.json()["credit_balance"], 0);
    }
}

async fn the_list_is_read_page_by_page(database: Database) {
    let api = Api::over(&database).await;
    assert_eq!(
        call(&api, "GET", "users", "").await.json(),
        json!({"message": "fetch resource successfully", "data": []})
    );
    for number in 0..201 {
        assert_eq!(add(&api, json!({"email": format!("{number}@b.c")})).await.status, 200);
    }
    let mut seen = std::collections::BTreeSet::new();
    let mut path = "users".to_owned();
    for expected in [100, 100, 1] {
        let page = call(&api, "GET", &path, "").await.json();
        assert_eq!(page["data"].as_array().unwrap().len(), expected);
        seen.extend(page["data"].as_array().unwrap().iter().map(|user| user["email"].as_str().unwrap().to_owned()));
        let last = page.get("lastKey");
        assert_eq!(last.is_none(), expected == 1);
        if let Some(last) = last {
            assert_eq!(last.as_object().unwrap().keys().collect::<Vec<_>>(), ["prefix_app_id", "type_id"]);
            let cursor: String = form_urlencoded::byte_serialize(last.to_string().as_bytes()).collect();
            path = format!("users?starting_after={cursor}");
        }
    }
    assert_eq!(seen.len(), 201);
    let refused = error(&call(&api, "GET", "users?starting_after=x", "").await);
    assert_eq!(refused, (400, "starting_after must be the lastKey of a page, as JSON".to_owned()));
}

async fn bad_input_is_refused_in_words(database: Database) {
    let api = Api::over(&database).await;
    for (body, text) in [
        ("{}", "missing required fields"),
        (r#"{"userId":"a"}"#, "missing required fields"),
        ("", "body is empty, a JSON object is expected"),
        ("[]", "body must be a JSON object, but is an array"),
        (r#"{"email":7}"#, "email must be a string, but is a number"),
        (r#"{"email":"ada"}"#, "email must be an address such as ada@example.com"),
        (r#"{"email":"a@b","userId":""}"#, "userId is empty"),
        (r#"{"email":"a@b","userId":".."}"#, "userId is \"..\", which no URL path can hold"),
        (r#"{"email":"a@b","userId":"a\u0000"}"#, "userId has the character U+0000"),
        (r#"{"email":"a@b","name":7}"#, "name must be a string, but is a number"),
        (r#"{"email":null}"#, "missing required fields"),
        (
            r#"{"email":"a@b","name":"\ud800"}"#,
            "name has a string with half of a surrogate pair, which text cannot hold",
        ),
        (r#"{"email":"a@b","metadata":[]}"#, "metadata must be a JSON object, but is an array"),
        (r#"{"email":"a@b","metadata":{"a":1e400}}"#, "metadata has the number 1e400, which is too large for a double"),
    ] {
        assert_eq!(error(&call(&api, "POST", "users", body).await), (400, text.to_owned()), "{body}");
    }
    let long = format!(r#"{{"email":"a@b","userId":"{}"}}"#, "x".repeat(1_025));
    let text = "userId has 1025 bytes, at most 1024 are allowed";
    assert_eq!(error(&call(&api, "POST", "users", &long).await), (400, text.to_owned()));
    let long = format!(r#"{{"email":"a@b","userId":"{}"}}"#, "ü".repeat(512));
    assert_eq!(call(&api, "POST", "users", &long).await.status, 200);
    let large = format!(r#"{{"email":"c@d","metadata":{{"a":"{}"}}}}"#, "x".repeat(60_000));
    assert_eq!(call(&api, "POST", "users", &large).await.status, 200);
    let text = "body is over 65536 bytes".to_owned();
    assert_eq!(error(&call(&api, "POST", "users", &" ".repeat(65_537)).await), (413, text));
}

async fn only_who_has_the_key_comes_in(database: Database) {
    let api = Api::over(&database).await;
    let wrong = "the header Authorization must be Bearer and the API key";
    for (key, text) in [
        (None, "the header Authorization must be there once, with Bearer and the API key"),
        (Some("demo-klaim-key"), wrong),
        (Some("Basic demo-klaim-key"), wrong),
        (Some("Bearer "), "the API key is unknown"),
        (Some("Bearer other"), "the API key is unknown"),
    ] {
        assert_eq!(error(&call_as(&api, key, "GET", "users", "").await), (401, text.to_owned()), "{key:?}");
    }
    assert_eq!(call_as(&api, Some("bearer  demo-klaim-key"), "GET", "users", "").await.status, 200);
    let twice = Request::get("/klaim/users").header("Authorization", KEY).header("Authorization", KEY);
    let text = "the header Authorization must be there once, with Bearer and the API key";
    assert_eq!(error(&api.send(twice.body(Body::empty()).unwrap()).await), (401, text.to_owned()));
}

async fn of_many_that_want_one_email_one_gets_it(database: Database) {
    let api = Api::over(&database).await;
    let calls = (0..20).map(|number| {
        let api = api.clone();
        tokio::spawn(async move { add(&api, json!({"email": "a@b.c", "userId": format!("u{number}")})).await.status })
    });
    let mut statuses = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        statuses.push(call.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!((statuses[0], &statuses[1..]), (200, &[409; 19][..]));
    assert_eq!(call(&api, "GET", "users", "").await.json()["data"].as_array().unwrap().len(), 1);
}

over_both_databases!(
    a_user_is_added_as_in_the_manuals_sample,
    without_an_id_the_service_makes_it,
    what_another_user_has_is_refused,
    an_update_changes_what_is_given,
    every_id_that_a_path_can_hold_leads_to_its_user,
    the_list_is_read_page_by_page,
    bad_input_is_refused_in_words,
    only_who_has_the_key_comes_in,
    of_many_that_want_one_email_one_gets_it,
);
