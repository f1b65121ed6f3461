//! One environment: install, then each script. Each step has a deadline, and ends with all that it started.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};

use super::browsers::Found;
use super::fixture::Environment;
use super::report::Row;
use super::stand_in::StandIn;

/// How often a wait looks whether it was interrupted.
const TICK: Duration = Duration::from_millis(100);
/// How long a step that is told to end may take to end its browser.
const GRACE: Duration = Duration::from_secs(5);
/// How much of a log is shown of a step that failed.
const LAST_LINES: usize = 25;
const INSTALL: &str = "install --prefer-offline --no-audit --no-fund --no-update-notifier --loglevel=error";
/// How tools are told to call nobody.
const QUIET: [&str; 4] =
    ["DO_NOT_TRACK", "NEXT_TELEMETRY_DISABLED", "ASTRO_TELEMETRY_DISABLED", "NUXT_TELEMETRY_DISABLED"];

/// What all environments share.
pub struct Setting {
    /// `tests/runtimes`.
    pub runtimes: PathBuf,
    /// Where the environments are made, each with a log beside it.
    pub out: PathBuf,
    /// The package.
    pub tarball: PathBuf,
    /// Where the browsers are.
    pub browsers: Found,
    /// The stand-in server.
    pub server: StandIn,
    /// Set by Ctrl-C.
    pub stop: Arc<AtomicBool>,
}

/// The rows of one environment. Its folder is kept if a step failed.
pub fn run(environment: &Environment, setting: &Setting) -> Vec<Row> {
    let name = &environment.name;
    let folder = setting.out.join(name);
    let log = setting.out.join(format!("{name}.log"));
    let row = |what: &str, version: &str, passed, start: Instant| Row {
        environment: format!("{name} {what}"),
        version: version.to_owned(),
        passed,
        seconds: start.elapsed().as_secs_f64(),
    };
    let start = Instant::now();
    if let Err(error) = install(environment, setting, &folder, &log) {
        tell(&format!("{name}: install FAILED: {error:#}"), &log);
        return vec![row("install", &environment.version, false, start)];
    }
    println!("matrix: {name}: installed in {:.0?}", start.elapsed());
    let mut rows = Vec::new();
    for script in &environment.scripts {
        if setting.stop.load(Ordering::Relaxed) {
            break;
        }
        let start = Instant::now();
        let done = play(environment, setting, &folder, &log, script);
        let known = Some(environment.version.clone()).filter(|version| !version.is_empty());
        let version = known.or_else(|| printed_version(&fs::read_to_string(&log).ok()?)).unwrap_or_default();
        rows.push(row(script, &version, done.is_ok(), start));
        match done {
            Ok(()) => println!("matrix: {name} {script}: ok in {:.0?}", start.elapsed()),
            Err(error) => tell(&format!("{name} {script}: FAILED: {error:#}"), &log),
        }
    }
    if rows.iter().all(|row| row.passed) {
        // Hundreds of megabytes each; what npm downloaded stays in its cache.
        if let Err(error) = fs::remove_dir_all(&folder) {
            eprintln!("matrix: cannot remove {}: {error}", folder.display());
        }
    }
    rows
}

fn install(environment: &Environment, setting: &Setting, folder: &Path, log: &Path) -> Result<()> {
    environment.copy_to(folder, &setting.tarball)?;
    let mut npm = command(environment, setting, folder, log)?;
    npm.args(INSTALL.split(' '));
    finish(npm, environment, setting)
}

/// Runs a script, which is to print a line `ok`.
fn play(environment: &Environment, setting: &Setting, folder: &Path, log: &Path, script: &str) -> Result<()> {
    let mut npm = command(environment, setting, folder, log)?;
    npm.args(["run", "--silent", script]);
    finish(npm, environment, setting)?;
    let text = fs::read_to_string(log).context("cannot read the log")?;
    if !text.lines().any(|line| line.trim() == "ok") {
        bail!("it did not print `ok`");
    }
    Ok(())
}

/// npm, in the environment's folder, with all output in its log.
fn command(environment: &Environment, setting: &Setting, folder: &Path, log: &Path) -> Result<Command> {
    let out = File::create(log).with_context(|| format!("cannot create {}", log.display()))?;
    let error = out.try_clone().context("cannot share the log")?;
    let mut npm = Command::new("npm");
    npm.current_dir(folder).stdin(Stdio::null()).stdout(out).stderr(error);
    npm.env("MATRIX", setting.runtimes.join("support")).env("MATRIX_NAME", &environment.name);
    npm.envs(setting.server.given(&environment.name)?).envs(setting.browsers.variables());
    // As on a developer's machine.
    npm.env_remove("CI").env("NO_COLOR", "1").envs(QUIET.map(|name| (name, "1")));
    std::os::unix::process::CommandExt::process_group(&mut npm, 0);
    Ok(npm)
}

/// Waits for a step to succeed. Whatever it leaves running is ended.
fn finish(mut command: Command, environment: &Environment, setting: &Setting) -> Result<()> {
    let mut child = command.spawn().context("cannot run `npm`")?;
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw).context("it has no process id")?;
    let (sender, ended) = channel();
    std::thread::spawn(move || sender.send(child.wait()));
    let status = wait(&ended, Duration::from_secs(environment.deadline), &setting.stop);
    if status.is_err() {
        end(group);
    }
    // An error says that nothing was left.
    let _ = kill_process_group(group, Signal::KILL);
    match status? {
        status if status.success() => Ok(()),
        status => bail!("{status}"),
    }
}

/// Tells a step to end, and waits until nothing is left of it, so that it can end its browser.
fn end(group: Pid) {
    let start = Instant::now();
    let mut left = kill_process_group(group, Signal::TERM).is_ok();
    while left && start.elapsed() < GRACE {
        std::thread::sleep(TICK);
        left = test_kill_process_group(group).is_ok();
    }
}

fn wait(ended: &Receiver<std::io::Result<ExitStatus>>, deadline: Duration, stop: &AtomicBool) -> Result<ExitStatus> {
    let start = Instant::now();
    loop {
        match ended.recv_timeout(TICK) {
            Ok(status) => return status.context("cannot wait for it"),
            Err(RecvTimeoutError::Disconnected) => bail!("nobody waits for it"),
            Err(RecvTimeoutError::Timeout) if stop.load(Ordering::Relaxed) => bail!("interrupted"),
            Err(RecvTimeoutError::Timeout) if start.elapsed() > deadline => {
                bail!("killed after {} s", deadline.as_secs())
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

/// What a script says of the version of its browser: a line `version 1.2`.
fn printed_version(log: &str) -> Option<String> {
    log.lines().find_map(|line| line.strip_prefix("version ")).map(|version| version.trim().to_owned())
}

/// One write, so that two environments do not mix.
fn tell(what: &str, log: &Path) {
    let text = fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.get(lines.len().saturating_sub(LAST_LINES)..).unwrap_or_default();
    let shown: String = last.iter().map(|line| format!("    {line}\n")).collect();
    eprintln!("matrix: {what}\n{shown}");
}
