//! `cargo xtask example`: the example of a Rust front end, as a folder of files that any web server can serve.
//!
//! cargo → wasm-bindgen. It is built as a user's own front end would be, apart from this workspace: with its own
//! Cargo.lock and profile, and with the crate as a plain dependency.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::shell::{Cmd, Folders, cargo};
use crate::{bindings, setup};

/// The crate, and what its binary is called.
const NAME: &str = "yew-profile";

/// In the repository, wherever cargo's folder is.
const OUT: &str = "target/example";

/// Files of the crate that a page needs as they are.
const PAGE: &[&str] = &["index.html", "start.js", "style.css"];

/// Runs the command.
pub fn run() -> Result<()> {
    let folders = Folders::find()?;
    setup::build_tools(&folders)?;
    build(&folders)?;
    println!("example: {OUT} is ready to be served; examples/{NAME}/src/main.rs says how");
    Ok(())
}

/// Builds it and gives the folder.
pub fn build(folders: &Folders) -> Result<PathBuf> {
    let from = folders.root.join("examples").join(NAME);
    let to = folders.root.join(OUT);
    println!("example: cargo");
    cargo_on_it(folders, "build").run()?;

    println!("example: wasm-bindgen");
    // Snippets are in folders whose names change: those of earlier builds would pile up.
    if to.exists() {
        fs::remove_dir_all(&to).with_context(|| format!("cannot empty {OUT}"))?;
    }
    let wasm = target(folders).join("wasm32-unknown-unknown/release").join(NAME).with_extension("wasm");
    bindings::for_the_web(&wasm, NAME)?
        .omit_default_module_path(false) // The page names no file: `start()` finds the wasm beside its script.
        .remove_name_section(true)
        .generate(&to)
        .context("wasm-bindgen failed")?;
    for name in PAGE {
        fs::copy(from.join(name), to.join(name)).with_context(|| format!("cannot copy {name} of the example"))?;
    }
    Ok(to)
}

/// Clippy of it: for the profile of the build, with which it shares the procedural macros.
pub fn clippy(folders: &Folders) -> Cmd {
    cargo_on_it(folders, "clippy").words("-- -D warnings")
}

fn cargo_on_it(folders: &Folders, command: &str) -> Cmd {
    cargo()
        .arg(command)
        .words("--release --target wasm32-unknown-unknown --manifest-path")
        .arg(folders.root.join("examples").join(NAME).join("Cargo.toml"))
        .arg("--target-dir")
        .arg(target(folders))
}

/// Of its own: the crate's library, built with other features, has the name of the one that wasm-pack builds.
fn target(folders: &Folders) -> PathBuf {
    folders.target.join("example-build")
}
