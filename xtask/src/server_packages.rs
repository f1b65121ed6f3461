//! The server for npm: `user-handle-server`, and for each platform a package with its binary. `cargo xtask server-packages`
//! makes these alone, in `target/server-packages`: each platform's on a machine that can build it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::crates::Product;
use crate::package::Contents;
use crate::shell::{Cmd, Folders, cargo, host, which};
use crate::{licences, module, package, setup, www};

const SCRIPT: &str = "xtask/server-package.mjs";

/// The targets that a binary can be for, and what npm calls the platform of each.
const PLATFORMS: [(&str, &str); 7] = [
    ("x86_64-unknown-linux-musl", "linux-x64"),
    ("aarch64-unknown-linux-musl", "linux-arm64"),
    ("x86_64-unknown-linux-gnu", "linux-x64"),
    ("aarch64-unknown-linux-gnu", "linux-arm64"),
    ("x86_64-apple-darwin", "darwin-x64"),
    ("aarch64-apple-darwin", "darwin-arm64"),
    ("x86_64-pc-windows-gnu", "win32-x64"),
];

/// Which platforms.
#[derive(Args)]
pub struct Platforms {
    /// A target to build the server for, with cargo-zigbuild where that is installed; repeatable [default: this machine]
    #[arg(long, value_name = "TRIPLE")]
    target: Vec<String>,
}

/// Runs the command.
pub fn run(platforms: &Platforms) -> Result<()> {
    let folders = Folders::find()?;
    setup::build_tools(&folders)?;
    package::build(&folders, Contents::All)?;
    let out = folders.root.join("target/server-packages");
    fs::create_dir_all(&out).with_context(|| format!("cannot create {}", out.display()))?;
    pack(&folders, platforms, &out)
}

/// Packs the package that people install, and those with a binary, which has the console in it.
pub fn pack(folders: &Folders, platforms: &Platforms, out: &Path) -> Result<()> {
    Cmd::new("node").arg(SCRIPT).arg(out).run()?;
    www::build(folders)?;
    let texts = folders.npm.join("server-licences");
    let licences = format!("{}\n{}", licences::third_parties(Product::Server)?, licences::console(folders)?);
    fs::write(&texts, licences).with_context(|| format!("cannot write {}", texts.display()))?;
    let own = if platforms.target.is_empty() { vec![of_this_machine()?] } else { Vec::new() };
    for target in platforms.target.iter().chain(&own) {
        let platform = platform(target)?;
        let binary = binary(folders, target)?;
        println!("release: the server for {platform} is built for {target}");
        Cmd::new("node").arg(SCRIPT).arg(out).arg(&texts).arg(platform).arg(binary).run()?;
    }
    Ok(())
}

/// The packages of a version that should be in a folder, and are not.
pub fn missing(folder: &Path, version: &str) -> Vec<String> {
    let mut names = PLATFORMS.map(|(_, platform)| format!("user-handle-server-{platform}-{version}.tgz")).to_vec();
    names.sort();
    names.dedup();
    names.retain(|name| !folder.join(name).is_file());
    names
}

fn platform(target: &str) -> Result<&'static str> {
    let known = PLATFORMS.iter().find(|(triple, _)| *triple == target);
    let names = PLATFORMS.map(|(triple, _)| triple).join(", ");
    known.map(|(_, platform)| *platform).with_context(|| format!("--target {target} is none of {names}"))
}

/// The target of this machine. On Linux that of musl, whose programs run on all distributions, where it can be built for.
fn of_this_machine() -> Result<String> {
    let host = host()?;
    let Some(processor) = host.strip_suffix("-unknown-linux-gnu") else { return Ok(host) };
    let musl = format!("{processor}-unknown-linux-musl");
    let has_compiler = || {
        let instead = "PATH=/folder/of/musl-gcc:$PATH";
        setup::found_or_installed("musl-gcc", "musl-tools", instead, || Ok(which("musl-gcc")))
    };
    match setup::target(&musl).and_then(|()| has_compiler()) {
        Ok(_) => Ok(musl),
        Err(problem) => {
            println!(
                "release: the server needs the C library of its machine, since it cannot be linked statically: {problem:#}"
            );
            Ok(host)
        }
    }
}

fn binary(folders: &Folders, target: &str) -> Result<PathBuf> {
    setup::target(target)?;
    println!("release: building the server for {target}");
    let build = if which("cargo-zigbuild").is_some() { "zigbuild" } else { "build" };
    cargo()
        .arg(build)
        .words("--quiet --locked --package user-handle-server --profile server-binary --target")
        .arg(target)
        .arg("--target-dir")
        .arg(&folders.target)
        .env("CARGO_ENCODED_RUSTFLAGS", module::rustflags(folders, &[]))
        .run()?;
    let name = if target.contains("windows") { "user-handle-server.exe" } else { "user-handle-server" };
    let binary = folders.target.join(target).join("server-binary").join(name);
    if !binary.is_file() {
        bail!("cargo made no {}", binary.display());
    }
    Ok(binary)
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn each_target_has_a_platform() {
        assert_eq!(platform("aarch64-apple-darwin").unwrap(), "darwin-arm64");
        let error = platform("wasm32-wasip2").unwrap_err().to_string();
        assert!(error.starts_with("--target wasm32-wasip2 is none of x86_64-unknown-linux-musl, "), "{error}");
    }
}
