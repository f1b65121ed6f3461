//! The program itself: it starts, prints its address, keeps users when it is killed, and refuses bad flags in one line.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Output, Stdio};

use crate::common::folder::Folder;
use crate::common::process::{Server, program};
use crate::common::until;
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

#[test]
fn a_switch_is_on_or_off_in_its_variable() {
    for (value, is_on) in
        [("1", true), ("true", true), ("Yes", true), ("on", true), ("", false), ("0", false), ("off", false)]
    {
        let mut command = program();
        command.args(["--database", "sqlite::memory:", "--log", "off"]).env("USER_HANDLE_NO_CONSOLE", value);
        let status = Server::spawn(&mut command).client().get("/").unwrap().status;
        assert_eq!(status == 404, is_on, "{value:?}: {status}");
    }
    let output = program().env("USER_HANDLE_OPEN", "ja").output().unwrap();
    let text = "error: invalid value 'ja' for '--open': must be 1, true, yes or on, or else 0, false, no, off or empty; \
                --help lists all flags\n";
    assert_eq!(String::from_utf8(output.stderr).unwrap(), text);
}

/// The lines of the log that were lost, as the metrics say.
fn lost_lines(server: &Server) -> u64 {
    let metrics = server.client().get("/metrics").unwrap().body;
    let line = metrics.lines().find_map(|line| line.strip_prefix("log_lines_lost_total "));
    line.unwrap_or_else(|| panic!("no lost lines in {metrics}")).parse().unwrap()
}

#[cfg(unix)]
#[test]
fn a_log_that_nobody_reads_or_can_write_holds_nothing_up() {
    use std::fs::File;
    let nobody_reads = Stdio::piped;
    let full = || File::options().write(true).open("/dev/full").unwrap().into();
    let logs: [(&str, &dyn Fn() -> Stdio); 2] = [("a full pipe", &nobody_reads), ("a full disk", &full)];
    for (what, log) in logs {
        let folder = Folder::new();
        let database = format!("sqlite:{}", folder.path().join("users.db").display());
        let mut server = Server::spawn(program().args(["--database", &database]).stderr(log()));
        let mut client = server.client();
        // The path is in the log, so a few hundred requests are more than the pipe and the server hold.
        let path = format!("user/{}/", "a".repeat(30_000));
        let mut requests = 0;
        while lost_lines(&server) == 0 {
            assert_eq!(client.call("GET", &path, "").unwrap().status, 404, "{what}");
            requests += 1;
            assert!(requests < 10_000, "{what}: no line is lost");
        }
        assert_eq!(client.call("POST", "user/", r#"{"id":"a"}"#).unwrap().status, 201, "{what}");
        assert_eq!(client.get("/health").unwrap().status, 200, "{what}");
        assert!(server.terminate(), "{what}");
        assert_eq!(Server::on(&database).call("GET", "user/a/", "").status, 200, "{what}");
    }
}

#[cfg(unix)]
#[test]
fn a_log_whose_reader_is_gone_fails_no_request() {
    let mut server = Server::spawn(program().args(["--database", "sqlite::memory:"]).stderr(Stdio::piped()));
    drop(server.child.stderr.take());
    for id in 0..20 {
        assert_eq!(server.call("POST", "user/", &format!(r#"{{"id":"u{id}"}}"#)).status, 201);
    }
    until("the lines are counted", || lost_lines(&server) >= 20);
    assert!(server.terminate());
}

#[cfg(unix)]
#[test]
fn a_full_disk_at_the_end_is_no_failure_when_nothing_is_lost() {
    let folder = Folder::new();
    let file = folder.path().join("users.db");
    let database = format!("sqlite:{}", file.display());
    let data = "x".repeat(9_000);
    let users = |from: u32, to: u32| {
        let users = (from..to).map(|id| format!(r#"{{"id":"u{id}","data":{{"x":"{data}"}}}}"#));
        format!(r#"{{"users":[{}]}}"#, users.collect::<Vec<_>>().join(","))
    };
    let mut server = Server::on(&database);
    assert_eq!(server.call("POST", "users/", &users(0, 500)).status, 201);
    assert!(server.terminate());
    // No file may grow beyond 2 MiB: the log of a few writes has room, and the database, which is larger, has none.
    let mut command = std::process::Command::new("sh");
    command.args(["-c", "trap '' XFSZ; ulimit -f 4096; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_user-handle-server")]);
    let mut command = crate::common::process::clean(command);
    command.args(["--listen", "127.0.0.1:0", "--log", "off", "--database", &database]);
    let mut server = Server::spawn(&mut command);
    assert_eq!(server.call("POST", "users/", &users(500, 520)).status, 201);
    assert!(server.terminate());
    assert!(std::fs::metadata(file.with_extension("db-wal")).unwrap().len() > 0, "the disk was not full");
    assert_eq!(Server::on(&database).call("GET", "user/u519/", "").status, 200);
}

#[cfg(unix)]
#[test]
fn a_backup_that_is_told_to_end_leaves_nothing_behind() {
    let folder = Folder::new();
    let path = |name: &str| folder.path().join(name);
    let database = format!("sqlite:{}", path("users.db").display());
    assert!(Server::on(&database).terminate());
    // Large enough that the copy is under way when the signal comes.
    rusqlite::Connection::open(path("users.db"))
        .unwrap()
        .execute_batch(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
             INSERT INTO users SELECT 'app', 'u' || i, hex(randomblob(500000)), 0, 0 FROM n",
        )
        .unwrap();
    let mut backup = program();
    let mut backup = backup.args(["backup", "--database", &database]).arg(path("copy.db")).spawn().unwrap();
    until("the copy is under way", || path("copy.db.partial").exists() || path("copy.db").exists());
    assert!(std::process::Command::new("kill").args(["-TERM", &backup.id().to_string()]).status().unwrap().success());
    let status = backup.wait().unwrap();
    assert!(!path("copy.db.partial").exists() && (status.code() == Some(130) || path("copy.db").exists()), "{status}");
}

#[cfg(unix)]
#[test]
fn files_are_for_their_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let path = |name: &str| folder.path().join(name);
    let database = format!("sqlite:{}", path("users.db").display());
    let server = Server::on(&database);
    assert_eq!(server.call("POST", "user/", r#"{"id":"a"}"#).status, 201);
    printed(&["backup", "--database", &database, &path("copy.db").display().to_string()]);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        names.push(entry.file_name().into_string().unwrap());
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{names:?}");
    }
    names.sort();
    assert_eq!(names, ["copy.db", "users.db", "users.db-shm", "users.db-wal", "users.db.lock"]);
}

#[test]
fn with_an_app_given_klaim_has_no_key_unless_one_is_given() {
    let own = ["--app", "key:own-secret", "--database", "sqlite::memory:"];
    let refused = Server::start(&own).client().klaim("GET", "users").unwrap();
    assert_eq!(refused.status, 401, "{refused:?}");
    assert!(refused.body.contains("without --klaim-key"), "{refused:?}");
    for with_key in [vec!["--database", "sqlite::memory:"], [&own[..], &["--klaim-key", "demo-klaim-key"]].concat()] {
        assert_eq!(Server::start(&with_key).client().klaim("GET", "users").unwrap().status, 200);
    }
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
    // After a kill, the write-ahead log still has what was written after the copy.
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

#[cfg(unix)]
#[test]
fn a_command_asks_whether_it_is_well() {
    let folder = Folder::new();
    let file = folder.path().join("users.db");
    let mut server = Server::start(&["--listen", "localhost:0", "--database", &format!("sqlite:{}", file.display())]);
    let port = server.address.rsplit_once(':').unwrap().1.to_owned();
    for host in ["localhost", "127.0.0.1", "0.0.0.0"] {
        let said = printed(&["health", "--listen", &format!("{host}:{port}")]);
        assert!(said.starts_with(r#"{"status":"ok","reads":"ok","writes":"ok","#), "{host}: {said}");
    }
    std::fs::remove_file(&file).unwrap();
    let ask = ["health", "--listen", &format!("localhost:{port}")];
    let text = r#"error: the server is not well: {"status":"failing","reads":"the database is gone"#;
    assert!(refused(&ask).starts_with(text), "{}", refused(&ask));
    server.kill();
    let text = format!("error: cannot ask the server on 127.0.0.1:{port}: ");
    assert!(refused(&ask).starts_with(&text), "{}", refused(&ask));
}

#[cfg(unix)]
#[test]
fn when_its_file_is_gone_it_says_so_in_its_health_and_its_log() {
    let folder = Folder::new();
    let (file, log) = (folder.path().join("users.db"), folder.path().join("log"));
    let database = format!("sqlite:{}", file.display());
    let mut command = program();
    let server = Server::spawn(command.args(["--database", &database]).stderr(std::fs::File::create(&log).unwrap()));
    assert_eq!(server.call("POST", "user/", r#"{"id":"a"}"#).status, 201);
    assert_eq!(server.client().get("/health").unwrap().status, 200);
    std::fs::remove_file(&file).unwrap();
    let text = "the database is gone: users.db was removed while the server was running";
    for id in 0..20 {
        let refused = server.call("POST", "user/", &format!(r#"{{"id":"u{id}"}}"#));
        assert_eq!((refused.status, refused.json()["detail"].as_str()), (503, Some(text)));
    }
    let health = server.client().get("/health").unwrap();
    assert_eq!((health.status, health.json()["writes"].as_str()), (503, Some(text)));
    until("the log names it", || std::fs::read_to_string(&log).unwrap().contains(text));
}

#[test]
fn a_copy_is_checked_for_damage() {
    let folder = Folder::new();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let database = format!("sqlite:{}", path("users.db"));
    let server = Server::on(&database);
    assert_eq!(server.call("POST", "user/", r#"{"id":"a"}"#).status, 201);
    assert_eq!(printed(&["check", "--database", &database]), format!("{} is sound, users: 1\n", path("users.db")));
    printed(&["backup", "--database", &database, &path("copy.db")]);
    assert_eq!(printed(&["check", &path("copy.db")]), format!("{} is sound, users: 1\n", path("copy.db")));
    let mut bytes = std::fs::read(path("copy.db")).unwrap();
    bytes[4_096..].fill(0xa5);
    std::fs::write(path("copy.db"), bytes).unwrap();
    let text = refused(&["check", &path("copy.db")]);
    assert!(text.starts_with(&format!("error: {}: it is damaged, restore a backup: ", path("copy.db"))), "{text}");
}

#[test]
fn localhost_answers_on_its_name() {
    let server = Server::start(&["--listen", "localhost:0", "--database", "sqlite::memory:"]);
    assert!(server.address.starts_with("localhost:"), "{}", server.line);
    assert_eq!(server.call("GET", "user/a/", "").status, 404);
}

/// The default is `localhost`: Node 18 takes the first address of that name, which may be either.
#[test]
fn by_default_both_loopback_addresses_are_listened_on() {
    let help = program().arg("--help").output().unwrap().stdout;
    assert!(String::from_utf8(help).unwrap().contains("[default: localhost:8000]"));
    let server = Server::start(&["--listen", "localhost:0", "--database", "sqlite::memory:"]);
    let port: u16 = server.address.rsplit_once(':').unwrap().1.parse().unwrap();
    assert!(TcpStream::connect(("127.0.0.1", port)).is_ok());
    // A machine without IPv6 has no such address.
    let has_it = std::net::TcpListener::bind("[::1]:0").is_ok();
    assert_eq!(TcpStream::connect(("::1", port)).is_ok(), has_it);
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
    // The program ends without output, or starts and prints its address.
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    if !line.is_empty() {
        child.kill().unwrap();
    }
    let Output { status, stderr, .. } = child.wait_with_output().unwrap();
    assert!(line.is_empty() && !status.success(), "it started: {arguments:?}");
    let text = String::from_utf8(stderr).unwrap();
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
            vec!["--listen", "0.0.0.0:0", "--app", "key:own-secret", "--klaim-key", "demo-klaim-key"],
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
        (
            vec!["--latency", "3600001"],
            "error: invalid value '3600001' for '--latency <MS>': must be a whole number of milliseconds, up to 3600000; --help lists all flags",
        ),
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

/// The flags are read from the help, so that a new one cannot be forgotten.
#[test]
fn every_flag_has_a_variable_and_a_line_in_the_readme() {
    let help = String::from_utf8(program().arg("--help").output().unwrap().stdout).unwrap();
    let readme = include_str!("../../README.md");
    let (options, _) = help.split_once("Examples:").unwrap();
    let flags: Vec<&str> = options
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("--").map(|rest| rest.split([' ', '\n']).next().unwrap()))
        .collect();
    assert!(flags.len() >= 10, "{flags:?}");
    for flag in flags {
        let variable = format!("[env: USER_HANDLE_{}", flag.replace('-', "_").to_uppercase());
        assert!(options.contains(&variable), "{variable} is missing in {options}");
        let rows = ["| `--", flag].concat();
        assert!(
            [" ", "`"].iter().any(|end| readme.contains(&format!("{rows}{end}"))),
            "--{flag} is missing in the README"
        );
    }
}

#[test]
fn it_prints_tokens_and_help() {
    assert_eq!(printed(&["token"]).trim_end(), Application::demo().token(None).unwrap());
    let vector =
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VyX2lkIjoiNDIifQ.fJP44ZlP7bly-2HvbPxBO7WUGJhc1i2hpj4TnXmtYLE";
    assert_eq!(printed(&["token", "--app", "key:abcdefghijklmnop", "--user", "42"]).trim_end(), vector);
    // The subcommand ignores invalid variables of the server, and uses the first of several applications.
    let mut command = program();
    command.env("USER_HANDLE_LISTEN", "x").env("USER_HANDLE_APP", "key:abcdefghijklmnop,b:c");
    let output = command.args(["token", "--user", "42"]).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim_end(), vector);
    assert!(printed(&["--help"]).contains("Examples:"));
}
