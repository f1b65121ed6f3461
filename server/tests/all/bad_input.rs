//! Bad input, sent as raw bytes: each gets the documented error, never a 500, and the next call works.

use crate::common::database::Database;
use crate::common::{Api, server};

fn nested(levels: usize) -> String {
    format!(r#"{{"a":{}{}}}"#, "[".repeat(levels - 1), "]".repeat(levels - 1))
}

fn data_of(bytes: usize) -> String {
    format!(r#"{{"x":"{}"}}"#, "x".repeat(bytes - 8))
}

async fn bad_ids(database: Database) {
    let api = Api::over(&database).await;
    let rule = "id may only hold letters, digits, - and _, but has ";
    for (id, detail) in [
        (r#""""#, "id is empty".to_owned()),
        (r#""a b""#, format!("{rule}\" \" at position 1")),
        (r#""../x""#, format!("{rule}\".\" at position 0")),
        (r#""a/b""#, format!("{rule}\"/\" at position 1")),
        (r#""a?b""#, format!("{rule}\"?\" at position 1")),
        (r#""é""#, format!("{rule}\"é\" at position 0")),
        (r#""a\u0000""#, format!("{rule}\"\0\" at position 1")),
        (r#""\ud800""#, "id is wrong: unexpected end of hex escape at line 1 column 8".into()),
        (&format!("\"{}\"", "x".repeat(256)), "id has 256 characters, at most 255 are allowed".into()),
        ("5", "id must be a string, but is a number".into()),
        ("{}", "id must be a string, but is an object".into()),
        ("[\"a\"]", "id must be a string, but is an array".into()),
        ("true", "id must be a string, but is a boolean".into()),
        ("null", "id is missing".into()),
    ] {
        let refused = api.call("POST", "user/", &server(), format!(r#"{{"id":{id}}}"#)).await;
        assert_eq!(refused.error(), (400, 4, detail.clone()), "{id}");
        assert_eq!(refused.json()["exception_fields"]["id"][0], detail);
    }
    assert_eq!(api.call("POST", "user/", &server(), r#"{"id":"ok"}"#).await.status, 201);
}

async fn bad_data(database: Database) {
    let api = Api::over(&database).await;
    api.call("POST", "user/", &server(), r#"{"id":"a","data":{"kept":1}}"#).await;
    for (data, status, code, detail) in [
        ("\"some string\"".to_owned(), 400, 4, "data must be a JSON object, but is a string"),
        ("[1]".into(), 400, 4, "data must be a JSON object, but is an array"),
        ("5".into(), 400, 4, "data must be a JSON object, but is a number"),
        ("true".into(), 400, 4, "data must be a JSON object, but is a boolean"),
        (data_of(10_241), 413, 18, "data is 10241 bytes of JSON, at most 10240 are allowed"),
        (data_of(70_000), 413, 18, "body is over 65536 bytes"),
        (nested(65), 400, 4, "data is nested deeper than 64 levels"),
        (nested(20_000), 413, 18, "data is 40004 bytes of JSON, at most 10240 are allowed"),
        (r#"{"a":"\ud800"}"#.into(), 400, 4, "data has a string with half of a surrogate pair, which text cannot hold"),
        (r#"{"a":[-1e309]}"#.into(), 400, 4, "data has the number -1e309, which is too large for a double"),
        ("NaN".into(), 400, 4, "body is not JSON: expected value at line 1 column 18"),
        ("{\"a\":Infinity}".into(), 400, 4, "body is not JSON: expected value at line 1 column 23"),
        ("10n".into(), 400, 4, "body is not JSON: expected `,` or `}` at line 1 column 20"),
        ("{\"a\":undefined}".into(), 400, 4, "body is not JSON: expected value at line 1 column 23"),
        ("{\"a\":1,}".into(), 400, 4, "body is not JSON: key must be a string at line 1 column 25"),
        ("{'a':1}".into(), 400, 4, "body is not JSON: key must be a string at line 1 column 19"),
    ] {
        let created = api.call("POST", "user/", &server(), format!(r#"{{"id":"b","data":{data}}}"#)).await;
        assert_eq!(created.error(), (status, code, detail.into()), "{data:.40}");
        let updated = api.call("PUT", "user/a/", &server(), format!(r#"{{"id":"a","data":{data}}}"#)).await;
        assert_eq!(updated.error(), (status, code, detail.into()), "{data:.40}");
        let batch = format!(r#"{{"users":[{{"id":"b","data":{data}}}]}}"#);
        assert_eq!(api.call("POST", "users/", &server(), batch).await.error().0, status, "{data:.40}");
    }
    assert_eq!(api.call("GET", "user/a/", &server(), "").await.json()["data"]["kept"], 1);
    for data in [data_of(10_240), nested(64)] {
        assert_eq!(api.call("PUT", "user/a/", &server(), format!(r#"{{"data":{data}}}"#)).await.status, 201);
    }
}

async fn bad_bodies(database: Database) {
    let api = Api::over(&database).await;
    api.call("POST", "user/", &server(), r#"{"id":"a"}"#).await;
    for body in [
        b"".to_vec(),
        b"{".to_vec(),
        b"null".to_vec(),
        b"[{}]".to_vec(),
        b"\xff\xfe{\x00}\x00".to_vec(),
        b"\xef\xbb\xbf{}".to_vec(),
        b"{\"id\":\"a\xff\"}".to_vec(),
        b"{\"data\":{\"x\":\"\xff\"}}".to_vec(),
        b"{\"data\":{\"x\":\"\n\"}}".to_vec(),
        b"{\"data\":{}} {}".to_vec(),
        b"\x1f\x8b\x08\x00".to_vec(),
        b"a=1&b=2".to_vec(),
        vec![0; 100],
        vec![b'['; 60_000],
        vec![b'{'; 60_000],
        vec![b'"'; 60_001],
    ] {
        for (method, path) in [("POST", "user/"), ("PUT", "user/a/"), ("POST", "users/"), ("POST", "moderation/flag")] {
            let name = format!("{method} {path} {:.40}", String::from_utf8_lossy(&body));
            let refused = api.call(method, path, &server(), body.clone()).await;
            assert_eq!((refused.error().0, refused.error().1), (400, 4), "{name}");
            assert!(refused.json()["exception_fields"].is_object(), "{name}");
        }
    }
    assert_eq!(api.call("PUT", "user/a/", &server(), r#"{"data":{"ok":1}}"#).await.status, 201);
}

async fn bad_queries(database: Database) {
    let api = Api::over(&database).await;
    api.call("POST", "user/", &server(), r#"{"id":"a"}"#).await;
    let rule = "ids[1] may only hold letters, digits, - and _, but has ";
    for (method, path, detail) in [
        ("GET", "user/a/?with_follow_counts=2", "with_follow_counts must be true or false, but is \"2\"".to_owned()),
        ("GET", "user/a/?with_follow_counts=", "with_follow_counts must be true or false, but is \"\"".to_owned()),
        ("GET", "users/?ids=a,b+c", format!("{rule}\" \" at position 1")),
        ("DELETE", "users/?ids=a,..%2Fb", format!("{rule}\".\" at position 0")),
        ("GET", "users/?ids=a,%FF", format!("{rule}\"\u{fffd}\" at position 0")),
        (
            "GET",
            &format!("users/?ids=a,{}", "x".repeat(256)),
            "ids[1] has 256 characters, at most 255 are allowed".into(),
        ),
    ] {
        assert_eq!(api.call(method, path, &server(), "").await.error(), (400, 4, detail), "{path}");
    }
    for path in ["user/a/?unknown=1&location=unspecified", "user/a/?&&==&%", "user/a?x[]=1"] {
        assert_eq!(api.call("GET", path, &server(), "").await.status, 200, "{path}");
    }
}

over_both_databases!(bad_ids, bad_data, bad_bodies, bad_queries,);
