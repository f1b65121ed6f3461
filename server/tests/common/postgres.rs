//! A PostgreSQL of the test's own: on a free port of the loopback address, in a folder that goes away with it, and
//! stopped by its own process id.

use std::fs::Permissions;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use deadpool_postgres::tokio_postgres;

use super::folder::Folder;

const MISSING: &str = "PostgreSQL is needed for this test and not installed; as root: \
                       `apt-get update && apt-get install -y postgresql`, \
                       or name the folder of its programs in POSTGRES_BIN";

/// How long it may take to start, on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running PostgreSQL.
pub struct Postgres {
    folder: Folder,
    account: Option<Account>,
    port: u16,
    process: Mutex<Option<Child>>,
}

/// Whom it runs as, where the tests run as root, which PostgreSQL refuses.
#[derive(Clone, Copy)]
struct Account {
    user: u32,
    group: u32,
}

impl Postgres {
    /// The one that the tests of a file share. It stops when the last of them ends.
    pub fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Postgres>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let postgres = Arc::new(Postgres::own());
            *shared = Arc::downgrade(&postgres);
            postgres
        })
    }

    /// One for this test alone.
    pub fn own() -> Self {
        Postgres::with_files(&[], &[])
    }

    /// One for this test alone, with these files among its data, and these settings.
    pub fn with_files(files: &[(&str, String)], settings: &[&str]) -> Self {
        let folder = Folder::new();
        let account = account();
        let data = folder.path().join("data");
        std::fs::create_dir(&data).unwrap();
        if let Some(Account { user, group }) = account {
            chown(folder.path(), Some(user), Some(group)).unwrap();
            chown(&data, Some(user), Some(group)).unwrap();
        }
        let mut initdb = program("initdb", account);
        initdb.arg("-D").arg(&data).args(["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8"]);
        let made = initdb.args(["--no-locale", "--no-instructions"]).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let mut text = format!("port = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\n");
        for setting in settings {
            text += &format!("{setting}\n");
        }
        std::fs::write(data.join("postgresql.auto.conf"), text).unwrap();
        for (name, text) in files {
            let file = data.join(name);
            std::fs::write(&file, text).unwrap();
            // What others can read is no key to PostgreSQL.
            std::fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
            if let Some(Account { user, group }) = account {
                chown(&file, Some(user), Some(group)).unwrap();
            }
        }
        let postgres = Postgres { folder, account, port, process: Mutex::new(None) };
        postgres.start();
        postgres
    }

    /// Starts it, again after [`Postgres::crash`]. Returns when it takes connections.
    pub fn start(&self) {
        let log = std::fs::File::options().append(true).create(true).open(self.folder.path().join("log")).unwrap();
        let mut postgres = program("postgres", self.account);
        postgres.arg("-D").arg(self.data()).stdout(Stdio::null()).stderr(log);
        let child = postgres.spawn().unwrap();
        *self.process.lock().unwrap() = Some(child);
        let deadline = Instant::now() + PATIENCE;
        while !self.answers() {
            let ended = self.process.lock().unwrap().as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none() && Instant::now() < deadline, "PostgreSQL did not start:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn answers(&self) -> bool {
        let mut ready = program("pg_isready", None);
        ready.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]).status().unwrap().success()
    }

    /// Ends it at once, as `pg_ctl stop -m immediate` does: without a checkpoint, so that it recovers when it starts.
    pub fn crash(&self) {
        if let Some(mut child) = self.process.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let told = Command::new("kill").args(["-QUIT", &child.id().to_string()]).status();
            assert!(told.is_ok_and(|status| status.success()));
            child.wait().unwrap();
        }
    }

    /// A new, empty database; gives its name.
    pub async fn create_database(&self) -> String {
        let name = format!("test_{}", uuid::Uuid::new_v4().simple());
        self.execute("postgres", &format!("CREATE DATABASE {name}")).await;
        name
    }

    /// Runs statements in a database.
    pub async fn execute(&self, database: &str, statements: &str) {
        let (client, connection) = tokio_postgres::connect(&self.url(database), tokio_postgres::NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        client.batch_execute(statements).await.unwrap();
        drop(client);
        connection.await.unwrap().unwrap();
    }

    /// The first value that a question has for an answer.
    pub async fn ask(&self, database: &str, question: &str) -> i64 {
        let (client, connection) = tokio_postgres::connect(&self.url(database), tokio_postgres::NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        let answer = client.query_one(question, &[]).await.unwrap().get(0);
        drop(client);
        connection.await.unwrap().unwrap();
        answer
    }

    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.crash();
    }
}

/// A program of PostgreSQL. Debian keeps them out of PATH, in a folder for each version.
fn program(name: &str, account: Option<Account>) -> Command {
    let mut command = Command::new(folder_of_programs().join(name));
    if let Some(Account { user, group }) = account {
        command.uid(user).gid(group);
    }
    // The current folder may be closed to that account.
    command.current_dir(std::env::temp_dir()).env("LC_ALL", "C");
    command
}

fn folder_of_programs() -> PathBuf {
    if let Some(folder) = std::env::var_os("POSTGRES_BIN") {
        return folder.into();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    // In PATH may be links to some of them.
    let linked = std::env::split_paths(&path).filter_map(|folder| folder.join("initdb").canonicalize().ok());
    let in_path = linked.filter_map(|program| Some(program.parent()?.to_owned()));
    let versions = std::fs::read_dir(Path::new("/usr/lib/postgresql")).into_iter().flatten().flatten();
    let mut installed: Vec<_> = versions.map(|version| version.path().join("bin")).collect();
    installed.sort();
    let has_programs =
        |folder: &PathBuf| ["initdb", "postgres", "pg_isready"].iter().all(|name| folder.join(name).is_file());
    in_path.chain(installed.into_iter().rev()).find(has_programs).expect(MISSING)
}

/// The account of a PostgreSQL installed as a package, or nobody's.
fn account() -> Option<Account> {
    let id = |flag: &str, name: &str| {
        let output = Command::new("id").arg(flag).args((!name.is_empty()).then_some(name)).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse::<u32>().ok()
    };
    if id("-u", "") != Some(0) {
        return None;
    }
    let found = |name| Some(Account { user: id("-u", name)?, group: id("-g", name)? });
    Some(found("postgres").or_else(|| found("nobody")).expect("there is an account called nobody"))
}
