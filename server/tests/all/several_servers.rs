//! Several servers on one PostgreSQL, which stay consistent although they know nothing of each other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Barrier;
use std::thread;

use crate::common::client::{Client, Reply};
use crate::common::postgres::Postgres;
use crate::common::process::Server;

const SERVERS: usize = 3;

/// Three servers that start at the same time, on one database without tables.
async fn servers(postgres: &Postgres) -> Vec<Server> {
    let url = postgres.url(&postgres.create_database().await);
    thread::scope(|scope| {
        let starting: Vec<_> = (0..SERVERS).map(|_| scope.spawn(|| Server::on(&url))).collect();
        starting.into_iter().map(|server| server.join().unwrap()).collect()
    })
}

/// Runs `work` on all servers at the same time, `times` times. All servers start each round together. Returns the responses
/// of all servers, for each round.
fn together(
    servers: &[Server],
    times: usize,
    work: impl Fn(&mut Client, usize, usize) -> Reply + Sync,
) -> Vec<Vec<Reply>> {
    let barrier = Barrier::new(servers.len());
    let mut answers: Vec<Vec<Reply>> = (0..times).map(|_| Vec::new()).collect();
    thread::scope(|scope| {
        let work = &work;
        let callers: Vec<_> = (0..)
            .zip(servers)
            .map(|(server, running)| {
                let (barrier, mut client) = (&barrier, running.client());
                let call = move || {
                    let one = |number| {
                        barrier.wait();
                        work(&mut client, server, number)
                    };
                    (0..times).map(one).collect::<Vec<_>>()
                };
                scope.spawn(call)
            })
            .collect();
        for caller in callers {
            for (number, reply) in caller.join().unwrap().into_iter().enumerate() {
                answers[number].push(reply);
            }
        }
    });
    answers
}

#[tokio::test]
async fn of_servers_that_create_one_user_at_the_same_time_one_wins() {
    let postgres = Postgres::shared();
    let servers = servers(&postgres).await;
    let answers = together(&servers, 100, |client, server, number| {
        let body = format!(r#"{{"id":"u{number}","data":{{"by":{server}}}}}"#);
        client.call("POST", "user/", &body).unwrap()
    });
    let mut winners = BTreeSet::new();
    for (number, replies) in answers.iter().enumerate() {
        let created: Vec<_> = replies.iter().filter(|reply| reply.status == 201).collect();
        assert_eq!(created.len(), 1, "u{number}: {replies:?}");
        assert!(replies.iter().all(|reply| matches!(reply.status, 201 | 409)));
        let winner = &created[0].json()["data"];
        winners.insert(winner.to_string());
        for server in &servers {
            assert_eq!(&server.call("GET", &format!("user/u{number}/"), "").json()["data"], winner);
        }
    }
    assert!(winners.len() > 1, "only one server ever won, so they were not at it at the same time");
}

#[tokio::test]
async fn get_or_create_gives_all_servers_the_same_user() {
    let postgres = Postgres::shared();
    let servers = servers(&postgres).await;
    let answers = together(&servers, 100, |client, server, number| {
        let body = format!(r#"{{"id":"u{number}","data":{{"by":{server}}}}}"#);
        client.call("POST", "user/?get_or_create=true", &body).unwrap()
    });
    for replies in answers {
        for reply in &replies {
            assert_eq!(reply.status, 201);
            for field in ["data", "created_at", "updated_at"] {
                assert_eq!(reply.json()[field], replies[0].json()[field]);
            }
        }
    }
}

#[tokio::test]
async fn updates_by_several_servers_are_whole_and_one_after_the_other() {
    let postgres = Postgres::shared();
    let servers = servers(&postgres).await;
    assert_eq!(servers[0].call("POST", "user/", r#"{"id":"a"}"#).status, 201);
    let data = |server: usize, number: usize| {
        // Each value differs from the others in every byte, so that a mixture would be noticed.
        let filling = char::from(b'a' + server as u8).to_string().repeat(9_000);
        format!(r#"{{"from":"{server}-{number}","filling":"{filling}"}}"#)
    };
    let answers = together(&servers, 100, |client, server, number| {
        client.call("PUT", "user/a/", &format!(r#"{{"data":{}}}"#, data(server, number))).unwrap()
    });
    let mut by_time = BTreeMap::new();
    for (number, replies) in answers.iter().enumerate() {
        for (server, reply) in replies.iter().enumerate() {
            assert_eq!(reply.status, 201, "{reply:?}");
            let user = reply.json();
            assert_eq!(user["data"].to_string(), data(server, number));
            let earlier = by_time.insert(user["updated_at"].as_str().unwrap().to_owned(), user["data"].clone());
            assert_eq!(earlier, None, "two updates have the same time");
        }
    }
    let last = by_time.last_entry().unwrap();
    for server in &servers {
        let user = server.call("GET", "user/a/", "").json();
        assert_eq!((&user["updated_at"], &user["data"]), (&last.key().as_str().into(), last.get()));
    }
}
