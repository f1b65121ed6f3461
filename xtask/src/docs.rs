//! `cargo xtask docs`: the API reference of the npm package, the crate and the server, in `target/docs`. Warnings fail, in
//! `lint` too.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::setup;
use crate::shell::{Cmd, Folders, cargo};

/// The crate as docs.rs shows it: for wasm32, with all that its users may turn on.
const CRATE: &str = "-p user-handle --features klaim --target wasm32-unknown-unknown";

/// Runs the command.
pub fn run() -> Result<()> {
    let folders = Folders::find()?;
    setup::tools(&folders)?;
    let docs = folders.root.join("target/docs");
    npm(&folders).run()?;
    for (name, what, made) in
        [("crate", CRATE, "wasm32-unknown-unknown/doc"), ("server", "-p user-handle-server", "doc")]
    {
        let (made, shown) = (folders.target.join(made), docs.join("rust").join(name));
        // What is there of other crates would be shown too.
        for folder in [&made, &shown] {
            if folder.exists() {
                fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
            }
        }
        rust(what).arg("--target-dir").arg(&folders.target).run()?;
        copy(&made, &shown)?;
    }
    for page in ["npm", "rust/crate/user_handle", "rust/server/user_handle_server"] {
        println!("docs: target/docs/{page}/index.html");
    }
    Ok(())
}

/// What of it is checked without writing it: `(name, command)`.
pub fn checks(folders: &Folders) -> [(&'static str, Cmd); 3] {
    [
        ("docs of the npm package", npm(folders).words("--emit none")),
        ("docs", rust("-p user-handle -p user-handle-server")),
        ("docs for wasm", rust(CRATE)),
    ]
}

fn npm(folders: &Folders) -> Cmd {
    folders.npm_bin("typedoc").words("--options docs/typedoc.config.mjs --logLevel Warn")
}

fn rust(what: &str) -> Cmd {
    cargo().words("doc --no-deps").words(what).env("RUSTDOCFLAGS", "-Dwarnings")
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot list {}", from.display()))? {
        let entry = entry.with_context(|| format!("cannot list {}", from.display()))?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to)?;
        } else {
            fs::copy(&from, &to).with_context(|| format!("cannot copy {}", from.display()))?;
        }
    }
    Ok(())
}
