//! The console in `www/`: static files in `www/dist`, made by Vite from the package as it is built.

use std::fs;

use anyhow::{Context, Result};

use crate::fingerprint;
use crate::shell::{Cmd, Folders};

/// Everything that it is made from; the package is built before.
const INPUTS: &[&str] = &[
    "package-lock.json",
    "pkg/dist",
    "pkg/package.json",
    "www/index.html",
    "www/src",
    "www/tsconfig.json",
    "www/vite.config.mjs",
    "xtask/src/www.rs",
];

/// Builds it, unless neither what it is made from nor what was made has changed.
pub fn build(folders: &Folders) -> Result<()> {
    let stamp = folders.npm.join("www");
    let made = || fingerprint::of(&folders.root, &[INPUTS, &["www/dist"]].concat());
    if folders.root.join("www/dist").is_dir()
        && fs::read_to_string(&stamp).is_ok_and(|stamped| made().is_ok_and(|now| now == stamped))
    {
        return Ok(());
    }
    println!("build: the console");
    folders.npm_bin("vite").words("build www --logLevel warn").run()?;
    fs::write(&stamp, made()?).with_context(|| format!("cannot write {}", stamp.display()))
}

/// Checks its types, which Vite takes out without looking at them.
pub fn types(folders: &Folders) -> Cmd {
    folders.npm_bin("tsc").words("--project www")
}
