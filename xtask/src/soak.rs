//! What takes minutes, on the packed npm package: `cargo xtask soak`, many calls while requests fail, and a balance
//! (`tests/soak/soak.mjs`), and `cargo xtask memory`, very many while none does (`tests/soak/memory.mjs`).

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

/// Options of `memory`.
#[derive(Args)]
pub struct MemoryOptions {
    /// How many calls
    #[arg(long, default_value_t = 1_000_000, value_name = "N")]
    calls: u32,
}

/// Runs `soak`.
pub fn run(options: &Options) -> Result<()> {
    println!("soak: {} calls, some minutes", options.calls);
    script("soak", &[format!("--calls={}", options.calls), format!("--seed={}", options.seed)])
}

/// Runs `memory`.
pub fn memory(options: &MemoryOptions) -> Result<()> {
    println!("memory: {} calls, some minutes", options.calls);
    script("memory", &[format!("--calls={}", options.calls)])
}

/// Runs a script of `tests/soak` on the package and the server.
fn script(name: &str, args: &[String]) -> Result<()> {
    let folders = Folders::find()?;
    setup::tools(&folders)?;
    let tarball = matrix::pack(&folders)?;
    println!("{name}: building the server");
    let server = tests::build_server(&folders)?;
    Cmd::new("node")
        .arg(format!("tests/soak/{name}.mjs"))
        .args(args)
        .env("USER_HANDLE_TARBALL", tarball)
        .env("USER_HANDLE_SERVER", server)
        .run()
}
