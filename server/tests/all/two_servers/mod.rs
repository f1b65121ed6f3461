//! `docs/two-servers.md`: each row of its table of what goes wrong is a test here.

mod database;
mod servers;
mod writes;

use std::sync::Arc;
use std::time::Instant;

use crate::common::PATIENCE;
use crate::common::client::Reply;
use crate::common::postgres::Postgres;
use crate::common::process::Server;
use tokio_postgres::{Client, NoTls};

const DOCUMENT: &str = include_str!("../../../../docs/two-servers.md");
const SECTION: &str = "## What goes wrong, and what comes of it\n";

/// Makes a test of each row, whose name it has, and the list of the rows.
macro_rules! rows {
    ($($row:literal => $file:ident::$test:ident),+ $(,)?) => {
        const ROWS: &[&str] = &[$($row),+];

        mod row {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $test() {
                    super::$file::$test().await;
                }
            )+
        }
    };
}

rows! {
    "a server dies" => servers::a_server_dies,
    "a server is told to stop (SIGTERM)" => servers::a_server_is_told_to_stop,
    "the database is gone, or starts" => database::the_database_is_gone,
    "a connection breaks before the commit is sent" => database::a_connection_breaks,
    "a commit is not confirmed: the connection breaks, there is no answer, or PostgreSQL warns that a stand-by may not have it"
        => writes::a_commit_is_not_confirmed,
    "two writes are in each other's way (SQLSTATE 40001, 40P01)" => writes::two_writes_are_in_each_others_way,
    "all connections that write are taken for 3 s, or all that read" => writes::all_connections_are_taken,
    "a statement takes 5 s" => writes::a_statement_takes_too_long,
    "a client goes away" => servers::a_client_goes_away,
    "the database does not answer for 6 s: a primary that hangs" => database::a_primary_hangs,
    "a connection leads to a stand-by" => database::a_connection_leads_to_a_standby,
    "`synchronous_commit` is `off`, `local` or `remote_write`" => writes::commits_would_not_wait,
    "`fsync` is `off`" => database::fsync_is_off,
}

#[test]
fn each_row_of_the_document_is_a_row_of_this_test() {
    let (_, section) = DOCUMENT.split_once(SECTION).expect("the section is there");
    let lines = section.lines().take_while(|line| !line.starts_with("## "));
    let cells = lines.filter_map(|line| line.strip_prefix("| ")?.split(" | ").next()).map(str::trim);
    // The head of the table has nothing in its first cell.
    let documented: Vec<_> = cells.filter(|cell| !cell.starts_with('|')).collect();
    assert_eq!(documented, ROWS);
}

#[tokio::test]
async fn every_table_is_in_the_row_of_citus() {
    let row = DOCUMENT.lines().find(|line| line.starts_with("| Citus |")).unwrap().replace('\'', "''");
    let (postgres, name, _server) = one_server("").await;
    let missing = format!(
        r"SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND '{row}' !~ ('\m' || tablename || '\M')"
    );
    assert_eq!(postgres.ask(&name, &missing).await, 0);
}

const WAITING: &str =
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

/// The PostgreSQL of these tests, the name of a database, a server on it, and the user `a`.
async fn one_server(parameters: &str) -> (Arc<Postgres>, String, Server) {
    let postgres = Postgres::shared();
    let (name, server) = server_on(&postgres, parameters).await;
    (postgres, name, server)
}

/// The same with a PostgreSQL for this test alone.
async fn own_server() -> (Postgres, String, Server) {
    let postgres = Postgres::own();
    let (name, server) = server_on(&postgres, "").await;
    (postgres, name, server)
}

async fn server_on(postgres: &Postgres, parameters: &str) -> (String, Server) {
    let name = postgres.create_database().await;
    let server = Server::on(&format!("{}{parameters}", postgres.url(&name)));
    assert_eq!(create(&server, "a").status, 201);
    (name, server)
}

fn create(server: &Server, id: &str) -> Reply {
    server.call("POST", "user/", &format!(r#"{{"id":"{id}"}}"#))
}

fn update(server: &Server, id: &str) -> Reply {
    server.call("PUT", &format!("user/{id}/"), r#"{"data":{"v":2}}"#)
}

fn get(server: &Server, id: &str) -> Reply {
    server.call("GET", &format!("user/{id}/"), "")
}

/// That nothing was changed, and the client may repeat the call.
#[track_caller]
fn assert_refused(reply: &Reply, detail: &str) {
    assert_eq!((reply.status, reply.header("retry-after")), (503, Some("1")), "{reply:?}");
    assert_eq!(reply.json()["detail"], detail);
}

/// Somebody else's transaction, which has the rows of all users until it ends.
struct Lock(Client);

impl Lock {
    async fn hold(postgres: &Postgres, name: &str, statement: &str) -> Self {
        let (client, connection) = tokio_postgres::connect(&postgres.url(name), NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute(&format!("BEGIN; {statement}")).await.unwrap();
        Lock(client)
    }

    async fn of_all_users(postgres: &Postgres, name: &str) -> Self {
        Lock::hold(postgres, name, "UPDATE users SET data = '{}'").await
    }

    async fn release(self) {
        self.0.batch_execute("ROLLBACK").await.unwrap();
    }
}

/// Waits until so many statements wait for a lock.
async fn wait_for_waiting(postgres: &Postgres, name: &str, count: i64) {
    let start = Instant::now();
    while postgres.ask(name, WAITING).await != count {
        assert!(start.elapsed() < PATIENCE, "nothing waits for the lock");
    }
}
