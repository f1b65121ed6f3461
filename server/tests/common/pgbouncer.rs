//! A PgBouncer for tests: on a free port of the loopback address, in front of a PostgreSQL, and stopped by its process id.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use super::folder::Folder;
use super::postgres::{Account, Postgres, account, free_port};
use super::until;

const MISSING: &str = "PgBouncer is needed for this test and not installed; as root: \
                       `apt-get update && apt-get install -y pgbouncer`, or name it in PGBOUNCER";

/// A running PgBouncer.
pub struct PgBouncer {
    port: u16,
    process: Child,
    _folder: Folder,
}

impl PgBouncer {
    /// Starts one that has `connections` to each database of this PostgreSQL.
    pub fn start(postgres: &Postgres, pool_mode: &str, connections: u32) -> Self {
        let (folder, account, port) = (Folder::new(), account(), free_port());
        let settings = folder.path().join("pgbouncer.ini");
        let text = format!(
            "[databases]\n* = host=127.0.0.1 port={} user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = {pool_mode}\n\
             default_pool_size = {connections}\n",
            postgres.port
        );
        std::fs::write(&settings, text).unwrap();
        let mut command = Command::new(program());
        if let Some(Account { user, group }) = account {
            chown(folder.path(), Some(user), Some(group)).unwrap();
            chown(&settings, Some(user), Some(group)).unwrap();
            command.uid(user).gid(group);
        }
        let command = command.arg("--quiet").arg(&settings).current_dir(folder.path());
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut bouncer = PgBouncer { port, process, _folder: folder };
        until("PgBouncer listens", || {
            assert!(bouncer.process.try_wait().unwrap().is_none(), "PgBouncer did not start");
            std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        bouncer
    }

    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The program that PGBOUNCER names, or that of Debian, which is not in every PATH.
fn program() -> PathBuf {
    let named = std::env::var_os("PGBOUNCER").filter(|path| !path.is_empty()).map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into()]);
    named.or_else(|| folders.map(|folder| folder.join("pgbouncer")).find(|file| file.is_file())).expect(MISSING)
}
