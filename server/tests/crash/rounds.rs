//! Rounds of eight writers, each cut off in the middle of its work.

use std::fmt;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::common::client::Client;
use crate::common::postgres::Postgres;
use crate::common::process::Server;
use crate::ledger::{Ledger, Seen};

const WRITERS: usize = 8;

/// How long a database may take to come back.
const PATIENCE: Duration = Duration::from_secs(60);

/// What happened in all rounds.
#[derive(Default)]
pub struct Report {
    rounds: usize,
    acknowledged: usize,
    seen: Seen,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { rounds, acknowledged, seen: Seen { unanswered, of_them_done } } = self;
        write!(f, "{rounds} rounds, {acknowledged} writes acknowledged, 0 lost; ")?;
        write!(f, "{unanswered} were not answered, and {of_them_done} of these are done")
    }
}

/// Kills a server under its writers, starts it again, and holds what they were told against what is stored, when that is
/// settled.
///
/// # Errors
/// What was lost.
pub fn of_kills(rounds: usize, server: impl Fn() -> Command, settled: impl Fn()) -> Result<Report, String> {
    let mut ledgers: [Ledger; WRITERS] = Default::default();
    let mut report = Report::default();
    for round in 0..rounds {
        let running = Server::spawn(&mut server());
        let address = running.address.clone();
        let running = Mutex::new(running);
        let end = || running.lock().unwrap().kill();
        report.acknowledged += write(round, &address, &mut ledgers, &end);
        let again = Server::spawn(&mut server());
        settled();
        report.check(&mut ledgers, &again).map_err(|loss| format!("round {}: {loss}", round + 1))?;
    }
    Ok(report)
}

/// Crashes PostgreSQL under the writers of a server that stays up, starts it again, and looks in the same way.
///
/// # Errors
/// What was lost.
pub fn of_crashes(rounds: usize, server: &Server, postgres: &Postgres) -> Result<Report, String> {
    let mut ledgers: [Ledger; WRITERS] = Default::default();
    let mut report = Report::default();
    for round in 0..rounds {
        report.acknowledged += write(round, &server.address, &mut ledgers, &|| postgres.crash());
        postgres.start();
        let deadline = Instant::now() + PATIENCE;
        while server.call("GET", "users/?ids=a", "").status != 200 {
            assert!(Instant::now() < deadline, "the server does not find the database again");
            std::thread::sleep(Duration::from_millis(5));
        }
        report.check(&mut ledgers, server).map_err(|loss| format!("round {}: {loss}", round + 1))?;
    }
    Ok(report)
}

impl Report {
    fn check(&mut self, ledgers: &mut [Ledger], server: &Server) -> Result<(), String> {
        self.rounds += 1;
        let mut client = server.client();
        for ledger in ledgers {
            let Seen { unanswered, of_them_done } = ledger.check(&mut client)?;
            self.seen.unanswered += unanswered;
            self.seen.of_them_done += of_them_done;
        }
        Ok(())
    }
}

/// Lets the writers write until the end; gives how many writes were acknowledged.
fn write(round: usize, address: &str, ledgers: &mut [Ledger], end: &(dyn Fn() + Sync)) -> usize {
    let acknowledged = AtomicUsize::new(0);
    // After so many it ends, wherever the others are with theirs; and a little later, to meet every part of a commit.
    let last = fastrand::usize(20..600);
    let later = Duration::from_micros(fastrand::u64(0..3_000));
    std::thread::scope(|scope| {
        for (number, ledger) in ledgers.iter_mut().enumerate() {
            let (acknowledged, name) = (&acknowledged, format!("w{number}-{round}"));
            scope.spawn(move || {
                let on_done = || {
                    if acknowledged.fetch_add(1, Ordering::Relaxed) + 1 == last {
                        std::thread::sleep(later);
                        end();
                    }
                };
                writer(&name, &mut Client::new(address), ledger, on_done);
            });
        }
    });
    acknowledged.into_inner()
}

/// Creates, replaces and deletes users until there is no answer any more.
fn writer(name: &str, client: &mut Client, ledger: &mut Ledger, on_done: impl Fn()) {
    for number in 0.. {
        let existing = ledger.existing();
        let (method, id) = match (fastrand::choice(existing), fastrand::u8(0..10)) {
            (Some(id), 0) => ("DELETE", id.clone()),
            (Some(id), 1..4) => ("PUT", id.clone()),
            _ => ("POST", format!("{name}-{number}")),
        };
        // Long enough to lie on several pages of the database, and only whole if its end is there.
        let mark = format!("{name}-{number}");
        let data =
            format!(r#"{{"from":"{mark}","filling":"{}","to":"{mark}"}}"#, "x".repeat(fastrand::usize(0..6_000)));
        let (path, body, value) = match method {
            "POST" => ("user/".to_owned(), format!(r#"{{"id":"{id}","data":{data}}}"#), Some(data)),
            "PUT" => (format!("user/{id}/"), format!(r#"{{"data":{data}}}"#), Some(data)),
            _ => (format!("user/{id}/"), String::new(), None),
        };
        ledger.ask(&id, value);
        match client.call(method, &path, &body) {
            Ok(reply) if reply.status < 300 => {
                ledger.done(&id);
                on_done();
            }
            // The promise of a 503: nothing was changed.
            Ok(reply) if reply.status == 503 => {
                ledger.refused(&id);
                return;
            }
            // Or the database broke off, and the server says that it does not know.
            Ok(reply) => {
                assert_eq!(reply.status, 500, "{reply:?}");
                let text = "the connection to the database broke, and the write may have been carried out";
                assert_eq!(reply.json()["detail"], text);
                return;
            }
            Err(_) => return,
        }
    }
}
