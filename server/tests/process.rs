//! The program itself: it starts, says where it listens, keeps users when killed, and refuses bad flags in one line.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, in its helpers too"
)]

mod common;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use common::folder::Folder;
use common::process::{Server, program};
use user_handle_server::Application;

#[test]
fn the_first_line_says_where_it_listens_and_on_which_database() {
    let folder = Folder::new();
    let database = format!("sqlite:{}", folder.path().join("users.db").display());
    let server = Server::on(&database);
    let line = format!("user-handle-server listening on http://{}, database {database}", server.address);
    assert_eq!(server.line, line);
    assert!(server.call("GET", "user/a/", "").header("date").is_some());
}

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

#[cfg(unix)]
#[test]
fn told_to_terminate_it_takes_no_more_and_finishes_what_it_has() {
    let folder = Folder::new();
    let database = format!("sqlite:{}", folder.path().join("users.db").display());
    let mut server = Server::on(&database);
    let mut stream = TcpStream::connect(&server.address).unwrap();
    let token = Application::demo().token(None).unwrap();
    let head =
        "POST /api/v1.0/user/?api_key=demo-key HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nExpect: 100-continue";
    write!(stream, "{head}\r\nAuthorization: {token}\r\n\r\n").unwrap();
    // With this it says that it is at work on the request.
    let mut answer = [0; 25];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(std::str::from_utf8(&answer).unwrap(), "HTTP/1.1 100 Continue\r\n\r\n");
    server.tell_to_terminate();
    let deadline = Instant::now() + Duration::from_secs(10);
    while TcpStream::connect(&server.address).is_ok() {
        assert!(Instant::now() < deadline, "it still takes connections");
    }
    stream.write_all(br#"{"id":"a"}"#).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 Created\r\n"), "{answer}");
    assert!(server.child.wait().unwrap().success());
    assert_eq!(Server::on(&database).call("GET", "user/a/", "").status, 200);
}

#[test]
fn a_file_has_one_server_and_is_copied_under_it_and_put_back_without() {
    let folder = Folder::new();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let database = format!("sqlite:{}", path("users.db"));
    let mut server = Server::on(&database);
    assert_eq!(server.call("POST", "user/", r#"{"id":"a","data":{"v":1}}"#).status, 201);
    assert_eq!(
        refused(&["--listen", "127.0.0.1:0", "--database", &database]),
        format!("error: cannot open the database {database}: another user-handle-server has it open")
    );
    let copy = ["backup", "--database", &database, &path("copy.db")];
    assert_eq!(printed(&copy), format!("wrote {}, users: 1\n", path("copy.db")));
    assert_eq!(refused(&copy), format!("error: {} exists already", path("copy.db")));
    assert_eq!(server.call("PUT", "user/a/", r#"{"data":{"v":2}}"#).status, 201);
    let put_back = ["restore", "--database", &database, &path("copy.db")];
    let text = format!("error: cannot replace {}: another user-handle-server has it open", path("users.db"));
    assert_eq!(refused(&put_back), text);
    // A kill leaves a write-ahead log, with what was written after the copy.
    server.kill();
    let text = format!("restored {}, users: 1, what was there is {}", path("users.db"), path("users.db.replaced-"));
    assert!(printed(&put_back).starts_with(&text));
    assert_eq!(Server::on(&database).call("GET", "user/a/", "").json()["data"]["v"], 1);
    for command in ["backup", "restore"] {
        let text = "error: PostgreSQL has its own programs for this: pg_dump and pg_restore";
        assert_eq!(refused(&[command, "--database", "postgres://db/users", "x"]), text);
        let text = "error: a database in memory is gone with its server, so it has no copies";
        assert_eq!(refused(&[command, "--database", "sqlite::memory:", "x"]), text);
    }
}

#[test]
fn localhost_answers_on_its_name() {
    let server = Server::start(&["--listen", "localhost:0", "--database", "sqlite::memory:"]);
    assert!(server.address.starts_with("localhost:"), "{}", server.line);
    assert_eq!(server.call("GET", "user/a/", "").status, 404);
}

#[test]
fn without_a_database_given_it_makes_one_in_the_data_folder() {
    let folder = Folder::new();
    let mut command = program();
    command.env("USER_HANDLE_LISTEN", "127.0.0.1:0").env("USER_HANDLE_LOG", "off");
    let server = Server::spawn(command.env("HOME", folder.path()).env("XDG_DATA_HOME", folder.path().join("share")));
    let file = server.line.split_once(", database sqlite:").unwrap().1;
    assert!(file.ends_with("users.db") && Path::new(file).starts_with(folder.path()), "{file}");
    assert!(Path::new(file).exists());
}

#[test]
fn with_faults_it_says_so_when_it_starts() {
    let mut command = program();
    command.args(["--listen", "127.0.0.1:0", "--database", "sqlite::memory:", "--log", "off"]);
    let command = command.env("USER_HANDLE_FAULTS", "seed=7,rate=0.2,kinds=reset,503").stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().take(2);
    let lines: Vec<String> = lines.map(Result::unwrap).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(lines[0].starts_with("user-handle-server listening on "), "{lines:?}");
    assert_eq!(lines[1], "faults are on: seed 7, rate 0.2, kinds reset, 503");
}

fn refused(arguments: &[&str]) -> String {
    let mut command = program();
    let mut child = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while child.try_wait().unwrap().is_none() {
        thread::yield_now();
        if Instant::now() > deadline {
            child.kill().unwrap();
            panic!("it started: {arguments:?}");
        }
    }
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    let text = String::from_utf8(stderr).unwrap();
    assert!(!status.success() && stdout.is_empty());
    assert_eq!(text.lines().count(), 1, "{text}");
    text.trim_end().to_owned()
}

fn printed(arguments: &[&str]) -> String {
    let output = program().args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn bad_flags_are_refused_in_one_line() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    for (arguments, text) in [
        (vec!["--none"], "error: unexpected argument '--none' found; --help lists all flags"),
        (
            vec!["--rate-limit", "0"],
            "error: invalid value '0' for '--rate-limit <N>': must be a whole number from 1, or stream; --help lists all flags",
        ),
        (vec!["--listen", "here"], "error: --listen must be ADDRESS:PORT or localhost:PORT, but is \"here\""),
        (
            vec!["--listen", "0.0.0.0:0", "--app", "key:own-secret"],
            "error: 0.0.0.0:0 is open to the network, and the key for Klaim is published: pass --klaim-key KEY",
        ),
        (
            vec!["--klaim-key", "a b"],
            "error: --klaim-key: the key may only hold visible ASCII characters: it travels in a header",
        ),
        (
            vec!["--listen", "0.0.0.0:0"],
            "error: 0.0.0.0:0 is open to the network, and the secret of the app demo-key is published: pass --app KEY:SECRET",
        ),
        (vec!["--app", "key"], "error: --app: an app is written KEY:SECRET"),
        (vec!["--app", "a:b", "--app", "a:c"], "error: --app: the key a is given twice"),
        (vec!["--faults", "rate=2"], "error: --faults: rate must be a number from 0 to 1, but is \"2\""),
        (vec!["--faults", "seed=7"], "error: --faults: rate is missing"),
        (vec!["--www", "/none"], "error: --www: there is no folder /none"),
        (
            vec!["--listen", "127.0.0.1:0", "--database", "mysql://x"],
            "error: unknown database \"mysql\", use sqlite:PATH, sqlite::memory: or postgres://USER:PASSWORD@HOST/DATABASE",
        ),
        (
            vec!["--listen", "127.0.0.1:0", "--database", "sqlite:/none/users.db"],
            "error: cannot open the database sqlite:/none/users.db: unable to open database file: /none/users.db",
        ),
        (
            vec!["--listen", "127.0.0.1:0", "--database", "postgres://me:canary@127.0.0.1:1/users"],
            "error: cannot open the database postgres://127.0.0.1:1/users: error connecting to server: Connection refused (os error 111)",
        ),
        (
            vec!["--database", "postgres://me:canary@db/users?sslmode=maybe"],
            "error: --database: sslmode must be disable, prefer, require or verify-full, but is \"maybe\"",
        ),
        (vec!["backup"], "error: the following required arguments were not provided: <COPY>; --help lists all flags"),
        (
            vec!["token", "--user", "a b"],
            "error: --user: user may only hold letters, digits, - and _, but has \" \" at position 1",
        ),
    ] {
        assert_eq!(refused(&arguments), text);
    }
    let text = refused(&["--listen", &taken]);
    assert!(text.starts_with(&format!("error: cannot listen on {taken}: Address already in use")), "{text}");
}

/// As the help itself has them, so that a new flag cannot be forgotten.
#[test]
fn every_flag_has_a_variable_and_a_line_in_the_readme() {
    let help = String::from_utf8(program().arg("--help").output().unwrap().stdout).unwrap();
    let readme = include_str!("../README.md");
    let (options, _) = help.split_once("Examples:").unwrap();
    let flags: Vec<&str> = options
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("--").map(|rest| rest.split([' ', '\n']).next().unwrap()))
        .collect();
    assert!(flags.len() >= 10, "{flags:?}");
    for flag in flags {
        let variable = format!("[env: USER_HANDLE_{}", flag.replace('-', "_").to_uppercase());
        assert!(options.contains(&variable), "{variable} is missing in {options}");
        assert!(readme.contains(&format!("| `--{flag} ")), "--{flag} is missing in the README");
    }
}

#[test]
fn it_prints_tokens_and_help() {
    assert_eq!(printed(&["token"]).trim_end(), Application::demo().token(None).unwrap());
    let vector =
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VyX2lkIjoiNDIifQ.fJP44ZlP7bly-2HvbPxBO7WUGJhc1i2hpj4TnXmtYLE";
    assert_eq!(printed(&["token", "--app", "key:abcdefghijklmnop", "--user", "42"]).trim_end(), vector);
    // A set-up for the server in the environment does not stop the subcommand; of several applications it takes the first.
    let mut command = program();
    command.env("USER_HANDLE_LISTEN", "x").env("USER_HANDLE_APP", "key:abcdefghijklmnop,b:c");
    let output = command.args(["token", "--user", "42"]).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim_end(), vector);
    assert!(printed(&["--help"]).contains("Examples:"));
}
