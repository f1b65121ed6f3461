//! `cargo xtask build`: the npm package.
//!
//! cargo → wasm-bindgen → wasm-opt → esbuild. The loaders in `pkg/src` import two modules that are made here:
//!
//! - `user-handle:glue`: wasm-bindgen's JavaScript, as a function of `WebAssembly` that gives a new, separate instance of
//!   the module each time, so that the loader can start again after a trap;
//! - `user-handle:payload`: the wasm, as text (see `payload.rs`).
//!
//! All of it three times: browsers refuse the app secret, so their build does without what signs with it; and the second
//! service has an entry and a module of its own, so that nobody pays for the one who uses the other.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use base64ct::Encoding as _;

use crate::crates::Product;
use crate::shell::{Cmd, Folders, cargo};
use crate::{fingerprint, licences, payload, setup, slim, www};

/// Everything that the package is made from.
const INPUTS: &[&str] = &[
    ".cargo/config.toml",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "package-lock.json",
    "pkg/index.d.ts",
    "pkg/klaim",
    "pkg/klaim.d.ts",
    "pkg/package.json",
    "pkg/react",
    "pkg/react.d.ts",
    "pkg/server",
    "pkg/src",
    "pkg/testing",
    "pkg/testing.d.ts",
    "rust-toolchain.toml",
    "src",
    "xtask/Cargo.toml",
    "xtask/src",
];

/// Files that npm takes from the package's own folder only.
const COPIES: &[&str] = &["CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "README.md"];

/// Everything that is made.
const OUTPUTS: &[&str] = &[
    "pkg/CHANGELOG.md",
    "pkg/LICENSE-APACHE",
    "pkg/LICENSE-MIT",
    "pkg/README.md",
    "pkg/THIRD-PARTY-LICENSES",
    "pkg/dist/browser.cjs",
    "pkg/dist/browser.js",
    "pkg/dist/browser.wasm",
    "pkg/dist/edge.js",
    "pkg/dist/index.cjs",
    "pkg/dist/index.d.cts",
    "pkg/dist/index.d.ts",
    "pkg/dist/index.js",
    "pkg/dist/klaim-edge.js",
    "pkg/dist/klaim.cjs",
    "pkg/dist/klaim.d.cts",
    "pkg/dist/klaim.d.ts",
    "pkg/dist/klaim.js",
    "pkg/dist/klaim.wasm",
    "pkg/dist/react-server.js",
    "pkg/dist/react.cjs",
    "pkg/dist/react.d.cts",
    "pkg/dist/react.d.ts",
    "pkg/dist/react.js",
    "pkg/dist/testing.cjs",
    "pkg/dist/testing.d.cts",
    "pkg/dist/testing.d.ts",
    "pkg/dist/testing.js",
    "pkg/dist/user-handle.wasm",
];

/// Rust's default stack is 1 MB, which is 16 pages of memory that each instance would start with; and SHA-256 in a loop
/// takes a quarter of the bytes of SHA-256 unrolled.
const FLAGS: [&str; 2] = ["-Clink-arg=-zstack-size=65536", "--cfg=sha2_backend_soft=\"compact\""];

/// Runs the command.
pub fn run() -> Result<()> {
    let folders = Folders::find()?;
    setup::tools(&folders)?;
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
    let made = |inputs: &str| Ok::<_, anyhow::Error>(format!("{inputs} {}", fingerprint::of(&folders.root, OUTPUTS)?));
    if fs::read_to_string(&stamp).is_ok_and(|stamped| made(&inputs).is_ok_and(|now| now == stamped)) {
        println!("build: nothing has changed");
        return Ok(());
    }
    for variant in Variant::ALL {
        wasm(folders, variant)?;
        glue(folders, variant)?;
    }
    dist(folders)?;
    modes(&folders.root.join("pkg"))?;
    write(&stamp, made(&inputs)?)
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

/// One of the three builds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Variant {
    /// With all there is: for servers, and wherever nothing says that it is a browser.
    Server,
    /// Without what signs.
    Browser,
    /// For the second service.
    Klaim,
}

impl Variant {
    const ALL: [Variant; 3] = [Variant::Server, Variant::Browser, Variant::Klaim];

    fn name(self) -> &'static str {
        match self {
            Variant::Server => "server",
            Variant::Browser => "browser",
            Variant::Klaim => "klaim",
        }
    }

    fn features(self) -> &'static str {
        match self {
            Variant::Server => "npm,sign",
            Variant::Browser => "npm",
            Variant::Klaim => "npm,klaim",
        }
    }

    /// What the package's JavaScript calls in the module.
    fn exports(self) -> &'static str {
        match self {
            Variant::Server => {
                "Course, areIds, checkMember, dataRule, judgeData, notFound, signServerToken, signUserToken, Core, checkId, start"
            }
            Variant::Browser | Variant::Klaim => "Core, checkId, start",
        }
    }

    /// Where the public surface is.
    fn api(self) -> &'static str {
        match self {
            Variant::Server | Variant::Browser => "api.js",
            Variant::Klaim => "klaim/api.js",
        }
    }

    /// Where its intermediate files are.
    fn folder(self, folders: &Folders) -> PathBuf {
        folders.npm.join(self.name())
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
        .words("rustc --crate-type cdylib --profile npm --target wasm32-unknown-unknown --package user-handle --lib")
        .words("--no-default-features --features")
        .arg(variant.features())
        .arg("--target-dir")
        .arg(&folders.target)
        .env("CARGO_ENCODED_RUSTFLAGS", rustflags(folders))
        .run()?;

    println!("build: wasm-bindgen");
    let out = variant.folder(folders);
    let input = folders.target.join("wasm32-unknown-unknown/npm/user_handle.wasm");
    let flags = "--target web --omit-default-module-path --remove-producers-section --no-typescript";
    let args = ["wasm-bindgen"].into_iter().chain(flags.split(' ')).map(OsString::from);
    let paths = [input.into(), "--out-name".into(), "user_handle".into(), "--out-dir".into(), out.clone().into()];
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(args.chain(paths)).context("wasm-bindgen failed")?;

    slim::slim(&out.join("user_handle_bg.wasm"), &out.join("user_handle.js"))?;

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

/// Flags that replace any RUSTFLAGS, so that the same sources give the same bytes on every machine.
fn rustflags(folders: &Folders) -> OsString {
    let mut flags = OsString::from(FLAGS.join("\u{1f}"));
    let home = std::env::var_os("HOME").map(|home| Path::new(&home).join(".cargo").into_os_string());
    let cargo_home = std::env::var_os("CARGO_HOME").or(home);
    for (folder, name) in [(Some(folders.root.clone().into_os_string()), "user-handle"), (cargo_home, "cargo")] {
        if let Some(folder) = folder {
            flags.push("\u{1f}--remap-path-prefix=");
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
    let pkg = folders.root.join("pkg");
    let dist = pkg.join("dist");
    if dist.exists() {
        fs::remove_dir_all(&dist).with_context(|| format!("cannot empty {}", dist.display()))?;
    }
    fs::create_dir_all(&dist).with_context(|| format!("cannot create {}", dist.display()))?;
    for (variant, name) in [(Variant::Server, "index"), (Variant::Browser, "browser"), (Variant::Klaim, "klaim")] {
        let wasm = variant.wasm(folders);
        let bytes = fs::read(&wasm).with_context(|| format!("cannot read {}", wasm.display()))?;
        write(&variant.folder(folders).join("payload.js"), built_in(variant, &bytes))?;
        bundle(folders, variant, "index.js", &format!("{name}.js"), "--format=esm --platform=neutral")?;
        // For `node`, esbuild lists the exports where Node's `import` of a CommonJS module finds them.
        bundle(
            folders,
            variant,
            "index.js",
            &format!("{name}.cjs"),
            "--format=cjs --platform=node --minify-whitespace",
        )?;
    }
    let flags = "--format=esm --platform=neutral --minify-whitespace --external:*.wasm?module";
    bundle(folders, Variant::Server, "edge.js", "edge.js", flags)?;
    bundle(folders, Variant::Klaim, "klaim/edge.js", "klaim-edge.js", flags)?;
    plain(folders)?;

    copy(&Variant::Server.wasm(folders), &dist.join("user-handle.wasm"))?;
    copy(&Variant::Browser.wasm(folders), &dist.join("browser.wasm"))?;
    copy(&Variant::Klaim.wasm(folders), &dist.join("klaim.wasm"))?;
    for name in ["index", "klaim", "react", "testing"] {
        let types = pkg.join(format!("{name}.d.ts"));
        copy(&types, &dist.join(format!("{name}.d.ts")))?;
        let text = fs::read_to_string(&types).with_context(|| format!("cannot read {}", types.display()))?;
        write(
            &dist.join(format!("{name}.d.cts")),
            text.replace("./index.js", "./index.cjs").replace("./klaim.js", "./klaim.cjs"),
        )?;
    }
    for name in COPIES {
        copy(&folders.root.join(name), &pkg.join(name))?;
    }
    write(&pkg.join("THIRD-PARTY-LICENSES"), licences::third_parties(Product::Package)?)
}

/// The entries that are plain JavaScript, the same in all builds, and need nothing of the module: for tests, and for React,
/// which is its user's own.
fn plain(folders: &Folders) -> Result<()> {
    const ESM: &str = "--format=esm --platform=neutral";
    const CJS: &str = "--format=cjs --platform=node --minify-whitespace";
    for (from, to, flags) in [
        ("testing.js", "testing.js", ESM),
        ("testing.js", "testing.cjs", CJS),
        ("react/index.js", "react.js", ESM),
        ("react/index.js", "react.cjs", CJS),
        // Only bundlers ask for it; it shares the module of the others, whose context is one.
        ("react/server.js", "react-server.js", ESM),
    ] {
        let mut outfile = OsString::from("--outfile=");
        outfile.push(folders.root.join("pkg/dist").join(to));
        esbuild(folders)
            .words(flags)
            .words("--packages=external --external:*/react.js")
            .arg(outfile)
            .arg(folders.root.join("pkg/src").join(from))
            .run()?;
    }
    Ok(())
}

/// The module that holds the wasm, as text: for pages as little as possible, for servers what is read fastest.
fn built_in(variant: Variant, wasm: &[u8]) -> String {
    let payload::Payload { moved, bytes, text } = match variant {
        Variant::Server => {
            let text = base64ct::Base64::encode_string(wasm);
            payload::Payload { moved: String::new(), bytes: String::new(), text }
        }
        Variant::Browser | Variant::Klaim => payload::encode(wasm),
    };
    format!("export const moved = {moved:?}, bytes = {bytes:?}, text = {text:?};\n")
}

fn bundle(folders: &Folders, variant: Variant, from: &str, to: &str, flags: &str) -> Result<()> {
    let alias = |name: &str| {
        let mut flag = OsString::from(format!("--alias:user-handle:{name}="));
        flag.push(variant.folder(folders).join(format!("{name}.js")));
        flag
    };
    let mut outfile = OsString::from("--outfile=");
    outfile.push(folders.root.join("pkg/dist").join(to));
    let mut api = OsString::from("--alias:user-handle:api=");
    api.push(folders.root.join("pkg/src").join(variant.api()));
    esbuild(folders)
        .words(flags)
        // Takes out of one build what only another has.
        .words("--minify-syntax")
        .arg(format!("--define:SERVER={}", variant != Variant::Browser))
        .arg(format!("--define:KLAIM={}", variant == Variant::Klaim))
        .arg(api)
        .arg(alias("glue"))
        .arg(alias("payload"))
        .arg(outfile)
        .arg(folders.root.join("pkg/src").join(from))
        .run()
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
