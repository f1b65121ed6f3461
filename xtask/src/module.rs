//! A crate as a module with the JavaScript around it: cargo → wasm-bindgen → wasm-opt, and, for the form without WebAssembly,
//! → wasm2js.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use base64ct::Encoding as _;

use crate::shell::{Cmd, Folders, cargo, write};
use crate::variant::{Form, Variant};
use crate::{bindings, slim};

/// Rust's default stack is 1 MB, which is 16 pages of memory that each instance would start with; and SHA-256 in a loop
/// takes a quarter of the bytes of SHA-256 unrolled.
const FLAGS: [&str; 2] = ["-Clink-arg=-zstack-size=65536", "--cfg=sha2_backend_soft=\"compact\""];
/// wasm-bindgen keeps JavaScript values in a table of references where the target has them, and wasm2js knows none.
const WITHOUT_REFERENCES: &str = "-Ctarget-cpu=mvp";

/// What the compiler may have used. For JavaScript it is taken out again: Rust's own library is compiled with it.
const FEATURES: &str = "--enable-bulk-memory --enable-multivalue --enable-mutable-globals \
    --enable-nontrapping-float-to-int --enable-reference-types --enable-sign-ext";
/// Takes out what JavaScript has nothing for.
const LOWERING: &str = "--llvm-nontrapping-fptoint-lowering --llvm-memory-copy-fill-lowering --signext-lowering";

/// Makes modules, each with its `glue.js`, and for JavaScript with `module.js`. While one is finished, the next is compiled.
pub fn make(folders: &Folders, modules: &[(&Variant, Form)]) -> Result<()> {
    std::thread::scope(|scope| {
        let mut finishing = Vec::new();
        for (variant, form) in modules {
            compile(folders, variant, *form)?;
            finishing.push(scope.spawn(|| finish(folders, variant, *form)));
        }
        finishing.into_iter().try_for_each(|it| it.join().unwrap_or_else(|_| bail!("making a module panicked")))
    })
}

/// Compiles the crate, to `compiled.wasm`: cargo's own file is another's next.
fn compile(folders: &Folders, variant: &Variant, form: Form) -> Result<()> {
    println!("build: cargo, for the {}{}", variant.name, form.label());
    let mut flags = FLAGS.to_vec();
    if form == Form::JavaScript {
        flags.push(WITHOUT_REFERENCES);
    }
    cargo()
        // `rustc` with the one crate type: with an rlib beside it, cargo leaves out link-time optimisation without a word.
        .words("rustc --crate-type cdylib --profile npm --target wasm32-unknown-unknown --lib --no-default-features")
        .args(["--package", variant.package, "--features", variant.features])
        .arg("--target-dir")
        .arg(&folders.target)
        .env("CARGO_ENCODED_RUSTFLAGS", rustflags(folders, &flags))
        .run()?;
    let made = format!("wasm32-unknown-unknown/npm/{}.wasm", variant.package.replace('-', "_"));
    let (made, out) = (folders.target.join(made), variant.folder(folders, form));
    fs::create_dir_all(&out).with_context(|| format!("cannot create {}", out.display()))?;
    let to = out.join("compiled.wasm");
    if form == Form::WebAssembly {
        return fs::copy(&made, &to).map(drop).with_context(|| format!("cannot write {}", to.display()));
    }
    // The list of features has references although nothing uses them: Rust's own library is compiled with them.
    let mut module = walrus::Module::from_file(&made).with_context(|| format!("cannot read {}", made.display()))?;
    module.customs.remove_raw("target_features");
    module.emit_wasm_file(&to).with_context(|| format!("cannot write {}", to.display()))
}

/// What comes after the compiler.
fn finish(folders: &Folders, variant: &Variant, form: Form) -> Result<()> {
    let out = variant.folder(folders, form);
    let mut bindgen = bindings::for_the_web(&out.join("compiled.wasm"), "user_handle")?;
    bindgen.omit_default_module_path(true).generate(&out).context("wasm-bindgen failed")?;
    slim::slim(&out.join("user_handle_bg.wasm"), &out.join("user_handle.js"), form, variant.is_for_browsers)?;

    let (input, output) = (out.join("user_handle_bg.wasm"), out.join("user-handle.wasm"));
    let mut optimise = folders.npm_bin("wasm-opt").words(FEATURES);
    if form == Form::JavaScript {
        optimise = optimise.words(LOWERING);
    }
    optimise
        // Twice, with the control flow built anew before each: some 80 bytes of brotli. `--converge` would take as long again, for
        // fewer. Nothing is at an address under 1024: the stack ends there.
        .words("--flatten --rereloop -Oz -Oz --flatten --rereloop -Oz -Oz --low-memory-unused")
        .words("--strip-target-features --strip-producers")
        .arg(input)
        .arg("-o")
        .arg(&output)
        .run()?;
    if form == Form::JavaScript {
        javascript(folders, &output, &out.join("module.js"))?;
    }
    glue(folders, variant, form)?;
    println!("build: the module for the {}{} is ready", variant.name, form.label());
    Ok(())
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

/// The module as JavaScript: a file whose default export takes the imports and gives the exports of a new instance.
fn javascript(folders: &Folders, wasm: &Path, to: &Path) -> Result<()> {
    folders.npm_bin("wasm2js").words("-Oz --enable-mutable-globals").arg(wasm).arg("-o").arg(to).run()?;
    let made = fs::read_to_string(to).with_context(|| format!("cannot read {}", to.display()))?;
    write(to, instances(&made)?)?;
    let short = folders.npm_bin("esbuild").words("--minify --format=esm --log-level=warning").arg(to).read()?;
    write(to, short)
}

/// Of what wasm2js makes, the function that makes an instance; without the one instance that the file would have. What is in
/// its memory at first becomes text that compression understands, as in `payload.rs`: it is base64 there.
fn instances(made: &str) -> Result<String> {
    const WRITE: &str = "base64DecodeToExistingUint8Array(bufferView, ";
    let (_, functions) = made.split_once("function initActiveSegments").context("wasm2js has written no memory")?;
    let (functions, _) = functions.split_once("\nvar retasmFunc").context("wasm2js has made no instance")?;
    let mut text = "let bufferView;
function write(at, text) {
    for (let i = 0; i < text.length; i++) bufferView[at + i] = text.charCodeAt(i);
}
function initActiveSegments"
        .to_owned();
    let mut parts = functions.split(WRITE);
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (call, rest) = part.split_once("\");").context("wasm2js has written memory in another way")?;
        let (at, base64) = call.split_once(", \"").context("wasm2js has written memory in another way")?;
        let bytes = base64ct::Base64::decode_vec(base64).map_err(|error| anyhow!("wasm2js's base64: {error}"))?;
        let latin: String = bytes.into_iter().map(char::from).collect();
        let _ = write!(text, "write({at}, {});{rest}", serde_json::to_string(&latin)?);
    }
    // It stops the module as a trap does.
    let text = text.replace("throw new Error('abort')", "throw new WebAssembly.RuntimeError('unreachable')");
    Ok(format!("{text}\nexport default asmFunc;\n"))
}

/// wasm-bindgen's JavaScript as a function that gives a separate instance each time.
fn glue(folders: &Folders, variant: &Variant, form: Form) -> Result<()> {
    let folder = variant.folder(folders, form);
    let entry = folder.join("exports.js");
    write(&entry, format!("export {{ {} }} from \"./user_handle.js\";\n", variant.exports))?;
    let module = esbuild(folders)
        .words("--format=esm --platform=neutral --minify-syntax --minify-whitespace --external:./snippets/*")
        // Of wasm-bindgen's own; the tests look at the table of references.
        .words("--mangle-props=^__ --reserve-props=^__(proto__|wbindgen_externrefs)$")
        .arg(&entry)
        .read()?;
    write(&folder.join("glue.js"), factory(&module, &folders.root)?)
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

/// esbuild, as all files of the package want it.
pub fn esbuild(folders: &Folders) -> Cmd {
    folders
        .npm_bin("esbuild")
        .words("--bundle --target=es2022 --legal-comments=none --log-level=warning")
        // wasm-bindgen names a snippet once for each function that it imports straight from it; the values are the same.
        .words("--log-override:duplicate-object-key=silent")
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
