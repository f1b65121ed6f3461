//! The server as a process: started, and measured by what Linux says of it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process};

/// The running server, which does not outlive us.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: String,
}

/// What it has used.
pub struct Usage {
    /// Time on the processor, its own and the system's on its behalf.
    pub cpu_seconds: f64,
    /// Memory now.
    pub resident_kb: u64,
}

/// How much memory it has and had.
pub struct Memory {
    /// Now.
    pub resident_kb: u64,
    /// At most.
    pub most_kb: u64,
}

impl Server {
    /// Starts the program on a free port, with warnings in the log and nothing else.
    pub fn start(program: &Path, database: &Path) -> Result<Server> {
        let mut child = Command::new(program)
            .args(["--listen", "127.0.0.1:0", "--log", "warn", "--database"])
            .arg(format!("sqlite:{}", database.display()))
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot run {}", program.display()))?;
        let mut line = String::new();
        let output = child.stdout.take().context("the server has no output")?;
        BufReader::new(output).read_line(&mut line).context("the server printed nothing")?;
        let url = line.split_once("http://").and_then(|(_, rest)| rest.split_once(','));
        let address = url.map(|(address, _)| address.to_owned()).with_context(|| format!("no address in {line:?}"));
        Ok(Server { address: address.inspect_err(|_| drop(child.kill()))?, child })
    }

    /// What it has used until now.
    pub fn usage(&self) -> Result<Usage> {
        let stat = self.read("stat")?;
        // The name of the program, in brackets, may have spaces.
        let fields: Vec<&str> = stat.rsplit_once(')').context("no name in stat")?.1.split_whitespace().collect();
        let ticks = |field: usize| fields.get(field).and_then(|ticks| ticks.parse::<u64>().ok()).unwrap_or_default();
        let per_second = rustix::param::clock_ticks_per_second();
        let cpu_seconds = (ticks(11) + ticks(12)) as f64 / per_second as f64;
        Ok(Usage { cpu_seconds, resident_kb: self.memory()?.resident_kb })
    }

    /// Its memory.
    pub fn memory(&self) -> Result<Memory> {
        let status = self.read("status")?;
        let kb = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|rest| rest.trim().strip_suffix(" kB")?.parse().ok())
        };
        Ok(Memory { resident_kb: kb("VmRSS:").context("no VmRSS")?, most_kb: kb("VmHWM:").context("no VmHWM")? })
    }

    fn read(&self, file: &str) -> Result<String> {
        let path = format!("/proc/{}/{file}", self.child.id());
        fs::read_to_string(&path).with_context(|| format!("cannot read {path}: this command needs Linux"))
    }

    /// Stops it in order.
    pub fn stop(&mut self) -> Result<()> {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).context("the server has no id")?;
        kill_process(pid, Signal::TERM).context("cannot stop the server")?;
        self.child.wait().context("cannot wait for the server")?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Usage {
    /// What was used since then.
    pub fn since(self, before: &Usage) -> Usage {
        Usage { cpu_seconds: self.cpu_seconds - before.cpu_seconds, ..self }
    }
}
