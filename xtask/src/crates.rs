//! Which crates are in what is published, by cargo's own resolution: the features and the target that it is built with, and
//! neither procedural macros nor what only builds or tests it.

use std::collections::HashMap;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::shell::cargo;

/// Something that is published and has crates in it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Product {
    /// The npm package: what is compiled into its modules.
    Package,
    /// The crate, with all that its users may turn on, for any target; and the core that it is built on.
    Crate,
    /// The server, for any target.
    Server,
}

impl Product {
    /// All of them.
    pub const ALL: [Product; 3] = [Product::Package, Product::Crate, Product::Server];

    /// What its artefacts are called.
    pub fn name(self) -> &'static str {
        match self {
            Product::Package => "npm",
            Product::Crate => "crate",
            Product::Server => "server",
        }
    }

    /// The features and the target, as cargo takes them.
    fn selection(self) -> &'static str {
        match self {
            Product::Package => {
                "--package user-handle --package user-handle-service --no-default-features --target wasm32-unknown-unknown \
                 --features user-handle/npm,user-handle/stream,user-handle/server,user-handle/klaim,user-handle-service/npm"
            }
            Product::Crate => "--package user-handle --features typed,klaim --target all",
            Product::Server => "--package user-handle-server --target all",
        }
    }

    /// Reading the manifests of one target needs the crates of that target only.
    fn platform(self) -> &'static str {
        if self == Product::Package { "--filter-platform wasm32-unknown-unknown" } else { "" }
    }
}

/// A crate at a version.
pub struct Crate {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The SPDX expression of its manifest.
    pub licence: String,
    /// Its description, or nothing.
    pub description: String,
    /// Who its manifest names.
    pub authors: Vec<String>,
    /// The folder of its sources.
    pub folder: PathBuf,
    /// Those of the list that it is compiled with.
    pub needs: Vec<usize>,
}

/// The crates of a product. The first is the product's own.
pub fn of(product: Product) -> Result<Vec<Crate>> {
    let tree = cargo()
        .words("tree --locked --edges normal,no-proc-macro --prefix depth --charset ascii --color never")
        // A space, because the depth stands right before.
        .args(["--format", " {p}"])
        .words(product.selection())
        .read()?;
    let metadata =
        cargo().words("metadata --locked --all-features --format-version 1").words(product.platform()).read()?;
    let metadata: Value = serde_json::from_str(&metadata).context("`cargo metadata` printed no JSON")?;
    let packages = metadata.get("packages").and_then(Value::as_array).context("`cargo metadata` lists no packages")?;

    let mut crates = Vec::new();
    for (name, version, needs) in parse(&tree)? {
        let package = packages
            .iter()
            .find(|package| field(package, "name") == name && field(package, "version") == version)
            .with_context(|| format!("`cargo metadata` does not know {name} {version}"))?;
        let text = |name: &str| field(package, name).trim().to_owned();
        let manifest = PathBuf::from(text("manifest_path"));
        crates.push(Crate {
            licence: text("license"),
            description: text("description").split_whitespace().collect::<Vec<_>>().join(" "),
            authors: package
                .get("authors")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(Into::into)
                .collect(),
            folder: manifest.parent().context("a manifest is in no folder")?.to_owned(),
            name,
            version,
            needs,
        });
    }
    Ok(crates)
}

/// A text of a manifest, or nothing.
fn field<'a>(manifest: &'a Value, name: &str) -> &'a str {
    manifest.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Names, versions and edges out of lines such as `2 digest v0.11.3 (*)`, where 2 is the depth.
fn parse(tree: &str) -> Result<Vec<(String, String, Vec<usize>)>> {
    let mut found: Vec<(String, String, Vec<usize>)> = Vec::new();
    let mut at = HashMap::new();
    // The crates from the root down to the line before.
    let mut path: Vec<usize> = Vec::new();
    for line in tree.lines().filter(|line| !line.is_empty()) {
        let mut words = line.split_whitespace();
        let (Some(depth), Some(name), Some(version)) =
            (words.next().and_then(|depth| depth.parse().ok()), words.next(), words.next())
        else {
            bail!("`cargo tree` printed a line without a depth, a name and a version: {line}");
        };
        let version = version.trim_start_matches('v');
        let index = *at.entry((name, version)).or_insert_with(|| {
            found.push((name.to_owned(), version.to_owned(), Vec::new()));
            found.len() - 1
        });
        path.truncate(depth);
        // A product may be of several crates: it has those beside the first.
        let above = path.last().copied().or((index > 0).then_some(0));
        if let Some((_, _, needs)) = above.and_then(|above| found.get_mut(above))
            && !needs.contains(&index)
        {
            needs.push(index);
        }
        path.push(index);
    }
    if found.is_empty() {
        bail!("`cargo tree` printed nothing");
    }
    Ok(found)
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn a_tree_becomes_a_graph() {
        let tree = "0 a v1.0.0 (/a)\n1 b v0.2.0\n2 c v3.0.0\n1 c v3.0.0 (*)\n1 c v4.0.0\n";
        let found = parse(tree).unwrap();
        let edges: Vec<_> = found.iter().map(|(name, version, needs)| format!("{name} {version} {needs:?}")).collect();
        assert_eq!(edges, ["a 1.0.0 [1, 2, 3]", "b 0.2.0 [2]", "c 3.0.0 []", "c 4.0.0 []"]);
        assert!(parse("a v1.0.0").is_err());
        let of_two = parse("0 a v1.0.0\n1 b v0.2.0\n0 c v1.0.0\n1 d v1.0.0\n").unwrap();
        let edges: Vec<_> = of_two.iter().map(|(name, _, needs)| format!("{name} {needs:?}")).collect();
        assert_eq!(edges, ["a [1, 2]", "b []", "c [3]", "d []"]);
    }
}
