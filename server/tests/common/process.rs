//! The program itself, started and stopped by a test.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use super::client::{Client, Reply};

/// The program, without variables of this environment that would configure it. By default it uses a free port, because its
/// usual one may be taken, for example by a demo.
pub fn program() -> Command {
    let mut command = clean(Command::new(env!("CARGO_BIN_EXE_user-handle-server")));
    command.env("USER_HANDLE_LISTEN", "127.0.0.1:0");
    command
}

/// The command without variables of this environment that would configure the server.
pub fn clean(mut command: Command) -> Command {
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("USER_HANDLE_")) {
        command.env_remove(name);
    }
    command
}

/// A running server, which is killed after the test.
pub struct Server {
    pub child: Child,
    pub address: String,
    /// The first line that it printed.
    pub line: String,
}

impl Server {
    pub fn start(arguments: &[&str]) -> Self {
        Server::spawn(program().args(["--log", "off"]).args(arguments))
    }

    /// Starts a server over this database, on a free port.
    pub fn on(database: &str) -> Self {
        Server::start(&["--listen", "127.0.0.1:0", "--database", database])
    }

    pub fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.strip_prefix("user-handle-server listening on http://").expect("no URL in the first line");
        let address = url.split_once(", database ").unwrap().0.to_owned();
        Server { child, address, line: line.trim_end().to_owned() }
    }

    pub fn client(&self) -> Client {
        Client::new(&self.address)
    }

    /// Sends one request.
    pub fn call(&self, method: &str, path: &str, body: &str) -> Reply {
        self.client().call(method, path, body).unwrap()
    }

    /// Kills it with `kill -9`.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends SIGTERM, and waits until the server has ended. Returns whether it succeeded.
    pub fn terminate(&mut self) -> bool {
        self.tell_to_terminate();
        self.child.wait().unwrap().success()
    }

    /// Sends SIGTERM.
    pub fn tell_to_terminate(&self) {
        self.signal("-TERM");
    }

    pub fn signal(&self, signal: &str) {
        let told = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(told.success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
