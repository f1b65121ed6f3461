//! The program around the server: flags in, a listening server out, or one line that says why not.

mod connections;
mod flags;
mod listen;
mod log;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use user_handle_server::{Faults, Settings, app, store};

use crate::flags::{Command, Database, Flags};

fn main() -> ExitCode {
    let flags = match Flags::try_parse() {
        Ok(flags) => flags,
        Err(answer) if !answer.use_stderr() => return print(answer.to_string().trim_end()),
        Err(error) => return fail(&format!("{}; --help lists all flags", clap_problem(&error)), 2),
    };
    let done = match &flags.command {
        Some(Command::Token { app, user }) => token(app, user.as_deref()),
        Some(Command::Backup { database, copy }) => back_up(database, copy),
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

fn back_up(database: &Database, copy: &Path) -> Result<(), String> {
    let users = store::sqlite::back_up(&database.file()?, copy)?;
    print(&format!("wrote {}, users: {users}", copy.display()));
    Ok(())
}

fn restore(database: &Database, copy: &Path) -> Result<(), String> {
    let file = database.file()?;
    let (users, kept) = store::sqlite::restore(&file, copy)?;
    let kept = kept.map_or(String::new(), |kept| format!(", what was there is {}", kept.display()));
    print(&format!("restored {}, users: {users}{kept}", file.display()));
    Ok(())
}

#[tokio::main]
async fn serve(flags: Flags) -> Result<(), String> {
    log::start(flags.log, flags.log_format);
    let apps = flags::apps(&flags.app)?;
    flags.check_www()?;
    let faults = flags.faults()?;
    let klaim_key = flags.klaim_key()?;
    let listening = listen::bind(&flags.listen, &apps, &klaim_key).await?;
    for app in apps.iter().filter(|app| app.has_short_secret()) {
        tracing::warn!(
            app = app.key,
            "the secret of this app has less than 32 bytes, so it can be guessed from a token"
        );
    }
    let database = flags.database.location()?;
    let store = store::open(&database).await?;
    let settings = Settings {
        apps,
        klaim_key,
        rate_limit: flags.rate_limit,
        latency: Duration::from_millis(flags.latency),
        faults,
        www: flags.www,
    };
    let faults = settings.faults.as_ref().map(Faults::to_string);
    // Before anybody is told that it listens: whoever reads that may stop it at once.
    let told_to_stop = listen::told_to_stop();
    print(&format!("user-handle-server listening on {}, database {database}", listening.url));
    if let Some(faults) = faults {
        print(&faults);
    }
    listening.serve(app(store.clone(), settings), told_to_stop).await;
    store.close().await.map_err(|error| format!("cannot close the database: {error}"))
}

/// Prints a line. That nobody reads it is no reason to stop.
fn print(line: &str) -> ExitCode {
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "{line}");
    ExitCode::SUCCESS
}

fn fail(problem: &str, code: u8) -> ExitCode {
    eprintln!("error: {problem}");
    ExitCode::from(code)
}

/// The first line of what clap has to say, with the next where that is only announced; the others repeat the usage.
fn clap_problem(error: &clap::Error) -> String {
    let text = error.to_string();
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default().trim_start_matches("error: ");
    match first.ends_with(':') {
        true => format!("{first} {}", lines.next().unwrap_or_default().trim()),
        false => first.to_owned(),
    }
}
