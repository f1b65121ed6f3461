//! The licences of other people's code that is in what is published: which are accepted, which is taken where there is a
//! choice, and the texts and notices that they ask for.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use spdx::{Expression, Licensee, ParseMode};

use crate::crates::{self, Crate, Product};
use crate::shell::{Cmd, Folders};

/// What is accepted, in the order of preference. Apache-2.0 asks for one copy of its text, MIT for the notice of each.
const ACCEPTED: [&str; 8] = [
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "MIT",
    "ISC",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "Zlib",
    "Unicode-3.0",
];

/// What is accepted for one part only: under MPL-2.0, changes to its own files would have to be published.
const EXCEPTIONS: [(&str, &str); 1] = [("option-ext", "MPL-2.0")];

/// What no manifest names: `(product, what it is, licence)`.
const INSIDE: [(Product, &str, &str); 5] = [
    (Product::Package, "Rust's standard library, when it is compiled", "Apache-2.0"),
    (Product::Crate, "Rust's standard library, when it is compiled", "Apache-2.0"),
    (Product::Server, "Rust's standard library, when it is compiled", "Apache-2.0"),
    (Product::Server, "SQLite, in libsqlite3-sys: in the public domain", ""),
    (Product::Server, "Swagger UI, in utoipa-swagger-ui-vendored", "Apache-2.0"),
];

/// A part of what is published that others have written.
struct Part {
    name: String,
    version: String,
    /// The licences that are taken, out of those that its manifest offers.
    taken: Vec<String>,
    /// What they ask to be passed on; that of Apache-2.0 is the same for all, and not here.
    texts: Vec<String>,
}

/// Fails where the licence of a crate is not accepted.
pub fn check() -> Result<()> {
    for product in Product::ALL {
        of_crates(&crates::of(product)?).with_context(|| format!("in the {}", product.name()))?;
    }
    Ok(())
}

/// What is in a product, with the texts that have to go with it.
pub fn third_parties(product: Product) -> Result<String> {
    report(product, of_crates(&crates::of(product)?)?)
}

/// What is in the console: the npm packages that Vite takes parts of, and our own with its crates.
pub fn console(folders: &Folders) -> Result<String> {
    // All that is asked of Vite is which files it read; nothing is written.
    const MODULES: &str = r#"
        import { build } from "vite";
        const read = new Set();
        const note = { name: "note", generateBundle() { for (const id of this.getModuleIds()) read.add(id); } };
        await build({ root: "www", logLevel: "error", build: { write: false, emptyOutDir: false }, plugins: [note] });
        for (const id of read) console.log(id);"#;
    let read = Cmd::new("node").args(["--input-type=module", "--eval", MODULES]).read()?;
    let mut parts = BTreeMap::new();
    for file in read.lines().filter_map(|line| line.split('?').next()) {
        // What a bundler adds of its own has no file: `\0vite/preload-helper.js`.
        let (before, inside) = match file.strip_prefix('\0') {
            Some(inside) if !inside.starts_with('/') => ("", inside),
            _ => match file.trim_start_matches('\0').rsplit_once("node_modules/") {
                Some(split) => split,
                None => continue,
            },
        };
        let names = if inside.starts_with('@') { 2 } else { 1 };
        let name = inside.split('/').take(names).collect::<Vec<_>>().join("/");
        let folder = folders.root.join(before).join("node_modules").join(&name);
        let manifest = folder.join("package.json");
        let text = fs::read_to_string(&manifest).with_context(|| format!("cannot read {}", manifest.display()))?;
        let manifest: Value = serde_json::from_str(&text).with_context(|| format!("{name}: package.json"))?;
        let field = |field: &str| manifest.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        parts.insert(name.clone(), part(&name, &field("version"), &field("license"), &[field("author")], &folder)?);
    }
    if parts.is_empty() {
        bail!("Vite read no npm package for the console, which cannot be");
    }
    let crates = of_crates(&crates::of(Product::Package)?)?;
    report(Product::Package, parts.into_values().chain(crates).collect())
}

/// All but the product's own.
fn of_crates(crates: &[Crate]) -> Result<Vec<Part>> {
    let others = crates.iter().filter(|found| !found.name.starts_with("user-handle"));
    others.map(|found| part(&found.name, &found.version, &found.licence, &found.authors, &found.folder)).collect()
}

fn part(name: &str, version: &str, licence: &str, authors: &[String], folder: &Path) -> Result<Part> {
    let taken = choose(name, licence)?;
    let mut texts = Vec::new();
    for id in taken.iter().filter(|id| !id.starts_with("Apache-2.0")) {
        let files = texts_of(id, folder)?;
        texts.extend(if files.is_empty() { vec![standard_text(id, name, authors)?] } else { files });
    }
    texts.extend(notices(folder)?);
    texts.sort();
    texts.dedup();
    Ok(Part { name: name.to_owned(), version: version.to_owned(), taken, texts })
}

/// Which of the licences that an SPDX expression offers are taken.
fn choose(name: &str, licence: &str) -> Result<Vec<String>> {
    let expression = Expression::parse_mode(licence, ParseMode::LAX)
        .with_context(|| format!("{name} has a licence that is no SPDX expression: {licence:?}"))?;
    let exception = EXCEPTIONS.iter().filter(|(of, _)| *of == name).map(|(_, licence)| *licence);
    let accepted: Vec<Licensee> = ACCEPTED
        .into_iter()
        .chain(exception)
        .map(Licensee::parse)
        .collect::<Result<_, _>>()
        .context("the accepted licences")?;
    let taken = expression.minimized_requirements(&accepted).with_context(|| {
        format!("{name} is under {licence}, which is not accepted: do without it, or add it to xtask/src/licences.rs")
    })?;
    Ok(taken.iter().map(ToString::to_string).collect())
}

/// The files of a folder whose names begin so, in small letters; sorted.
fn files(folder: &Path, beginnings: &[&str]) -> Result<Vec<(String, PathBuf)>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut found: Vec<(String, PathBuf)> = entries
        .filter_map(|entry| entry.ok())
        .map(|entry| (entry.file_name().to_string_lossy().to_lowercase(), entry.path()))
        .filter(|(name, path)| beginnings.iter().any(|beginning| name.starts_with(beginning)) && path.is_file())
        .collect();
    found.sort();
    Ok(found)
}

/// The files with a licence's text: those that are called after it, else those that are not called after another.
fn texts_of(id: &str, folder: &Path) -> Result<Vec<String>> {
    let word = id.split('-').next().unwrap_or(id).to_lowercase();
    let all = files(folder, &["license", "licence", "copying"])?;
    let (named, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|(name, _)| name.contains(&word));
    let chosen = if named.is_empty() {
        others.into_iter().filter(|(name, _)| !name.contains("apache") && !name.contains("3rd-party")).collect()
    } else {
        named
    };
    chosen.iter().map(|(_, path)| text(path)).collect()
}

/// What Apache-2.0 wants to be passed on, where there is one.
fn notices(folder: &Path) -> Result<Vec<String>> {
    files(folder, &["notice"])?.iter().map(|(_, path)| text(path)).collect()
}

fn text(path: &Path) -> Result<String> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim().to_owned())
}

/// For a part that has no file with it: the text of SPDX, and who its manifest names.
fn standard_text(id: &str, name: &str, authors: &[String]) -> Result<String> {
    let licence = spdx::license_id(id).with_context(|| format!("SPDX has no text of {id}"))?;
    // Without its placeholders for a year and a holder.
    let body = licence.text().split_once("Permission is hereby granted").map(|(_, rest)| rest);
    let body =
        body.with_context(|| format!("there is no file with the text of {id}, and no notice to make one from"))?;
    let names: Vec<&str> = authors.iter().map(|author| author.split(" <").next().unwrap_or(author)).collect();
    let holders = if names.is_empty() { format!("the authors of {name}") } else { names.join(", ") };
    Ok(format!("Copyright (c) {holders}\n\nPermission is hereby granted{}", body.trim_end()))
}

/// A list of the parts, and each text once, with the parts that it is of.
fn report(product: Product, mut parts: Vec<Part>) -> Result<String> {
    parts.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    let mut report =
        String::from("What is in here that others have written, and the licence that each part is used under.\n\n");
    for (_, what, licence) in INSIDE.iter().filter(|(of, ..)| *of == product) {
        writeln!(report, "{what}{}{licence}", if licence.is_empty() { "" } else { ": " })?;
    }
    let mut texts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for Part { name, version, taken, texts: of_part } in &parts {
        writeln!(report, "{name} {version}: {}", taken.join(", "))?;
        for text in of_part {
            texts.entry(text).or_default().push(name);
        }
    }
    report.push_str("\nThe text of Apache-2.0 is in LICENSE-APACHE.\n");
    for (text, names) in texts {
        write!(report, "\n---- {} ----\n\n{text}\n", names.join(", "))?;
    }
    Ok(report)
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn the_licence_with_the_fewest_duties_is_taken() {
        assert_eq!(choose("a", "MIT/Apache-2.0").unwrap(), ["Apache-2.0"]);
        assert_eq!(choose("a", "(MIT OR Apache-2.0) AND Unicode-3.0").unwrap(), ["Apache-2.0", "Unicode-3.0"]);
        assert_eq!(choose("option-ext", "MPL-2.0").unwrap(), ["MPL-2.0"]);
    }

    #[test]
    fn a_new_licence_is_refused() {
        let error = choose("b", "MPL-2.0").unwrap_err().to_string();
        assert!(error.starts_with("b is under MPL-2.0, which is not accepted: "), "{error}");
        assert!(choose("b", "GPL-3.0-only OR LGPL-3.0-only").is_err());
        assert!(choose("b", "").is_err());
    }

    #[test]
    fn a_text_names_its_authors() {
        let text = standard_text("MIT", "a", &["Ada <ada@example.com>".to_owned()]).unwrap();
        assert!(text.starts_with("Copyright (c) Ada\n\nPermission is hereby granted, free of charge"), "{text}");
        assert!(standard_text("MIT", "a", &[]).unwrap().starts_with("Copyright (c) the authors of a\n"));
    }
}
