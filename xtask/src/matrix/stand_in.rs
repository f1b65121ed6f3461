//! The stand-in server on a free port, and what a program is given to call it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::shell::Cmd;

const APP: &str = "matrix-key:matrix-secret";
const KLAIM_KEY: &str = "matrix-klaim-key";

/// A running server; it ends with this value.
pub struct StandIn {
    child: Child,
    program: PathBuf,
    /// With a final slash.
    url: String,
}

impl StandIn {
    /// Starts it, and waits until it says where it listens.
    pub fn start(program: &Path) -> Result<StandIn> {
        let mut child = Command::new(program)
            .args("--listen localhost:0 --database sqlite::memory: --log error --app".split(' '))
            .arg(APP)
            .args(["--klaim-key", KLAIM_KEY])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the server")?;
        let mut line = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut line).context("cannot read what the server says")?;
        }
        let url = line.split_once("listening on ").and_then(|(_, rest)| rest.split([',', ' ', '\n']).next());
        let mut server = StandIn { child, program: program.to_owned(), url: String::new() };
        match url {
            Some(url) => server.url = format!("{}/", url.trim_end_matches('/')),
            None => bail!("the server did not say where it listens: {line:?}"),
        }
        Ok(server)
    }

    /// What a program is given: a query string with the credential of a server, and one with that of a page. Each
    /// environment has a user of its own.
    pub fn given(&self, environment: &str) -> Result<[(&'static str, String); 2]> {
        let id: String = environment.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let token = Cmd::new(&self.program).words("token --app").arg(APP).arg("--user").arg(&id).read()?;
        let (key, secret) = APP.split_once(':').unwrap_or_default();
        let klaim = format!("klaimUrl={}klaim/&klaimKey={KLAIM_KEY}", self.url);
        let with =
            |credential: &str| format!("baseUrl={}api/&key={key}&id={id}&credential={credential}&{klaim}", self.url);
        Ok([("MATRIX_SERVER", with(secret)), ("MATRIX_PAGE", with(&token))])
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw)
            && let Err(error) = kill_process(pid, Signal::TERM)
        {
            eprintln!("error: cannot stop the server: {error}");
        }
        let _ = self.child.wait();
    }
}
