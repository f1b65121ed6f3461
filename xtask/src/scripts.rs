//! Commands that run scripts. The first lines of each script list its arguments. What a script needs is prepared here: the
//! packed npm package and the stand-in server are built, and browsers are found or installed.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;

use crate::package::Contents;
use crate::shell::{Cmd, Folders, WORKSPACE, cargo, remove_file, which, write};
use crate::{browsers, fingerprint, package, setup, www};

/// Arguments that are passed on to a script.
#[derive(Args)]
pub struct Options {
    /// What the script takes
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<OsString>,
}

/// Runs `demo`: `xtask/demo.mjs` on the stand-in server, with the console.
pub fn demo(options: &Options) -> Result<()> {
    let folders = Folders::find()?;
    setup::node()?;
    let demo = || Cmd::new("node").arg("xtask/demo.mjs").args(options.args.clone());
    // Before anything is built, the script checks that the port is free.
    demo().arg("--check").run()?;
    println!("demo: building the package, the console and the server");
    let server = std::thread::scope(|scope| {
        // It needs nothing of npm, which downloads meanwhile.
        let server = scope.spawn(|| server(&folders));
        setup::build_tools(&folders)?;
        package::build(&folders, Contents::ForDemo)?;
        www::build(&folders)?;
        server.join().unwrap_or_else(|_| anyhow::bail!("building the server panicked"))
    })?;
    let database = folders.target.join("demo");
    demo().env("USER_HANDLE_SERVER", server).env("DEMO_FOLDER", database).exec()
}

/// Runs a script on the packed package and the server.
pub fn run(script: &str, options: &Options) -> Result<()> {
    on_package(script, &options.args, |_, script| Ok(script))
}

/// Runs `bench`: a script, or one of the two benchmarks that are written in Rust.
pub fn bench(options: &Options) -> Result<()> {
    for (name, what) in [
        ("native", "user-handle --features typed --bench native"),
        ("group-commit", "user-handle-server --bench group_commit"),
    ] {
        if options.args == [name] {
            return cargo().words("bench -p").words(what).exec();
        }
    }
    on_package("benches/run.mjs", &options.args, |_, script| Ok(script.env("CHROME", setup::browser()?.chrome)))
}

/// Runs `matrix`, with the programs that the chosen environments need.
pub fn matrix(options: &Options) -> Result<()> {
    const SCRIPT: &str = "ecosystem/matrix.mjs";
    if options.args.iter().any(|arg| arg == "--list") {
        Folders::find()?;
        return Cmd::new("node").arg(SCRIPT).args(options.args.clone()).exec();
    }
    on_package(SCRIPT, &options.args, |args, mut script| {
        let needs = Cmd::new("node").arg(SCRIPT).args(args.to_vec()).arg("--needs").read()?;
        for need in needs.lines() {
            for (name, program) in browsers::programs(need)? {
                script = script.env(name, program);
            }
        }
        Ok(script)
    })
}

/// Runs `load`, on a server that is built with optimisations.
pub fn load(options: &Options) -> Result<()> {
    let folders = Folders::find()?;
    setup::tools(&folders)?;
    setup::found_or_installed("wrk", "wrk", "PATH=/folder/of/wrk:$PATH", || Ok(which("wrk")))?;
    let build = "build --release --package user-handle-server --bins --example bare_hyper --target-dir";
    cargo().words(build).arg(&folders.target).run()?;
    let script = Cmd::new("node").arg("tests/load/load.mjs").args(options.args.clone());
    let script = script.env("USER_HANDLE_BARE_HYPER", folders.target.join("release/examples/bare_hyper"));
    script.env("USER_HANDLE_SERVER", folders.target.join("release/user-handle-server")).exec()
}

/// Runs `reproduce`.
pub fn reproduce() -> Result<()> {
    let folders = Folders::find()?;
    Cmd::new("bash").arg("xtask/reproduce.sh").arg(folders.xtask).exec()
}

/// Builds the packed package and the server, and runs a script on them. `with` adds what else the script needs.
fn on_package(script: &str, args: &[OsString], with: impl Fn(&[OsString], Cmd) -> Result<Cmd>) -> Result<()> {
    let folders = Folders::find()?;
    setup::tools(&folders)?;
    let command = Cmd::new("node").arg(script).args(args.to_vec());
    let command = with(args, command)?;
    command.env("USER_HANDLE_TARBALL", pack(&folders)?).env("USER_HANDLE_SERVER", server(&folders)?).exec()
}

/// Builds and packs the npm package, and returns the path of the tarball. Beside it is `installed`, a project that has it.
pub fn pack(folders: &Folders) -> Result<PathBuf> {
    let _lock = folders.lock("packing")?;
    package::build(folders, Contents::All)?;
    let pack = Cmd::new("npm").words("pack ./pkg --silent --ignore-scripts --pack-destination").arg(&folders.npm);
    let name = pack.read()?;
    let tarball = folders.npm.join(name.lines().last().unwrap_or_default());
    install(folders, &tarball)?;
    Ok(tarball)
}

/// Installs the package as its users do, once for all test files, unless the project has the same package already.
fn install(folders: &Folders, tarball: &Path) -> Result<()> {
    let project = folders.npm.join("installed");
    let stamp = folders.npm.join("installed-package");
    let packed = fingerprint::of(&folders.npm, &[&tarball.to_string_lossy()])?;
    if project.is_dir() && fs::read_to_string(&stamp).is_ok_and(|installed| installed == packed) {
        // Its time tells the tests that nothing was packed since then.
        return write(&stamp, packed);
    }
    remove_file(&stamp)?;
    if project.exists() {
        fs::remove_dir_all(&project).with_context(|| format!("cannot empty {}", project.display()))?;
    }
    fs::create_dir_all(&project).with_context(|| format!("cannot create {}", project.display()))?;
    write(&project.join("package.json"), r#"{ "name": "consumer", "private": true, "type": "module" }"#)?;
    Cmd::new("npm")
        .words("install --silent --offline --no-audit --no-fund --no-save --prefix")
        .args([project.as_path(), tarball])
        .run()?;
    write(&stamp, packed)
}

/// Builds the stand-in server and returns its path.
pub fn server(folders: &Folders) -> Result<PathBuf> {
    println!("building the server");
    folders.built("user-handle-server", WORKSPACE)
}
