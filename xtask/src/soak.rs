//! `cargo xtask soak`: many calls of the packed npm package while requests fail, and a balance: `tests/soak/soak.mjs`.

use anyhow::Result;
use clap::Args;

use crate::shell::{Cmd, Folders};
use crate::{matrix, setup, tests};

/// Options of `soak`.
#[derive(Args)]
pub struct Options {
    /// How many calls
    #[arg(long, default_value_t = 200_000, value_name = "N")]
    calls: u32,
    /// What the calls and the faults are drawn from
    #[arg(long, default_value_t = 7, value_name = "N")]
    seed: u32,
}

/// Runs the command.
pub fn run(options: &Options) -> Result<()> {
    let folders = Folders::find()?;
    setup::tools(&folders)?;
    let tarball = matrix::pack(&folders)?;
    println!("soak: building the server");
    let server = tests::build_server(&folders)?;
    println!("soak: {} calls, some minutes", options.calls);
    Cmd::new("node")
        .arg("tests/soak/soak.mjs")
        .arg(format!("--calls={}", options.calls))
        .arg(format!("--seed={}", options.seed))
        .env("USER_HANDLE_TARBALL", tarball)
        .env("USER_HANDLE_SERVER", server)
        .run()
}
