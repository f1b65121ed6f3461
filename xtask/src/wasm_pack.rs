//! `cargo xtask wasm-pack …`: wasm-pack, with what it would download already on PATH.
//!
//! It takes `wasm-bindgen` from PATH if it has the version of Cargo.lock, and the test runner from the same folder. `xtask-tools`
//! has both inside: scripts of their names call it. `wasm-opt` comes from npm, and chromedriver is that of the tests.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::extra_connections::ExtraConnections;
use crate::setup;
use crate::shell::{Cmd, Folders, TOOLS, script};

const VERSION: &str = "0.15.1";

/// The programs that wasm-pack looks for, and the commands of `xtask-tools` that are these.
const PROGRAMS: [&str; 2] = ["wasm-bindgen", "wasm-bindgen-test-runner"];

/// Arguments of the command.
#[derive(Args)]
#[command(disable_help_flag = true)]
pub struct Options {
    /// What wasm-pack is given; paths are from the root of the repository
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<OsString>,
}

/// Runs the command.
pub fn run(options: &Options) -> Result<()> {
    let folders = Folders::find()?;
    setup::tools(&folders)?;
    start(&folders, options.args.clone())
}

/// Runs wasm-pack with these arguments.
pub fn start(folders: &Folders, args: Vec<OsString>) -> Result<()> {
    let mut path = tools(folders)?;
    let mut extra_connections = None;
    let in_chrome = args.iter().any(|arg| arg == "--chrome");
    let mut wasm_pack = Cmd::new("wasm-pack").args(args);
    if in_chrome {
        let browser = setup::browser()?;
        let extra_connections = extra_connections.insert(ExtraConnections::at_a_free_address()?);
        wasm_pack =
            browser.tell(wasm_pack, folders)?.env("WASM_BINDGEN_TEST_ADDRESS", extra_connections.address.to_string());
        path.extend(browser.driver.parent().map(Path::to_owned));
    }
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(path.into_iter().chain(std::env::split_paths(&inherited)))
        .context("PATH cannot take the folder of the tools")?;
    // It has said itself what went wrong.
    let status = wasm_pack.env("PATH", path).status()?;
    drop(extra_connections);
    if !status.success() {
        bail!("wasm-pack failed ({status})");
    }
    Ok(())
}

/// What a user does: builds the module for each target, in `target/wasm-pack`, and runs the crate's tests.
pub fn build_and_test(folders: &Folders) -> Result<PathBuf> {
    let out = folders.root.join("target/wasm-pack");
    if out.exists() {
        fs::remove_dir_all(&out).context("cannot empty target/wasm-pack")?;
    }
    let run = |words: &str| start(folders, words.split(' ').map(OsString::from).collect());
    for target in ["web", "bundler", "nodejs"] {
        run(&format!("build --target {target} --out-dir target/wasm-pack/{target}"))?;
    }
    run("test --node")?;
    run("test --headless --chrome")?;
    Ok(out)
}

/// Installs wasm-pack where it is missing, and gives the folders that go in front of PATH.
pub fn tools(folders: &Folders) -> Result<Vec<PathBuf>> {
    let program = setup::tool(folders, "wasm-pack", VERSION)?;
    let bin = program.parent().context("a program in no folder")?.to_owned();
    let tools = folders.built("xtask-tools", TOOLS)?;
    for name in PROGRAMS {
        script(&bin.join(name), &Cmd::new(&tools).arg(name))?;
    }
    Ok(vec![bin, folders.root.join("node_modules/.bin")])
}
