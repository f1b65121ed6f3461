//! The program: reads the flags, and serves until it is told to stop. If it cannot, it prints one line that says why.

mod connections;
mod flags;
mod health_check;
mod listen;
mod log;
mod signals;

use std::path::Path;
use std::process::ExitCode;
use std::time::SystemTime;

use clap::Parser;
use user_handle_server::{Faults, app, store};

use crate::flags::{Command, Database, Flags};

fn main() -> ExitCode {
    let code = run();
    log::flush();
    code
}

fn run() -> ExitCode {
    // The files of this program, such as the database and its copies, are for its user alone.
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let flags = match Flags::try_parse() {
        Ok(flags) => flags,
        Err(answer) if !answer.use_stderr() => return print(answer.to_string().trim_end()),
        Err(error) => return fail(&format!("{}; --help lists all flags", clap_problem(&error)), 2),
    };
    let done = match &flags.command {
        Some(Command::Token { app, user }) => token(app, user.as_deref()),
        Some(Command::Health { listen }) => health(listen),
        Some(Command::Backup { database, copy }) => back_up(database, copy),
        Some(Command::Check { database, copy }) => check(database, copy.as_deref()),
        Some(Command::Restore { database, copy }) => restore(database, copy),
        None => serve(flags),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => fail(&problem, 1),
    }
}

fn token(app: &[String], user: Option<&str>) -> Result<(), String> {
    let apps = flags::apps(app)?;
    let app = apps.first().ok_or("--app: there is none")?;
    let token = app.token(user).map_err(|error| format!("--user: {error}"))?;
    print(&token);
    Ok(())
}

fn health(listen: &str) -> Result<(), String> {
    let (_, addresses) = listen::addresses(listen)?;
    let address = addresses.first().ok_or("--listen: there is no address")?;
    print(&health_check::ask(*address)?);
    Ok(())
}

fn back_up(database: &Database, copy: &Path) -> Result<(), String> {
    let (file, unfinished) = (database.file()?, copy.to_owned());
    let clean_up = move || store::sqlite::discard_unfinished(&unfinished);
    let users = signals::until_signal(|| store::sqlite::back_up(&file, copy), clean_up)?;
    print(&format!("wrote {}, users: {users}", copy.display()));
    Ok(())
}

fn check(database: &Database, copy: Option<&Path>) -> Result<(), String> {
    let file = copy.map_or_else(|| database.file(), |copy| Ok(copy.to_owned()))?;
    let users = store::sqlite::check(&file).map_err(|problem| format!("{}: {problem}", file.display()))?;
    print(&format!("{} is sound, users: {users}", file.display()));
    Ok(())
}

fn restore(database: &Database, copy: &Path) -> Result<(), String> {
    let file = database.file()?;
    let unfinished = file.clone();
    let clean_up = move || store::sqlite::discard_unfinished(&unfinished);
    let (users, kept) = signals::until_signal(|| store::sqlite::restore(&file, copy), clean_up)?;
    let kept = kept.map_or(String::new(), |kept| format!(", what was there is {}", kept.display()));
    print(&format!("restored {}, users: {users}{kept}", file.display()));
    Ok(())
}

#[tokio::main]
async fn serve(flags: Flags) -> Result<(), String> {
    let lost_log_lines = log::start(flags.log, flags.log_format);
    connections::check_clock(SystemTime::now())?;
    let settings = flags.settings(lost_log_lines)?;
    let listening = listen::bind(&flags.listen, &settings.apps, settings.klaim_key.as_ref()).await?;
    for app in settings.apps.iter().filter(|app| app.has_short_secret()) {
        tracing::warn!(
            app = app.key,
            "the secret of this app has less than 32 bytes, so it can be guessed from a token"
        );
    }
    let database = flags.database.location()?;
    let store = store::open(&database).await?;
    let faults = settings.faults.as_ref().map(Faults::to_string);
    // Before the line that says that the server listens: whoever reads that line may stop the server at once.
    let stop = signals::stop_signal(flags.stop_with_stdin);
    print(&format!("user-handle-server listening on {}, database {database}", listening.url));
    if let Some(faults) = faults {
        print(&faults);
    }
    listening.serve(app(store.clone(), settings), stop).await;
    store.close().await.map_err(|error| format!("cannot close the database: {error}"))
}

/// Prints a line. An error is ignored: the server can run without standard output.
fn print(line: &str) -> ExitCode {
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "{line}");
    ExitCode::SUCCESS
}

fn fail(problem: &str, code: u8) -> ExitCode {
    log::print(&format!("error: {problem}"));
    ExitCode::from(code)
}

/// The first line of clap's message, joined with the second if the first ends in a colon. The other lines repeat the usage.
fn clap_problem(error: &clap::Error) -> String {
    let text = error.to_string();
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default().trim_start_matches("error: ");
    match first.ends_with(':') {
        true => format!("{first} {}", lines.next().unwrap_or_default().trim()),
        false => first.to_owned(),
    }
}
