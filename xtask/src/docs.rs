//! `cargo xtask docs`: one static site of all documents, the API reference of the npm packages and that of the crates. Warnings fail,
//! in `lint` too.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::package::Contents;
use crate::shell::{Cmd, Folders, WORKSPACE, cargo};
use crate::{package, setup};

/// The crate as docs.rs shows it: for wasm32, with all that its users may turn on.
const CRATE: &str = "-p user-handle --features typed,klaim --target wasm32-unknown-unknown";

/// The rules alone, without their features: in the workspace others turn them on.
const CORE: &str = "-p user-handle-core --no-default-features";

/// What cargo makes of them, and the folders of the site that it goes to.
const RUST: [(&str, &str); 2] = [("wasm32-unknown-unknown/doc", "rust"), ("doc", "rust/native")];

/// In the repository, wherever cargo's folder is. The configurations of VitePress and typedoc name it too.
const SITE: &str = "target/site";

/// Runs the command.
pub fn run() -> Result<()> {
    let folders = Folders::find()?;
    setup::tools(&folders)?;
    package::build(&folders, Contents::All)?;
    let site = site(&folders)?;
    for what in [CRATE, WORKSPACE] {
        rust(what).arg("--target-dir").arg(&folders.target).run()?;
    }
    for (from, to) in RUST {
        copy_folder(&folders.target.join(from), &site.join(to))?;
    }
    println!("docs: {SITE}; `node_modules/.bin/vitepress preview docs` serves it");
    Ok(())
}

/// The site without the crates, and its folder. The package has to be there, for the playground.
pub fn site(folders: &Folders) -> Result<PathBuf> {
    println!("docs: pages and search");
    // This empties the folder.
    folders.npm_bin("vitepress").words("build docs").run()?;
    println!("docs: API reference");
    npm(folders).run()?;
    Ok(folders.root.join(SITE))
}

/// Whether rustdoc has something to say of the crates: `(name, command)`.
pub fn rust_checks() -> [(&'static str, Cmd); 3] {
    [("docs of all crates", rust(WORKSPACE)), ("docs for wasm", rust(CRATE)), ("docs of the core alone", rust(CORE))]
}

/// The same of typedoc, which writes nothing.
pub fn npm_check(folders: &Folders) -> Cmd {
    npm(folders).words("--emit none")
}

fn npm(folders: &Folders) -> Cmd {
    folders.npm_bin("typedoc").words("--options docs/typedoc.config.mjs --logLevel Warn")
}

fn rust(what: &str) -> Cmd {
    cargo().words("doc --no-deps --lib").words(what).env("RUSTDOCFLAGS", "-Dwarnings")
}

/// A folder with all that is in it.
fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot list {}", from.display()))?.flatten() {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_folder(&path, &to)?;
        } else {
            fs::copy(&path, &to).with_context(|| format!("cannot copy {}", path.display()))?;
        }
    }
    Ok(())
}
