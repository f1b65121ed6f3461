//! Rounds of eight writers, each interrupted in the middle of its work.

use std::fmt;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::common::client::Client;
use crate::common::postgres::Postgres;
use crate::common::process::Server;
use crate::common::until;
use crate::expected::{Checked, ExpectedUsers};

const WRITERS: usize = 8;

/// What happened in all rounds.
#[derive(Default)]
pub struct Report {
    rounds: usize,
    acknowledged: usize,
    checked: Checked,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { rounds, acknowledged, checked: Checked { unanswered, of_them_done } } = self;
        write!(f, "{rounds} rounds, {acknowledged} writes acknowledged, 0 lost; ")?;
        write!(f, "{unanswered} were not answered, and {of_them_done} of these are done")
    }
}

/// Kills a server while the writers use it, starts it again, waits until `settled` returns, and compares what was
/// acknowledged with what is stored.
///
/// # Errors
/// What was lost.
pub fn of_kills(rounds: usize, server: impl Fn() -> Command, settled: impl Fn()) -> Result<Report, String> {
    let mut expected: [ExpectedUsers; WRITERS] = Default::default();
    let mut report = Report::default();
    for round in 0..rounds {
        let running = Server::spawn(&mut server());
        let address = running.address.clone();
        let running = Mutex::new(running);
        let end = || running.lock().unwrap().kill();
        report.acknowledged += write(round, &address, &mut expected, &end);
        let again = Server::spawn(&mut server());
        settled();
        report.check(&mut expected, &again).map_err(|loss| format!("round {}: {loss}", round + 1))?;
    }
    Ok(report)
}

/// Crashes PostgreSQL while the writers use a server that stays up, starts it again, and compares in the same way.
///
/// # Errors
/// What was lost.
pub fn of_crashes(rounds: usize, server: &Server, postgres: &Postgres) -> Result<Report, String> {
    let mut expected: [ExpectedUsers; WRITERS] = Default::default();
    let mut report = Report::default();
    for round in 0..rounds {
        report.acknowledged += write(round, &server.address, &mut expected, &|| postgres.crash());
        postgres.start();
        until("the server finds the database again", || server.call("GET", "users/?ids=a", "").status == 200);
        report.check(&mut expected, server).map_err(|loss| format!("round {}: {loss}", round + 1))?;
    }
    Ok(report)
}

impl Report {
    fn check(&mut self, expected: &mut [ExpectedUsers], server: &Server) -> Result<(), String> {
        self.rounds += 1;
        let mut client = server.client();
        for users in expected {
            let Checked { unanswered, of_them_done } = users.check(&mut client)?;
            self.checked.unanswered += unanswered;
            self.checked.of_them_done += of_them_done;
        }
        Ok(())
    }
}

/// Lets the writers write until `end` interrupts them. Returns how many writes were acknowledged.
fn write(round: usize, address: &str, expected: &mut [ExpectedUsers], end: &(dyn Fn() + Sync)) -> usize {
    let acknowledged = AtomicUsize::new(0);
    // The end comes after a random number of writes and a random delay, to hit every part of a commit.
    let last = fastrand::usize(20..600);
    let later = Duration::from_micros(fastrand::u64(0..3_000));
    std::thread::scope(|scope| {
        for (number, users) in expected.iter_mut().enumerate() {
            let (acknowledged, name) = (&acknowledged, format!("w{number}-{round}"));
            scope.spawn(move || {
                let on_done = || {
                    if acknowledged.fetch_add(1, Ordering::Relaxed) + 1 == last {
                        std::thread::sleep(later);
                        end();
                    }
                };
                writer(&name, &mut Client::new(address), users, on_done);
            });
        }
    });
    acknowledged.into_inner()
}

/// Creates, replaces and deletes users until there is no response.
fn writer(name: &str, client: &mut Client, users: &mut ExpectedUsers, on_done: impl Fn()) {
    for number in 0.. {
        let existing = users.existing();
        let (method, id) = match (fastrand::choice(existing), fastrand::u8(0..10)) {
            (Some(id), 0) => ("DELETE", id.clone()),
            (Some(id), 1..4) => ("PUT", id.clone()),
            _ => ("POST", format!("{name}-{number}")),
        };
        // Long enough for several pages of the database. Only with its end is the data whole.
        let mark = format!("{name}-{number}");
        let data =
            format!(r#"{{"from":"{mark}","filling":"{}","to":"{mark}"}}"#, "x".repeat(fastrand::usize(0..6_000)));
        let (path, body, value) = match method {
            "POST" => ("user/".to_owned(), format!(r#"{{"id":"{id}","data":{data}}}"#), Some(data)),
            "PUT" => (format!("user/{id}/"), format!(r#"{{"data":{data}}}"#), Some(data)),
            _ => (format!("user/{id}/"), String::new(), None),
        };
        users.sent(&id, value);
        match client.call(method, &path, &body) {
            Ok(reply) if reply.status < 300 => {
                users.acknowledged(&id);
                on_done();
            }
            // A time to wait promises that nothing was changed.
            Ok(reply) if reply.status == 503 && reply.header("retry-after").is_some() => {
                users.refused(&id);
                return;
            }
            // Otherwise the connection to the database broke, and the server says that it does not know the outcome.
            Ok(reply) => {
                assert_eq!(reply.status, 503, "{reply:?}");
                let text = "the database did not confirm the write, which may have been carried out";
                assert_eq!(reply.json()["detail"], text);
                return;
            }
            Err(_) => return,
        }
    }
}
