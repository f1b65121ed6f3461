//! The environments: a folder of `tests/runtimes` each, or several from one folder that differ in versions.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

/// What the environments are, in the order of the table.
const KINDS: [&str; 7] = ["runtime", "browser", "bundler", "test runner", "framework", "types", "surroundings"];
/// Steps that take longer than this are killed, unless the fixture says how many seconds it may take.
const DEADLINE: u64 = 180;

/// One environment.
pub struct Environment {
    /// Such as `vite-7`.
    pub name: String,
    /// The fixture's folder.
    pub folder: PathBuf,
    /// The browsers that its scripts use.
    pub needs: Vec<String>,
    /// The scripts of its package.json, in their order: each is a row of the table.
    pub scripts: Vec<String>,
    /// The version that the table shows; a script of a browser prints it instead.
    pub version: String,
    /// Seconds that each step may take.
    pub deadline: u64,
    /// Index into `KINDS`.
    kind: usize,
    /// Its package.json.
    manifest: Value,
}

impl Environment {
    /// Whether `name` is its own, or its fixture's.
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.folder.file_name().is_some_and(|folder| folder == name)
    }

    /// Copies the fixture into a new folder, with the programs, and with the tarball as a dependency.
    pub fn copy_to(&self, into: &Path, tarball: &Path) -> Result<()> {
        if into.exists() {
            fs::remove_dir_all(into).with_context(|| format!("cannot empty {}", into.display()))?;
        }
        copy_all(&self.folder, into)?;
        self.copy_programs(into)?;
        let mut manifest = self.manifest.clone();
        if let Some(fields) = manifest.as_object_mut() {
            fields.remove("matrix");
            let dependencies = fields.entry("dependencies").or_insert_with(|| json!({}));
            if let Some(dependencies) = dependencies.as_object_mut() {
                dependencies.insert("user-handle".into(), format!("file:{}", tarball.display()).into());
            }
        }
        write(&into.join("package.json"), &format!("{manifest:#}\n"))
    }

    /// The files that the fixtures share; those that have `require` get the same program as a CommonJS module.
    fn copy_programs(&self, into: &Path) -> Result<()> {
        for name in ["in-node.cjs", "in-node.mjs", "in-page.cjs", "in-page.mjs", "program.mjs"] {
            let file = self.folder.with_file_name(name);
            let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
            write(&into.join(name), &text)?;
            if name == "program.mjs" {
                let text = text.replace("export async function run", "exports.run = async function run");
                write(&into.join("program.cjs"), &text)?;
            }
        }
        Ok(())
    }
}

/// All environments.
pub fn all(runtimes: &Path) -> Result<Vec<Environment>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(runtimes).with_context(|| format!("cannot list {}", runtimes.display()))? {
        let folder = entry.with_context(|| format!("cannot list {}", runtimes.display()))?.path();
        let file = folder.join("package.json");
        if file.is_file() {
            let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
            let manifest = serde_json::from_str(&text).with_context(|| file.display().to_string())?;
            found.extend(environments(&folder, &manifest).with_context(|| file.display().to_string())?);
        }
    }
    found.sort_by(|a, b| (a.kind, &a.folder).cmp(&(b.kind, &b.folder)));
    Ok(found)
}

/// The environments of one package.json; `tests/runtimes/README.md` says what its key `matrix` holds.
fn environments(folder: &Path, manifest: &Value) -> Result<Vec<Environment>> {
    let own = folder.file_name().and_then(|name| name.to_str()).context("its folder's name is not UTF-8")?;
    let about = manifest.get("matrix").context("it has no key `matrix`")?;
    let kind = about.get("kind").and_then(Value::as_str).context("matrix.kind is missing")?;
    let kind =
        KINDS.iter().position(|known| *known == kind).with_context(|| format!("matrix.kind is none of {KINDS:?}"))?;
    let one = Map::from_iter([(own.to_owned(), json!({}))]);
    let variants = about.get("variants").and_then(Value::as_object).unwrap_or(&one);
    let scripts = manifest.get("scripts").and_then(Value::as_object).context("it has no scripts")?;
    let make = |(name, variant): (&String, &Value)| {
        let mut manifest = manifest.clone();
        let more = variant.get("dependencies").and_then(Value::as_object);
        if let (Some(own), Some(more)) = (manifest.get_mut("dependencies").and_then(Value::as_object_mut), more) {
            own.extend(more.clone());
        }
        let said = |key: &str| variant.get(key).or_else(|| about.get(key));
        let tool = said("tool").and_then(Value::as_str).unwrap_or(own);
        let some = said("scripts").map(|some| strings(Some(some)));
        let scripts = scripts.keys().filter(|script| some.as_ref().is_none_or(|some| some.contains(script)));
        let version = manifest.get("dependencies").and_then(|all| all.get(tool)).and_then(Value::as_str);
        Environment {
            name: name.clone(),
            folder: folder.to_owned(),
            needs: strings(said("needs")),
            scripts: scripts.cloned().collect(),
            version: version.unwrap_or_default().to_owned(),
            deadline: said("deadline").and_then(Value::as_u64).unwrap_or(DEADLINE),
            kind,
            manifest,
        }
    };
    Ok(variants.iter().map(make).collect())
}

fn strings(list: Option<&Value>) -> Vec<String> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

fn copy_all(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot list {}", from.display()))? {
        let entry = entry.with_context(|| format!("cannot list {}", from.display()))?;
        let (source, copy) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy_all(&source, &copy)?;
        } else {
            fs::copy(&source, &copy).with_context(|| format!("cannot copy {}", source.display()))?;
        }
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn variants_differ_in_dependencies() {
        let manifest = json!({
            "scripts": { "require": "", "import": "" },
            "dependencies": { "node": "0.0.0" },
            "matrix": { "kind": "runtime", "variants": {
                "node-18": { "dependencies": { "node": "18.0.0" }, "scripts": ["import"] },
                "node-20": { "dependencies": { "node": "20.0.0" } },
            } },
        });
        let found = environments(Path::new("tests/runtimes/node"), &manifest).unwrap();
        let names: Vec<_> = found.iter().map(|one| (one.name.as_str(), one.version.as_str())).collect();
        assert_eq!(names, [("node-18", "18.0.0"), ("node-20", "20.0.0")]);
        assert_eq!(found[0].scripts, ["import"]);
        assert_eq!(found[1].scripts, ["require", "import"]);
        assert!(found[0].is_called("node") && found[0].is_called("node-18") && !found[0].is_called("node-20"));
    }
}
