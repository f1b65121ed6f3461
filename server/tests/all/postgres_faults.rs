//! A PostgreSQL that is not well: rows that stay locked, stand-bys that do not answer, a primary that hangs, hosts that are
//! silent, accounts that may do too little. What can go on goes on, and `/health` says what cannot.

use std::net::{SocketAddr, TcpListener};
use std::thread;
use std::time::{Duration, Instant};

use crate::common::client::Reply;
use crate::common::postgres::Postgres;
use crate::common::process::Server;
use crate::common::until;
use serde_json::Value;
use tokio_postgres::NoTls;

/// Between what these tests expect, a second at most, and what they must not see, many seconds.
const SOON: Duration = Duration::from_secs(3);

/// The status of `/health`, and what it says of reads and of writes.
fn health(server: &Server) -> (u16, String, String) {
    let start = Instant::now();
    let reply = server.client().get("/health").unwrap();
    assert!(start.elapsed() < SOON, "/health took {:?}", start.elapsed());
    let body = reply.json();
    assert_eq!(body["status"], if reply.status == 200 { "ok" } else { "failing" }, "{reply:?}");
    let part = |name: &str| body[name].as_str().unwrap().to_owned();
    (reply.status, part("reads"), part("writes"))
}

fn create(server: &Server, id: &str) -> Reply {
    server.call("POST", "user/", &format!(r#"{{"id":"{id}"}}"#))
}

/// Reads a user that is there, soon.
fn read(server: &Server, id: &str) {
    let start = Instant::now();
    assert_eq!(server.call("GET", &format!("user/{id}/"), "").status, 200);
    assert!(start.elapsed() < SOON, "a read took {:?}", start.elapsed());
}

#[tokio::test]
async fn writes_that_hang_hold_up_neither_reads_nor_health_and_end_when_they_are_abandoned() {
    let postgres = Postgres::own();
    let name = postgres.create_database().await;
    let server = Server::on(&postgres.url(&name));
    for id in ["locked", "other"] {
        assert_eq!(create(&server, id).status, 201);
    }
    let (mut holder, connection) = tokio_postgres::connect(&postgres.url(&name), NoTls).await.unwrap();
    tokio::spawn(connection);
    let lock = holder.transaction().await.unwrap();
    lock.execute("UPDATE users SET data = '{}' WHERE id = 'locked'", &[]).await.unwrap();
    let mut clients: Vec<_> = (0..20).map(|_| server.client()).collect();
    for client in &mut clients {
        client.begin("PUT", "user/locked/", r#"{"data":{}}"#).unwrap();
    }
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
    while postgres.ask(&name, waiting).await == 0 {}
    read(&server, "other");
    let (_, reads, _) = health(&server);
    assert_eq!(reads, "ok");
    drop(clients);
    until("an abandoned statement is cancelled", || postgres.log().contains("canceling statement due to user request"));
    // The row is still locked, and a write of another user gets through before the limit of a statement.
    until("other users can be written", || server.call("PUT", "user/other/", r#"{"data":{}}"#).status == 201);
    assert_eq!(postgres.ask(&name, waiting).await, 0);
    assert!(!postgres.log().contains("due to statement timeout"), "{}", postgres.log());
    // A write that nobody abandons ends as well.
    assert_eq!(server.call("PUT", "user/locked/", r#"{"data":{}}"#).status, 503);
    lock.rollback().await.unwrap();
    assert_eq!(server.call("PUT", "user/locked/", r#"{"data":{}}"#).status, 201);
}

/// A PostgreSQL with a server and a user `a`. From now on its commits wait for a stand-by that is not there.
async fn without_its_standby() -> (Postgres, Server) {
    let postgres = Postgres::own();
    let name = postgres.create_database().await;
    let server = Server::on(&postgres.url(&name));
    assert_eq!(create(&server, "a").status, 201);
    postgres.lose_standby(&name).await;
    (postgres, server)
}

#[tokio::test]
async fn while_a_standby_does_not_answer_reads_go_on_and_health_says_it() {
    let (_postgres, server) = without_its_standby().await;
    thread::scope(|scope| {
        let ids = (0..20).map(|number| format!("b{number}"));
        let writes: Vec<_> = ids
            .map(|id| {
                let server = &server;
                scope.spawn(move || create(server, &id))
            })
            .collect();
        until("health says that writes hang", || {
            read(&server, "a");
            health(&server).2 != "ok"
        });
        let replies: Vec<_> = writes.into_iter().map(|write| write.join().unwrap()).collect();
        let unknown = "the database did not confirm the write, which may have been carried out";
        let refused = "the database is busy, retry later";
        for reply in &replies {
            assert_eq!(reply.status, 503, "{reply:?}");
            let detail = reply.json()["detail"].clone();
            match reply.header("retry-after") {
                None => assert_eq!(detail, unknown),
                Some(_) => assert_eq!(detail, refused),
            }
        }
        assert!(replies.iter().any(|reply| reply.header("retry-after").is_none()), "{replies:?}");
    });
    let (status, reads, writes) = health(&server);
    assert_eq!((status, &*reads), (503, "ok"));
    assert!(
        writes.contains("did not confirm") || writes.contains("no answer") || writes.contains("stand-by"),
        "{writes}"
    );
    let of_reads = server.client().get("/health?of=reads").unwrap();
    assert_eq!((of_reads.status, &of_reads.json()["status"]), (200, &"failing".into()));
    read(&server, "a");
}

/// An address that accepts connections and stays silent, as long as the listener is there.
fn silent() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// An address that drops packets as long as these are there: a listener whose queue is full.
async fn dropping() -> (tokio::net::TcpListener, Vec<tokio::task::JoinHandle<()>>, SocketAddr) {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut fillers = Vec::new();
    loop {
        let connected = tokio::time::timeout(Duration::from_millis(200), tokio::net::TcpStream::connect(address)).await;
        let Ok(stream) = connected else { return (listener, fillers, address) };
        let stream = stream.unwrap();
        fillers.push(tokio::spawn(async move {
            let _stream = stream;
            std::future::pending().await
        }));
    }
}

#[tokio::test]
async fn a_host_that_does_not_answer_is_passed_over() {
    let postgres = Postgres::own();
    let name = postgres.create_database().await;
    let (_silent, silent) = silent();
    let (_listener, _fillers, dropping) = dropping().await;
    for first in [silent, dropping] {
        let start = Instant::now();
        let server = Server::on(&format!("postgres://postgres@{first},127.0.0.1:{}/{name}", postgres.port));
        assert!(start.elapsed() < 2 * SOON, "{first} was passed over after {:?}", start.elapsed());
        // The host that answered is asked first from now on.
        assert_eq!(health(&server), (200, "ok".into(), "ok".into()));
    }
}

#[tokio::test]
async fn health_tells_reads_from_writes() {
    let postgres = Postgres::own();
    let name = postgres.create_database().await;
    let server = Server::on(&postgres.url(&name));
    assert_eq!(create(&server, "a").status, 201);
    drop(server);
    let as_account = |account: &str| postgres.url(&name).replace("postgres@", &format!("{account}@"));
    let accounts = "CREATE ROLE reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;
         CREATE ROLE nobody LOGIN; GRANT SELECT ON user_handle_versions TO nobody;
         CREATE ROLE single LOGIN CONNECTION LIMIT 1;
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO single";
    postgres.execute(&name, accounts).await;
    let tables = "users, follows, flags, activities, klaim_users, klaim_names";
    let (may_not_read, may_not_write) =
        (format!("the account may not read {tables}"), format!("the account may not write {tables}"));
    let reader = Server::on(&as_account("reader"));
    assert_eq!(health(&reader), (503, "ok".into(), may_not_write.clone()));
    read(&reader, "a");
    assert_eq!(health(&Server::on(&as_account("nobody"))), (503, may_not_read, may_not_write));
    let single = Server::on(&as_account("single"));
    read(&single, "a");
    let full = "the database accepts no more connections, retry later";
    assert_eq!(health(&single), (503, "ok".into(), full.into()));
    let refused = create(&single, "b");
    assert_eq!((refused.status, &refused.json()["detail"]), (503, &Value::from(full)));
    let standby = postgres.standby();
    let replica = Server::on(&standby.url(&name));
    assert_eq!(health(&replica), (503, "ok".into(), "the database is read-only".into()));
    read(&replica, "a");
    for path in ["users/?ids=a", "enrich/feed/user/a/"] {
        assert_eq!(replica.call("GET", path, "").status, 200, "{path}");
    }
    assert_eq!(replica.client().get("/health?of=reads").unwrap().status, 200);
    let refused = create(&replica, "b");
    assert_eq!((refused.status, &refused.json()["detail"]), (503, &Value::from("the database is read-only")));
}
