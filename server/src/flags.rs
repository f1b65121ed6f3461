//! The command line. Every flag has an environment variable.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use directories::ProjectDirs;
use user_handle_server::store::Location;
use user_handle_server::{Application, Faults, KlaimKey, Page, RateLimit, Settings};

use crate::log;

const EXAMPLES: &str = "\
Examples:
  user-handle-server
      on http://localhost:8000, with the app demo-key:demo-secret-that-everybody-may-know and an SQLite file in your data folder
  user-handle-server --database sqlite::memory:
      nothing kept; what Stream's clients call with LOCAL=1
  export USER_HANDLE_APP=my-key:my-secret USER_HANDLE_KLAIM_KEY=my-klaim-key
  user-handle-server --listen 0.0.0.0:8000 --database sqlite:/srv/users.db
      on the network, with secrets that are not in the list of processes
  user-handle-server --rate-limit stream --latency 80
      the limits that Stream documents, and the distance of its API
  user-handle-server --faults seed=7,rate=0.2,kinds=reset,stall,503,truncate
      one request in five fails, the same ones in every run

  user-handle-server --database 'postgres://users:PASSWORD@db.example/users?sslmode=require'
      in PostgreSQL, which several servers may share; better in USER_HANDLE_DATABASE, as the password is in it
  user-handle-server backup copy.db
      a copy of the SQLite file, also while a server has it open; `check copy.db` looks for damage,
      and `restore copy.db` puts it back

  TOKEN=$(user-handle-server token)
  curl -H \"Authorization: $TOKEN\" -d '{\"id\":\"john\",\"data\":{\"name\":\"John\"}}' \\
    'http://127.0.0.1:8000/api/v1.0/user/?api_key=demo-key'";

/// A stand-in for Stream's users API, and for Klaim's: users in SQLite, behind the same HTTP interface.
#[derive(Parser)]
#[command(name = "user-handle-server", version, after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct Flags {
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Address and port; `localhost:PORT` means both loopback addresses, port 0 any free port
    #[arg(long, env = "USER_HANDLE_LISTEN", default_value = "localhost:8000", value_name = "ADDRESS:PORT")]
    pub listen: String,

    #[command(flatten)]
    pub database: Database,

    /// An application to serve; repeatable, with commas in the variable [default: demo-key:demo-secret-that-everybody-may-know]
    #[arg(long, env = "USER_HANDLE_APP", hide_env_values = true, value_delimiter = ',', value_name = "KEY:SECRET")]
    pub app: Vec<String>,

    /// The API key of Klaim's users API [default: demo-klaim-key; none with --app]
    #[arg(long, env = "USER_HANDLE_KLAIM_KEY", hide_env_values = true, value_name = "KEY")]
    pub klaim_key: Option<String>,

    /// Let pages of every origin use published secrets and keys, /metrics and /docs; otherwise only pages of this machine may
    #[arg(long, env = "USER_HANDLE_OPEN", value_parser = switch)]
    pub open: bool,

    /// Serve nothing at /, where the console is otherwise
    #[arg(long, env = "USER_HANDLE_NO_CONSOLE", value_parser = switch)]
    pub no_console: bool,

    /// Folder of a page of your own to serve at /, in place of the console
    #[arg(long, env = "USER_HANDLE_WWW", value_name = "DIR", conflicts_with = "no_console")]
    pub www: Option<PathBuf>,

    /// Requests per minute and app, and with Klaim's key, then 429; or `stream` for the limits that Stream documents
    /// [default: no limit, the headers show 1000000]
    #[arg(long, env = "USER_HANDLE_RATE_LIMIT", value_name = "N")]
    pub rate_limit: Option<RateLimit>,

    /// Milliseconds that every answer of the two APIs waits
    #[arg(long, env = "USER_HANDLE_LATENCY", default_value_t = 0, value_parser = latency, value_name = "MS")]
    pub latency: u64,

    /// Requests of the two APIs that fail on purpose, such as `seed=7,rate=0.2,kinds=reset,stall,slow,503,429,500,truncate`
    #[arg(long, env = "USER_HANDLE_FAULTS", value_name = "SPEC")]
    pub faults: Option<String>,

    /// Stop when standard input is closed, as it is when the program that started the server has ended
    #[arg(long, env = "USER_HANDLE_STOP_WITH_STDIN", value_parser = switch)]
    pub stop_with_stdin: bool,

    /// What to log on standard error: `info` has a line for every request
    #[arg(long, env = "USER_HANDLE_LOG", value_enum, default_value_t = log::Level::Info, value_name = "LEVEL")]
    pub log: log::Level,

    /// How to write the log: lines for people, or JSON for programs
    #[arg(long, env = "USER_HANDLE_LOG_FORMAT", value_enum, default_value_t = log::Format::Text, value_name = "FORMAT")]
    pub log_format: log::Format,
}

#[derive(Subcommand)]
pub enum Command {
    /// Print a token for the Authorization header: of a user, or without --user a server token, which may do everything
    Token {
        /// The application whose secret signs it [default: demo-key:demo-secret-that-everybody-may-know]
        #[arg(long, env = "USER_HANDLE_APP", hide_env_values = true, value_delimiter = ',', value_name = "KEY:SECRET")]
        app: Vec<String>,
        /// The id of the user
        #[arg(long, value_name = "ID")]
        user: Option<String>,
    },
    /// Ask the server on this machine whether users can be read and written; ends with 1 if they cannot
    Health {
        /// Where it listens
        #[arg(long, env = "USER_HANDLE_LISTEN", default_value = "localhost:8000", value_name = "ADDRESS:PORT")]
        listen: String,
    },
    /// Copy the SQLite file to a new file, also while a server has it open
    Backup {
        #[command(flatten)]
        database: Database,
        /// The file to write, which must not exist
        #[arg(value_name = "COPY")]
        copy: PathBuf,
    },
    /// Look for damage in the SQLite file, also while a server has it open, or in a copy of it
    Check {
        #[command(flatten)]
        database: Database,
        /// The file that `backup` wrote [default: the database]
        #[arg(value_name = "COPY")]
        copy: Option<PathBuf>,
    },
    /// Put a copy in the place of the SQLite file, which no server may have open; the old file is kept beside it
    Restore {
        #[command(flatten)]
        database: Database,
        /// The file that `backup` wrote
        #[arg(value_name = "COPY")]
        copy: PathBuf,
    },
}

#[derive(Args)]
pub struct Database {
    /// `sqlite:PATH`, `sqlite::memory:` or `postgres://USER:PASSWORD@HOST/DATABASE` [default: an SQLite file in your
    /// data folder]
    #[arg(long, env = "USER_HANDLE_DATABASE", hide_env_values = true, value_name = "DATABASE")]
    database: Option<String>,
}

impl Database {
    /// The database that was given, or a file in the data folder of the platform. That folder is created if it is missing.
    pub fn location(&self) -> Result<Location, String> {
        if let Some(database) = &self.database {
            return Location::parse(database);
        }
        let folders = ProjectDirs::from("", "", "user-handle");
        let folders = folders.ok_or("there is no home folder to keep a database in, pass --database sqlite:PATH")?;
        let folder = folders.data_local_dir();
        std::fs::create_dir_all(folder)
            .map_err(|error| format!("cannot create {}: {error}, pass --database sqlite:PATH", folder.display()))?;
        Ok(Location::File(folder.join("users.db")))
    }

    /// The SQLite file, for commands that work only with one.
    pub fn file(&self) -> Result<PathBuf, String> {
        match self.location()? {
            Location::File(path) => Ok(path),
            Location::Memory => Err("a database in memory is gone with its server, so it has no copies".into()),
            Location::Postgres(_) => Err("PostgreSQL has its own programs for this: pg_dump and pg_restore".into()),
        }
    }
}

impl Flags {
    /// What they set of the server. `lost_log_lines` is counted by the log.
    pub fn settings(&self, lost_log_lines: Arc<AtomicU64>) -> Result<Settings, String> {
        Ok(Settings {
            apps: apps(&self.app)?,
            page: self.page()?,
            faults: self.faults()?,
            klaim_key: self.klaim_key()?,
            rate_limit: self.rate_limit,
            latency: Duration::from_millis(self.latency),
            open: self.open,
            lost_log_lines,
        })
    }

    /// The key of Klaim's API: the one that was given; without any key or secret given, that of the demo.
    fn klaim_key(&self) -> Result<Option<KlaimKey>, String> {
        match &self.klaim_key {
            Some(key) => KlaimKey::parse(key).map(Some).map_err(|problem| format!("--klaim-key: {problem}")),
            None => Ok(self.app.is_empty().then(KlaimKey::demo)),
        }
    }

    /// The faults to inject, if any.
    fn faults(&self) -> Result<Option<Faults>, String> {
        self.faults.as_deref().map(Faults::parse).transpose().map_err(|problem| format!("--faults: {problem}"))
    }

    /// What to serve at `/`. A folder has to exist.
    fn page(&self) -> Result<Page, String> {
        match &self.www {
            Some(folder) if !folder.is_dir() => Err(format!("--www: there is no folder {}", folder.display())),
            Some(folder) => Ok(Page::Folder(folder.clone())),
            None if self.no_console => Ok(Page::None),
            None => Ok(Page::Console),
        }
    }
}

/// The longest `--latency`, in milliseconds: an hour. A longer one is a slip.
const MAX_LATENCY: u64 = 3_600_000;

fn latency(text: &str) -> Result<u64, String> {
    let milliseconds = text.parse().ok().filter(|milliseconds| *milliseconds <= MAX_LATENCY);
    milliseconds.ok_or_else(|| format!("must be a whole number of milliseconds, up to {MAX_LATENCY}"))
}

/// The value of a switch in its variable.
fn switch(text: &str) -> Result<bool, &'static str> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "" | "0" | "false" | "no" | "off" => Ok(false),
        _ => Err("must be 1, true, yes or on, or else 0, false, no, off or empty"),
    }
}

/// The applications that `--app` names, or that of the demo. There is at least one.
pub fn apps(given: &[String]) -> Result<Vec<Application>, String> {
    if given.is_empty() {
        return Ok(vec![Application::demo()]);
    }
    let mut apps: Vec<Application> = Vec::new();
    for text in given {
        let app = Application::parse(text).map_err(|problem| format!("--app: {problem}"))?;
        if apps.iter().any(|other| other.key == app.key) {
            return Err(format!("--app: the key {} is given twice", app.key));
        }
        apps.push(app);
    }
    Ok(apps)
}
