//! `cargo xtask demo`: the stand-in server, the quick start against it, and the page.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, ExitCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;
use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::shell::{Cmd, Folders};
use crate::{package, setup, tests, www};

/// How long the server may take to answer its first request, and to stop.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a wait looks again.
const TICK: Duration = Duration::from_millis(20);

/// Options of `demo`.
#[derive(Args)]
pub struct Options {
    /// Stop after the quick start
    #[arg(long)]
    once: bool,
    /// The port that the server listens on
    #[arg(long, default_value_t = 8000, value_parser = clap::value_parser!(u16).range(1..))]
    port: u16,
}

/// Runs the command; with `--once`, the exit code is the quick start's.
pub fn run(options: &Options) -> Result<ExitCode> {
    let folders = Folders::find()?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
    check_free(address)?;
    setup::tools(&folders)?;
    package::build(&folders)?;
    www::build(&folders)?;
    println!("demo: building the server");
    let server = tests::build_server(&folders)?;

    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&stop)).context("cannot listen for Ctrl-C")?;
    }
    let data = folders.target.join("demo");
    std::fs::create_dir_all(&data).with_context(|| format!("cannot create {}", data.display()))?;
    let mut database = OsString::from("sqlite:");
    database.push(data.join("users.db"));
    // By name, so that both loopback addresses are listened on: `localhost` is either.
    let listen = format!("localhost:{}", options.port);
    let command =
        Cmd::new(server).arg("--listen").arg(listen).words("--log warn --www www/dist --database").arg(database);
    println!("demo: {command}");
    let mut server = Server(command.spawn()?);
    server.wait_until_healthy(address, &stop)?;

    let site = format!("http://localhost:{}/", options.port);
    let quick_start = Cmd::new("node")
        .arg("examples/quickstart.mjs")
        .env("USER_HANDLE_URL", format!("{site}api/"))
        .env("USER_HANDLE_KLAIM_URL", format!("{site}klaim/"));
    println!("demo: {quick_start}");
    let status = quick_start.status()?;
    if options.once || stop.load(Ordering::Relaxed) {
        server.stop()?;
        let code = status.code().and_then(|code| u8::try_from(code).ok());
        return Ok(code.map_or(ExitCode::FAILURE, ExitCode::from));
    }
    if !status.success() {
        eprintln!("demo: the quick start failed ({status}); the server is still up");
    }
    println!("demo: the page is at {site}; Ctrl-C stops the server");
    while !stop.load(Ordering::Relaxed) {
        server.check_running()?;
        std::thread::sleep(TICK);
    }
    server.stop()?;
    println!("demo: stopped");
    Ok(ExitCode::SUCCESS)
}

/// Says who is in the way before anything is built.
fn check_free(address: SocketAddr) -> Result<()> {
    let port = address.port();
    match TcpListener::bind(address) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => bail!(
            "port {port} is in use; `ss -ltnp 'sport = :{port}'` shows by whom, `cargo xtask demo --port {}` takes another",
            port.checked_add(1).unwrap_or(8001)
        ),
        Err(error) => Err(error).with_context(|| format!("cannot listen on {address}")),
    }
}

/// The running server. It does not outlive us, whatever fails.
struct Server(Child);

impl Server {
    /// Asks for `/health` until it is answered with 200.
    fn wait_until_healthy(&mut self, address: SocketAddr, stop: &AtomicBool) -> Result<()> {
        let start = Instant::now();
        while !healthy(address) {
            self.check_running()?;
            if stop.load(Ordering::Relaxed) {
                bail!("interrupted");
            }
            if start.elapsed() > PATIENCE {
                bail!("http://{address}/health did not answer with 200 within {} s", PATIENCE.as_secs());
            }
            std::thread::sleep(TICK);
        }
        Ok(())
    }

    fn check_running(&mut self) -> Result<()> {
        match self.0.try_wait().context("cannot see whether the server runs")? {
            Some(status) => bail!("the server stopped by itself ({status}); what it says is above"),
            None => Ok(()),
        }
    }

    /// SIGTERM, then a wait for it to end in its own time; SIGKILL if it never does.
    fn stop(&mut self) -> Result<()> {
        let pid = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw);
        if let Some(pid) = pid
            && self.0.try_wait()?.is_none()
        {
            kill_process(pid, Signal::TERM).context("cannot stop the server")?;
        }
        let start = Instant::now();
        while self.0.try_wait()?.is_none() {
            if start.elapsed() > PATIENCE {
                self.0.kill().and_then(|()| self.0.wait()).context("cannot kill the server")?;
                bail!("the server did not stop within {} s of SIGTERM and was killed", PATIENCE.as_secs());
            }
            std::thread::sleep(TICK);
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            eprintln!("error: {error:#}");
        }
    }
}

fn healthy(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.take(12).read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer == "HTTP/1.1 200")
}
