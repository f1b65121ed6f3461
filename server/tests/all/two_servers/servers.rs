//! Servers and clients that end.

use std::net::TcpStream;
use std::thread;

use super::{Lock, create, get, one_server, own_server, update, wait_for_waiting};
use crate::common::process::Server;
use crate::common::until;

pub async fn a_server_dies() {
    let (postgres, name, mut dying) = one_server("").await;
    let other = Server::on(&postgres.url(&name));
    let lock = Lock::of_all_users(&postgres, &name).await;
    let mut client = dying.client();
    client.begin("PUT", "user/a/", r#"{"data":{"v":2}}"#).unwrap();
    wait_for_waiting(&postgres, &name, 1).await;
    dying.kill();
    assert!(client.get("/health").is_err(), "the client is told nothing");
    lock.release().await;
    assert_eq!(create(&other, "b").status, 201);
    // What the dead server had begun holds nothing up.
    assert_eq!(update(&other, "a").status, 201);
}

pub async fn a_server_is_told_to_stop() {
    let (postgres, name, mut server) = one_server("").await;
    let lock = Lock::of_all_users(&postgres, &name).await;
    let mut client = server.client();
    let writing = thread::spawn(move || client.call("PUT", "user/a/", r#"{"data":{"v":2}}"#).unwrap());
    wait_for_waiting(&postgres, &name, 1).await;
    server.tell_to_terminate();
    until("it takes no more connections", || TcpStream::connect(&server.address).is_err());
    lock.release().await;
    assert_eq!(writing.join().unwrap().status, 201);
    assert!(server.child.wait().unwrap().success());
}

pub async fn a_client_goes_away() {
    let (postgres, name, server) = own_server().await;
    let lock = Lock::of_all_users(&postgres, &name).await;
    let mut client = server.client();
    client.begin("PUT", "user/a/", r#"{"data":{"v":2}}"#).unwrap();
    wait_for_waiting(&postgres, &name, 1).await;
    drop(client);
    wait_for_waiting(&postgres, &name, 0).await;
    assert!(postgres.log().contains("canceling statement due to user request"), "{}", postgres.log());
    lock.release().await;
    assert_eq!(get(&server, "a").json()["data"], serde_json::json!({}));
}
