//! What each product is made of, as a software bill of materials in CycloneDX 1.6.
//!
//! cargo-cyclonedx is not used: it lists what `cargo metadata` resolves for the whole workspace, twice the crates that are in
//! the npm package, and writes the machine's paths. Here it is the crates of `crates.rs`, and the same bytes each time.

use anyhow::Result;
use serde_json::{Value, json};

use crate::crates::{self, Crate, Product};

/// The document for a product, indented. The workspace has one version, so this program's is that of all.
pub fn of(product: Product) -> Result<String> {
    let crates = crates::of(product)?;
    let mut parts: Vec<Value> = crates.iter().map(component).collect();
    let references: Vec<String> = crates.iter().map(purl).collect();
    let mut dependencies: Vec<Value> = crates
        .iter()
        .zip(&references)
        .map(|(of, reference)| {
            let needs: Vec<_> = of.needs.iter().filter_map(|index| references.get(*index)).collect();
            json!({ "ref": reference, "dependsOn": needs })
        })
        .collect();
    let own = if product == Product::Package {
        // It has the crate in it, and with that all others; it installs no package.
        let version = env!("CARGO_PKG_VERSION");
        let reference = format!("pkg:npm/user-handle@{version}");
        dependencies.insert(0, json!({ "ref": reference, "dependsOn": references.get(..1) }));
        json!({
            "type": "library",
            "bom-ref": reference,
            "name": "user-handle",
            "version": version,
            "licenses": [{ "expression": env!("CARGO_PKG_LICENSE") }],
            "purl": reference,
        })
    } else {
        parts.remove(0)
    };
    let bom = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "component": own },
        "components": parts,
        "dependencies": dependencies,
    });
    Ok(format!("{bom:#}\n"))
}

fn purl(found: &Crate) -> String {
    format!("pkg:cargo/{}@{}", found.name, found.version.replace('+', "%2B"))
}

fn component(found: &Crate) -> Value {
    json!({
        "type": "library",
        "bom-ref": purl(found),
        "name": found.name,
        "version": found.version,
        "description": found.description,
        // As in older manifests: MIT/Apache-2.0.
        "licenses": [{ "expression": found.licence.replace('/', " OR ") }],
        "purl": purl(found),
    })
}
