//! `cargo xtask semver`: whether the crate's version says what its changes are, next to the last release. Of the npm package,
//! `surface` shows the changes, and RELEASING.md says what they mean for the version.

use anyhow::Result;

use crate::shell::{Cmd, Folders, cargo};

const VERSION: &str = "0.51.0";

/// Runs the command.
pub fn run() -> Result<()> {
    check(&Folders::find()?)
}

/// Compares with the last tag `v*` before this commit; without one there is nothing to compare with.
pub fn check(folders: &Folders) -> Result<()> {
    let tags = Cmd::new("git").words("tag --list v* --merged HEAD --sort=-version:refname").read()?;
    let here = Cmd::new("git").words("tag --points-at HEAD").read()?;
    let Some(tag) = tags.lines().find(|tag| here.lines().all(|other| other != *tag)) else {
        println!("semver: there is no tag v* before this commit, so there is nothing to compare with");
        return Ok(());
    };
    let tools = folders.root.join("target/tools");
    let program = tools.join("bin/cargo-semver-checks");
    if !program.is_file() {
        println!("semver: installing cargo-semver-checks {VERSION}, some minutes");
        cargo()
            .words("install --quiet --locked cargo-semver-checks --version")
            .arg(VERSION)
            .arg("--root")
            .arg(&tools)
            .run()?;
    }
    println!("semver: next to {tag}");
    // For the host: where the target is another, it cannot read what rustc prints, because it has it print no warning.
    Cmd::new(program)
        .words(
            "semver-checks --package user-handle --only-explicit-features --features serde,sign,klaim --baseline-rev",
        )
        .arg(tag)
        .run()
}
