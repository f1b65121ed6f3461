//! A PostgreSQL for tests: on a free port of the loopback address, in a temporary folder, and stopped by its process id.

use std::fs::Permissions;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::folder::Folder;
use super::until;

const MISSING: &str = "PostgreSQL is needed for this test and not installed; as root: \
                       `apt-get update && apt-get install -y postgresql`, \
                       or name the folder of its programs in POSTGRES_BIN";

/// A running PostgreSQL.
pub struct Postgres {
    folder: Folder,
    account: Option<Account>,
    pub port: u16,
    process: Mutex<Option<Child>>,
}

/// The account that it runs as if the tests run as root, which PostgreSQL refuses.
#[derive(Clone, Copy)]
pub struct Account {
    pub user: u32,
    pub group: u32,
}

impl Postgres {
    /// An instance that the tests which run at the same time share. It stops when none of them runs any more.
    pub fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Postgres>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let postgres = Arc::new(Postgres::with_files(&[], &["max_connections = 500"]));
            *shared = Arc::downgrade(&postgres);
            postgres
        })
    }

    /// An instance for this test alone.
    pub fn own() -> Self {
        Postgres::with_files(&[], &[])
    }

    /// An instance for this test alone, with these files in its data folder and these settings.
    pub fn with_files(files: &[(&str, String)], settings: &[&str]) -> Self {
        let (folder, account) = (Folder::new(), account());
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
        let port = free_port();
        let mut text = format!("port = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\n");
        for setting in settings {
            text += &format!("{setting}\n");
        }
        std::fs::write(data.join("postgresql.auto.conf"), text).unwrap();
        for (name, text) in files {
            let file = data.join(name);
            std::fs::write(&file, text).unwrap();
            // PostgreSQL refuses a key file that other accounts can read.
            std::fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
            if let Some(Account { user, group }) = account {
                chown(&file, Some(user), Some(group)).unwrap();
            }
        }
        let postgres = Postgres { folder, account, port, process: Mutex::new(None) };
        postgres.start();
        postgres
    }

    /// A stand-by of this instance, which streams from it.
    pub fn standby(&self) -> Self {
        let (folder, account, port) = (Folder::new(), self.account, free_port());
        let data = folder.path().join("data");
        if let Some(Account { user, group }) = account {
            chown(folder.path(), Some(user), Some(group)).unwrap();
        }
        let mut copy = program("pg_basebackup", account);
        copy.arg("-D").arg(&data).args(["-h", "127.0.0.1", "-U", "postgres", "-p", &self.port.to_string()]);
        let made = copy.args(["--write-recovery-conf", "--checkpoint=fast", "--no-sync"]).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let settings = std::fs::read_to_string(data.join("postgresql.auto.conf")).unwrap();
        std::fs::write(data.join("postgresql.auto.conf"), format!("{settings}\nport = {port}\n")).unwrap();
        let postgres = Postgres { folder, account, port, process: Mutex::new(None) };
        postgres.start();
        postgres
    }

    /// Stops all its processes where they are: its connections stay, and nothing answers.
    pub fn freeze(&self) {
        self.signal_all("-STOP");
    }

    fn signal_all(&self, signal: &str) {
        let Some(parent) = self.process.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(Child::id) else {
            return;
        };
        let children = Command::new("ps").args(["-o", "pid=", "--ppid", &parent.to_string()]).output().unwrap();
        let children = String::from_utf8(children.stdout).unwrap();
        // A child may have ended meanwhile.
        let mut kill = Command::new("kill");
        let _ =
            kill.args([signal, &parent.to_string()]).args(children.split_whitespace()).stderr(Stdio::null()).status();
    }

    /// Starts it, or restarts it after [`Postgres::crash`]. Returns when it accepts connections.
    pub fn start(&self) {
        let log = std::fs::File::options().append(true).create(true).open(self.folder.path().join("log")).unwrap();
        let mut postgres = program("postgres", self.account);
        postgres.arg("-D").arg(self.data()).stdout(Stdio::null()).stderr(log);
        let child = postgres.spawn().unwrap();
        *self.process.lock().unwrap() = Some(child);
        until("PostgreSQL answers", || {
            let ended = self.process.lock().unwrap().as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none(), "PostgreSQL did not start:\n{}", self.log());
            self.answers()
        });
    }

    fn answers(&self) -> bool {
        let mut ready = program("pg_isready", None);
        ready.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]).status().unwrap().success()
    }

    /// Stops it at once, like `pg_ctl stop -m immediate`: without a checkpoint, so that it has to recover at the next start.
    pub fn crash(&self) {
        self.signal_all("-CONT");
        if let Some(mut child) = self.process.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let told = Command::new("kill").args(["-QUIT", &child.id().to_string()]).status();
            assert!(told.is_ok_and(|status| status.success()));
            child.wait().unwrap();
        }
    }

    /// Creates an empty database. Returns its name.
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

    /// The first value of the result of a query.
    pub async fn ask(&self, database: &str, question: &str) -> i64 {
        let (client, connection) = tokio_postgres::connect(&self.url(database), tokio_postgres::NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        let answer = client.query_one(question, &[]).await.unwrap().get(0);
        drop(client);
        connection.await.unwrap().unwrap();
        answer
    }

    /// Makes the next `times` writes of users fail with `code`. The sequence `runs` counts the writes.
    pub async fn fail_writes(&self, database: &str, code: &str, times: u32) {
        // A sequence is not rolled back with the transaction, so it counts the attempts.
        let trigger = format!(
            "CREATE SEQUENCE runs;
             CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 IF nextval('runs') <= {times} THEN RAISE EXCEPTION 'as told' USING ERRCODE = '{code}'; END IF;
                 RETURN NEW;
             END $$;
             CREATE TRIGGER fail BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION fail()"
        );
        self.execute(database, &trigger).await;
    }

    /// From now on commits wait for a stand-by that is not there.
    pub async fn lose_standby(&self, database: &str) {
        self.execute(database, "ALTER SYSTEM SET synchronous_standby_names = 'none'").await;
        self.execute(database, "SELECT pg_reload_conf()").await;
        let is_set = "SELECT count(*) WHERE current_setting('synchronous_standby_names') = 'none'";
        while self.ask(database, is_set).await == 0 {}
    }

    /// Closes the connections to the database.
    pub async fn disconnect(&self, database: &str) {
        let others = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        self.ask(database, others).await;
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

/// A free port outside of the range that the system assigns itself: one from that range might be taken when PostgreSQL
/// starts again.
pub fn free_port() -> u16 {
    let is_free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    std::iter::repeat_with(|| fastrand::u16(16_000..32_000)).find(is_free).unwrap()
}

/// A program of PostgreSQL. On Debian the programs are not in PATH, but in a folder for each version.
fn program(name: &str, account: Option<Account>) -> Command {
    let mut command = Command::new(folder_of_programs().join(name));
    if let Some(Account { user, group }) = account {
        command.uid(user).gid(group);
    }
    // The account may not have access to the current folder.
    command.current_dir(std::env::temp_dir()).env("LC_ALL", "C");
    command
}

fn folder_of_programs() -> PathBuf {
    if let Some(folder) = std::env::var_os("POSTGRES_BIN") {
        return folder.into();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    // PATH may have links to some of the programs.
    let linked = std::env::split_paths(&path).filter_map(|folder| folder.join("initdb").canonicalize().ok());
    let in_path = linked.filter_map(|program| Some(program.parent()?.to_owned()));
    let versions = std::fs::read_dir(Path::new("/usr/lib/postgresql")).into_iter().flatten().flatten();
    let mut installed: Vec<_> = versions.map(|version| version.path().join("bin")).collect();
    installed.sort();
    let has_programs =
        |folder: &PathBuf| ["initdb", "postgres", "pg_isready"].iter().all(|name| folder.join(name).is_file());
    in_path.chain(installed.into_iter().rev()).find(has_programs).expect(MISSING)
}

/// The account that the package of PostgreSQL creates, or `nobody`.
pub fn account() -> Option<Account> {
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
