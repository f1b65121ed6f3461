//! `cargo xtask matrix`: the packed tarball, installed as a user would in a fresh folder for each environment of
//! `tests/runtimes`, runs the same program against the stand-in server. `tests/runtimes/README.md` says how a fixture is made.

pub mod browsers;
mod fixture;
mod job;
mod report;
mod stand_in;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::Args;
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::shell::{Cmd, Folders};
use crate::{package, setup, tests};
use fixture::Environment;
use job::Setting;
use report::Row;
use stand_in::StandIn;

/// How many environments run at a time.
const AT_A_TIME: usize = 2;

/// Options of `matrix`.
#[derive(Args)]
pub struct Options {
    /// Environments, as `--list` names them, or folders of tests/runtimes; all of them where none is named
    names: Vec<String>,
    /// Print the names of the environments
    #[arg(long)]
    list: bool,
    /// Install this tarball of `npm pack` instead of building one
    #[arg(long, value_name = "FILE")]
    tarball: Option<PathBuf>,
    /// Put the table into docs/runtimes.md too
    #[arg(long, conflicts_with = "names")]
    write: bool,
}

/// Runs the command; the exit code is nonzero if an environment failed.
pub fn run(options: &Options) -> Result<ExitCode> {
    let given = options.tarball.as_ref().map(std::path::absolute).transpose().context("--tarball")?;
    let folders = Folders::find()?;
    let chosen = choose(fixture::all(&folders.root.join("tests/runtimes"))?, &options.names)?;
    if options.list {
        chosen.iter().for_each(|environment| println!("{}", environment.name));
        return Ok(ExitCode::SUCCESS);
    }
    setup::tools(&folders)?;
    let browsers = browsers::find(&chosen)?;
    let tarball = match given {
        Some(tarball) => tarball,
        None => pack(&folders)?,
    };
    println!("matrix: building the server");
    let server = StandIn::start(&tests::build_server(&folders)?)?;

    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&stop)).context("cannot listen for Ctrl-C")?;
    }
    let target = folders.root.join("target");
    let setting = Setting {
        runtimes: folders.root.join("tests/runtimes"),
        out: target.join("matrix"),
        tarball,
        browsers,
        server,
        stop,
    };
    let start = Instant::now();
    let rows = run_all(&chosen, &setting);
    if setting.stop.load(Ordering::Relaxed) {
        bail!("interrupted");
    }

    let table = report::markdown(&rows);
    let file = target.join("matrix.md");
    std::fs::write(&file, &table).with_context(|| format!("cannot write {}", file.display()))?;
    println!("\n{table}");
    let failed = rows.iter().filter(|row| !row.passed).count();
    println!(
        "matrix: {} passed, {failed} failed in {:.0?}; the table is in target/matrix.md",
        rows.len() - failed,
        start.elapsed()
    );
    if options.write {
        report::write_into(Path::new("docs/runtimes.md"), &table)?;
    }
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn choose(all: Vec<Environment>, names: &[String]) -> Result<Vec<Environment>> {
    for name in names {
        if !all.iter().any(|environment| environment.is_called(name)) {
            bail!("there is no environment {name}; `cargo xtask matrix --list` names them");
        }
    }
    let wanted = |environment: &Environment| names.is_empty() || names.iter().any(|name| environment.is_called(name));
    Ok(all.into_iter().filter(wanted).collect())
}

/// Builds and packs the npm package, and gives the tarball.
pub fn pack(folders: &Folders) -> Result<PathBuf> {
    package::build(folders)?;
    let pack = Cmd::new("npm").words("pack ./pkg --silent --ignore-scripts --pack-destination").arg(&folders.npm);
    let name = pack.read()?;
    Ok(folders.npm.join(name.lines().last().unwrap_or_default()))
}

/// The rows of all environments, in their order, whichever ends first.
fn run_all(environments: &[Environment], setting: &Setting) -> Vec<Row> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(environment) = environments.get(at).filter(|_| !setting.stop.load(Ordering::Relaxed))
                    else {
                        return;
                    };
                    let rows = job::run(environment, setting);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((at, rows));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().flat_map(|(_, rows)| rows).collect()
}
