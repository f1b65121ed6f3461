//! What only PostgreSQL has: others who are in the way, promises that a database may not keep, connections that end.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, in its helpers too"
)]

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use common::postgres::Postgres;
use deadpool_postgres::tokio_postgres::{self, NoTls};
use serde_json::value::RawValue;
use user_handle_server::store::{self, Location, NewUser, Store, StoreError};

const APP: &str = "app";

fn new(id: &str) -> NewUser {
    NewUser { id: id.into(), data: RawValue::from_string("{}".into()).unwrap() }
}

async fn open(url: &str) -> Result<Arc<dyn Store>, String> {
    store::open(&Location::parse(url).unwrap()).await
}

/// Makes the next writes of users fail with `code`, as often as `times`.
async fn fail(postgres: &Postgres, name: &str, code: &str, times: u32) {
    // Sequences are not undone with the transaction, so this one counts the runs.
    let trigger = format!(
        "CREATE SEQUENCE runs;
         CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             IF nextval('runs') <= {times} THEN RAISE EXCEPTION 'as told' USING ERRCODE = '{code}'; END IF;
             RETURN NEW;
         END $$;
         CREATE TRIGGER fail BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION fail()"
    );
    postgres.execute(name, &trigger).await;
}

#[tokio::test]
async fn work_that_others_were_in_the_way_of_is_run_again() {
    let postgres = Postgres::shared();
    for code in ["40001", "40P01"] {
        let name = postgres.create_database().await;
        let store = open(&postgres.url(&name)).await.unwrap();
        fail(&postgres, &name, code, 9).await;
        store.create(APP, new("a")).await.unwrap();
        assert_eq!(postgres.ask(&name, "SELECT last_value FROM runs").await, 10, "{code}");
    }
}

#[tokio::test]
async fn it_is_run_ten_times_at_most() {
    let postgres = Postgres::shared();
    let name = postgres.create_database().await;
    let store = open(&postgres.url(&name)).await.unwrap();
    fail(&postgres, &name, "40001", 1_000).await;
    assert_eq!(store.create(APP, new("a")).await.map(drop), Err(StoreError::Busy));
    assert_eq!(postgres.ask(&name, "SELECT last_value FROM runs").await, 10);
}

#[tokio::test]
async fn other_failures_are_not_run_again_and_told_for_what_they_are() {
    let postgres = Postgres::shared();
    for (code, error) in [
        ("53100", StoreError::Full),
        ("57014", StoreError::Busy),
        ("55P03", StoreError::Busy),
        ("25006", StoreError::Unreachable),
        ("57P01", StoreError::OutcomeUnknown),
        ("40003", StoreError::OutcomeUnknown),
        ("08006", StoreError::OutcomeUnknown),
        ("XX001", StoreError::Failed("as told (SQLSTATE XX001)".into())),
    ] {
        let name = postgres.create_database().await;
        let store = open(&postgres.url(&name)).await.unwrap();
        fail(&postgres, &name, code, 1).await;
        assert_eq!(store.create(APP, new("a")).await.map(drop), Err(error), "{code}");
        assert!(store.get(APP, "a").await.unwrap().is_none());
        store.create(APP, new("a")).await.unwrap();
    }
}

#[tokio::test]
async fn two_that_wait_for_each_other_both_get_through() {
    let postgres = Postgres::shared();
    let name = postgres.create_database().await;
    let store = open(&postgres.url(&name)).await.unwrap();
    store.create_many(APP, vec![new("a"), new("b")], false).await.unwrap();
    let (mut other, connection) = tokio_postgres::connect(&postgres.url(&name), NoTls).await.unwrap();
    tokio::spawn(connection);
    // PostgreSQL ends the one that finds out first: not this one.
    other.batch_execute("SET deadlock_timeout = '60s'").await.unwrap();
    let transaction = other.transaction().await.unwrap();
    transaction.execute("UPDATE users SET data = '1' WHERE id = 'b'", &[]).await.unwrap();
    let batch = tokio::spawn(async move { store.create_many(APP, vec![new("a"), new("b")], true).await });
    let waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let deadline = Instant::now() + Duration::from_secs(30);
    while postgres.ask(&name, waiting).await == 0 {
        assert!(Instant::now() < deadline, "the batch does not wait for the row");
    }
    transaction.execute("UPDATE users SET data = '2' WHERE id = 'a'", &[]).await.unwrap();
    transaction.commit().await.unwrap();
    let written = batch.await.unwrap().unwrap();
    assert!(written.iter().all(|user| user.data.get() == "{}"), "the batch came last");
}

#[tokio::test]
async fn with_serializable_transactions_as_cockroachdb_has_them_updates_get_through() {
    let postgres = Postgres::shared();
    let name = postgres.create_database().await;
    let setting = format!("ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'");
    postgres.execute(&name, &setting).await;
    let store = open(&postgres.url(&name)).await.unwrap();
    store.create(APP, new("a")).await.unwrap();
    let updates = (0..4).map(|_| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            for _ in 0..10 {
                store.update(APP, "a", RawValue::from_string("{}".into()).unwrap()).await.unwrap();
            }
        })
    });
    for update in updates.collect::<Vec<_>>() {
        update.await.unwrap();
    }
}

#[tokio::test]
async fn a_database_that_loses_what_it_acknowledges_is_refused() {
    let postgres = Postgres::shared();
    let name = postgres.create_database().await;
    postgres.execute(&name, &format!("ALTER DATABASE {name} SET synchronous_commit = off")).await;
    let url = postgres.url(&name);
    let address = url.replace("postgres@", "");
    let refusal = format!(
        "cannot open the database {address}: synchronous_commit is off, so what it acknowledges can be lost: \
         ALTER DATABASE ... SET synchronous_commit = on"
    );
    assert_eq!(open(&url).await.err().unwrap(), refusal);
    // The URL may set what the database does not.
    open(&format!("{url}?options=-csynchronous_commit%3Don")).await.unwrap();
}

#[tokio::test]
async fn a_database_of_a_newer_server_is_refused_and_an_account_need_not_create_tables() {
    let postgres = Postgres::shared();
    let name = postgres.create_database().await;
    let url = postgres.url(&name);
    let user = format!("user_{name}");
    open(&url).await.unwrap();
    let account = format!(
        "CREATE ROLE {user} LOGIN; REVOKE CREATE ON SCHEMA public FROM public;
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {user}"
    );
    postgres.execute(&name, &account).await;
    let store = open(&url.replace("postgres@", &format!("{user}@"))).await.unwrap();
    store.create(APP, new("a")).await.unwrap();
    postgres.execute(&name, "INSERT INTO user_handle_versions VALUES (99)").await;
    let refusal = open(&url).await.err().unwrap();
    let known = postgres.ask(&name, "SELECT max(version) FROM user_handle_versions WHERE version < 99").await;
    assert!(
        refusal.ends_with(&format!("newer version of this server (format 99, this one knows {known})")),
        "{refusal}"
    );
}

#[tokio::test]
async fn work_waits_for_a_connection_but_not_for_ever() {
    let postgres = Postgres::shared();
    let name = postgres.create_database().await;
    let store = open(&format!("{}?pool_size=1", postgres.url(&name))).await.unwrap();
    store.create(APP, new("a")).await.unwrap();
    let (mut other, connection) = tokio_postgres::connect(&postgres.url(&name), NoTls).await.unwrap();
    tokio::spawn(connection);
    let transaction = other.transaction().await.unwrap();
    transaction.execute("UPDATE users SET data = '{}'", &[]).await.unwrap();
    let data = || RawValue::from_string("{}".into()).unwrap();
    // The first waits for the row, with the only connection; the second for the connection.
    let mut first = Box::pin(store.update(APP, "a", data()));
    let second = tokio::select! {
        biased;
        _ = &mut first => panic!("the row was free"),
        second = store.get(APP, "a") => second,
    };
    assert_eq!(second.map(drop), Err(StoreError::Busy));
    transaction.rollback().await.unwrap();
    assert!(first.await.unwrap().is_some());
    assert!(store.get(APP, "a").await.unwrap().is_some());
}

#[tokio::test]
async fn a_database_that_is_not_there_is_refused_in_its_own_words() {
    let postgres = Postgres::shared();
    let url = postgres.url("none");
    let address = url.replace("postgres@", "");
    let refusal = format!("cannot open the database {address}: database \"none\" does not exist (SQLSTATE 3D000)");
    assert_eq!(open(&url).await.err().unwrap(), refusal);
}
