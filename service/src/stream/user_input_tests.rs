use super::*;

fn user_of(body: &str) -> Result<(String, String), ApiError> {
    new_user(body.as_bytes()).map(|user| (user.id, user.data.get().to_owned()))
}

fn data_of(body: &str) -> Result<String, ApiError> {
    new_data(body.as_bytes()).map(|data| data.get().to_owned())
}

#[test]
fn no_data_is_an_empty_object_however_it_is_said() {
    for body in [
        r#"{"id":"a"}"#,
        r#"{"id":"a","data":null}"#,
        r#"{"id":"a","data":{}}"#,
        r#"{"id":"a","data":[]}"#,
        r#"{"data":[ ],"id":"a","more":[1,{"x":2}]}"#,
    ] {
        assert_eq!(user_of(body), Ok(("a".into(), "{}".into())), "{body}");
    }
    for body in ["{}", "[]", " [ ] ", r#"{"data":null}"#, r#"{"data":[]}"#, r#"{"id":"b","data":{}}"#] {
        assert_eq!(data_of(body), Ok("{}".into()), "{body}");
    }
}

#[test]
fn data_stays_the_text_that_was_sent() {
    for data in [
        r#"{"z":1,"a":2,"z":3}"#,
        r#"{"n":[1.0,1e308,-0,12345678901234567890123,0.10]}"#,
        r#"{"__proto__":{"x":1},"constructor":null,"":""}"#,
        r#"{ "é" : "\u00e9\u0000\ud83d\ude00😀\/" }"#,
    ] {
        assert_eq!(user_of(&format!(r#" {{"id": "a" , "data" : {data} }} "#)), Ok(("a".into(), data.into())));
    }
}

#[test]
fn bad_users_are_refused_with_the_field_and_the_rule() {
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
        assert_eq!(user_of(body), Err(ApiError::input(field, text)), "{body}");
    }
}

#[test]
fn data_may_have_10_240_bytes_and_no_more() {
    let body = |length: usize| format!(r#"{{"id":"a","data":{{"x":"{}"}}}}"#, "x".repeat(length - 8));
    assert!(user_of(&body(10_240)).is_ok());
    let refusal = ApiError::too_large("data", "data is 10241 bytes of JSON, at most 10240 are allowed");
    assert_eq!(user_of(&body(10_241)), Err(refusal));
}

#[test]
fn levels_without_number_are_refused_without_a_stack() {
    let deep = "[".repeat(20_000) + &"]".repeat(20_000);
    let refusal = ApiError::input("data", "data must be a JSON object, but is an array");
    assert_eq!(user_of(&format!(r#"{{"id":"a","data":{deep}}}"#)), Err(refusal));
    let levels = format!(r#"{{"id":"a","data":{{"x":{}1{}}}}}"#, "[".repeat(5_000), "]".repeat(5_000));
    let refusal = ApiError::input("data", "data is nested deeper than 64 levels");
    assert_eq!(user_of(&levels), Err(refusal));
    assert!(user_of(&format!(r#"{{"id":"a","ignored":{deep}}}"#)).is_ok());
}

#[test]
fn a_batch_names_its_bad_member() {
    let refusal = |body: &str| batch(body.as_bytes()).unwrap_err();
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
        assert_eq!(refusal(body), ApiError::input(field, text), "{body}");
    }
    let many = format!(r#"{{"users":[{}]}}"#, vec!["null"; 1_001].join(","));
    let rule = "users has 1001 members, at most 1000 are allowed in one batch";
    assert_eq!(refusal(&many), ApiError::input("users", rule));
}

#[test]
fn both_names_of_override_count() {
    for (fields, replace) in [
        ("", false),
        (r#","override":false"#, false),
        (r#","override":true"#, true),
        (r#","override_existing":true"#, true),
        (r#","override":false,"override_existing":true"#, true),
        (r#","override":null"#, false),
    ] {
        let (users, found) = batch(format!(r#"{{"users":[{{"id":"a"}}]{fields}}}"#).as_bytes()).unwrap();
        assert_eq!((users.len(), found), (1, replace), "{fields}");
    }
}

fn ids_of(query: &str) -> Result<Vec<String>, ApiError> {
    ids(&Query::parse(query))
}

#[test]
fn ids_are_decoded_and_each_taken_once() {
    let ids = ["a", "b", "c"].map(String::from).to_vec();
    assert_eq!(ids_of("ids=a,b,c"), Ok(ids.clone()));
    assert_eq!(ids_of("ids=a%2Cb%2cc"), Ok(ids.clone()));
    assert_eq!(ids_of("x=1&ids=a,,b,a,c,"), Ok(ids));
    assert_eq!(ids_of("ids="), Ok(vec![]));
}

#[test]
fn bad_ids_are_refused_with_their_place() {
    assert_eq!(ids_of(""), Err(ApiError::input("ids", "ids is missing")));
    let rule = "ids[1] may only hold letters, digits, - and _, but has \" \" at position 1";
    assert_eq!(ids_of("ids=a,b+c"), Err(ApiError::input("ids[1]", rule)));
    assert!(ids_of(&format!("ids={}", vec!["a"; 1_000].join(","))).is_ok());
    let rule = "ids has 1001 members, at most 1000 are allowed in one batch";
    assert_eq!(ids_of(&format!("ids={}", vec!["a"; 1_001].join(","))), Err(ApiError::input("ids", rule)));
}
