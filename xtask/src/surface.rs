//! `cargo xtask surface`: what users see of the package and the crate, next to what they saw before (`tests/surface`).
//!
//! Of the npm package, and of which files are packed, `tests/node/surface.test.mjs` finds the changes. The crate's public
//! items are compared here, by `lint` too.

use std::path::Path;

use anyhow::{Result, bail};
use clap::Args;

use crate::shell::{Cmd, Folders, TOOLS, cargo, script, write};
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
        write(Path::new(SNAPSHOT), items(&folders)?)?;
        return Cmd::new("git").words("--no-pager diff --stat -- tests/surface").run();
    }
    check(&folders)
}

/// Fails where the crate's public items are not those of the snapshot.
pub fn check(folders: &Folders) -> Result<()> {
    let now = folders.npm.join("crate.txt");
    write(&now, items(folders)?)?;
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
    // rustdoc's JSON is not stable. Its form is that of the pinned toolchain, and only read here. The variable that allows it is
    // for rustdoc alone: with it, cargo would compile everything anew.
    let rustdoc = folders.npm.join("rustdoc");
    script(&rustdoc, &Cmd::new("env").words("RUSTC_BOOTSTRAP=1 rustdoc"))?;
    cargo()
        .words("rustdoc --quiet --package user-handle --lib --features typed,klaim --target wasm32-unknown-unknown --target-dir")
        .arg(&folders.target)
        .words("-- -Zunstable-options --output-format json --cap-lints allow")
        .env("RUSTDOC", rustdoc)
        .run()?;
    let json = folders.target.join("wasm32-unknown-unknown/doc/user_handle.json");
    Cmd::new(folders.built("xtask-tools", TOOLS)?)
        .arg("public-items")
        .arg(json)
        .read()
        .map(|items| format!("{items}\n"))
}
