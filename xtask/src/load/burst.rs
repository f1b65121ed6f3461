//! Very many connections at once, which leave the server answering.

use std::time::Instant;

use anyhow::{Result, bail};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::http::Client;
use super::process::Server;

/// Threads that open connections.
const THREADS: usize = 64;

/// What came of it.
pub struct Burst {
    /// How many there were.
    pub connections: usize,
    /// How long it took to open them.
    pub open_seconds: f64,
    /// How many of them were answered afterwards.
    pub answered: usize,
    /// How long a GET took on one more connection, while all were open.
    pub one_get_ms: f64,
    /// The server's memory then.
    pub resident_kb: u64,
}

/// Opens the connections, calls on a new one, then on each of them.
pub fn run(server: &Server, token: &str, connections: usize) -> Result<Burst> {
    let limit = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    let most = limit.maximum.unwrap_or(u64::MAX);
    if most < connections as u64 + 100 {
        bail!("{connections} connections need as many files, and this shell allows {most}: `ulimit -n`");
    }
    let start = Instant::now();
    let mut clients = open(server, token, connections)?;
    let open_seconds = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let status = Client::connect(&server.address, token)?.call("GET", "user/u0/?", "")?;
    let one_get_ms = start.elapsed().as_secs_f64() * 1e3;
    if status != 200 {
        bail!("with {connections} connections open, a GET was answered with {status}");
    }
    let mut answered = 0;
    for client in &mut clients {
        answered += usize::from(client.call("GET", "user/u1/?", "").is_ok_and(|status| status == 200));
    }
    let resident_kb = server.memory()?.resident_kb;
    Ok(Burst { connections, open_seconds, answered, one_get_ms, resident_kb })
}

/// Opens them from several threads: where the system drops a connection, because too many wait, it is opened a second later.
fn open(server: &Server, token: &str, connections: usize) -> Result<Vec<Client>> {
    let some = |count: usize| (0..count).map(|_| Client::connect(&server.address, token)).collect::<Result<Vec<_>>>();
    let opened: Vec<_> = std::thread::scope(|scope| {
        let shares = (0..THREADS).map(|thread| (connections + thread) / THREADS);
        let threads: Vec<_> = shares.map(|share| scope.spawn(move || some(share))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| bail!("a thread panicked"))).collect()
    });
    Ok(opened.into_iter().collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}
