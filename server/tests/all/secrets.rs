//! The log contains no secret, at any level and in any format.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::common::folder::Folder;
use crate::common::process::{Server, program};
use user_handle_server::Application;

/// The status of the response to a request with this token.
fn status(server: &Server, method: &str, path: &str, token: &str, body: &str) -> u16 {
    let mut stream = TcpStream::connect(&server.address).unwrap();
    let (address, length) = (&server.address, body.len());
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: {token}\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

/// Every secret in the requests and in the settings contains the word "canary".
#[test]
fn the_log_has_no_secret_key_token_query_or_data_at_any_level_and_in_any_format() {
    const SECRET: &str = "canary-secret-that-is-long-enough-for-the-hash";
    for format in ["text", "json"] {
        let folder = Folder::new();
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let mut command = program();
        command.args(["--listen", "127.0.0.1:0", "--database", "sqlite::memory:", "--log", "trace"]);
        command.args(["--log-format", format, "--rate-limit", "40"]).stderr(log);
        command.env("USER_HANDLE_KLAIM_KEY", "canary-klaim");
        let server =
            Server::spawn(command.env("USER_HANDLE_APP", format!("canary-key:{SECRET},short-key:canary-short")));
        let app = Application::parse(&format!("canary-key:{SECRET}")).unwrap();
        let token = app.token(None).unwrap();
        let forged = format!("{token}canary");
        let mut statuses = std::collections::BTreeSet::new();
        for _ in 0..3 {
            for (method, path, token, body) in [
                ("POST", "user/?api_key=canary-key", &token, r#"{"id":"a","data":{"canary-data":1}}"#),
                ("POST", "user/?api_key=canary-key", &token, r#"{"id":"canary id"}"#),
                ("POST", "user/?api_key=canary-key", &token, "canary {"),
                ("GET", "user/a/?api_key=canary-key&canary=canary", &token, ""),
                ("GET", "user/a/?api_key=canary-key", &forged, ""),
                ("GET", "user/a/?api_key=canary-key", &"Bearer canary".to_owned(), ""),
                ("GET", "user/a/?api_key=canary-unknown", &token, ""),
                ("GET", "users/?api_key=canary-key&ids=canary,canary id", &token, ""),
                ("GET", "none?api_key=canary-key", &token, ""),
                ("GET", "user/a/?api_key=canary-key", &app.token(Some("canary-user")).unwrap(), ""),
            ] {
                let path = format!("/api/v1.0/{}", path.replace(' ', "%20"));
                statuses.insert(status(&server, method, &path, token, body));
            }
        }
        for (method, path, key, body) in [
            ("POST", "users", "canary-klaim", r#"{"email":"canary@b.c","userId":"a","metadata":{"canary":1}}"#),
            ("POST", "users", "canary-klaim", r#"{"email":"canary"}"#),
            ("POST", "users", "canary-klaim", "canary {"),
            ("POST", "users/a", "canary-klaim", "canary"),
            ("GET", "users?starting_after=canary", "canary-klaim", ""),
            ("GET", "users", "canary-other", ""),
        ] {
            statuses.insert(status(&server, method, &format!("/klaim/{path}"), &format!("Bearer {key}"), body));
        }
        for _ in 0..45 {
            statuses.insert(status(&server, "GET", "/api/v1.0/user/a/?api_key=canary-key", &token, ""));
        }
        // Bytes that are not a request are handled by the HTTP library, which writes to the same log.
        let mut stream = TcpStream::connect(&server.address).unwrap();
        stream.write_all(b"canary\0canary\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        assert_eq!(Vec::from_iter(statuses), [200, 201, 400, 401, 403, 404, 409, 429]);
        drop(server);
        let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
        let line = if format == "json" {
            r#""path":"/api/v1.0/user/a/","status":200"#
        } else {
            r#"path="/api/v1.0/user/a/" status=200"#
        };
        assert!(log.contains(line), "{log}");
        assert!(log.contains("short-key"), "no warning of a short secret: {log}");
        for secret in ["canary", "api_key", &token, "Bearer"] {
            assert!(!log.contains(secret), "{secret} in {log}");
        }
    }
}
