//! The program itself: it starts, says where it listens, keeps users when killed, and refuses bad flags in one line.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use user_handle_server::Application;

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("user-handle-process-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&folder).unwrap();
        Folder(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_user-handle-server"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("USER_HANDLE_")) {
        command.env_remove(name);
    }
    command
}

/// A running server, killed with the test.
struct Server {
    child: Child,
    address: String,
    line: String,
}

impl Server {
    fn start(arguments: &[&str]) -> Self {
        Server::spawn(program().args(["--log", "off"]).args(arguments))
    }

    fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.strip_prefix("user-handle-server listening on http://").expect("no URL in the first line");
        let address = url.split_once(", database ").unwrap().0.to_owned();
        Server { child, address, line: line.trim_end().to_owned() }
    }

    fn on(database: &Path) -> Self {
        Server::start(&["--listen", "127.0.0.1:0", "--database", &format!("sqlite:{}", database.display())])
    }

    /// Sends a request and gives status and body.
    fn call(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let token = Application::demo().token(None).unwrap();
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "{method} /api/v1.0/{path}?api_key=demo-key HTTP/1.1\r\nHost: {}\r\nAuthorization: {token}\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("\r\ndate: "), "{head}");
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let folder = Folder::new();
    let database = folder.0.join("users.db");
    let mut server = Server::on(&database);
    assert_eq!(
        server.line,
        format!("user-handle-server listening on http://{}, database sqlite:{}", server.address, database.display())
    );
    for number in 0..20 {
        let body = format!(r#"{{"id":"u{number}","data":{{"n":{number}}}}}"#);
        assert_eq!(server.call("POST", "user/", &body).0, 201);
    }
    assert_eq!(server.call("PUT", "user/u0/", r#"{"data":{"n":100}}"#).0, 201);
    assert_eq!(server.call("DELETE", "user/u1/", "").0, 200);
    server.child.kill().unwrap();
    server.child.wait().unwrap();

    let server = Server::on(&database);
    for number in 2..20 {
        let (status, body) = server.call("GET", &format!("user/u{number}/"), "");
        assert_eq!(status, 200);
        assert!(body.contains(&format!(r#""data":{{"n":{number}}}"#)), "{body}");
    }
    assert!(server.call("GET", "user/u0/", "").1.contains(r#""data":{"n":100}"#));
    assert_eq!(server.call("GET", "user/u1/", "").0, 404);
}

#[cfg(unix)]
#[test]
fn told_to_terminate_it_ends_in_order_and_leaves_one_whole_file() {
    let folder = Folder::new();
    let database = folder.0.join("users.db");
    let mut server = Server::on(&database);
    assert_eq!(server.call("POST", "user/", r#"{"id":"a"}"#).0, 201);
    let told = Command::new("kill").args(["-TERM", &server.child.id().to_string()]).status().unwrap();
    assert!(told.success());
    assert!(server.child.wait().unwrap().success());
    assert_eq!(std::fs::metadata(database.with_extension("db-wal")).map_or(0, |wal| wal.len()), 0);
    assert_eq!(Server::on(&database).call("GET", "user/a/", "").0, 200);
}

#[test]
fn localhost_answers_on_its_name() {
    let server = Server::start(&["--listen", "localhost:0", "--database", "sqlite::memory:"]);
    assert!(server.address.starts_with("localhost:"), "{}", server.line);
    assert_eq!(server.call("GET", "user/a/", "").0, 404);
}

#[test]
fn without_a_database_given_it_makes_one_in_the_data_folder() {
    let folder = Folder::new();
    let mut command = program();
    command.env("USER_HANDLE_LISTEN", "127.0.0.1:0").env("USER_HANDLE_LOG", "off");
    let server = Server::spawn(command.env("HOME", &folder.0).env("XDG_DATA_HOME", folder.0.join("share")));
    let file = server.line.split_once(", database sqlite:").unwrap().1;
    assert!(file.ends_with("users.db") && Path::new(file).starts_with(&folder.0), "{file}");
    assert!(Path::new(file).exists());
}

#[test]
fn the_log_has_no_secret_and_no_key() {
    let folder = Folder::new();
    let log = std::fs::File::create(folder.0.join("log")).unwrap();
    let mut command = program();
    command.args(["--listen", "127.0.0.1:0", "--database", "sqlite::memory:", "--log", "trace"]).stderr(log);
    let server = Server::spawn(&mut command);
    assert_eq!(server.call("POST", "user/", r#"{"id":"a","data":{"canary":1}}"#).0, 201);
    assert_eq!(server.call("GET", "user/a/", "").0, 200);
    let token = Application::demo().token(None).unwrap();
    drop(server);
    let log = std::fs::read_to_string(folder.0.join("log")).unwrap();
    assert!(log.contains("path=\"/api/v1.0/user/a/\" status=200"), "{log}");
    for secret in ["demo-secret", "demo-key", "api_key", "canary", &token] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
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
    let Output { status, stdout, stderr } = program().args(arguments).output().unwrap();
    let text = String::from_utf8(stderr).unwrap();
    assert!(!status.success() && stdout.is_empty());
    assert_eq!(text.lines().count(), 1, "{text}");
    text.trim_end().to_owned()
}

#[test]
fn bad_flags_are_refused_in_one_line() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    for (arguments, text) in [
        (vec!["--none"], "error: unexpected argument '--none' found; --help lists all flags"),
        (
            vec!["--rate-limit", "0"],
            "error: invalid value '0' for '--rate-limit <N>': 0 is not in 1..=4294967295; --help lists all flags",
        ),
        (vec!["--listen", "here"], "error: --listen must be ADDRESS:PORT or localhost:PORT, but is \"here\""),
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
            vec!["token", "--user", "a b"],
            "error: --user: user may only hold letters, digits, - and _, but has \" \" at position 1",
        ),
    ] {
        assert_eq!(refused(&arguments), text);
    }
    let text = refused(&["--listen", &taken]);
    assert!(text.starts_with(&format!("error: cannot listen on {taken}: Address already in use")), "{text}");
}

#[test]
fn it_prints_tokens_and_help() {
    let print = |arguments: &[&str]| {
        let output = program().args(arguments).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(print(&["token"]).trim_end(), Application::demo().token(None).unwrap());
    let vector =
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VyX2lkIjoiNDIifQ.fJP44ZlP7bly-2HvbPxBO7WUGJhc1i2hpj4TnXmtYLE";
    assert_eq!(print(&["token", "--app", "key:abcdefghijklmnop", "--user", "42"]).trim_end(), vector);
    // A set-up for the server in the environment does not stop the subcommand; of several applications it takes the first.
    let mut command = program();
    command.env("USER_HANDLE_LISTEN", "x").env("USER_HANDLE_APP", "key:abcdefghijklmnop,b:c");
    let output = command.args(["token", "--user", "42"]).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim_end(), vector);
    let help = print(&["--help"]);
    for flag in ["listen", "database", "app", "www", "pkg", "rate-limit", "latency", "faults", "log"] {
        assert!(help.contains(&format!("--{flag} ")), "{flag} is missing in the help");
        let variable = format!("USER_HANDLE_{}", flag.replace('-', "_").to_uppercase());
        assert!(help.contains(&variable), "{variable} is missing in the help");
    }
    assert!(help.contains("Examples:"));
}
