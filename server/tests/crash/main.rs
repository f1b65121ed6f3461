//! What was acknowledged survives every crash. Eight writers are interrupted in the middle of their work by `kill -9`, or
//! by a crash of PostgreSQL; then everything that was acknowledged is compared with what is stored (`expected.rs`).
//!
//! To show that the test can fail, the same rounds run against a server that acknowledges before the commit
//! (`early_ack.rs`), and have to find a lost write. Started with `--early-ack-server`, this program is that server, which is
//! why it has a `main` of its own.
// Helpers of tests fail as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../common/mod.rs"]
mod common;
mod early_ack;
mod expected;
mod rounds;

use std::process::{Command, ExitCode};

use common::folder::Folder;
use common::postgres::Postgres;
use common::process::{Server, clean, program};
use common::until;
use libtest_mimic::{Arguments, Failed, Trial};

const ROUNDS: usize = 20;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some(early_ack::FLAG) {
        return early_ack::serve(&arguments.next().expect("a database"));
    }
    let trials = vec![
        Trial::test("kills_of_the_server_lose_nothing_in_sqlite", kills_in_sqlite),
        Trial::test("kills_of_the_server_lose_nothing_in_postgres", kills_in_postgres),
        Trial::test("crashes_of_postgres_lose_nothing_and_the_server_goes_on", crashes_of_postgres),
        Trial::test("a_server_that_acknowledges_before_the_commit_is_found_out", early_acknowledgements),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// The server, as users run it.
fn server(database: &str) -> Command {
    let mut command = program();
    command.args(["--log", "off", "--listen", "127.0.0.1:0", "--database", database]);
    command
}

fn kills_in_sqlite() -> Result<(), Failed> {
    let folder = Folder::new();
    let file = folder.path().join("users.db");
    let database = format!("sqlite:{}", file.display());
    let sound = || {
        let connection = rusqlite::Connection::open(&file).unwrap();
        let answer: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(answer, "ok");
    };
    let report = rounds::of_kills(ROUNDS, || server(&database), sound)?;
    println!("kill -9 of the server on SQLite: {report}");
    Ok(())
}

fn kills_in_postgres() -> Result<(), Failed> {
    let postgres = Postgres::own();
    let name = block_on(postgres.create_database());
    // PostgreSQL finishes what a killed server has sent, so it may be stored a moment later.
    let finished = || {
        let question = "SELECT count(*) FROM pg_stat_activity
                        WHERE application_name = 'user-handle-server' AND state <> 'idle'";
        until("PostgreSQL has no work of a server that is gone", || block_on(postgres.ask(&name, question)) == 0);
    };
    let report = rounds::of_kills(ROUNDS, || server(&postgres.url(&name)), finished)?;
    println!("kill -9 of the server on PostgreSQL: {report}");
    Ok(())
}

fn crashes_of_postgres() -> Result<(), Failed> {
    let postgres = Postgres::own();
    let database = postgres.url(&block_on(postgres.create_database()));
    let server = Server::spawn(&mut server(&database));
    let report = rounds::of_crashes(10, &server, &postgres)?;
    println!("crashes of PostgreSQL under a server that stays up: {report}");
    Ok(())
}

fn early_acknowledgements() -> Result<(), Failed> {
    let folder = Folder::new();
    let database = format!("sqlite:{}", folder.path().join("users.db").display());
    let server = || {
        let mut command = clean(Command::new(std::env::current_exe().unwrap()));
        command.args([early_ack::FLAG, &database]);
        command
    };
    match rounds::of_kills(ROUNDS, server, || ()) {
        Err(loss) => println!("the server that acknowledges early was found out: {loss}"),
        Ok(report) => return Err(format!("nothing was found: {report}").into()),
    }
    Ok(())
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}
