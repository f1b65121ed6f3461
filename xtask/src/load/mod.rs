//! `cargo xtask load`: how much the server bears. Reads and writes over many users, then many connections at once; the
//! numbers go to `docs/load.md`.

mod burst;
mod http;
mod process;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use clap::Args;

use self::burst::Burst;
use self::http::Client;
use self::process::{Server, Usage};
use crate::setup;
use crate::shell::{Cmd, Folders, cargo, which};

/// Users in one request while the database is filled.
const BATCH: u32 = 1_000;

/// Options of `load`.
#[derive(Args)]
pub struct Options {
    /// Users in the database
    #[arg(long, default_value_t = 1_000_000, value_name = "N")]
    users: u32,
    /// Seconds that each kind of request is sent for
    #[arg(long, default_value_t = 20, value_name = "N")]
    seconds: u32,
    /// Connections that reads and writes come on
    #[arg(long, default_value_t = 32, value_name = "N")]
    connections: u32,
    /// Connections that are opened at once at the end
    #[arg(long, default_value_t = 10_000, value_name = "N")]
    burst: usize,
}

/// What one kind of request came to.
struct Measured {
    name: &'static str,
    requests: u64,
    seconds: f64,
    p50_us: u64,
    p99_us: u64,
    failed: u64,
    usage: Usage,
}

/// Runs the command.
pub fn run(options: &Options) -> Result<()> {
    let folders = Folders::find()?;
    if which("wrk").is_none() {
        setup::install("wrk", "wrk", "PATH=/folder/of/wrk:$PATH")?;
    }
    println!("load: building the server");
    cargo().words("build --release --package user-handle-server --target-dir").arg(&folders.target).run()?;
    let program = folders.target.join("release/user-handle-server");
    let token = Cmd::new(&program).arg("token").read()?;
    let folder = folders.root.join("target/load");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;

    let mut server = Server::start(&program, &folder.join(format!("users-{}.db", options.users)))?;
    fill(&mut Client::connect(&server.address, &token)?, options.users)?;
    let reads = measure(&server, "GET by id", "tests/load/reads.lua", options, &token)?;
    let writes = measure(&server, "mixed writes", "tests/load/writes.lua", options, &token)?;
    println!("load: {} connections at once", options.burst);
    let burst = burst::run(&server, &token, options.burst)?;
    let memory = server.memory()?;
    server.stop()?;

    let report = report(options, &[reads, writes], &burst, memory);
    println!("\n{report}");
    let path = Path::new("docs/load.md");
    fs::write(path, report).with_context(|| format!("cannot write {}", path.display()))
}

/// Creates the users that are missing. What an earlier run has created is used again.
fn fill(client: &mut Client, users: u32) -> Result<()> {
    if client.call("GET", &format!("user/u{}/?", users - 1), "")? == 200 {
        return Ok(());
    }
    println!("load: creating {users} users");
    for first in (0..users).step_by(BATCH as usize) {
        let last = users.min(first + BATCH);
        let mut body = String::from(r#"{"users":["#);
        for number in first..last {
            let comma = if number == first { "" } else { "," };
            write!(
                body,
                r#"{comma}{{"id":"u{number}","data":{{"name":"User {number}","image":"https://example.com/images/{number}.png","likes":["tea","rust"],"n":{number}}}}}"#
            )?;
        }
        body.push_str("]}");
        match client.call("POST", "users/?", &body)? {
            201 => {}
            status => bail!("creating users was answered with {status}"),
        }
        if last.is_multiple_of(100_000) {
            println!("load: {last} users");
        }
    }
    Ok(())
}

fn measure(server: &Server, name: &'static str, script: &str, options: &Options, token: &str) -> Result<Measured> {
    println!("load: {name}, {} s", options.seconds);
    // Different ids of created users in every run, because the database is kept.
    let run = SystemTime::now().duration_since(UNIX_EPOCH).map(|since| since.as_secs()).unwrap_or_default();
    let before = server.usage()?;
    let output = Cmd::new("wrk")
        .words("--threads 2 --connections")
        .arg(options.connections.to_string())
        .words("--timeout 10s --duration")
        .arg(format!("{}s", options.seconds))
        .arg("--script")
        .arg(script)
        .arg(format!("http://{}", server.address))
        .env("LOAD_TOKEN", token)
        .env("LOAD_USERS", options.users.to_string())
        .env("LOAD_RUN", run.to_string())
        .read()?;
    let usage = server.usage()?.since(&before);
    let numbers = output
        .lines()
        .find_map(|line| line.strip_prefix("LOAD "))
        .map(|line| line.split(' ').map(|number| number.parse().unwrap_or_default()).collect::<Vec<u64>>());
    let Some([requests, micros, p50_us, p99_us, failed]) = numbers.as_deref() else {
        bail!("wrk printed no result: {output}");
    };
    let seconds = *micros as f64 / 1e6;
    Ok(Measured { name, requests: *requests, seconds, p50_us: *p50_us, p99_us: *p99_us, failed: *failed, usage })
}

fn report(options: &Options, measured: &[Measured], burst: &Burst, memory: process::Memory) -> String {
    let mut rows = String::new();
    for one in measured {
        let per_second = one.requests as f64 / one.seconds;
        let cpu = one.usage.cpu_seconds * 1e6 / one.requests as f64;
        let ms = |micros: u64| micros as f64 / 1e3;
        let _ = writeln!(
            rows,
            "| {} | {per_second:.0} | {cpu:.0} µs | {:.2} ms | {:.2} ms | {} of {} | {} MB |",
            one.name,
            ms(one.p50_us),
            ms(one.p99_us),
            one.failed,
            one.requests,
            one.usage.resident_kb / 1_024
        );
    }
    let Burst { connections, open_seconds, answered, one_get_ms, resident_kb } = burst;
    format!(
        "# Load\n\n\
         Made by `cargo xtask load`, on a machine with two cores that others used at the same time, and with the load\n\
         generator (`wrk`) on the same two: so these are what it did at least, and the CPU per request is the number to\n\
         compare. The database is an SQLite file with {users} users, every write is on disk before it is answered.\n\n\
         ## {connections_at_once} connections, {seconds} s each\n\n\
         | requests | per second | CPU of the server per request | p50 | p99 | failed | memory |\n\
         |---|---|---|---|---|---|---|\n\
         {rows}\n\
         Of ten writes five update a user, three create one, one is a `getOrCreate` of one that exists, one deletes one.\n\n\
         ## {connections} connections at once\n\n\
         | opened in | a GET on one more | then answered on | memory |\n\
         |---|---|---|---|\n\
         | {open_seconds:.2} s | {one_get_ms:.1} ms | {answered} of {connections} | {burst_memory} MB |\n\n\
         The most memory that the server had in the whole run: {most} MB.\n",
        users = grouped(options.users),
        connections_at_once = options.connections,
        seconds = options.seconds,
        burst_memory = resident_kb / 1_024,
        most = memory.most_kb / 1_024,
    )
}

/// `1 000 000`
fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod test {
    #[test]
    fn numbers_are_grouped_by_thousands() {
        for (number, text) in [(7, "7"), (1_000, "1 000"), (1_000_000, "1 000 000"), (12_345, "12 345")] {
            assert_eq!(super::grouped(number), text);
        }
    }
}
