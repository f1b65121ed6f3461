//! The lists of users for the console: pages, orders, prefixes and searches, over each database.

use std::collections::BTreeSet;

use crate::common::database::Database;
use crate::common::{Answer, Api, klaim, server, user};
use serde_json::{Value, json};

async fn list(api: &Api, query: &str) -> Answer {
    api.call_at("GET", &format!("/admin/users?{query}"), &server(), "").await
}

async fn add(api: &Api, id: &str, data: Value) {
    let body = json!({"id": id, "data": data}).to_string();
    assert_eq!(api.call("POST", "user/", &server(), body).await.status, 201);
}

async fn add_many(api: &Api, ids: impl Iterator<Item = String>) {
    let users: Vec<_> = ids.map(|id| json!({"id": id})).collect();
    assert_eq!(api.call("POST", "users/", &server(), json!({"users": users}).to_string()).await.status, 201);
}

fn ids(page: &Value) -> Vec<&str> {
    page["users"].as_array().unwrap().iter().map(|user| user["id"].as_str().unwrap()).collect()
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// The ids of all pages. `between` runs after each but the last.
async fn walk(api: &Api, query: &str, between: impl AsyncFn(usize)) -> Vec<String> {
    let (mut seen, mut after) = (Vec::new(), String::new());
    for page in 0.. {
        assert!(page < 1_000, "the walk does not end: {query}");
        let answer = list(api, &format!("{query}{after}")).await;
        assert_eq!(
            (answer.status, answer.keys()),
            (200, ["users", "next", "total", "duration"].map(String::from).into())
        );
        let answer = answer.json();
        seen.extend(ids(&answer).into_iter().map(String::from));
        let Some(next) = answer["next"].as_str() else { break };
        after = format!("&after={}", encoded(next));
        between(page).await;
    }
    seen
}

async fn a_list_has_users_as_they_are_read(database: Database) {
    let api = Api::over(&database).await;
    assert_eq!(list(&api, "").await.json()["users"], json!([]));
    add(&api, "b", json!({"likes": ["tea"]})).await;
    add(&api, "a", json!({})).await;
    let page = list(&api, "").await.json();
    assert_eq!((ids(&page), &page["next"], &page["total"]), (vec!["a", "b"], &Value::Null, &json!(2)));
    for user in page["users"].as_array().unwrap() {
        let path = format!("user/{}/", user["id"].as_str().unwrap());
        let mut read = api.call("GET", &path, &server(), "").await.json();
        read.as_object_mut().unwrap().remove("duration");
        assert_eq!(*user, read);
    }
    let other = user_handle_server::Application::parse("other-key:other-secret").unwrap().token(None).unwrap();
    let request = axum::http::Request::get("/admin/users?api_key=other-key").header("Authorization", other);
    let others = api.send(request.body("".into()).unwrap()).await.json();
    assert_eq!((&others["users"], &others["total"]), (&json!([]), &json!(0)), "applications are apart");
}

async fn a_list_is_sorted_as_asked(database: Database) {
    let api = Api::over(&database).await;
    for id in ["b", "a", "B", "-", "_"] {
        add(&api, id, json!({})).await;
    }
    // Each write has a time of its own, whatever the clock.
    database
        .execute("UPDATE users SET created_at = CASE id WHEN 'b' THEN 1 WHEN 'a' THEN 2 WHEN 'B' THEN 3 ELSE 4 END")
        .await;
    database.execute("UPDATE users SET updated_at = 9 - created_at").await;
    for (sort, expected) in [
        ("", ["-", "B", "_", "a", "b"]),
        ("sort=id", ["-", "B", "_", "a", "b"]),
        ("sort=-id", ["b", "a", "_", "B", "-"]),
        ("sort=created_at", ["b", "a", "B", "-", "_"]),
        ("sort=-created_at", ["_", "-", "B", "a", "b"]),
        ("sort=updated_at", ["-", "_", "B", "a", "b"]),
        ("sort=-updated_at", ["b", "a", "B", "_", "-"]),
    ] {
        assert_eq!(ids(&list(&api, sort).await.json()), expected, "{sort}");
        assert_eq!(walk(&api, &format!("{sort}&limit=2"), async |_| {}).await, expected, "{sort}");
        assert_eq!(walk(&api, &format!("{sort}&limit=5"), async |_| {}).await, expected, "{sort}");
    }
}

async fn pages_of_users_with_the_same_time_have_each_of_them_once(database: Database) {
    let api = Api::over(&database).await;
    add_many(&api, (0..250).map(|number| format!("u{number}"))).await;
    database.execute("UPDATE users SET created_at = 7, updated_at = 7").await;
    let mut expected: Vec<_> = (0..250).map(|number| format!("u{number}")).collect();
    expected.sort();
    for sort in ["created_at", "updated_at"] {
        assert_eq!(walk(&api, &format!("sort={sort}&limit=7"), async |_| {}).await, expected);
    }
    expected.reverse();
    for sort in ["-created_at", "-updated_at"] {
        assert_eq!(walk(&api, &format!("sort={sort}&limit=7"), async |_| {}).await, expected);
    }
}

async fn a_walk_is_complete_while_others_are_added(database: Database) {
    let api = Api::over(&database).await;
    add_many(&api, (0..1_000).map(|number| format!("u{number:04}"))).await;
    for (round, sort) in ["id", "-id", "created_at", "-created_at", "updated_at", "-updated_at"].into_iter().enumerate()
    {
        // On both sides of where the walk is.
        let between = async |page: usize| {
            add_many(&api, ["a", "u05", "z"].iter().map(|start| format!("{start}-{round}-{page}"))).await;
        };
        let seen = walk(&api, &format!("sort={sort}&limit=100"), between).await;
        let different: BTreeSet<_> = seen.iter().collect();
        assert_eq!(different.len(), seen.len(), "{sort}: a user is there twice");
        assert_eq!(seen.iter().filter(|id| !id.contains('-')).count(), 1_000, "{sort}");
    }
}

async fn a_prefix_is_taken_byte_for_byte(database: Database) {
    let api = Api::over(&database).await;
    let all = ["a", "a-1", "a1", "a_", "a_b", "ab", "A_b", "b_"];
    for id in all {
        add(&api, id, json!({})).await;
    }
    for (prefix, expected) in [
        ("a_", vec!["a_", "a_b"]),
        ("a", vec!["a", "a-1", "a1", "a_", "a_b", "ab"]),
        ("A", vec!["A_b"]),
        ("a_b", vec!["a_b"]),
        ("_", vec![]),
        ("%", vec![]),
        ("a%", vec![]),
        ("\\", vec![]),
        ("a\\_", vec![]),
        ("a'", vec![]),
        ("\u{10ffff}", vec![]),
    ] {
        let query = format!("prefix={}", encoded(prefix));
        let page = list(&api, &query).await.json();
        assert_eq!((ids(&page), &page["total"]), (expected.clone(), &json!(expected.len())), "{prefix}");
        let mut by_time = walk(&api, &format!("{query}&sort=-created_at&limit=1"), async |_| {}).await;
        by_time.sort_by_key(|id| expected.iter().position(|expected| expected == id));
        assert_eq!(by_time, expected, "{prefix}");
        let mut reversed = walk(&api, &format!("{query}&sort=-id&limit=1"), async |_| {}).await;
        reversed.reverse();
        assert_eq!(reversed, expected, "{prefix}");
    }
}

async fn a_search_finds_text_in_the_data(database: Database) {
    let api = Api::over(&database).await;
    add(&api, "tea", json!({"name": "Ada", "likes": "Tea 100%"})).await;
    add(&api, "b", json!({"name": "Änne_B"})).await;
    add(&api, "c", json!({"name": "tea\\x"})).await;
    for (search, expected) in [
        ("TEA", vec!["c", "tea"]),
        ("\"name\":\"ada\"", vec!["tea"]),
        ("100%", vec!["tea"]),
        ("0_%", vec![]),
        ("%", vec!["tea"]),
        ("_", vec!["b"]),
        ("\\", vec!["c"]),
        ("Änne", vec!["b"]),
        ("änne", vec![]),
        ("nobody", vec![]),
        ("'", vec![]),
    ] {
        let query = format!("search={}", encoded(search));
        let page = list(&api, &query).await.json();
        assert_eq!((ids(&page), &page["total"]), (expected.clone(), &json!(3)), "{search}");
        for sort in ["id", "created_at", "updated_at"] {
            let mut seen = walk(&api, &format!("{query}&limit=1&sort={sort}"), async |_| {}).await;
            seen.sort();
            assert_eq!(seen, expected, "{search} by {sort}");
        }
    }
    assert_eq!(ids(&list(&api, "search=tea&prefix=t").await.json()), ["tea"]);
    assert_eq!(ids(&list(&api, "search=tea&prefix=t&sort=-updated_at").await.json()), ["tea"]);
    // Data is kept as it was sent, escaped or not.
    let escaped = r#"{"id":"j","data":{"name":"Jos\u00E9 \ud83c\uDF75"}}"#;
    assert_eq!(api.call("POST", "user/", &server(), escaped).await.status, 201);
    add(&api, "k", json!({"name": "José 🍵"})).await;
    for search in ["José", "josé 🍵"] {
        let query = format!("search={}", encoded(search));
        assert_eq!(ids(&list(&api, &query).await.json()), ["j", "k"]);
        assert_eq!(walk(&api, &format!("{query}&limit=1&sort=created_at"), async |_| {}).await, ["j", "k"]);
    }
}

/// As many users as are looked at for a page, and a few more.
const MANY: &str = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20010)
    INSERT INTO users (app, id, data, created_at, updated_at)
    SELECT 'demo-key', 'u' || n, CASE n WHEN 20005 THEN '{\"rare\":1}' ELSE '{}' END, n, n FROM numbers";

async fn a_search_goes_on_where_it_ended(database: Database) {
    let api = Api::over(&database).await;
    database.execute(MANY).await;
    let first = list(&api, "sort=created_at&search=rare").await.json();
    assert_eq!(
        (ids(&first), &first["next"], &first["total"]),
        (vec![], &json!("created_at.20000.u20000"), &json!(20_010))
    );
    assert_eq!(ids(&list(&api, "sort=created_at&search=rare&after=created_at.20000.u20000").await.json()), ["u20005"]);
    assert_eq!(walk(&api, "sort=created_at&prefix=u20005", async |_| {}).await, ["u20005"]);
    assert_eq!(walk(&api, "sort=-created_at&search=RARE", async |_| {}).await, ["u20005"]);
}

/// As many users as are counted, half of them with a prefix of their own.
const COUNTED: &str = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 50000)
    INSERT INTO users (app, id, data, created_at, updated_at)
    SELECT 'demo-key', CASE n % 2 WHEN 0 THEN 'u' ELSE 'v' END || n, '{}', n, n FROM numbers";

/// The one that is too many.
const ONE_MORE: &str =
    "INSERT INTO users (app, id, data, created_at, updated_at) VALUES ('demo-key', 'one-more', '{}', 1, 1)";

async fn users_are_counted_up_to_a_limit(database: Database) {
    let api = Api::over(&database).await;
    database.execute(COUNTED).await;
    let total = async |query: &str| list(&api, query).await.json()["total"].clone();
    assert_eq!((total("").await, total("sort=-created_at").await), (json!(50_000), json!(50_000)));
    database.execute(ONE_MORE).await;
    assert_eq!((total("").await, total("sort=-created_at&search=nobody").await), (Value::Null, Value::Null));
    assert_eq!((total("prefix=u").await, total("prefix=one").await), (json!(25_000), json!(1)));
}

async fn what_breaks_a_rule_is_refused(database: Database) {
    let api = Api::over(&database).await;
    add(&api, "a", json!({})).await;
    add(&api, "b", json!({})).await;
    let next = list(&api, "limit=1&sort=-created_at").await.json()["next"].as_str().unwrap().to_owned();
    let other = "after is of a list that is sorted by -created_at, but sort is created_at";
    for (query, detail) in [
        (format!("sort=created_at&after={next}"), other),
        ("after=b".into(), "after must be the next of a page"),
        ("limit=101".into(), "limit must be a whole number from 1 to 100, but is \"101\""),
        ("limit=ten".into(), "limit must be a whole number from 1 to 100, but is \"ten\""),
        (
            "sort=name".into(),
            "sort must be id, created_at or updated_at, with - before it for the last first, but is \"name\"",
        ),
        ("prefix=%00".into(), "prefix has the character U+0000"),
        ("search=%00".into(), "search has the character U+0000"),
        ("offset=1".into(), "\"offset\" is no parameter of a list, which has limit, sort, prefix, search and after"),
    ] {
        assert_eq!(list(&api, &query).await.error(), (400, 4, detail.to_owned()), "{query}");
    }
    let refused = api.call_at("GET", "/admin/users?limit=0", &user("a"), "").await;
    assert_eq!(refused.error(), (403, 17, "You do not have permission to perform this action.".into()));
    assert_eq!(api.call_at("POST", "/admin/users", &server(), "{}").await.error().0, 405);
    assert_eq!(api.call_at("GET", "/admin/user", &server(), "").await.error().2, "there is nothing at /admin/user");
}

async fn klaims_users_are_listed_by_user_id_and_by_time(database: Database) {
    let api = Api::over(&database).await;
    let klaim = async |path: &str| klaim::call(&api, "GET", path, "").await;
    for (user_id, name) in [("b/1", "Ada"), ("a%", "Eve"), ("é", "Tea"), ("a_", "Bob")] {
        let body = json!({"email": format!("{name}@b.c"), "userId": user_id, "name": name, "metadata": {"n": name}});
        assert_eq!(klaim::call(&api, "POST", "users", &body.to_string()).await.status, 200);
    }
    let page = klaim("admin/users").await;
    assert_eq!(page.keys(), ["message", "users", "next", "total"]);
    let page = page.json();
    let all = klaim("users").await.json();
    for user in page["users"].as_array().unwrap() {
        assert!(all["data"].as_array().unwrap().contains(user), "{user}");
    }
    let walk = async |query: &str| {
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            assert!(seen.len() < 100, "the walk does not end: {query}");
            let page = klaim(&format!("admin/users?limit=1&{query}{after}")).await.json();
            let users = page["users"].as_array().unwrap();
            seen.extend(users.iter().map(|user| user["user_id"].as_str().unwrap().to_owned()));
            let Some(next) = page["next"].as_str() else { break seen };
            after = format!("&after={}", encoded(next));
        }
    };
    assert_eq!((walk("").await, &page["total"]), (vec!["a%".into(), "a_".into(), "b/1".into(), "é".into()], &json!(4)));
    assert_eq!(walk("sort=-id").await, ["é", "b/1", "a_", "a%"]);
    assert_eq!(walk("sort=created_at").await, ["b/1", "a%", "é", "a_"]);
    assert_eq!(walk("sort=-created_at").await, ["a_", "é", "a%", "b/1"]);
    assert_eq!(walk("prefix=a%25").await, ["a%"]);
    assert_eq!(walk("prefix=%C3%A9&sort=created_at").await, ["é"]);
    assert_eq!(walk("search=BOB@").await, ["a_"]);
    assert_eq!(walk("search=%22n%22:%22tea%22&sort=created_at").await, ["é"]);
    database.execute("UPDATE klaim_users SET created_at = 7").await;
    assert_eq!(
        walk("sort=created_at").await,
        ["b/1", "a%", "é", "a_"],
        "those of one time in the order of their klaim_id"
    );
    let sort = "sort must be id or created_at, with - before it for the last first, but is \"updated_at\"";
    assert_eq!(klaim::error(&klaim("admin/users?sort=updated_at").await), (400, sort.to_owned()));
    let after = "after is of a list that is sorted by -id, but sort is id";
    assert_eq!(klaim::error(&klaim("admin/users?after=-id.a").await), (400, after.to_owned()));
}

over_both_databases!(
    a_list_has_users_as_they_are_read,
    a_list_is_sorted_as_asked,
    pages_of_users_with_the_same_time_have_each_of_them_once,
    a_walk_is_complete_while_others_are_added,
    a_prefix_is_taken_byte_for_byte,
    a_search_finds_text_in_the_data,
    a_search_goes_on_where_it_ended,
    users_are_counted_up_to_a_limit,
    what_breaks_a_rule_is_refused,
    klaims_users_are_listed_by_user_id_and_by_time,
);
