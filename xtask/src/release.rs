//! `cargo xtask release`: all that a release has, in `target/release-artefacts`, checked but not published. RELEASING.md says
//! what comes before and after.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::Value;

use crate::crates::Product;
use crate::shell::{Cmd, Folders, cargo};
use crate::{licences, sbom, scripts, semver, server_packages, setup, www};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The crates that are published, in the order in which they need each other.
const CRATES: [&str; 4] = ["user-handle-core", "user-handle", "user-handle-service", "user-handle-server"];

/// Options of `release`.
#[derive(Args)]
pub struct Options {
    /// The tag that is released: it, both versions and CHANGELOG.md have to agree, and everything has to be committed
    #[arg(long)]
    tag: Option<String>,
    /// A folder with packages of the server that other machines have made, which are released too
    #[arg(long, value_name = "FOLDER")]
    packages: Option<PathBuf>,
    /// Leave out the server for npm, whose binary takes minutes to build
    #[arg(long, conflicts_with = "tag")]
    without_server: bool,
    #[command(flatten)]
    platforms: server_packages::Platforms,
}

/// Runs the command.
pub fn run(options: &Options) -> Result<()> {
    let folders = Folders::find()?;
    setup::tools(&folders)?;
    versions(options.tag.as_deref())?;
    semver::check(&folders)?;

    let out = folders.root.join("target/release-artefacts");
    if out.exists() {
        fs::remove_dir_all(&out).with_context(|| format!("cannot empty {}", out.display()))?;
    }
    fs::create_dir_all(&out).with_context(|| format!("cannot create {}", out.display()))?;

    let tarball = scripts::pack(&folders)?;
    keep(&tarball, &out)?;
    for name in ["user-handle.wasm", "browser.wasm", "klaim.wasm"] {
        keep(&folders.root.join("pkg/dist").join(name), &out)?;
    }
    crates(&folders, options.tag.is_none(), &out)?;

    for product in Product::ALL {
        write(&out, &format!("{}.cdx.json", product.name()), &sbom::of(product)?)?;
        write(&out, &format!("{}-licences.txt", product.name()), &licences::third_parties(product)?)?;
    }
    if let Some(folder) = &options.packages {
        for file in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?.flatten() {
            keep(&file.path(), &out)?;
        }
    }
    if !options.without_server {
        server_packages::pack(&folders, &options.platforms, &out)?;
    }
    if options.tag.is_some() {
        let missing = server_packages::missing(&out, VERSION);
        if !missing.is_empty() {
            bail!(
                "these packages of the server are missing, and RELEASING.md says how they are made: {}",
                missing.join(", ")
            );
        }
    }
    www::build(&folders)?;
    write(&out, "console-licences.txt", &licences::console(&folders)?)?;
    keep(&folders.root.join("LICENSE-APACHE"), &out)?;

    let sums = Cmd::new("sh").arg("-c").arg(r#"cd "$0" && sha256sum -- *"#).arg(&out).env("LC_ALL", "C").read()?;
    write(&out, "SHA256SUMS", &format!("{sums}\n"))?;

    Cmd::new("node")
        .words("--test --test-reporter=spec tests/release/artefacts.test.mjs")
        .env("RELEASE_ARTEFACTS", &out)
        .run()?;
    println!("\n{sums}\nrelease: {VERSION} is in target/release-artefacts, and nothing is published");
    Ok(())
}

/// The crates say the same version as the packages, and where there is a tag, that and the list of changes too.
fn versions(tag: Option<&str>) -> Result<()> {
    let (package, server) = (manifest("npm/package.json")?, manifest("server/npm/package.json")?);
    let mut versions =
        vec![("npm/package.json", package.get("version")), ("server/npm/package.json", server.get("version"))];
    let platforms = server.get("optionalDependencies").and_then(Value::as_object).into_iter().flatten();
    versions.extend(platforms.map(|(name, version)| (name.as_str(), Some(version))));
    for (what, version) in versions {
        let version = version.and_then(Value::as_str).unwrap_or("none");
        if version != VERSION {
            bail!("Cargo.toml has the version {VERSION}, and {what} {version}");
        }
    }
    let Some(tag) = tag else { return Ok(()) };
    if tag != format!("v{VERSION}") {
        bail!("the tag is {tag}, and the version {VERSION}: the tag has to be v{VERSION}");
    }
    for (name, manifest) in [("npm", &package), ("server/npm", &server)] {
        if manifest.get("repository").is_none() {
            bail!(
                "{name}/package.json has no `repository`, without which npm takes no provenance: RELEASING.md has the line"
            );
        }
    }
    let changes = fs::read_to_string("CHANGELOG.md").context("cannot read CHANGELOG.md")?;
    if !has_section(&changes, VERSION) {
        bail!("CHANGELOG.md has no section `## {VERSION}`: what is under Unreleased belongs there");
    }
    Ok(())
}

fn manifest(path: &str) -> Result<Value> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
    serde_json::from_str(&text).with_context(|| path.to_owned())
}

fn has_section(changes: &str, version: &str) -> bool {
    changes.lines().filter_map(|line| line.strip_prefix("## ")).any(|title| title.split(' ').next() == Some(version))
}

/// Packs the crates and builds what was packed, each with the others as they are packed; those that are not the server for
/// wasm32 too, where the root crate has most of its code.
fn crates(folders: &Folders, may_be_dirty: bool, out: &Path) -> Result<()> {
    let package = || {
        let flags = may_be_dirty.then_some("--allow-dirty");
        let package = cargo().words("package --quiet --locked --target-dir").arg(&folders.target).args(flags);
        // What is packed does not have the workspace's profile, and would be built with all that debuggers want.
        package.env("CARGO_PROFILE_DEV_DEBUG", "false")
    };
    println!("release: packing the crates, and building them for wasm32");
    package()
        .words("-p user-handle-core -p user-handle --features user-handle/typed,user-handle/klaim")
        .words("--target wasm32-unknown-unknown")
        .run()?;
    println!("release: packing the crates, and building them");
    package().args(CRATES.iter().flat_map(|name| ["-p", *name])).run()?;
    for name in CRATES {
        keep(&folders.target.join("package").join(format!("{name}-{VERSION}.crate")), out)?;
    }
    Ok(())
}

fn keep(file: &Path, out: &Path) -> Result<()> {
    let name = file.file_name().context("a file without a name")?;
    fs::copy(file, out.join(name)).map(drop).with_context(|| format!("cannot copy {}", file.display()))
}

fn write(out: &Path, name: &str, text: &str) -> Result<()> {
    fs::write(out.join(name), text).with_context(|| format!("cannot write {name}"))
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn a_section_is_found_by_its_version() {
        let changes = "# Changelog\n\n## Unreleased\n\n## 1.2.3 - 2026-01-01\n";
        assert!(has_section(changes, "1.2.3"));
        assert!(!has_section(changes, "1.2"));
        assert!(!has_section(changes, "2.0.0"));
    }
}
