//! `cargo xtask semver`: checks that the version of the crates fits what has changed in their public items since the last
//! release. For the npm package, `surface` shows the changes, and RELEASING.md says what they mean for the version.

use anyhow::Result;

use crate::setup;
use crate::shell::{Cmd, Folders};

const VERSION: &str = "0.51.0";

/// Runs the command.
pub fn run() -> Result<()> {
    check(&Folders::find()?)
}

/// Compares with the last tag `v*` before this commit. Without such a tag there is nothing to compare with.
pub fn check(folders: &Folders) -> Result<()> {
    let tags = Cmd::new("git").words("tag --list v* --merged HEAD --sort=-version:refname").read()?;
    let here = Cmd::new("git").words("tag --points-at HEAD").read()?;
    let Some(tag) = tags.lines().find(|tag| here.lines().all(|other| other != *tag)) else {
        println!("semver: there is no tag v* before this commit, so there is nothing to compare with");
        return Ok(());
    };
    let program = setup::tool(folders, "cargo-semver-checks", VERSION)?;
    println!("semver: next to {tag}");
    // The crates are compared as built for the host. With another target, cargo-semver-checks cannot read rustc's output,
    // because it tells rustc to print no warnings.
    for compared in [
        "--package user-handle-core --all-features",
        "--package user-handle-service --features memory --only-explicit-features",
        "--package user-handle --only-explicit-features --features typed,klaim,server",
    ] {
        Cmd::new(&program).arg("semver-checks").words(compared).arg("--baseline-rev").arg(tag).run()?;
    }
    Ok(())
}
