//! `cargo xtask build`: the npm package.
//!
//! cargo → wasm-bindgen → wasm-opt → esbuild, from the crate and the sources in `npm/` into `pkg/`. The loaders in `npm/src`
//! import two modules that are made here:
//!
//! - `user-handle:glue`: wasm-bindgen's JavaScript, as a function of `WebAssembly` that gives a new, separate instance of
//!   the module each time, so that the loader can start again after a trap;
//! - `user-handle:payload`: the wasm, as text (see `payload.rs`).
//!
//! All of it three times: browsers refuse the app secret, so their build does without what signs with it; and Klaim has an
//! entry and a module of its own, so that nobody pays for a service who uses the other. And once of the crate
//! `user-handle-service`, for `user-handle/testing`.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use base64ct::Encoding as _;
use serde_json::{Value, json};

use crate::crates::Product;
use crate::shell::{Cmd, Folders, cargo};
use crate::{bindings, fingerprint, licences, payload, readme, setup, slim, www};

/// Everything that the package is made from.
const INPUTS: &[&str] = &[
    ".cargo/config.toml",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "core",
    "npm",
    "package-lock.json",
    "rust-toolchain.toml",
    "service",
    "src",
    "xtask/Cargo.toml",
    "xtask/src",
];

/// What its modules are made from.
const MODULE_INPUTS: &[&str] = &[
    ".cargo/config.toml",
    "Cargo.lock",
    "Cargo.toml",
    "core",
    "package-lock.json",
    "rust-toolchain.toml",
    "service",
    "src",
    "xtask/src/bindings.rs",
    "xtask/src/package.rs",
    "xtask/src/slim.rs",
];

/// Files of the project that are packed too.
const COPIES: &[&str] = &["CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"];

/// The entries that older resolvers find by folder.
const FOLDERS: &[&str] = &["klaim", "react", "server", "testing"];

/// Rust's default stack is 1 MB, which is 16 pages of memory that each instance would start with; and SHA-256 in a loop
/// takes a quarter of the bytes of SHA-256 unrolled.
const FLAGS: [&str; 2] = ["-Clink-arg=-zstack-size=65536", "--cfg=sha2_backend_soft=\"compact\""];

/// What is made, and packed.
pub const PACKAGE: &str = "pkg";

/// Runs the command.
pub fn run() -> Result<()> {
    let folders = Folders::find()?;
    setup::build_tools(&folders)?;
    build(&folders)?;
    www::build(&folders)?;
    sizes(&folders)
}

/// Builds the package, unless neither what it is made from nor what was made has changed. One build at a time.
pub fn build(folders: &Folders) -> Result<()> {
    let lock = folders.npm.join("lock");
    let lock = fs::File::create(&lock).with_context(|| format!("cannot create {}", lock.display()))?;
    lock.lock().context("cannot wait for the other build to end")?;

    let stamp = folders.npm.join("fingerprint");
    let inputs = fingerprint::of(&folders.root, INPUTS)?;
    let made =
        |inputs: &str| Ok::<_, anyhow::Error>(format!("{inputs} {}", fingerprint::of(&folders.root, &[PACKAGE])?));
    if fs::read_to_string(&stamp).is_ok_and(|stamped| made(&inputs).is_ok_and(|now| now == stamped)) {
        println!("build: nothing has changed");
        return Ok(());
    }
    modules(folders)?;
    dist(folders)?;
    modes(&folders.root.join(PACKAGE))?;
    write(&stamp, made(&inputs)?)
}

/// The modules with their JavaScript, unless they are there and nothing has changed that they are made from.
fn modules(folders: &Folders) -> Result<()> {
    let stamp = folders.npm.join("modules");
    let inputs = fingerprint::of(&folders.root, MODULE_INPUTS)?;
    if fs::read_to_string(&stamp).is_ok_and(|stamped| stamped == inputs) {
        return Ok(());
    }
    for variant in Variant::ALL {
        wasm(folders, variant)?;
        glue(folders, variant)?;
    }
    write(&stamp, inputs)
}

/// npm packs the rights of files too, which are the umask's of whoever builds: all are as with 022.
fn modes(folder: &Path) -> Result<()> {
    #[cfg(unix)]
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?.flatten() {
        use std::os::unix::fs::PermissionsExt;
        let path = entry.path();
        if path.is_dir() {
            modes(&path)?;
        } else {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644))
                .with_context(|| format!("cannot change the rights of {}", path.display()))?;
        }
    }
    Ok(())
}

/// One of the builds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Variant {
    /// With all there is: for servers, and wherever nothing says that it is a browser.
    Server,
    /// Without what signs.
    Browser,
    /// For Klaim.
    Klaim,
    /// The service in memory, for tests.
    Testing,
}

impl Variant {
    const ALL: [Variant; 4] = [Variant::Server, Variant::Browser, Variant::Klaim, Variant::Testing];

    fn name(self) -> &'static str {
        match self {
            Variant::Server => "server",
            Variant::Browser => "browser",
            Variant::Klaim => "klaim",
            Variant::Testing => "testing",
        }
    }

    /// The crate that it is made of.
    fn package(self) -> &'static str {
        if self == Variant::Testing { "user-handle-service" } else { "user-handle" }
    }

    fn features(self) -> &'static str {
        match self {
            Variant::Server => "npm,stream,server",
            Variant::Browser => "npm,stream",
            Variant::Klaim => "npm,klaim",
            Variant::Testing => "npm",
        }
    }

    /// What the package's JavaScript calls in the module.
    fn exports(self) -> &'static str {
        match self {
            Variant::Server => {
                "ImportController, StreamSession, batchRules, checkId, checkListSize, checkMember, hintAfter, hintOfMember, \
                 idHashes, importOptions, isFaultOfAMember, judgeData, missingUser, notFound, partsOfIds, readSettings, \
                 referenceRules, referenced, refusal, start"
            }
            Variant::Browser => {
                "StreamSession, checkId, missingUser, readSettings, referenceRules, referenced, refusal, start"
            }
            Variant::Klaim => "KlaimSession, checkUserId, nextCursor, readKlaimSettings, refusal, start",
            Variant::Testing => "Service, failure, start, userToken",
        }
    }

    /// The service's folder in `npm/src`.
    fn service(self) -> &'static str {
        if self == Variant::Klaim { "klaim" } else { "stream" }
    }

    /// What its module is called where it is a file of its own.
    fn module(self) -> &'static str {
        if self == Variant::Klaim { "klaim" } else { "user-handle" }
    }

    /// Where its intermediate files are.
    fn folder(self, folders: &Folders) -> PathBuf {
        folders.npm.join(self.name())
    }

    /// Whether its module is base64: nothing is downloaded, and each start counts.
    fn is_base64(self) -> bool {
        self == Variant::Server
    }

    /// The entry for workerd and edge-light.
    fn edge(self) -> Option<&'static str> {
        match self {
            Variant::Server => Some("edge.js"),
            Variant::Browser | Variant::Testing => None,
            Variant::Klaim => Some("klaim-edge.js"),
        }
    }

    fn wasm(self, folders: &Folders) -> PathBuf {
        self.folder(folders).join("user-handle.wasm")
    }
}

/// The optimised wasm, with wasm-bindgen's JavaScript beside it.
fn wasm(folders: &Folders, variant: Variant) -> Result<()> {
    println!("build: cargo, for the {}", variant.name());
    cargo()
        // `rustc` with the one crate type: with an rlib beside it, cargo leaves out link-time optimisation without a word.
        .words("rustc --crate-type cdylib --profile npm --target wasm32-unknown-unknown --lib --no-default-features")
        .args(["--package", variant.package(), "--features", variant.features()])
        .arg("--target-dir")
        .arg(&folders.target)
        .env("CARGO_ENCODED_RUSTFLAGS", rustflags(folders, &FLAGS))
        .run()?;

    println!("build: wasm-bindgen");
    let out = variant.folder(folders);
    let made = format!("wasm32-unknown-unknown/npm/{}.wasm", variant.package().replace('-', "_"));
    let input = folders.target.join(made);
    let mut bindgen = bindings::for_the_web(&input, "user_handle")?;
    bindgen.omit_default_module_path(true).generate(&out).context("wasm-bindgen failed")?;

    slim::slim(&out.join("user_handle_bg.wasm"), &out.join("user_handle.js"), variant == Variant::Browser)?;

    println!("build: wasm-opt");
    folders
        .npm_bin("wasm-opt")
        // Twice, with the control flow built anew before each: some 80 bytes of brotli. Nothing is at an address under 1024:
        // the stack ends there.
        .words("--flatten --rereloop -Oz -Oz --flatten --rereloop -Oz -Oz --converge --low-memory-unused")
        .words("--strip-target-features --strip-producers")
        .words("--enable-bulk-memory --enable-multivalue --enable-mutable-globals")
        .words("--enable-nontrapping-float-to-int --enable-reference-types --enable-sign-ext")
        .arg(out.join("user_handle_bg.wasm"))
        .arg("-o")
        .arg(variant.wasm(folders))
        .run()
}

/// These flags, and those that take folders out of the paths. They replace any RUSTFLAGS, so that the same sources give the same bytes on every machine.
pub fn rustflags(folders: &Folders, flags: &[&str]) -> OsString {
    let mut flags = OsString::from(flags.join("\u{1f}"));
    let home = std::env::var_os("HOME").map(|home| Path::new(&home).join(".cargo").into_os_string());
    let cargo_home = std::env::var_os("CARGO_HOME").or(home);
    for (folder, name) in [(Some(folders.root.clone().into_os_string()), "user-handle"), (cargo_home, "cargo")] {
        if let Some(folder) = folder {
            if !flags.is_empty() {
                flags.push("\u{1f}");
            }
            flags.push("--remap-path-prefix=");
            flags.push(folder);
            flags.push("=");
            flags.push(name);
        }
    }
    flags
}

/// wasm-bindgen's JavaScript as a function that gives a separate instance each time.
fn glue(folders: &Folders, variant: Variant) -> Result<()> {
    let entry = variant.folder(folders).join("exports.js");
    write(&entry, format!("export {{ {} }} from \"./user_handle.js\";\n", variant.exports()))?;
    let module = esbuild(folders)
        .words("--format=esm --platform=neutral --minify-syntax --minify-whitespace --external:./snippets/*")
        // Of wasm-bindgen's own; the tests look at the table of references.
        .words("--mangle-props=^__ --reserve-props=^__(proto__|wbindgen_externrefs)$")
        .arg(&entry)
        .read()?;
    write(&variant.folder(folders).join("glue.js"), factory(&module, &folders.root)?)
}

/// Makes a module into a function: its `export{a,b as c};` at the end becomes `return{a,c:b};`. Its imports, all of them
/// copies of files in `src/js`, stay in front and name the files themselves: the package imports some of them too.
fn factory(module: &str, root: &Path) -> Result<String> {
    let (mut imports, mut module) = (String::new(), module);
    while module.starts_with("import") {
        let (import, rest) = module.split_once(';').context("esbuild's output has an import without an end")?;
        let (names, path) = import.split_once("\"./snippets/").context("the glue imports what is no snippet")?;
        let (_, file) = path.split_once("/src/js/").context("a snippet is not of src/js")?;
        let _ = writeln!(imports, "{names}\"{}/src/js/{file};", root.display());
        module = rest.trim_start();
    }
    let (body, exports) = module
        .rsplit_once("export{")
        .and_then(|(body, rest)| Some((body, rest.trim().strip_suffix("};")?)))
        .context("esbuild's output does not end with its exports")?;
    let members: Vec<String> = exports
        .split(',')
        .map(|export| match export.split_once(" as ") {
            Some((local, name)) => format!("{name}:{local}"),
            None => export.to_owned(),
        })
        .collect();
    Ok(format!("{imports}export default function instantiate() {{\n{body}return{{{}}};\n}}\n", members.join(",")))
}

/// What npm packs.
fn dist(folders: &Folders) -> Result<()> {
    println!("build: esbuild");
    let (sources, package) = (folders.root.join("npm"), folders.root.join(PACKAGE));
    empty(&package)?;
    let dist = package.join("dist");
    fs::create_dir_all(&dist).with_context(|| format!("cannot create {}", dist.display()))?;
    bundle(folders, &bundles(folders)?)?;

    copy(&Variant::Server.wasm(folders), &dist.join("user-handle.wasm"))?;
    copy(&Variant::Browser.wasm(folders), &dist.join("browser.wasm"))?;
    copy(&Variant::Klaim.wasm(folders), &dist.join("klaim.wasm"))?;
    for name in ["index", "klaim", "react", "testing"] {
        let types = sources.join(format!("{name}.d.ts"));
        copy(&types, &dist.join(format!("{name}.d.ts")))?;
        let text = fs::read_to_string(&types).with_context(|| format!("cannot read {}", types.display()))?;
        let text = text.replace("./index.js", "./index.cjs").replace("./klaim.js", "./klaim.cjs");
        write(&dist.join(format!("{name}.d.cts")), text)?;
    }
    for folder in FOLDERS {
        let to = package.join(folder);
        fs::create_dir_all(&to).with_context(|| format!("cannot create {}", to.display()))?;
        copy(&sources.join(folder).join("package.json"), &to.join("package.json"))?;
    }
    copy(&sources.join("package.json"), &package.join("package.json"))?;
    for name in COPIES {
        copy(&folders.root.join(name), &package.join(name))?;
    }
    let read = |path: PathBuf| fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()));
    let text = read(folders.root.join("README.md"))?;
    let has_address = read(sources.join("package.json"))?.contains("\"repository\"");
    write(&package.join("README.md"), if has_address { text } else { readme::without_files(&text) })?;
    write(&package.join("THIRD-PARTY-LICENSES"), licences::third_parties(Product::Package)?)
}

/// Takes away what an earlier build, or wasm-pack, has left: all but what git tracks.
fn empty(package: &Path) -> Result<()> {
    let entries = fs::read_dir(package).with_context(|| format!("cannot list {}", package.display()))?;
    for path in entries.flatten().map(|entry| entry.path()).filter(|path| !path.ends_with(".gitignore")) {
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.with_context(|| format!("cannot remove {}", path.display()))?;
    }
    Ok(())
}

/// Every file of JavaScript, as `npm/bundle.mjs` takes it.
fn bundles(folders: &Folders) -> Result<Vec<Value>> {
    let sources = folders.root.join("npm/src");
    let dist = folders.root.join(PACKAGE).join("dist");
    // For what Jest takes, in which jsdom may be: that lacks some of the globals.
    let inject = json!([sources.join("missing-globals.js")]);
    let mut bundles = Vec::new();
    let mut add = |entry: &Path, to: &str, more: Value| {
        let format = if to.ends_with(".js") { "esm" } else { "cjs" };
        let mut bundle = json!({ "entry": entry, "outfile": dist.join(to), "format": format });
        if let (Some(bundle), Value::Object(more)) = (bundle.as_object_mut(), more) {
            bundle.extend(more);
        }
        bundles.push(bundle);
    };
    for (variant, name) in [(Variant::Server, "index"), (Variant::Browser, "browser"), (Variant::Klaim, "klaim")] {
        let wasm = variant.wasm(folders);
        let bytes = fs::read(&wasm).with_context(|| format!("cannot read {}", wasm.display()))?;
        let made = variant.folder(folders);
        write(&made.join("payload.js"), built_in(variant, &bytes))?;
        let service = sources.join(variant.service());
        let more = json!({
            "define": {
                "SERVER": (variant != Variant::Browser).to_string(),
                "IS_BASE64": variant.is_base64().to_string(),
                "MODULE": format!("{:?}", variant.module()),
            },
            "modules": { "glue": made.join("glue.js"), "payload": made.join("payload.js"), "api": service.join("api.js") },
        });
        add(&sources.join("index.js"), &format!("{name}.js"), more.clone());
        // esbuild lists the names for those who only read the file, but for `default`.
        let mut required = more.clone();
        if let Some(required) = required.as_object_mut() {
            required.insert("inject".to_owned(), inject.clone());
            required.insert("footer".to_owned(), json!({ "js": "0&&(module.exports.default=undefined);" }));
        }
        add(&sources.join("index.js"), &format!("{name}.cjs"), required);
        if let Some(edge) = variant.edge() {
            let mut more = more;
            if let Some(more) = more.as_object_mut() {
                more.insert("external".to_owned(), json!(["*.wasm?module"]));
                more.insert("minifyWhitespace".to_owned(), json!(true));
            }
            add(&service.join("edge.js"), edge, more);
        }
    }
    let made = Variant::Testing.folder(folders);
    let wasm = Variant::Testing.wasm(folders);
    let bytes = fs::read(&wasm).with_context(|| format!("cannot read {}", wasm.display()))?;
    write(&made.join("payload.js"), built_in(Variant::Testing, &bytes))?;
    for to in ["testing.js", "testing.cjs"] {
        let more = json!({
            "define": { "IS_BASE64": Variant::Testing.is_base64().to_string() },
            "modules": { "glue": made.join("glue.js"), "payload": made.join("payload.js") },
            "inject": inject,
        });
        add(&sources.join("testing/index.js"), to, more);
    }
    // Plain JavaScript that needs nothing of the module: for React, which is its user's own; and the classes that all entries
    // have in common.
    let plain = json!({ "packages": "external", "external": ["*/react.js"], "minifySyntax": false });
    for (from, to) in [
        ("react/index.js", "react.js"),
        ("react/index.js", "react.cjs"),
        // Only bundlers ask for it; it shares the module of the others, whose context is one.
        ("react/server.js", "react-server.js"),
    ] {
        add(&sources.join(from), to, plain.clone());
    }
    let errors = folders.root.join("src/js/errors.js");
    for to in ["errors.js", "errors.cjs"] {
        add(&errors, to, json!({ "errors": "inside" }));
    }
    Ok(bundles)
}

fn bundle(folders: &Folders, bundles: &[Value]) -> Result<()> {
    let lines: Vec<String> = bundles.iter().map(Value::to_string).collect();
    let input = folders.npm.join("bundles.json");
    write(&input, lines.join("\n"))?;
    Cmd::new("node").arg("npm/bundle.mjs").arg(&input).run()
}

/// The module that holds the wasm, as text: for pages as little as possible, for servers what is read fastest.
fn built_in(variant: Variant, wasm: &[u8]) -> String {
    let payload::Payload { moved, bytes, text } = if variant.is_base64() {
        let text = base64ct::Base64::encode_string(wasm);
        payload::Payload { moved: String::new(), bytes: String::new(), text }
    } else {
        payload::encode(wasm)
    };
    format!("export const moved = {moved:?}, bytes = {bytes:?}, text = {text:?};\n")
}

fn esbuild(folders: &Folders) -> Cmd {
    folders
        .npm_bin("esbuild")
        .words("--bundle --target=es2022 --legal-comments=none --log-level=warning")
        // wasm-bindgen names a snippet once for each function that it imports straight from it; the values are the same.
        .words("--log-override:duplicate-object-key=silent")
}

/// Prints what the package weighs; of the entries for pages, what a bundler makes of them too.
fn sizes(folders: &Folders) -> Result<()> {
    const TABLE: &str = r#"
        const zlib = require("node:zlib");
        const row = (...cells) => console.log(cells.map((cell, i) => i ? String(cell).padStart(12) : cell.padEnd(22)).join(""));
        row("bytes", "raw", "gzip -9", "brotli 11");
        for (const pair of process.argv.slice(1)) {
            const [name, path] = pair.split("=");
            const bytes = require("node:fs").readFileSync(path);
            row(name, bytes.length, zlib.gzipSync(bytes, { level: 9 }).length, zlib.brotliCompressSync(bytes).length);
        }"#;
    let mut table = Cmd::new("node")
        .words("--eval")
        .arg(TABLE)
        .arg("user-handle.wasm=pkg/dist/user-handle.wasm")
        .arg("klaim.wasm=pkg/dist/klaim.wasm")
        .arg("index.js=pkg/dist/index.js");
    for name in ["browser.js", "klaim.js"] {
        let page = folders.npm.join(format!("page-{name}"));
        let mut outfile = OsString::from("--outfile=");
        outfile.push(&page);
        esbuild(folders).words("--format=esm --minify").arg(format!("pkg/dist/{name}")).arg(outfile).run()?;
        let mut minified = OsString::from(format!("{name}, minified="));
        minified.push(&page);
        table = table.arg(format!("{name}=pkg/dist/{name}")).arg(minified);
    }
    table.run()
}

fn write(path: &Path, text: impl AsRef<[u8]>) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if !from.is_file() {
        bail!("{} is missing, and the package needs it", from.display());
    }
    fs::copy(from, to).map(drop).with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn a_module_becomes_a_function() {
        let root = Path::new("/project");
        let module = factory("let a=1;function b(){}export{a,b as c};\n", root).unwrap();
        assert_eq!(module, "export default function instantiate() {\nlet a=1;function b(){}return{a,c:b};\n}\n");
        let module = factory("import{d}from\"./snippets/hash/src/js/e.js\";export{d};\n", root).unwrap();
        assert_eq!(
            module,
            "import{d}from\"/project/src/js/e.js\";\nexport default function instantiate() {\nreturn{d};\n}\n"
        );
        let error = factory("let a=1;", root).unwrap_err();
        assert_eq!(error.to_string(), "esbuild's output does not end with its exports");
    }
}
