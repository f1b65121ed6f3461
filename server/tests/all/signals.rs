//! How the program ends: by signals, and with its standard input.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Stdio;

use crate::common::folder::Folder;
use crate::common::process::{Server, clean, program};
use crate::common::until;
use user_handle_server::Application;

#[cfg(unix)]
#[test]
fn told_to_terminate_it_ends_in_order_and_leaves_one_whole_file() {
    let folder = Folder::new();
    let file = folder.path().join("users.db");
    let database = format!("sqlite:{}", file.display());
    let mut server = Server::on(&database);
    assert_eq!(server.call("POST", "user/", r#"{"id":"a"}"#).status, 201);
    assert!(server.terminate());
    assert_eq!(std::fs::metadata(file.with_extension("db-wal")).map_or(0, |wal| wal.len()), 0);
    assert_eq!(Server::on(&database).call("GET", "user/a/", "").status, 200);
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_that_is_closed_ends_it_in_order_unless_it_is_not_to_notice() {
    let (mut server, mut stream) = request_under_way(started_by(&["env", "--default-signal=HUP"]));
    server.signal("-HUP");
    until("it takes no more connections", || TcpStream::connect(&server.address).is_err());
    // As the shell does beside the system.
    server.signal("-HUP");
    stream.write_all(br#"{"id":"a"}"#).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 Created\r\n"), "{answer}");
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
    let mut server = started_by(&["nohup"]);
    server.signal("-HUP");
    assert_eq!(server.call("GET", "user/a/", "").status, 404);
    assert!(server.terminate());
}

/// A server whose signals are set by this command: the tests themselves may have been started by `nohup`.
#[cfg(target_os = "linux")]
fn started_by(by: &[&str]) -> Server {
    let mut command = clean(std::process::Command::new(by[0]));
    command.args(&by[1..]).arg(env!("CARGO_BIN_EXE_user-handle-server"));
    command.args(["--listen", "127.0.0.1:0", "--log", "off", "--database", "sqlite::memory:"]);
    Server::spawn(command.stderr(Stdio::null()))
}

#[cfg(unix)]
#[test]
fn told_to_terminate_it_takes_no_more_and_finishes_what_it_has() {
    let folder = Folder::new();
    let database = format!("sqlite:{}", folder.path().join("users.db").display());
    let (mut server, mut stream) = with_a_request_under_way(&database);
    server.tell_to_terminate();
    until("it takes no more connections", || TcpStream::connect(&server.address).is_err());
    stream.write_all(br#"{"id":"a"}"#).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 Created\r\n"), "{answer}");
    assert!(server.child.wait().unwrap().success());
    assert_eq!(Server::on(&database).call("GET", "user/a/", "").status, 200);
}

/// A server with a request under way, whose body has not come yet.
#[cfg(unix)]
fn with_a_request_under_way(database: &str) -> (Server, TcpStream) {
    request_under_way(Server::on(database))
}

#[cfg(unix)]
fn request_under_way(server: Server) -> (Server, TcpStream) {
    let mut stream = TcpStream::connect(&server.address).unwrap();
    let token = Application::demo().token(None).unwrap();
    let head = "POST /api/v1.0/user/?api_key=demo-key HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\nExpect: 100-continue";
    write!(stream, "{head}\r\nAuthorization: {token}\r\n\r\n").unwrap();
    // This response shows that the server has begun to handle the request.
    let mut answer = [0; 25];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(std::str::from_utf8(&answer).unwrap(), "HTTP/1.1 100 Continue\r\n\r\n");
    (server, stream)
}

#[cfg(unix)]
#[test]
fn told_twice_it_ends_at_once() {
    let (mut server, mut stream) = with_a_request_under_way("sqlite::memory:");
    server.tell_to_terminate();
    until("it takes no more connections", || TcpStream::connect(&server.address).is_err());
    server.tell_to_terminate();
    assert_eq!(server.child.wait().unwrap().code(), Some(130), "it waited for the request");
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    assert_eq!(answer, "");
}

#[test]
fn told_to_it_stops_with_its_standard_input() {
    let mut command = program();
    let command = command.args(["--database", "sqlite::memory:", "--log", "off", "--stop-with-stdin"]);
    let mut server = Server::spawn(command.stdin(Stdio::piped()));
    assert_eq!(server.call("GET", "user/a/", "").status, 404);
    drop(server.child.stdin.take());
    assert!(server.child.wait().unwrap().success());
}
