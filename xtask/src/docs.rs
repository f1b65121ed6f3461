//! `cargo xtask docs`: the API reference of the npm package, the crates and the server, where typedoc and cargo put it. Warnings
//! fail, in `lint` too.

use anyhow::Result;

use crate::setup;
use crate::shell::{Cmd, Folders, cargo};

/// The crate as docs.rs shows it: for wasm32, with all that its users may turn on.
const CRATE: &str = "-p user-handle --features typed,klaim --target wasm32-unknown-unknown";
/// The crate that it is built on, as docs.rs shows it.
const CORE: &str = "-p user-handle-core --all-features";
/// The rules of the services.
const SERVICE: &str = "-p user-handle-service --features memory";
const SERVER: &str = "-p user-handle-server";

/// Runs the command.
pub fn run() -> Result<()> {
    let folders = Folders::find()?;
    setup::tools(&folders)?;
    npm(&folders).run()?;
    for what in [CRATE, CORE, SERVICE, SERVER] {
        rust(what).arg("--target-dir").arg(&folders.target).run()?;
    }
    println!("docs: {}", folders.root.join("target/docs/npm/index.html").display());
    for page in [
        "wasm32-unknown-unknown/doc/user_handle",
        "doc/user_handle_core",
        "doc/user_handle_service",
        "doc/user_handle_server",
    ] {
        println!("docs: {}", folders.target.join(page).join("index.html").display());
    }
    Ok(())
}

/// What of it is checked without writing it: `(name, command)`.
pub fn checks(folders: &Folders) -> [(&'static str, Cmd); 5] {
    [
        ("docs of the npm package", npm(folders).words("--emit none")),
        ("docs", rust("-p user-handle -p user-handle-server --features user-handle/typed,user-handle/klaim")),
        ("docs of the core", rust(CORE)),
        ("docs of the services' rules", rust(SERVICE)),
        ("docs for wasm", rust(CRATE)),
    ]
}

fn npm(folders: &Folders) -> Cmd {
    folders.npm_bin("typedoc").words("--options docs/typedoc.config.mjs --logLevel Warn")
}

fn rust(what: &str) -> Cmd {
    cargo().words("doc --no-deps").words(what).env("RUSTDOCFLAGS", "-Dwarnings")
}
