//! `cargo xtask build`: the npm package.
//!
//! cargo → wasm-bindgen → wasm-opt (→ wasm2js) → esbuild, from the crate and the sources in `npm/` into `pkg/`. The loaders in
//! `npm/src` import modules that are made here:
//!
//! - `user-handle:glue`: wasm-bindgen's JavaScript, as a function that gives a new, separate instance of the module each time, so
//!   that the loader can start again after a trap;
//! - `user-handle:payload`: the wasm, as text (see `payload.rs`);
//! - `user-handle:module`: the module as JavaScript.
//!
//! All of it for each build of `variant.rs`: browsers refuse the app secret, so their build does without what signs with it;
//! Klaim has an entry and a module of its own, so that nobody pays for a service who uses the other; and the crate
//! `user-handle-service` is made into `user-handle/testing`. Those with a client are also made into JavaScript, for runtimes that
//! have no WebAssembly.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use base64ct::Encoding as _;
use serde_json::{Value, json};

use crate::crates::Product;
use crate::module::{self, esbuild};
use crate::shell::{Cmd, Folders, remove_file, write};
use crate::variant::{BROWSER, CLIENTS, Form, KLAIM, SERVER, TESTING, Variant};
use crate::{fingerprint, licences, payload, readme, setup, www};

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
    "xtask/src/module.rs",
    "xtask/src/slim.rs",
    "xtask/src/variant.rs",
];

/// Files of the project that are packed too.
const COPIES: &[&str] = &["CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"];

/// The entries that older resolvers find by folder.
const FOLDERS: &[&str] = &["klaim", "klaim/no-wasm", "no-wasm", "react", "server", "testing"];

/// What some runtimes lack, in the files that are for them: jsdom as Jest has it, and React Native.
const MISSING_GLOBALS: &str = "./npm/src/missing-globals.js";
/// What stands for a trap of WebAssembly where there is none.
const TRAP: &str = "./npm/src/no-wasm/trap.js";

/// What is made, and packed.
pub const PACKAGE: &str = "pkg";

/// Runs the command.
pub fn run() -> Result<()> {
    let folders = Folders::find()?;
    setup::build_tools(&folders)?;
    build(&folders, Contents::All)?;
    www::build(&folders)?;
    sizes(&folders)
}

/// What of the package is made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Contents {
    All,
    /// Without `testing` and what is for runtimes without WebAssembly: the demo and the console need neither, and whoever starts it
    /// for the first time waits for each module.
    ForDemo,
}

/// Builds the package, unless neither what it is made from nor what was made has changed. One build at a time.
pub fn build(folders: &Folders, contents: Contents) -> Result<()> {
    let _lock = folders.lock("lock")?;
    let stamp = folders.npm.join("fingerprint");
    let inputs = fingerprint::of(&folders.root, INPUTS)?;
    let made =
        |inputs: &str| Ok::<_, anyhow::Error>(format!("{inputs} {}", fingerprint::of(&folders.root, &[PACKAGE])?));
    if fs::read_to_string(&stamp).is_ok_and(|stamped| made(&inputs).is_ok_and(|now| now == stamped)) {
        println!("build: nothing has changed");
        return Ok(());
    }
    modules(folders, contents)?;
    dist(folders, contents)?;
    modes(&folders.root.join(PACKAGE))?;
    if contents == Contents::ForDemo {
        return Ok(());
    }
    write(&stamp, made(&inputs)?)
}

/// The modules with their JavaScript: those that are not there, or are made from something that has changed.
fn modules(folders: &Folders, contents: Contents) -> Result<()> {
    let inputs = fingerprint::of(&folders.root, MODULE_INPUTS)?;
    let stamp = |(variant, form): (&Variant, Form)| variant.folder(folders, form).join("inputs");
    let mut modules: Vec<(&Variant, Form)> = CLIENTS.map(|variant| (variant, Form::WebAssembly)).into();
    if contents == Contents::All {
        modules.push((&TESTING, Form::WebAssembly));
        modules.extend(CLIENTS.map(|variant| (variant, Form::JavaScript)));
    }
    modules.retain(|module| !fs::read_to_string(stamp(*module)).is_ok_and(|made_from| made_from == inputs));
    // A build that fails leaves modules that are made of something else than their stamps say.
    for module in &modules {
        remove_file(&stamp(*module))?;
    }
    module::make(folders, &modules)?;
    modules.into_iter().try_for_each(|module| write(&stamp(module), &inputs))
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

/// What npm packs.
fn dist(folders: &Folders, contents: Contents) -> Result<()> {
    println!("build: esbuild");
    let (sources, package) = (folders.root.join("npm"), folders.root.join(PACKAGE));
    empty(&package)?;
    let dist = package.join("dist");
    fs::create_dir_all(&dist).with_context(|| format!("cannot create {}", dist.display()))?;
    bundle(folders, &bundles(folders, contents)?)?;

    copy(&SERVER.wasm(folders), &dist.join("user-handle.wasm"))?;
    copy(&BROWSER.wasm(folders), &dist.join("browser.wasm"))?;
    copy(&KLAIM.wasm(folders), &dist.join("klaim.wasm"))?;
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
fn bundles(folders: &Folders, contents: Contents) -> Result<Vec<Value>> {
    let sources = folders.root.join("npm/src");
    let mut bundles = Vec::new();
    for variant in CLIENTS {
        let Some(entry) = &variant.entry else { continue };
        let service = sources.join(entry.service);
        let define = json!({
            "SERVER": (!variant.is_for_browsers).to_string(),
            "IS_BASE64": variant.is_base64.to_string(),
            "MODULE": format!("{:?}", entry.module),
            "NO_WASM": format!("{:?}", entry.no_wasm_name),
            "NO_WASM_BUILD": "undefined",
        });
        let made = payload(folders, variant)?;
        let modules = json!({
            "api": service.join("api.js"),
            "engine": sources.join("webassembly.js"),
            "glue": made.join("glue.js"),
            "payload": made.join("payload.js"),
        });
        let built_in = json!({ "entry": sources.join("index.js"), "define": define, "modules": modules });
        bundles.push(with(&built_in, json!({ "outfile": entry.file, "format": "esm" })));
        bundles.push(with(&built_in, common_js(entry.file)));
        if let Some(edge) = entry.edge {
            let more = json!({
                "entry": service.join("edge.js"), "outfile": edge, "format": "esm",
                "external": ["*.wasm?module"], "minifyWhitespace": true,
            });
            bundles.push(with(&built_in, more));
        }

        if contents == Contents::ForDemo {
            continue;
        }
        let made = variant.folder(folders, Form::JavaScript);
        let no_wasm = json!({
            "entry": sources.join("no-wasm/index.js"),
            "define": with(&define, json!({ "NO_WASM_BUILD": "true", "WebAssembly.RuntimeError": "Trap" })),
            "modules": {
                "api": service.join("api.js"),
                "engine": sources.join("no-wasm/engine.js"),
                "glue": made.join("glue.js"),
                "module": made.join("module.js"),
            },
        });
        for more in [json!({ "outfile": entry.no_wasm, "format": "esm" }), common_js(entry.no_wasm)] {
            bundles.push(with(&with(&no_wasm, more), json!({ "inject": [MISSING_GLOBALS, TRAP] })));
        }
    }
    if contents == Contents::All {
        let made = payload(folders, &TESTING)?;
        let testing = json!({
            "entry": sources.join("testing/index.js"),
            "define": { "IS_BASE64": TESTING.is_base64.to_string() },
            "modules": { "glue": made.join("glue.js"), "payload": made.join("payload.js") },
        });
        for format in ["esm", "cjs"] {
            bundles
                .push(with(&testing, json!({ "outfile": "testing", "format": format, "inject": [MISSING_GLOBALS] })));
        }
    }
    // Plain JavaScript that needs nothing of the module: for React, which is its user's own; and the classes that all entries
    // have in common.
    let plain = json!({ "packages": "external", "external": ["*/react.js"], "minifySyntax": false });
    for (entry, outfile, format) in [
        ("react/index.js", "react", "esm"),
        ("react/index.js", "react", "cjs"),
        // Only bundlers ask for it; it shares the module of the others, whose context is one.
        ("react/server.js", "react-server", "esm"),
    ] {
        bundles.push(with(&plain, json!({ "entry": sources.join(entry), "outfile": outfile, "format": format })));
    }
    for format in ["esm", "cjs"] {
        bundles.push(json!({ "entry": "src/js/errors.js", "outfile": "errors", "format": format, "errors": "inside" }));
    }
    Ok(bundles)
}

/// What a file that Node's `require` takes has more than one for `import`.
fn common_js(outfile: &str) -> Value {
    json!({
        "outfile": outfile, "format": "cjs", "inject": [MISSING_GLOBALS],
        // esbuild lists the names for those who only read the file, but for `default`.
        "footer": { "js": "0&&(module.exports.default=undefined);" },
    })
}

/// `object` with the members of `more`.
fn with(object: &Value, more: Value) -> Value {
    let mut object = object.clone();
    if let (Some(object), Value::Object(more)) = (object.as_object_mut(), more) {
        object.extend(more);
    }
    object
}

/// Writes the module that holds the wasm, as text: for pages as little as possible, for servers what is read fastest. Gives the
/// folder in which it is.
fn payload(folders: &Folders, variant: &Variant) -> Result<PathBuf> {
    let wasm = variant.wasm(folders);
    let wasm = fs::read(&wasm).with_context(|| format!("cannot read {}", wasm.display()))?;
    let payload::Payload { moved, bytes, text } = if variant.is_base64 {
        let text = base64ct::Base64::encode_string(&wasm);
        payload::Payload { moved: String::new(), bytes: String::new(), text }
    } else {
        payload::encode(&wasm)
    };
    let folder = variant.folder(folders, Form::WebAssembly);
    let module = format!("export const moved = {moved:?}, bytes = {bytes:?}, text = {text:?};\n");
    write(&folder.join("payload.js"), module)?;
    Ok(folder)
}

fn bundle(folders: &Folders, bundles: &[Value]) -> Result<()> {
    let lines: Vec<String> = bundles.iter().map(Value::to_string).collect();
    let input = folders.npm.join("bundles.json");
    write(&input, lines.join("\n"))?;
    Cmd::new("node").arg("npm/bundle.mjs").arg(&input).arg(format!("{PACKAGE}/dist")).run()
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

fn copy(from: &Path, to: &Path) -> Result<()> {
    if !from.is_file() {
        bail!("{} is missing, and the package needs it", from.display());
    }
    fs::copy(from, to).map(drop).with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))
}
