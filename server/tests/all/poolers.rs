//! Servers behind PgBouncer, which gives one connection of the database to several connections of servers.

use std::thread;

use crate::common::pgbouncer::PgBouncer;
use crate::common::postgres::Postgres;
use crate::common::process::Server;
use user_handle_server::store::{self, KlaimUser, Location};

const USERS: usize = 50;

/// In session mode a connection of the database belongs to one connection of a server, so there are enough for all. In
/// transaction mode all share one, which would mix up whatever belongs to a connection.
const MODES: [(&str, u32); 2] = [("session", 40), ("transaction", 1)];

fn klaim_user(email: String) -> KlaimUser {
    let klaim_id = uuid::Uuid::new_v4().to_string();
    KlaimUser {
        user_id: klaim_id.clone(),
        klaim_id,
        email,
        name: None,
        metadata: None,
        credit_balance: 0,
        created_at: 0,
    }
}

#[tokio::test]
async fn a_server_that_reads_and_one_that_deletes_do_not_get_in_each_others_way() {
    let postgres = Postgres::shared();
    for (mode, connections) in MODES {
        let bouncer = PgBouncer::start(&postgres, mode, connections);
        let name = postgres.create_database().await;
        let seeding = Server::on(&postgres.url(&name));
        let users: Vec<_> = (0..USERS).map(|number| format!(r#"{{"id":"u{number}"}}"#)).collect();
        let body = format!(r#"{{"users":[{}]}}"#, users.join(","));
        assert_eq!(seeding.call("POST", "users/", &body).status, 201);
        // Both have done the same until one reads and the other deletes, so they would give the same names to what they send.
        let [reader, deleter] = [(); 2].map(|()| Server::on(&bouncer.url(&name)));
        let (mut reading, mut deleting) = (reader.client(), deleter.client());
        thread::scope(|scope| {
            scope.spawn(|| {
                for number in (0..USERS).chain(0..USERS) {
                    let id = format!("u{number}");
                    let reply = reading.call("GET", &format!("user/{id}/"), "").unwrap();
                    assert_eq!((reply.status, &reply.json()["id"]), (200, &id.as_str().into()), "{mode}: {reply:?}");
                }
            });
            for number in 0..2 * USERS {
                let reply = deleting.call("DELETE", &format!("user/none{number}/"), "").unwrap();
                assert_eq!(reply.status, 404, "{mode}: {reply:?}");
            }
        });
        assert_eq!(postgres.ask(&name, "SELECT count(*) FROM users").await, USERS as i64, "{mode}");
    }
}

#[tokio::test]
async fn of_servers_that_give_one_email_address_at_the_same_time_one_wins() {
    let postgres = Postgres::shared();
    for (mode, connections) in MODES {
        // With one connection, two transactions could not meet.
        let bouncer = PgBouncer::start(&postgres, mode, connections + 1);
        let name = postgres.create_database().await;
        let location = Location::parse(&bouncer.url(&name)).unwrap();
        let (first, second) = (store::open(&location).await.unwrap(), store::open(&location).await.unwrap());
        for number in 0..USERS {
            let user = || klaim_user(format!("a{number}@b.c"));
            let (one, other) = tokio::join!(first.klaim_add("app", user()), second.klaim_add("app", user()));
            assert!(one.unwrap().is_ok() != other.unwrap().is_ok(), "{mode}: one of them gets the address");
        }
        let users = postgres.ask(&name, "SELECT count(*) FROM klaim_users").await;
        let names = postgres.ask(&name, "SELECT count(*) FROM klaim_names WHERE kind = 'email'").await;
        assert_eq!((users, names), (USERS as i64, USERS as i64), "{mode}");
    }
}

#[tokio::test]
async fn limits_and_the_wait_for_the_disk_hold_in_every_transaction() {
    let postgres = Postgres::shared();
    for (mode, connections) in MODES {
        let bouncer = PgBouncer::start(&postgres, mode, connections);
        let name = postgres.create_database().await;
        postgres.execute(&name, &format!("ALTER DATABASE {name} SET synchronous_commit = local")).await;
        let server = Server::on(&bouncer.url(&name));
        let record = "CREATE TABLE seen (setting TEXT);
             CREATE FUNCTION record() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 INSERT INTO seen VALUES (current_setting('synchronous_commit') || ' ' || current_setting('statement_timeout'));
                 RETURN NEW;
             END $$;
             CREATE TRIGGER record BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION record()";
        postgres.execute(&name, record).await;
        for number in 0..3 {
            assert_eq!(server.call("POST", "user/", &format!(r#"{{"id":"u{number}"}}"#)).status, 201);
        }
        let right = postgres.ask(&name, "SELECT count(*) FROM seen WHERE setting = 'on 5s'").await;
        assert_eq!(right, 3, "{mode}");
        // What is set for a transaction is gone after it, also from a connection that others get.
        let (client, connection) = tokio_postgres::connect(&bouncer.url(&name), tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        let left = client.simple_query("SHOW statement_timeout").await.unwrap();
        let shown = left.iter().find_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        });
        assert_eq!(shown, Some("0"), "{mode}");
    }
}

#[tokio::test]
async fn statement_mode_is_refused_and_why() {
    let postgres = Postgres::shared();
    let name = postgres.create_database().await;
    let bouncer = PgBouncer::start(&postgres, "statement", 5);
    let refusal = store::open(&Location::parse(&bouncer.url(&name)).unwrap()).await.err().unwrap();
    let reason = "its pooler has no transactions, which writes need (transaction blocks not allowed in statement pooling mode \
                  (SQLSTATE 08P01)): set pool_mode to transaction or session";
    assert!(refusal.ends_with(reason), "{refusal}");
    assert_eq!(postgres.ask(&name, "SELECT count(*) FROM pg_class WHERE relname = 'user_handle_versions'").await, 0);
}
