use super::*;

async fn user_of(body: &str) -> Result<(String, String), ApiError> {
    new_user(Body::from(body.to_owned())).await.map(|user| (user.id, user.data.get().to_owned()))
}

async fn data_of(body: &str) -> Result<String, ApiError> {
    new_data(Body::from(body.to_owned())).await.map(|data| data.get().to_owned())
}

#[tokio::test]
async fn no_data_is_an_empty_object_however_it_is_said() {
    for body in [
        r#"{"id":"a"}"#,
        r#"{"id":"a","data":null}"#,
        r#"{"id":"a","data":{}}"#,
        r#"{"id":"a","data":[]}"#,
        r#"{"data":[ ],"id":"a","more":[1,{"x":2}]}"#,
    ] {
        assert_eq!(user_of(body).await, Ok(("a".into(), "{}".into())), "{body}");
    }
    for body in ["{}", "[]", " [ ] ", r#"{"data":null}"#, r#"{"data":[]}"#, r#"{"id":"b","data":{}}"#] {
        assert_eq!(data_of(body).await, Ok("{}".into()), "{body}");
    }
}

#[tokio::test]
async fn data_stays_the_text_that_was_sent() {
    for data in [
        r#"{"z":1,"a":2,"z":3}"#,
        r#"{"n":[1.0,1e308,-0,12345678901234567890123,0.10]}"#,
        r#"{"__proto__":{"x":1},"constructor":null,"":""}"#,
        r#"{ "é" : "\u00e9\u0000\ud83d\ude00😀\/" }"#,
    ] {
        assert_eq!(user_of(&format!(r#" {{"id": "a" , "data" : {data} }} "#)).await, Ok(("a".into(), data.into())));
    }
}

#[tokio::test]
async fn bad_users_are_refused_with_the_field_and_the_rule() {
    for (body, field, text) in [
        ("", "body", "body is empty, a JSON object is expected"),
        ("[]", "body", "body must be a JSON object, but is an array"),
        (r#"["a",{}]"#, "body", "body must be a JSON object, but is an array"),
        ("null", "body", "body must be a JSON object, but is null"),
        ("\"a\"", "body", "body must be a JSON object, but is a string"),
        ("{", "body", "body is not JSON: EOF while parsing an object at line 1 column 1"),
        ("{}x", "body", "body is not JSON: trailing characters at line 1 column 3"),
        ("id=a", "body", "body is not JSON: expected value at line 1 column 1"),
        ("{}", "id", "id is missing"),
        (r#"{"id":null}"#, "id", "id is missing"),
        (r#"{"id":5}"#, "id", "id must be a string, but is a number"),
        (r#"{"id":{"toString":1}}"#, "id", "id must be a string, but is an object"),
        (r#"{"id":""}"#, "id", "id is empty"),
        (r#"{"id":"a b"}"#, "id", "id may only hold letters, digits, - and _, but has \" \" at position 1"),
        (r#"{"id":"a","data":"x"}"#, "data", "data must be a JSON object, but is a string"),
        (r#"{"id":"a","data":5}"#, "data", "data must be a JSON object, but is a number"),
        (r#"{"id":"a","data":true}"#, "data", "data must be a JSON object, but is a boolean"),
        (r#"{"id":"a","data":[null]}"#, "data", "data must be a JSON object, but is an array"),
        (r#"{"id":"a","id":"b"}"#, "body", "body is wrong: duplicate field `id` at line 1 column 14"),
    ] {
        assert_eq!(user_of(body).await, Err(ApiError::input(field, text)), "{body}");
    }
}

#[tokio::test]
async fn data_may_have_10_240_bytes_and_no_more() {
    let body = |length: usize| format!(r#"{{"id":"a","data":{{"x":"{}"}}}}"#, "x".repeat(length - 8));
    assert!(user_of(&body(10_240)).await.is_ok());
    let refusal = ApiError::too_large("data", "data is 10241 bytes of JSON, at most 10240 are allowed");
    assert_eq!(user_of(&body(10_241)).await, Err(refusal));
}

#[tokio::test]
async fn a_body_is_cut_off_at_its_limit_and_not_parsed() {
    let spaces = " ".repeat(MAX_BODY - 10);
    assert!(user_of(&format!(r#"{{"id":"a"{spaces}}}"#)).await.is_ok());
    let refusal = ApiError::too_large("body", "body is over 65536 bytes");
    assert_eq!(user_of(&format!(r#"{{"id":"a"{spaces} }}"#)).await, Err(refusal.clone()));
    assert_eq!(user_of(&"[".repeat(MAX_BATCH_BODY * 3)).await, Err(refusal));
}

#[tokio::test]
async fn levels_without_number_are_refused_without_a_stack() {
    let deep = "[".repeat(20_000) + &"]".repeat(20_000);
    let refusal = ApiError::input("data", "data must be a JSON object, but is an array");
    assert_eq!(user_of(&format!(r#"{{"id":"a","data":{deep}}}"#)).await, Err(refusal));
    let levels = format!(r#"{{"id":"a","data":{{"x":{}1{}}}}}"#, "[".repeat(5_000), "]".repeat(5_000));
    let refusal = ApiError::input("data", "data is nested deeper than 64 levels");
    assert_eq!(user_of(&levels).await, Err(refusal));
    assert!(user_of(&format!(r#"{{"id":"a","ignored":{deep}}}"#)).await.is_ok());
}

#[tokio::test]
async fn a_batch_names_its_bad_member() {
    let refusal = |body: &str| {
        let body = Body::from(body.to_owned());
        async { batch(body).await.unwrap_err() }
    };
    for (body, field, text) in [
        ("{}", "users", "users is missing"),
        (r#"{"users":{}}"#, "users", "users must be an array, but is an object"),
        (r#"{"users":[null]}"#, "users[0]", "users[0] must be a JSON object, but is null"),
        (r#"{"users":[{"id":"a"},{}]}"#, "users[1].id", "users[1].id is missing"),
        (r#"{"users":[{"id":"a","data":1}]}"#, "users[0].data", "users[0].data must be a JSON object, but is a number"),
        (r#"{"users":[],"override":"yes"}"#, "override", "override must be true or false, but is a string"),
        (
            r#"{"users":[],"override_existing":1}"#,
            "override_existing",
            "override_existing must be true or false, but is a number",
        ),
    ] {
        assert_eq!(refusal(body).await, ApiError::input(field, text), "{body}");
    }
    let many = format!(r#"{{"users":[{}]}}"#, vec!["null"; 1_001].join(","));
    let rule = "users has 1001 members, at most 1000 are allowed in one batch";
    assert_eq!(refusal(&many).await, ApiError::input("users", rule));
}

#[tokio::test]
async fn both_names_of_override_count() {
    for (fields, replace) in [
        ("", false),
        (r#","override":false"#, false),
        (r#","override":true"#, true),
        (r#","override_existing":true"#, true),
        (r#","override":false,"override_existing":true"#, true),
        (r#","override":null"#, false),
    ] {
        let (users, found) = batch(Body::from(format!(r#"{{"users":[{{"id":"a"}}]{fields}}}"#))).await.unwrap();
        assert_eq!((users.len(), found), (1, replace), "{fields}");
    }
}

#[tokio::test]
async fn a_flag_needs_a_known_kind_and_an_id() {
    let flag = |body: &str| new_flag(Body::from(body.to_owned()));
    let full = r#"{"entity_type":"stream:user","entity_id":"a","user_id":"b","reason":"spam","custom":null}"#;
    let read = flag(full).await.unwrap();
    assert_eq!(
        (read.entity_id.as_str(), read.user_id.as_deref(), read.reason.as_deref()),
        ("a", Some("b"), Some("spam"))
    );
    for (body, field, text) in [
        ("{}", "entity_type", "entity_type is missing"),
        (r#"{"entity_type":"stream:user"}"#, "entity_id", "entity_id is missing"),
        (r#"{"entity_type":"stream:user","entity_id":""}"#, "entity_id", "entity_id is empty"),
        (r#"{"entity_type":"stream:user","entity_id":"a","user_id":""}"#, "user_id", "user_id is empty"),
        (
            r#"{"entity_type":"stream:user","entity_id":"a","reason":1}"#,
            "reason",
            "reason must be a string, but is a number",
        ),
        (
            r#"{"entity_type":"x","entity_id":"a"}"#,
            "entity_type",
            "entity_type must be one of stream:user, stream:feeds:v2:activity, stream:feeds:v2:reaction, but is \"x\"",
        ),
    ] {
        assert_eq!(flag(body).await.unwrap_err(), ApiError::input(field, text), "{body}");
    }
}

/// A body that never ends: `parts` come at once, and then nothing.
fn stalled(parts: &'static str) -> Body {
    let stream = futures_util::stream::iter([Ok::<_, std::io::Error>(parts)]);
    Body::from_stream(futures_util::StreamExt::chain(stream, futures_util::stream::pending()))
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_arrive_is_given_up() {
    let start = tokio::time::Instant::now();
    let refusal = ApiError::too_slow("body", "body did not arrive within 30 s");
    assert_eq!(new_user(stalled(r#"{"id":"#)).await.err(), Some(refusal.clone()));
    assert_eq!(new_data(stalled("")).await.err(), Some(refusal.clone()));
    assert_eq!(batch(stalled("{")).await.err(), Some(refusal.clone()));
    assert_eq!(new_flag(stalled("{")).await.err(), Some(refusal));
    assert_eq!(start.elapsed().as_secs(), 120);
}
