//! `cargo xtask surface`: what users see of the package and the crate, next to what they saw before (`tests/surface`).
//!
//! Of the npm package, and of which files are packed, `tests/node/surface.test.mjs` finds the changes. The crate's public
//! items are compared here, by `lint` too.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::matrix;
use crate::setup;
use crate::shell::{Cmd, Folders, cargo};

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
    let tarball = matrix::pack(&folders)?;
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
    let now = items(folders)?;
    let before = fs::read_to_string(folders.root.join(SNAPSHOT)).unwrap_or_default();
    let changes = changes(&before, &now);
    if changes.is_empty() {
        return Ok(());
    }
    bail!(
        "the crate's public items are no longer those of {SNAPSHOT}:\n{}\nIf that is meant, `cargo xtask surface --write` \
         takes it over, and CHANGELOG.md says it.",
        changes.join("\n")
    )
}

/// The public items as docs.rs shows them, one a line.
fn items(folders: &Folders) -> Result<String> {
    // A folder of its own: the variable has cargo compile everything anew.
    let target = folders.target.join("surface");
    cargo()
        .words(
            "rustdoc --quiet --package user-handle --lib --features klaim --target wasm32-unknown-unknown --target-dir",
        )
        .arg(&target)
        .words("-- -Zunstable-options --output-format json --cap-lints allow")
        // rustdoc's JSON is not stable. Its form is that of the pinned toolchain, and only read here.
        .env("RUSTC_BOOTSTRAP", "1")
        .run()?;
    let json = target.join("wasm32-unknown-unknown/doc/user_handle.json");
    public_items(&json)
}

fn public_items(json: &Path) -> Result<String> {
    let api = public_api::Builder::from_rustdoc_json(json)
        .omit_auto_derived_impls(true)
        .omit_auto_trait_impls(true)
        .omit_blanket_impls(true)
        .build()
        .context("cannot read rustdoc's JSON: take the version of public-api that reads this toolchain's")?;
    Ok(format!("{api}"))
}

/// What is in one text and not in the other, line by line.
fn changes(before: &str, now: &str) -> Vec<String> {
    let [before, now]: [BTreeSet<&str>; 2] = [before, now].map(|text| text.lines().collect());
    let gone = before.difference(&now).map(|line| format!("- {line}"));
    gone.chain(now.difference(&before).map(|line| format!("+ {line}"))).collect()
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn lines_that_come_and_go_are_told() {
        assert_eq!(changes("a\nb\n", "b\nc\n"), ["- a", "+ c"]);
        assert!(changes("a\nb\n", "b\na\n").is_empty());
    }
}
