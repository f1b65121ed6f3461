//! What takes minutes, on the packed npm package: `cargo xtask soak`, many calls while requests fail, and a balance
//! (`tests/soak/soak.mjs`), and `cargo xtask memory`, very many while none does (`tests/soak/memory.mjs`), and imports of few
//! users and of many (`tests/soak/import-memory.mjs`).

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
    /// How many users the larger import has; the smaller has 100 000
    #[arg(long, default_value_t = 1_000_000, value_name = "N")]
    users: u32,
}

/// Runs `soak`.
pub fn run(options: &Options) -> Result<()> {
    println!("soak: {} calls, some minutes", options.calls);
    scripts("soak", &[("soak", &[format!("--calls={}", options.calls), format!("--seed={}", options.seed)])])
}

/// Runs `memory`.
pub fn memory(options: &MemoryOptions) -> Result<()> {
    println!("memory: {} calls, and imports of up to {} users, some minutes", options.calls, options.users);
    let (calls, users) = ([format!("--calls={}", options.calls)], [format!("--many={}", options.users)]);
    scripts("memory", &[("memory", &calls), ("import-memory", &users)])
}

/// Runs scripts of `tests/soak`, with these arguments, on the package and the server.
fn scripts(command: &str, scripts: &[(&str, &[String])]) -> Result<()> {
    let folders = Folders::find()?;
    setup::tools(&folders)?;
    let tarball = matrix::pack(&folders)?;
    println!("{command}: building the server");
    let server = tests::build_server(&folders)?;
    for (name, args) in scripts {
        Cmd::new("node")
            .arg(format!("tests/soak/{name}.mjs"))
            .args(*args)
            .env("USER_HANDLE_TARBALL", &tarball)
            .env("USER_HANDLE_SERVER", &server)
            .run()?;
    }
    Ok(())
}
