//! `cargo xtask reproduce`: the last commit, built twice from nothing, comes to the same bytes. The two builds have different
//! folders of sources, of cargo's output and of cargo's home, and another umask.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::hashes;
use crate::shell::{Cmd, Folders};

/// What is compared, in the clone. `*` is the version.
const MADE: [&str; 6] = [
    "pkg/dist/user-handle.wasm",
    "pkg/dist/browser.wasm",
    "pkg/dist/klaim.wasm",
    "user-handle-*.tgz",
    "user-handle-*.crate",
    "user-handle-server-*.crate",
];

/// Runs the command.
pub fn run() -> Result<()> {
    let folders = Folders::find()?;
    if !Cmd::new("git").words("status --porcelain").read()?.is_empty() {
        println!("reproduce: what is not committed is not in it");
    }
    let scratch = Scratch::new()?;
    let first = build(&folders, &scratch.0.join("a"), "022")?;
    let second = build(&folders, &scratch.0.join("another-one/with/a-longer-path"), "077")?;
    println!("\n{first}");
    let different: Vec<&str> =
        first.lines().zip(second.lines()).filter(|(a, b)| a != b).map(|(_, line)| line).collect();
    if !different.is_empty() {
        bail!("the second build made something else:\n{}", different.join("\n"));
    }
    println!("reproduce: two builds, the same bytes");
    Ok(())
}

/// Builds a clone in a folder; gives the hashes of what was made.
fn build(folders: &Folders, folder: &Path, umask: &str) -> Result<String> {
    println!("reproduce: a build in {}", folder.display());
    let (clone, target, home) = (folder.join("sources"), folder.join("output"), folder.join("home"));
    let as_umask = |line: &str| {
        Cmd::new("sh")
            .arg("-c")
            .arg(format!("umask {umask}; {line}"))
            .env("CARGO_HOME", &home)
            .env("CARGO_TARGET_DIR", &target)
    };
    cargo_home(&home)?;
    // Where a program is says where its output goes.
    let xtask = target.join("debug/xtask");
    fs::create_dir_all(target.join("debug")).with_context(|| format!("cannot create {}", target.display()))?;
    fs::copy(&folders.xtask, &xtask).context("cannot copy this program")?;

    let [from, to, program] = [&folders.root, &clone, &xtask].map(|path| path.display().to_string());
    as_umask(&format!("git clone --quiet --no-local '{from}' '{to}'")).run()?;
    as_umask(&format!("cd '{to}' && '{program}' build")).run()?;
    as_umask(&format!("cd '{to}' && npm pack ./pkg --silent --ignore-scripts")).run()?;
    as_umask(&format!("cd '{to}' && cargo package --quiet --no-verify --locked -p user-handle -p user-handle-server"))
        .run()?;

    let version = env!("CARGO_PKG_VERSION");
    let mut lines = String::new();
    for made in MADE.map(|made| made.replace('*', version)) {
        let folder = if made.ends_with(".crate") { target.join("package") } else { clone.clone() };
        lines += &hashes::lines(&folder, &[made])?;
    }
    Ok(lines)
}

/// A home for cargo with what is downloaded already.
fn cargo_home(home: &Path) -> Result<()> {
    let real = std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    let real = real.context("cargo has no home")?;
    fs::create_dir_all(home).with_context(|| format!("cannot create {}", home.display()))?;
    for entry in fs::read_dir(&real).with_context(|| format!("cannot list {}", real.display()))?.flatten() {
        #[cfg(unix)]
        std::os::unix::fs::symlink(entry.path(), home.join(entry.file_name()))
            .context("cannot link into cargo's home")?;
    }
    Ok(())
}

/// A folder that is gone at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Scratch> {
        let folder = std::env::temp_dir().join(format!("user-handle-reproduce-{}", std::process::id()));
        fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        Ok(Scratch(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
