//! `cargo xtask setup`: what the other commands need, installed where it is missing. Safe to run again.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::fingerprint;
use crate::shell::{Cmd, Folders, cargo, which};

const WASM: &str = "wasm32-unknown-unknown";
const OLDEST_NODE: u32 = 20;

/// Options of `setup`.
#[derive(Args)]
pub struct Options {
    /// Find Chromium and chromedriver too; on Debian and Ubuntu, install them where missing
    #[arg(long)]
    browsers: bool,
    /// Find PostgreSQL and PgBouncer too, which the server's tests start; on Debian and Ubuntu, install them where missing
    #[arg(long)]
    postgres: bool,
}

/// In seconds. Longer than anything in the tests takes, on any machine: it ends what would hang.
pub const PATIENCE_S: u32 = 900;

/// A browser and its driver.
pub struct Browser {
    /// Chromium or Chrome.
    pub chrome: PathBuf,
    /// Its WebDriver.
    pub driver: PathBuf,
}

impl Browser {
    /// Tells the runners of tests for wasm which browser, and gives a busy machine time to start it.
    pub fn tell(&self, command: Cmd, folders: &Folders) -> Result<Cmd> {
        let capabilities = folders.npm.join("webdriver.json");
        let text = format!(r#"{{ "goog:chromeOptions": {{ "binary": {:?} }} }}"#, self.chrome);
        std::fs::write(&capabilities, text).with_context(|| format!("cannot write {}", capabilities.display()))?;
        Ok(command
            .env("CHROME", &self.chrome)
            .env("CHROMEDRIVER", &self.driver)
            .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", capabilities)
            .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", PATIENCE_S.to_string())
            .env("WASM_BINDGEN_TEST_TIMEOUT", PATIENCE_S.to_string()))
    }
}

/// Runs the command.
pub fn run(options: &Options) -> Result<()> {
    let folders = Folders::find()?;
    let node = tools(&folders)?;
    println!("setup: node {node}, {WASM}, npm packages: ready");
    if options.browsers {
        let Browser { chrome, driver } = browser()?;
        println!("setup: {}, {}: ready", chrome.display(), driver.display());
    }
    if options.postgres {
        let (postgres, pgbouncer) = databases()?;
        println!("setup: PostgreSQL in {}, {}: ready", postgres.display(), pgbouncer.display());
    }
    Ok(())
}

/// Node, the wasm32 target and the npm packages; gives Node's version.
pub fn tools(folders: &Folders) -> Result<String> {
    let node = node()?;
    wasm()?;
    npm_packages(folders, Packages::All)?;
    Ok(node)
}

/// The same with the npm packages that the build needs alone, a tenth of them.
pub fn build_tools(folders: &Folders) -> Result<()> {
    node()?;
    wasm()?;
    npm_packages(folders, Packages::Build)
}

/// Node, which has to be there; gives its version.
pub fn node() -> Result<String> {
    let mend = format!("install it: `nvm install {OLDEST_NODE}`");
    if which("node").is_none() {
        bail!("Node {OLDEST_NODE} or newer is needed and there is no `node` on PATH; {mend}");
    }
    let version = Cmd::new("node").arg("--version").read()?;
    let version = version.trim_start_matches('v');
    let major: Option<u32> = version.split('.').next().and_then(|major| major.parse().ok());
    if major.is_none_or(|major| major < OLDEST_NODE) {
        bail!("Node {OLDEST_NODE} or newer is needed and `node` is {version}; {mend}");
    }
    Ok(version.to_owned())
}

/// The wasm32 target.
pub fn wasm() -> Result<()> {
    target(WASM)
}

/// A target of rustc, for the toolchain that is pinned.
pub fn target(name: &str) -> Result<()> {
    let sysroot = PathBuf::from(Cmd::new("rustc").words("--print sysroot").read()?);
    if sysroot.join("lib/rustlib").join(name).is_dir() {
        return Ok(());
    }
    if which("rustup").is_none() {
        bail!(
            "the Rust target {name} is missing and there is no `rustup` to add it: install rustup (https://rustup.rs)"
        );
    }
    println!("setup: adding the Rust target {name}");
    Cmd::new("rustup").words("target add").arg(name).run()
}

/// Which of the npm packages.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Packages {
    /// What the workspaces of package.json depend on.
    Build,
    /// Its own `devDependencies` too.
    All,
}

impl Packages {
    /// What the stamp says once they are installed.
    fn stamp(self, lock: &str) -> String {
        match self {
            Packages::Build => format!("{lock} without devDependencies"),
            Packages::All => lock.to_owned(),
        }
    }

    /// Whether they are there, where the stamp says this.
    fn are_installed(self, stamp: &str, lock: &str) -> bool {
        stamp == Packages::All.stamp(lock) || stamp == self.stamp(lock)
    }
}

/// `npm ci`, unless `node_modules` has what is wanted of the lock file already. The stamp is inside `node_modules`, so that it
/// goes when that goes.
fn npm_packages(folders: &Folders, packages: Packages) -> Result<()> {
    let stamp = folders.root.join("node_modules/.user-handle-lock");
    let lock = fingerprint::of(&folders.root, &["package.json", "package-lock.json"])?;
    if fs::read_to_string(&stamp).is_ok_and(|stamp| packages.are_installed(&stamp, &lock)) {
        return Ok(());
    }
    println!("setup: installing the npm packages of package-lock.json");
    if which("npm").is_none() {
        bail!("there is no `npm` on PATH; it comes with Node: `nvm install {OLDEST_NODE}`");
    }
    // No package's install script is needed, so none is run.
    let omitted: &[&str] = if packages == Packages::Build { &["--omit=dev"] } else { &[] };
    Cmd::new("npm").words("ci --ignore-scripts --no-audit --no-fund").args(omitted.iter().copied()).run()?;
    fs::write(&stamp, packages.stamp(&lock)).with_context(|| format!("cannot write {}", stamp.display()))
}

/// Installs a program of crates.io into `target/tools` where it is missing, and gives its path.
pub fn tool(folders: &Folders, name: &str, version: &str) -> Result<PathBuf> {
    let root = folders.root.join(format!("target/tools/{name}-{version}"));
    let program = root.join("bin").join(name);
    if !program.is_file() {
        println!("setup: installing {name} {version}; once, some minutes");
        // These mostly start other programs: a debug build does, and takes half of the time.
        cargo()
            .words("install --quiet --locked --debug")
            .arg(format!("{name}@{version}"))
            .arg("--root")
            .arg(root)
            .env("CARGO_PROFILE_DEV_DEBUG", "false")
            .run()?;
    }
    Ok(program)
}

/// What `find` finds; if it is not there, Debian's packages are installed. `instead` says how another is named.
pub fn found_or_installed<T>(
    what: &str,
    packages: &str,
    instead: &str,
    find: impl Fn() -> Result<Option<T>>,
) -> Result<T> {
    if let Some(found) = find()? {
        return Ok(found);
    }
    install(what, packages, instead)?;
    find()?.with_context(|| format!("apt-get did not bring {what}; name another: `{instead} cargo xtask test`"))
}

/// Chromium and chromedriver.
pub fn browser() -> Result<Browser> {
    let instead = "CHROME=/path/of/chromium CHROMEDRIVER=/path/of/chromedriver";
    found_or_installed("Chromium and chromedriver", "chromium chromium-driver", instead, find_browser)
}

/// The folder of PostgreSQL's programs, and PgBouncer. The tests start servers of their own; those of the system, if there are
/// any, are left alone.
pub fn databases() -> Result<(PathBuf, PathBuf)> {
    let postgres = "POSTGRES_BIN=/folder/of/its/programs";
    let pgbouncer = "PGBOUNCER=/path/of/pgbouncer";
    Ok((
        found_or_installed("PostgreSQL", "postgresql", postgres, find_postgres)?,
        found_or_installed("PgBouncer", "pgbouncer", pgbouncer, find_pgbouncer)?,
    ))
}

/// As `server/tests/common/pgbouncer.rs` finds it: Debian keeps it where only root's PATH has it.
fn find_pgbouncer() -> Result<Option<PathBuf>> {
    let of_debian = PathBuf::from("/usr/sbin/pgbouncer");
    Ok(find("PGBOUNCER", &["pgbouncer"])?.or_else(|| of_debian.is_file().then_some(of_debian)))
}

/// As `server/tests/common/postgres.rs` finds them: Debian keeps them out of PATH, in a folder for each version.
fn find_postgres() -> Result<Option<PathBuf>> {
    let has_programs =
        |folder: &PathBuf| ["initdb", "postgres", "pg_isready"].iter().all(|name| folder.join(name).is_file());
    if let Some(folder) = std::env::var_os("POSTGRES_BIN").filter(|folder| !folder.is_empty()).map(PathBuf::from) {
        if has_programs(&folder) {
            return Ok(Some(folder));
        }
        bail!(
            "POSTGRES_BIN names {}, where no initdb, postgres and pg_isready are: `unset POSTGRES_BIN`",
            folder.display()
        );
    }
    let linked = which("initdb").and_then(|program| Some(program.canonicalize().ok()?.parent()?.to_owned()));
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut installed: Vec<_> = versions.map(|version| version.path().join("bin")).collect();
    installed.sort();
    Ok(linked.into_iter().chain(installed.into_iter().rev()).find(has_programs))
}

/// Installs packages of Debian.
pub fn install(what: &str, packages: &str, instead: &str) -> Result<()> {
    let mend = format!("apt-get update && apt-get install -y {packages}");
    if which("apt-get").is_none() {
        bail!("{what} not found; install what is missing, or name it: `{instead} cargo xtask test`");
    }
    let root = Cmd::new("id").arg("-u").read()? == "0";
    if !root && which("sudo").is_none() {
        bail!("{what} not found; as root: `{mend}`");
    }
    let apt = |words: &str| {
        let (program, first) = if root { ("apt-get", None) } else { ("sudo", Some("apt-get")) };
        Cmd::new(program).args(first).words(words).env("DEBIAN_FRONTEND", "noninteractive").run()
    };
    println!("setup: installing {packages} with apt-get");
    apt("update")
        .and_then(|()| apt(&format!("install -y {packages}")))
        .with_context(|| format!("{what} could not be installed; by hand: `{mend}`"))
}

fn find_browser() -> Result<Option<Browser>> {
    let chrome = find("CHROME", &["chromium", "chromium-browser", "google-chrome"])?;
    let driver = find("CHROMEDRIVER", &["chromedriver"])?;
    Ok(chrome.zip(driver).map(|(chrome, driver)| Browser { chrome, driver }))
}

/// The program that the variable names, or the first of `names` on PATH.
fn find(variable: &str, names: &[&str]) -> Result<Option<PathBuf>> {
    match std::env::var_os(variable).filter(|path| !path.is_empty()).map(PathBuf::from) {
        Some(path) if path.is_file() => Ok(Some(path)),
        Some(path) => bail!("{variable} names {}, which is not a file: `unset {variable}`", path.display()),
        None => Ok(names.iter().find_map(|name| which(name))),
    }
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn who_has_all_packages_has_those_of_the_build_too() {
        for (installed, wanted, are_there) in [
            (Packages::All, Packages::All, true),
            (Packages::All, Packages::Build, true),
            (Packages::Build, Packages::Build, true),
            (Packages::Build, Packages::All, false),
        ] {
            assert_eq!(wanted.are_installed(&installed.stamp("lock"), "lock"), are_there);
            assert!(!wanted.are_installed(&installed.stamp("another"), "lock"));
        }
    }
}
