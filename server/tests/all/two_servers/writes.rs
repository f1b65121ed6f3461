//! Writes that wait, are in each other's way, or are not confirmed.

use std::thread;

use super::{Lock, assert_refused, create, get, one_server, own_server, update, wait_for_waiting};
use crate::common::client::Reply;
use crate::common::until;

const BUSY: &str = "the database is busy, retry later";
const UNKNOWN: &str = "the database did not confirm the write, which may have been carried out";

pub async fn a_commit_is_not_confirmed() {
    let of_waiting = |what| format!("SELECT count({what}(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
    for what in [Some("pg_terminate_backend"), Some("pg_cancel_backend"), None] {
        let (postgres, name, server) = own_server().await;
        postgres.lose_standby(&name).await;
        let write = thread::spawn(move || (create(&server, "b"), server));
        if let Some(what) = what {
            while postgres.ask(&name, &of_waiting(what)).await == 0 {
                assert!(!write.is_finished(), "the commit did not wait");
            }
        }
        let (reply, server) = write.join().unwrap();
        assert_unknown(&reply);
        assert!(!postgres.log().contains("duplicate"), "the server did not repeat it by itself");
        // Where the server's own limit ended the wait, it tells the database so after it has answered, and then the user can be seen.
        while postgres.ask(&name, "SELECT count(*) FROM users WHERE id = 'b'").await == 0 {}
        if what == Some("pg_cancel_backend") {
            let log = postgres.log();
            assert!(log.contains("canceling wait for synchronous replication due to user request"), "{log}");
            // The user can be seen, but that it is there is not acknowledged either.
            assert_unknown(&server.call("POST", "user/?get_or_create=true", r#"{"id":"b"}"#));
        }
    }
}

/// That the outcome is unknown, and the client has to decide.
#[track_caller]
fn assert_unknown(reply: &Reply) {
    assert_eq!((reply.status, reply.header("retry-after")), (503, None), "{reply:?}");
    assert_eq!(reply.json()["detail"], UNKNOWN);
}

pub async fn two_writes_are_in_each_others_way() {
    for (code, times, runs, status) in [("40001", 9, 10, 201), ("40P01", 9, 10, 201), ("40001", 99, 10, 503)] {
        let (postgres, name, server) = one_server("").await;
        postgres.fail_writes(&name, code, times).await;
        let reply = create(&server, "b");
        assert_eq!(reply.status, status, "{reply:?}");
        assert_eq!(postgres.ask(&name, "SELECT last_value FROM runs").await, runs, "{code}");
        if status == 503 {
            assert_refused(&reply, BUSY);
            assert_eq!(get(&server, "b").status, 404);
        }
    }
}

pub async fn all_connections_are_taken() {
    let (postgres, name, server) = one_server("?pool_size=2").await;
    let all = "LOCK TABLE users IN ACCESS EXCLUSIVE MODE";
    for (method, body, lock, others) in
        [("PUT", r#"{"data":{}}"#, "UPDATE users SET data = '{}'", "GET"), ("GET", "", all, "none")]
    {
        let lock = Lock::hold(&postgres, &name, lock).await;
        let mut client = server.client();
        let first = thread::spawn(move || client.call(method, "user/a/", body).unwrap());
        wait_for_waiting(&postgres, &name, 1).await;
        assert_refused(&server.call(method, "user/a/", body), BUSY);
        if others == "GET" {
            assert_eq!(get(&server, "a").status, 200);
        }
        lock.release().await;
        assert!(matches!(first.join().unwrap().status, 200 | 201));
    }
}

pub async fn a_statement_takes_too_long() {
    let (postgres, name, server) = own_server().await;
    let lock = Lock::of_all_users(&postgres, &name).await;
    assert_refused(&update(&server, "a"), BUSY);
    assert!(postgres.log().contains("canceling statement due to statement timeout"), "{}", postgres.log());
    lock.release().await;
    assert_eq!(get(&server, "a").json()["data"], serde_json::json!({}));
}

pub async fn commits_would_not_wait() {
    for setting in ["off", "local", "remote_write"] {
        let (postgres, name, server) = one_server("").await;
        postgres.execute(&name, &format!("ALTER DATABASE {name} SET synchronous_commit = {setting}")).await;
        postgres.disconnect(&name).await;
        let record = "CREATE TABLE seen (setting TEXT);
             CREATE FUNCTION record() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 INSERT INTO seen VALUES (current_setting('synchronous_commit'));
                 RETURN NEW;
             END $$;
             CREATE TRIGGER record BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION record()";
        postgres.execute(&name, record).await;
        until("the broken connections are noticed", || create(&server, "b").status == 201);
        assert_eq!(update(&server, "b").status, 201);
        let others = "SELECT count(*) FROM seen WHERE setting <> 'on'";
        assert_eq!(postgres.ask(&name, "SELECT count(*) FROM seen").await, 2);
        assert_eq!(postgres.ask(&name, others).await, 0, "{setting}");
    }
}
