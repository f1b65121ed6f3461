//! What only PostgreSQL has: conflicts with other transactions, databases that may lose writes, connections that break.

use std::sync::Arc;
use std::time::Instant;

use crate::common::postgres::Postgres;
use serde_json::value::RawValue;
use tokio_postgres::{self, NoTls};
use user_handle_server::store::{self, ListRequest, Location, NewUser, Order, SortBy, Store, StoreError};

const APP: &str = "app";

fn new(id: &str) -> NewUser {
    NewUser { id: id.into(), data: RawValue::from_string("{}".into()).unwrap() }
}

async fn open(url: &str) -> Result<Arc<dyn Store>, String> {
    store::open(&Location::parse(url).unwrap()).await
}

#[tokio::test]
async fn work_that_others_were_in_the_way_of_is_run_again() {
    let postgres = Postgres::shared();
    for code in ["40001", "40P01"] {
        let name = postgres.create_database().await;
        let store = open(&postgres.url(&name)).await.unwrap();
        postgres.fail_writes(&name, code, 9).await;
        store.create(APP, new("a")).await.unwrap();
        assert_eq!(postgres.ask(&name, "SELECT last_value FROM runs").await, 10, "{code}");
    }
}

#[tokio::test]
async fn it_is_run_ten_times_at_most() {
    let postgres = Postgres::shared();
    let name = postgres.create_database().await;
    let store = open(&postgres.url(&name)).await.unwrap();
    postgres.fail_writes(&name, "40001", 1_000).await;
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
        ("25006", StoreError::ReadOnly),
        ("57P03", StoreError::Unreachable),
        ("53300", StoreError::TooManyConnections),
        ("XX001", StoreError::Failed("as told (SQLSTATE XX001)".into())),
    ] {
        let name = postgres.create_database().await;
        let store = open(&postgres.url(&name)).await.unwrap();
        postgres.fail_writes(&name, code, 1).await;
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
    // PostgreSQL ends the transaction that detects the deadlock first, which must not be this one.
    other.batch_execute("SET deadlock_timeout = '1h'").await.unwrap();
    let transaction = other.transaction().await.unwrap();
    transaction.execute("UPDATE users SET data = '1' WHERE id = 'b'", &[]).await.unwrap();
    let batch = tokio::spawn(async move { store.create_many(APP, vec![new("a"), new("b")], true).await });
    let waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let start = Instant::now();
    while postgres.ask(&name, waiting).await == 0 {
        assert!(start.elapsed() < crate::common::PATIENCE, "the batch does not wait for the row");
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
async fn a_commit_waits_for_the_disk_whatever_the_database_and_the_url_say() {
    let postgres = Postgres::shared();
    for (of_database, of_url, effective) in [
        ("off", "", "on"),
        ("local", "", "on"),
        ("remote_write", "", "on"),
        ("on", "?options=-csynchronous_commit%3Doff", "on"),
        ("remote_apply", "", "remote_apply"),
    ] {
        let name = postgres.create_database().await;
        postgres.execute(&name, &format!("ALTER DATABASE {name} SET synchronous_commit = {of_database}")).await;
        let store = open(&format!("{}{of_url}", postgres.url(&name))).await.unwrap();
        let trigger = "CREATE TABLE seen (setting TEXT);
             CREATE FUNCTION record() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 INSERT INTO seen VALUES (current_setting('synchronous_commit'));
                 RETURN NEW;
             END $$;
             CREATE TRIGGER record BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION record()";
        postgres.execute(&name, trigger).await;
        store.create(APP, new("a")).await.unwrap();
        let question = format!("SELECT count(*) FROM seen WHERE setting = '{effective}'");
        assert_eq!(postgres.ask(&name, &question).await, 1, "{of_database} {of_url}");
    }
}

#[tokio::test]
async fn a_database_of_another_program_is_refused_and_left_as_it_is() {
    let postgres = Postgres::shared();
    for (made, named) in [
        ("CREATE TABLE users (name TEXT); INSERT INTO users VALUES ('theirs')", "users"),
        ("CREATE TABLE user_handle_versions (x TEXT)", "user_handle_versions"),
        ("CREATE TABLE orders (id BIGINT); CREATE VIEW clients AS SELECT id FROM orders", "clients, orders"),
    ] {
        let name = postgres.create_database().await;
        postgres.execute(&name, made).await;
        let tables = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace";
        let before = postgres.ask(&name, tables).await;
        let refusal = open(&postgres.url(&name)).await.err().unwrap();
        let reason = format!(
            "it has tables of another program ({named}), and is left as it is: name a database, or a schema, of its own"
        );
        assert!(refusal.ends_with(&reason), "{refusal}");
        assert_eq!(postgres.ask(&name, tables).await, before);
        // A schema of its own in the same database is enough.
        postgres.execute(&name, "CREATE SCHEMA own").await;
        let store = open(&format!("{}?options=-csearch_path%3Down", postgres.url(&name))).await.unwrap();
        store.create(APP, new("a")).await.unwrap();
        assert_eq!(postgres.ask(&name, tables).await, before);
    }
}

#[tokio::test]
async fn what_is_no_table_and_has_the_name_of_one_is_refused_and_nothing_is_made() {
    let postgres = Postgres::shared();
    for (made, named) in [
        ("CREATE SEQUENCE users", "users"),
        ("CREATE TYPE follows AS (x INT); CREATE TYPE klaim_users AS ENUM ('a')", "follows, klaim_users"),
        ("CREATE DOMAIN user_handle_versions AS TEXT", "user_handle_versions"),
        ("CREATE SEQUENCE follows_by_target; CREATE SEQUENCE users_by_id", "follows_by_target, users_by_id"),
    ] {
        let name = postgres.create_database().await;
        postgres.execute(&name, made).await;
        let objects = "SELECT (SELECT count(*) FROM pg_class) + (SELECT count(*) FROM pg_type)";
        let before = postgres.ask(&name, objects).await;
        let refusal = open(&postgres.url(&name)).await.err().unwrap();
        let reason = format!(
            "it has something of another program where this server's tables would be ({named}), and is left as it is: \
             name a database, or a schema, of its own"
        );
        assert!(refusal.ends_with(&reason), "{refusal}");
        assert_eq!(postgres.ask(&name, objects).await, before, "{made}");
    }
}

#[tokio::test]
async fn of_a_migration_that_fails_nothing_is_left() {
    let postgres = Postgres::shared();
    let name = postgres.create_database().await;
    let no_klaim = "CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
             IF to_regclass('klaim_names') IS NOT NULL THEN RAISE EXCEPTION 'as told'; END IF;
         END $$;
         CREATE EVENT TRIGGER refuse ON ddl_command_end EXECUTE FUNCTION refuse()";
    postgres.execute(&name, no_klaim).await;
    let refusal = open(&postgres.url(&name)).await.err().unwrap();
    assert!(refusal.ends_with("as told (SQLSTATE P0001)"), "{refusal}");
    let tables = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    assert_eq!(postgres.ask(&name, tables).await, 0);
    postgres.execute(&name, "DROP EVENT TRIGGER refuse").await;
    open(&postgres.url(&name)).await.unwrap();
}

#[tokio::test]
async fn tables_that_may_lose_or_hide_what_is_written_are_refused_and_told_in_the_health() {
    let postgres = Postgres::shared();
    for (accident, reason, are_reads_failing) in [
        (
            "ALTER TABLE users ENABLE ROW LEVEL SECURITY; ALTER TABLE flags ENABLE ROW LEVEL SECURITY",
            "row-level security may hide rows of users, flags: use an account that owns them or has BYPASSRLS",
            true,
        ),
        ("ALTER TABLE users SET UNLOGGED", "a crash would empty users: use ALTER TABLE … SET LOGGED", false),
        (
            "CREATE RULE none AS ON INSERT TO users DO INSTEAD NOTHING",
            "rules may change what is written to users: use DROP RULE",
            false,
        ),
    ] {
        let name = postgres.create_database().await;
        let (url, user) = (postgres.url(&name), format!("user_{name}"));
        open(&url).await.unwrap();
        let account = format!(
            "CREATE ROLE {user} LOGIN; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {user}"
        );
        postgres.execute(&name, &account).await;
        let url = url.replace("postgres@", &format!("{user}@"));
        let store = open(&url).await.unwrap();
        postgres.execute(&name, accident).await;
        let health = store.check().await;
        assert_eq!(health.writes, Err(reason.to_owned()));
        assert_eq!(health.reads.is_err(), are_reads_failing, "{reason}");
        let refusal = open(&url).await.err().unwrap();
        assert!(refusal.ends_with(&format!(": {reason}")), "{refusal}");
        // Of those who may see every row, none is hidden.
        postgres.execute(&name, &format!("ALTER ROLE {user} BYPASSRLS")).await;
        assert_eq!(open(&url).await.is_ok(), are_reads_failing, "{reason}");
    }
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

/// The indexes that lists need.
const LIST_INDEXES: &str =
    "SELECT count(*) FROM pg_indexes WHERE schemaname = 'public' AND indexname LIKE '%users_by_%'";

#[tokio::test]
async fn a_database_of_the_version_before_lists_gets_their_indexes() {
    let postgres = Postgres::shared();
    let name = postgres.create_database().await;
    open(&postgres.url(&name)).await.unwrap();
    let before =
        "DROP INDEX users_by_id, users_by_creation, users_by_update, klaim_users_by_id, klaim_users_by_creation;
         DELETE FROM user_handle_versions WHERE version = 4";
    postgres.execute(&name, before).await;
    assert_eq!(postgres.ask(&name, LIST_INDEXES).await, 0);
    open(&postgres.url(&name)).await.unwrap();
    assert_eq!(postgres.ask(&name, LIST_INDEXES).await, 5);
}

#[tokio::test]
async fn a_list_by_id_has_one_order_under_every_collation() {
    let postgres = Postgres::shared();
    let name = postgres.create_database().await;
    let store = open(&postgres.url(&name)).await.unwrap();
    // As it is in a database of English, which takes no notice of case and of signs until all else is equal.
    postgres.execute(&name, "ALTER TABLE users ALTER COLUMN id TYPE TEXT COLLATE \"en-x-icu\"").await;
    let ids = ["-b", "B", "_a", "a", "a-1", "a1", "a_2", "b"];
    store.create_many(APP, ids.map(new).into(), false).await.unwrap();
    let walk = async |by: SortBy, prefix: &str| {
        let order = Order { by, descending: false };
        let mut request = ListRequest { order, prefix: prefix.into(), search: String::new(), after: None, limit: 1 };
        let mut seen: Vec<String> = Vec::new();
        loop {
            let page = store.list_users(APP, &request).await.unwrap();
            seen.extend(page.users.into_iter().map(|user| user.id));
            if page.next.is_none() {
                break seen;
            }
            request.after = page.next;
        }
    };
    assert_eq!(walk(SortBy::Id, "").await, ids);
    assert_eq!(walk(SortBy::Id, "a").await, ids[3..7]);
    assert_eq!(store.count_users(APP, "a").await, Ok(Some(4)));
    for (by, prefix, expected) in [(SortBy::CreatedAt, "", &ids[..]), (SortBy::UpdatedAt, "a", &ids[3..7])] {
        let mut seen = walk(by, prefix).await;
        seen.sort();
        assert_eq!(seen, expected);
    }
}

#[tokio::test]
async fn work_whose_connection_breaks_before_the_commit_is_run_again() {
    let postgres = Postgres::shared();
    for code in ["57P01", "40003", "08006"] {
        let name = postgres.create_database().await;
        let store = open(&postgres.url(&name)).await.unwrap();
        postgres.fail_writes(&name, code, 2).await;
        store.create(APP, new("a")).await.unwrap();
        assert_eq!(postgres.ask(&name, "SELECT last_value FROM runs").await, 3, "{code}");
    }
}

#[tokio::test]
async fn writes_wait_for_a_connection_but_not_for_ever_and_reads_have_their_own() {
    let postgres = Postgres::shared();
    let name = postgres.create_database().await;
    let store = open(&format!("{}?pool_size=2", postgres.url(&name))).await.unwrap();
    store.create(APP, new("a")).await.unwrap();
    let (mut other, connection) = tokio_postgres::connect(&postgres.url(&name), NoTls).await.unwrap();
    tokio::spawn(connection);
    let transaction = other.transaction().await.unwrap();
    transaction.execute("UPDATE users SET data = '{}'", &[]).await.unwrap();
    let data = || RawValue::from_string("{}".into()).unwrap();
    // The first call has the only connection that writes and waits for the row. The second waits for the connection.
    let mut first = Box::pin(store.update(APP, "a", data()));
    let second = tokio::select! {
        biased;
        _ = &mut first => panic!("the row was free"),
        second = store.update(APP, "a", data()) => second,
    };
    assert_eq!(second.map(drop), Err(StoreError::Busy));
    tokio::select! {
        biased;
        _ = &mut first => panic!("the row was free"),
        read = store.get(APP, "a") => assert!(read.unwrap().is_some()),
    }
    transaction.rollback().await.unwrap();
    assert!(first.await.unwrap().is_some());
}

#[tokio::test]
async fn a_database_that_is_not_there_is_refused_in_its_own_words() {
    let postgres = Postgres::shared();
    let url = postgres.url("none");
    let address = url.replace("postgres@", "");
    let refusal = format!("cannot open the database {address}: database \"none\" does not exist (SQLSTATE 3D000)");
    assert_eq!(open(&url).await.err().unwrap(), refusal);
}
