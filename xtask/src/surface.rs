//! `cargo xtask surface`: what users see of the package and the crate, next to what they saw before (`tests/surface`).
//!
//! Of the npm package, and of which files are packed, `tests/node/surface.test.mjs` finds the changes. The crate's public
//! items are compared here, by `lint` too.

use std::fs;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::shell::{Cmd, Folders, TOOLS, cargo};
use crate::{scripts, setup};

const SNAPSHOT: &str = "tests/surface/crate.txt";

/// Options of `surface`.
#[derive(Args)]
pub struct Options {
    /// Take what has changed over into tests/surface
    #[arg(long)]
    write: bool,
}

/// Runs the command.
pub fn run(options: &Options) -> Result<()> {
    let folders = Folders::find()?;
    setup::tools(&folders)?;
    let tarball = scripts::pack(&folders)?;
    let script = if options.write {
        Cmd::new("node").words("tests/support/surface.mjs --write")
    } else {
        Cmd::new("node").words("--test --test-reporter=spec tests/node/surface.test.mjs")
    };
    script.env("USER_HANDLE_TARBALL", tarball).run()?;
    if options.write {
        fs::write(SNAPSHOT, items(&folders)?).with_context(|| format!("cannot write {SNAPSHOT}"))?;
        return Cmd::new("git").words("--no-pager diff --stat -- tests/surface").run();
    }
    check(&folders)
}

/// Fails where the crate's public items are not those of the snapshot.
pub fn check(folders: &Folders) -> Result<()> {
    let now = folders.target.join("surface/crate.txt");
    fs::write(&now, items(folders)?).with_context(|| format!("cannot write {}", now.display()))?;
    let diff = Cmd::new("git").words("--no-pager diff --no-index --unified=0 --").arg(SNAPSHOT).arg(now);
    if !diff.status()?.success() {
        bail!(
            "the crate's public items are no longer those of {SNAPSHOT}. If that is meant, `cargo xtask surface --write` takes \
             it over, and CHANGELOG.md says it."
        );
    }
    Ok(())
}

/// The public items as docs.rs shows them, one a line.
fn items(folders: &Folders) -> Result<String> {
    // A folder of its own: the variable has cargo compile everything anew.
    let target = folders.target.join("surface");
    cargo()
        .words(
            "rustdoc --quiet --package user-handle --lib --features typed,klaim --target wasm32-unknown-unknown --target-dir",
        )
        .arg(&target)
        .words("-- -Zunstable-options --output-format json --cap-lints allow")
        // rustdoc's JSON is not stable. Its form is that of the pinned toolchain, and only read here.
        .env("RUSTC_BOOTSTRAP", "1")
        .run()?;
    let json = target.join("wasm32-unknown-unknown/doc/user_handle.json");
    Cmd::new(folders.built("xtask-tools", TOOLS)?)
        .arg("public-items")
        .arg(json)
        .read()
        .map(|items| format!("{items}\n"))
}
