//! `cargo xtask bench`: what the package costs next to its peers, and what parts of it cost.

use anyhow::Result;
use clap::Args;

use crate::shell::{Cmd, Folders, cargo};
use crate::{matrix, setup};

/// Options of `bench`.
#[derive(Args)]
pub struct Options {
    /// What to measure instead of all that is compared with a peer: download, overhead, validation, calls,
    /// calls-chromium, cold-start, gather, import, memory, profile; or `native`, the core in Rust; or `group-commit`,
    /// what shared commits are worth to the server on this disk
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Rounds of each measurement
    #[arg(long, value_name = "N")]
    rounds: Option<u32>,
    /// Few rounds and few calls: whether everything runs, in less than two minutes
    #[arg(long)]
    quick: bool,
    /// Make a million calls where memory is measured
    #[arg(long)]
    long: bool,
    /// What the order of the turns is drawn from
    #[arg(long, value_name = "N")]
    seed: Option<u32>,
    /// Write docs/benchmarks.md and its charts; without it the report is printed
    #[arg(long)]
    write: bool,
}

/// Runs the command.
pub fn run(options: &Options) -> Result<()> {
    let (in_rust, names): (Vec<&str>, Vec<&str>) =
        options.names.iter().map(String::as_str).partition(|name| ["native", "group-commit"].contains(name));
    for name in &in_rust {
        let what =
            if *name == "native" { "user-handle --bench native" } else { "user-handle-server --bench group_commit" };
        cargo().words("bench -p").words(what).run()?;
    }
    if names.is_empty() && !in_rust.is_empty() {
        return Ok(());
    }
    let folders = Folders::find()?;
    setup::tools(&folders)?;
    let browser = setup::browser()?;
    let tarball = matrix::pack(&folders)?;
    let value = |name: &str, value: Option<u32>| value.map(|value| format!("--{name}={value}"));
    let flag = |name: &str, is_set: bool| is_set.then(|| format!("--{name}"));
    let flags = [
        value("rounds", options.rounds),
        value("seed", options.seed),
        flag("quick", options.quick),
        flag("long", options.long),
        flag("write", options.write),
    ];
    Cmd::new("node")
        .arg("benches/run.mjs")
        .args(names)
        .args(flags.into_iter().flatten())
        .env("USER_HANDLE_TARBALL", tarball)
        .env("CHROME", browser.chrome)
        .run()
}
