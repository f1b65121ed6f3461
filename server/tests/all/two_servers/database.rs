//! A database that is gone, hangs, breaks connections, or is not the primary.

use std::thread;
use std::time::{Duration, Instant};

use super::{Lock, assert_refused, create, get, one_server, own_server, wait_for_waiting};
use crate::common::folder::Folder;
use crate::common::postgres::Postgres;
use crate::common::process::{Server, program};
use crate::common::relay::Relay;
use crate::common::until;

const UNREACHABLE: &str = "the database cannot be reached, retry later";
const READ_ONLY: &str = "the database is read-only";

pub async fn the_database_is_gone() {
    let (postgres, _, server) = own_server().await;
    postgres.crash();
    // Until the broken connections are noticed, the outcome of a write is unknown. A read can be repeated.
    until("the database is gone", || get(&server, "a").status == 503);
    for (method, path, body) in [
        ("POST", "user/", r#"{"id":"b"}"#),
        ("POST", "user/?get_or_create=true", r#"{"id":"b"}"#),
        ("GET", "user/a/", ""),
        ("GET", "users/?ids=a", ""),
        ("PUT", "user/a/", r#"{"data":{"v":2}}"#),
        ("DELETE", "user/a/", ""),
        ("POST", "users/", r#"{"users":[{"id":"b"}]}"#),
    ] {
        assert_refused(&server.call(method, path, body), UNREACHABLE);
    }
    postgres.start();
    until("the database is back", || get(&server, "a").status == 200);
    assert_eq!(get(&server, "a").json()["data"], serde_json::json!({}));
    assert_eq!(get(&server, "b").status, 404);
    assert_eq!(create(&server, "b").status, 201);
}

/// Breaks the connections whose statements wait for the lock.
const BREAK: &str = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'";

pub async fn a_connection_breaks() {
    let (postgres, name, server) = one_server("").await;
    let lock = Lock::of_all_users(&postgres, &name).await;
    let mut client = server.client();
    let writing = thread::spawn(move || client.call("PUT", "user/a/", r#"{"data":{"v":2}}"#).unwrap());
    while postgres.ask(&name, BREAK).await == 0 {}
    wait_for_waiting(&postgres, &name, 1).await;
    lock.release().await;
    assert_eq!(writing.join().unwrap().status, 201, "it is run again");

    let lock = Lock::of_all_users(&postgres, &name).await;
    let mut client = server.client();
    let writing = thread::spawn(move || client.call("PUT", "user/a/", r#"{"data":{"v":3}}"#).unwrap());
    let mut broken = 0;
    while !writing.is_finished() {
        broken += postgres.ask(&name, BREAK).await;
    }
    assert_refused(&writing.join().unwrap(), UNREACHABLE);
    assert_eq!(broken, 3);
    lock.release().await;
    assert_eq!(get(&server, "a").json()["data"]["v"], 2);
}

/// How many connections this machine has to the port.
fn connections_to(port: u16) -> usize {
    let end = format!(":{port:04X}");
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let is_established = |line: &str| {
        let fields: Vec<_> = line.split_whitespace().collect();
        fields.get(2).is_some_and(|remote| remote.ends_with(&end)) && fields.get(3) == Some(&"01")
    };
    table.lines().filter(|line| is_established(line)).count()
}

pub async fn a_primary_hangs() {
    let old = Postgres::own();
    let name = old.create_database().await;
    let new = old.standby();
    let url = format!(
        "postgres://postgres@127.0.0.1:{},127.0.0.1:{}/{name}?target_session_attrs=read-write",
        old.port, new.port
    );
    let servers = [(); 2].map(|()| Server::on(&url));
    assert_eq!(create(&servers[0], "a").status, 201);
    while new.ask(&name, "SELECT count(*) FROM users").await == 0 {}
    // Each server gets many connections to the old primary.
    thread::scope(|scope| {
        for server in servers.iter().cycle().take(40) {
            scope.spawn(move || {
                server.call("GET", "user/a/", "");
                server.call("PUT", "user/a/", r#"{"data":{}}"#)
            });
        }
    });
    assert!(connections_to(old.port) > 4);
    old.freeze();
    new.execute("postgres", "SELECT pg_promote()").await;
    let promoted = Instant::now();
    thread::scope(|scope| {
        for server in servers.iter().cycle().take(10) {
            scope.spawn(move || {
                until("reads and writes work again", || {
                    let [read, write] = [("GET", ""), ("PUT", r#"{"data":{}}"#)]
                        .map(|(method, body)| server.call(method, "user/a/", body).status);
                    (read, write) == (200, 201)
                });
            });
        }
    });
    until("no connection to the old primary is left", || connections_to(old.port) == 0);
    let elapsed = promoted.elapsed();
    println!("all were with the new primary after {elapsed:?}");
    assert!(elapsed < Duration::from_secs(20), "after {elapsed:?}, which should be 10 s at most");
    for server in &servers {
        assert_eq!(server.client().get("/health").unwrap().status, 200);
    }
}

pub async fn a_connection_leads_to_a_standby() {
    let primary = Postgres::own();
    let name = primary.create_database().await;
    let standby = primary.standby();
    let relay = Relay::to(primary.port).await;
    let server = Server::on(&format!("postgres://postgres@127.0.0.1:{}/{name}", relay.port));
    assert_eq!(create(&server, "a").status, 201);
    while standby.ask(&name, "SELECT count(*) FROM users").await == 0 {}
    for (id, is_written) in [("b", true), ("c", false)] {
        relay.lead_to(standby.port);
        primary.disconnect(&name).await;
        // Both a write and a look at the health find out.
        match is_written {
            true => assert_refused(&create(&server, id), READ_ONLY),
            // On a busy machine the first look may take longer than the second that it has.
            false => {
                until("the health says it", || server.client().get("/health").unwrap().json()["writes"] == READ_ONLY)
            }
        }
        relay.lead_to(primary.port);
        assert_eq!(create(&server, id).status, 201, "it does not leave the stand-by");
    }
}

pub async fn fsync_is_off() {
    let postgres = Postgres::with_files(&[], &["fsync = off"]);
    let name = postgres.create_database().await;
    let folder = Folder::new();
    let log = folder.path().join("log");
    let mut command = program();
    command.args(["--log", "warn", "--database", &postgres.url(&name)]).stderr(std::fs::File::create(&log).unwrap());
    let server = Server::spawn(&mut command);
    assert_eq!(create(&server, "a").status, 201);
    let warned = || std::fs::read_to_string(&log).unwrap().contains("fsync is off in this database");
    until("the log says it", warned);
}
