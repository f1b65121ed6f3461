//! What wasm-bindgen makes, with fewer bytes: short names between the wasm and its JavaScript, where wasm-bindgen's end in
//! hashes that no compression shortens; one module to import from; and none of what only other uses of it need.

use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result};
use walrus::ir::Value;
use walrus::{ConstExpr, DataKind};

use crate::variant::Form;

/// In place of wasm-bindgen's own ways to start, of which there are several, each with its checks.
const START: &str = "
export function start(module) {
    wasm = new WebAssembly.Instance(module, __wbg_get_imports()).exports;
    wasm.__wbindgen_start();
}
";

/// The same of a module that is JavaScript: a function of the imports.
const START_JAVASCRIPT: &str = "
export function start(module) {
    wasm = module(__wbg_get_imports());
}
";

/// How wasm-bindgen's views of the memory notice that it grew: the engine takes the old one away. Where the module is JavaScript,
/// the old one stays as it was, so that they have to compare.
const VIEWS: [(&str, &str); 2] = [
    (
        "cachedDataViewMemory0.buffer.detached === true || (cachedDataViewMemory0.buffer.detached === undefined && \
         cachedDataViewMemory0.buffer !== wasm.memory.buffer)",
        "cachedDataViewMemory0.buffer !== wasm.memory.buffer",
    ),
    ("Memory0.byteLength === 0", "Memory0.buffer !== wasm.memory.buffer"),
];

/// What the wasm calls the module that it imports everything from.
const MODULE: &str = "m";

/// In place of wasm-bindgen's, which for what is not ASCII needs a second way and a third. What the package passes is
/// short, and nearly all of it ASCII: a call of `TextEncoder` would take several times as long.
const PASS_STRING: &str = r"function passStringToWasm0(text, malloc) {
    const isPlain = /^[ -~]{0,64}$/.test(text);
    const bytes = isPlain ? text : cachedTextEncoder.encode(text);
    const at = malloc((WASM_VECTOR_LEN = bytes.length), 1) >>> 0;
    const memory = getUint8ArrayMemory0();
    if (isPlain) for (let i = 0; i < text.length; i++) memory[at + i] = text.charCodeAt(i);
    else memory.set(bytes, at);
    return at;
}
";

/// In place of one that makes a decoder at two places. Safari's fails after two gigabytes.
const DECODE_TEXT: &str = r#"let decoded = Infinity;
function decodeText(bytes) {
    decoded += bytes.length;
    if (decoded > 2e9) {
        cachedTextDecoder = new TextDecoder("utf-8", { ignoreBOM: true });
        decoded = bytes.length;
    }
    return cachedTextDecoder.decode(bytes);
}
"#;

/// In place of one that decodes each text anew: what stands between these two addresses is the module's own, and no text of it changes.
/// Texts that are not ASCII have fewer characters than bytes, and are not kept.
/// A call passes some ten names, and an engine takes as long to decode one as for the rest of a crossing.
const GET_STRING: &str = r"const texts = [];
function getStringFromWasm0(ptr, len) {
    let text = texts[ptr];
    if (text?.length !== len) {
        text = decodeText(getUint8ArrayMemory0().subarray((ptr >>>= 0), ptr + len));
        if (text.length === len && ptr >= FIRST && ptr < END) texts[ptr] = text;
    }
    return text;
}
";

/// How the one function that may throw is called, `fetch`, and what does it without another function around it.
const FETCH: [&str; 2] = [
    "() { return handleError(function (arg0, arg1) {
            const ret = fetch(arg0, arg1);
            return ret;
        }, arguments); },",
    "(url, init) {
            try {
                return fetch(url, init);
            } catch (thrown) {
                wasm.__wbindgen_exn_store(addToExternrefTable0(thrown));
            }
        },",
];

/// In place of wasm-bindgen's view, whose numbers may stand anywhere.
const WORDS: &str = "let cachedWords;
function words() {
    return cachedWords?.length ? cachedWords : (cachedWords = new Uint32Array(wasm.memory.buffer));
}
";

/// How two numbers are given to the module, which asked for a string or a number; and what does it by `words`.
const PAIRS: [(&str, &str); 2] = [
    (
        "getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 1, len1, true);
            getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 0, ptr1, true);",
        "words().set([ptr1, len1], arg0 >>> 2);",
    ),
    (
        "getDataViewMemory0().setFloat64((arg0 >>> 0) + 8 * 1, isLikeNone(ret) ? 0 : ret, true);
            getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 0, !isLikeNone(ret), true);",
        "new Float64Array(wasm.memory.buffer).set([isLikeNone(ret) ? 0 : ret], (arg0 >>> 3) + 1);
            words()[arg0 >>> 2] = !isLikeNone(ret);",
    ),
];

/// What frees what nobody holds any more. Workers with a compatibility date of 2024 have none: `dispose` frees.
const REGISTRY: &str = "globalThis.FinalizationRegistry ?? class { register() {} unregister() {} }";

/// What wasm-bindgen says of defects that nothing here is known to have, and what is said instead. The texts keep their
/// lengths, since the code holds those: spaces cost next to nothing once compressed.
const TEXTS: [(&str, &str); 5] = [
    ("attempted to take ownership of Rust value while it was borrowed", "freed while in use"),
    ("recursive use of an object detected which would lead to unsafe aliasing in rust", "used recursively"),
    ("closure invoked recursively or after being dropped", "dropped"),
    ("called `Option::unwrap_throw()` on a `None` value", "None"),
    ("null pointer passed to rust", "freed"),
];

/// Makes both files smaller. What is `for_browsers` alone has a registry, unless it is JavaScript: that is for old engines too.
pub fn slim(wasm: &Path, glue: &Path, form: Form, for_browsers: bool) -> Result<()> {
    let mut module = walrus::Module::from_file(wasm).with_context(|| format!("cannot read {}", wasm.display()))?;
    let mut javascript = std::fs::read_to_string(glue).with_context(|| format!("cannot read {}", glue.display()))?;
    let mut names = short_names();
    let mut direct = String::new();
    for import in module.imports.iter_mut() {
        let name = names.next().context("there are too many imports for their short names")?;
        if import.module.starts_with("./snippets/") {
            // A function of a snippet that needs nothing in between.
            let namespace = namespace(&javascript, &import.module)?;
            direct.push_str(&format!("{name}: {namespace}.{}, ", import.name));
        } else {
            javascript = rename(&javascript, &import.name, &name)?;
        }
        import.module = MODULE.to_owned();
        import.name = name;
    }
    javascript = join(&javascript, &direct)?;
    javascript = replace_block(&javascript, "function passStringToWasm0(", PASS_STRING)?;
    javascript = replace_block(&javascript, "function decodeText(", DECODE_TEXT)?;
    let own = own_data(&module)?;
    let get_string = GET_STRING.replace("FIRST", &own.start.to_string()).replace("END", &own.end.to_string());
    javascript = replace_block(&javascript, "function getStringFromWasm0(", &get_string)?;
    javascript = javascript.replace(FETCH[0], FETCH[1]);
    // Of a module that calls nothing else that may throw.
    if javascript.matches("handleError(").count() == 1 {
        javascript = replace_block(&javascript, "function handleError(", "")?;
    }
    javascript =
        javascript.replace(" = new TextDecoder('utf-8', { ignoreBOM: true });\ncachedTextDecoder.decode();", ";");
    // It unwinds Rust frames, as a trap does, and is treated as one.
    javascript = javascript.replace("throw new Error(", "throw new WebAssembly.RuntimeError(");
    if form == Form::JavaScript {
        for (taken_away, differs) in VIEWS {
            anyhow::ensure!(
                javascript.contains(taken_away),
                "wasm-bindgen's JavaScript does not look for {taken_away}"
            );
            javascript = javascript.replace(taken_away, differs);
        }
    } else {
        for (bytewise, by_words) in PAIRS {
            javascript = javascript.replace(bytewise, by_words);
        }
        // Only a module that imports what gives strings or numbers has it.
        if javascript.contains("\nfunction getDataViewMemory0() {") {
            javascript = replace_block(&javascript, "function getDataViewMemory0() {", WORDS)?;
        }
        let gone = "getDataViewMemory0(";
        anyhow::ensure!(!javascript.contains(gone), "wasm-bindgen's JavaScript has {gone} where it was not looked for");
    }
    let gone = "cachedTextDecoder.decode();";
    anyhow::ensure!(!javascript.contains(gone), "wasm-bindgen's JavaScript has {gone} where it was not looked for");
    javascript = replace_block(&javascript, "if (!('encodeInto' in cachedTextEncoder)) {", "")?;
    let (registry, start) = match form {
        Form::WebAssembly if for_browsers => ("FinalizationRegistry", START),
        Form::WebAssembly => (REGISTRY, START),
        Form::JavaScript => (REGISTRY, START_JAVASCRIPT),
    };
    javascript = without_disposal(&javascript, registry)?;
    javascript.push_str(start);
    shorten_texts(&mut module)?;
    forget_exports(&mut module, &javascript);
    let mut names = short_names();
    for export in module.exports.iter_mut().filter(|export| is_internal(&export.name)) {
        let name = names.next().context("there are too many exports for their short names")?;
        javascript = rename(&javascript, &export.name, &name)?;
        export.name = name;
    }
    forget_unused(&mut module);
    module.emit_wasm_file(wasm).with_context(|| format!("cannot write {}", wasm.display()))?;
    std::fs::write(glue, javascript).with_context(|| format!("cannot write {}", glue.display()))
}

/// Without what frees classes by themselves or by `using`, which esbuild would take for something that has an effect: `drive.js`
/// and the package's classes free what they have. But a registry is kept for what a client of the package's holds.
fn without_disposal(javascript: &str, registry: &str) -> Result<String> {
    let mut kept = String::new();
    for line in javascript.split_inclusive('\n') {
        let is_gone = line.starts_with("if (Symbol.dispose) ")
            || line.contains("RunningCallFinalization.register(")
            || line.contains("RunningCallFinalization.unregister(");
        if !is_gone {
            kept.push_str(line);
        }
    }
    let mut rest = kept.as_str();
    let mut javascript = String::new();
    while let Some((before, after)) = rest.split_once("Finalization = (typeof FinalizationRegistry === 'undefined')") {
        let (made, after) = after.split_once(";\n").context("a registry of wasm-bindgen's does not end")?;
        let (_, made) = made.split_once(": new ").context("a registry of wasm-bindgen's is not made")?;
        let arguments = made.strip_prefix("FinalizationRegistry").context("a registry of wasm-bindgen's is another")?;
        javascript.push_str(&format!("{before}Finalization = /* @__PURE__ */ new ({registry}){arguments};\n"));
        rest = after;
    }
    Ok(javascript + rest)
}

/// Names of one character, then of two. They are members of the one module, or of what it exports: nothing else is.
fn short_names() -> impl Iterator<Item = String> {
    let letters = || ('a'..='z').chain('A'..='Z');
    letters().map(String::from).chain(letters().flat_map(move |one| letters().map(move |two| format!("{one}{two}"))))
}

/// The addresses of what is in the module's memory from the start.
fn own_data(module: &walrus::Module) -> Result<Range<i32>> {
    let range = |data: &walrus::Data| match data.kind {
        DataKind::Active { offset: ConstExpr::Value(Value::I32(at)), .. } => Some(at..at + data.value.len() as i32),
        _ => None,
    };
    let ranges = || module.data.iter().filter_map(range);
    let (first, end) = (ranges().map(|it| it.start).min(), ranges().map(|it| it.end).max());
    first.zip(end).map(|(first, end)| first..end).context("the module has no data")
}

/// Whether an export is there for wasm-bindgen's JavaScript alone. The tests look at the table of references.
fn is_internal(name: &str) -> bool {
    (name.starts_with("__") || name.starts_with("wasm_bindgen__")) && name != "__wbindgen_externrefs"
}

/// Says less about what does not happen. A module has the texts of what it uses.
fn shorten_texts(module: &mut walrus::Module) -> Result<()> {
    let mut found = 0;
    for (text, shorter) in TEXTS {
        let padded = format!("{shorter:<length$}", length = text.len());
        let place = |data: &walrus::Data| {
            let at = data.value.windows(text.len()).position(|bytes| bytes == text.as_bytes())?;
            Some((data.id(), at..at + text.len()))
        };
        let placed = module.data.iter().find_map(place);
        if let Some((data, range)) = placed {
            module.data.get_mut(data).value.splice(range, padded.into_bytes());
            found += 1;
        }
    }
    anyhow::ensure!(found > 0, "the wasm says nothing that wasm-bindgen says of defects");
    Ok(())
}

/// Removes the exports that the JavaScript does not use.
fn forget_exports(module: &mut walrus::Module, javascript: &str) {
    let is_used = |name: &str| replace_word(javascript, name, "") != javascript;
    let unused: Vec<_> = module.exports.iter().filter(|export| !is_used(&export.name)).map(|it| it.id()).collect();
    unused.into_iter().for_each(|export| module.exports.delete(export));
}

/// What js-sys has for futures and wasm-bindgen for closures stays in the table of functions although the package has
/// neither. Nothing calls what the table names in their place.
fn forget_unused(module: &mut walrus::Module) {
    const UNUSED: [&str; 2] = ["js_sys::futures::", "wasm_bindgen::convert::closures::"];
    let is_unused = |id: walrus::FunctionId, module: &walrus::Module| {
        let name = module.funcs.get(id).name.as_deref().unwrap_or_default();
        UNUSED.iter().any(|unused| name.contains(unused))
    };
    let segments: Vec<_> = module.elements.iter().map(|segment| segment.id()).collect();
    for segment in segments {
        let walrus::ElementItems::Functions(functions) = &module.elements.get(segment).items else { continue };
        let Some(other) = functions.iter().copied().find(|id| !is_unused(*id, module)) else { continue };
        let kept = functions.iter().map(|id| if is_unused(*id, module) { other } else { *id }).collect();
        module.elements.get_mut(segment).items = walrus::ElementItems::Functions(kept);
    }
}

/// The name under which wasm-bindgen's JavaScript has imported this snippet.
fn namespace<'a>(javascript: &'a str, snippet: &str) -> Result<&'a str> {
    javascript
        .lines()
        .filter_map(|line| line.strip_prefix("import * as ")?.split_once(" from "))
        .find(|(_, from)| from.trim_matches(['"', ';']) == snippet)
        .map(|(name, _)| name)
        .with_context(|| format!("wasm-bindgen's JavaScript does not import {snippet}"))
}

/// In the JavaScript, a key of the imports or a property of `wasm`: the name stands alone.
fn rename(javascript: &str, name: &str, by: &str) -> Result<String> {
    let renamed = replace_word(javascript, name, by);
    anyhow::ensure!(renamed != javascript, "wasm-bindgen's JavaScript does not name {name}");
    Ok(renamed)
}

/// Makes of the object of modules that the wasm gets one with a single module, which has these members too.
fn join(javascript: &str, members: &str) -> Result<String> {
    const OWN: &str = "const import0 = {\n";
    const OBJECT: &str = "\"./user_handle_bg.js\": import0,";
    let (before, own) = javascript.split_once(OWN).context("wasm-bindgen's JavaScript has no module of its own")?;
    let (own, rest) = own.split_once(OBJECT).context("wasm-bindgen's JavaScript does not import its own module")?;
    let (_, after) = rest.split_once('}').context("wasm-bindgen's JavaScript does not close its imports")?;
    Ok(format!("{before}{OWN}{members}\n{own}{MODULE}: import0,\n    }}{after}"))
}

/// Replaces what begins with a line that begins so, up to the closing brace in the first column.
fn replace_block(javascript: &str, begin: &str, by: &str) -> Result<String> {
    let (before, rest) = javascript
        .split_once(&format!("\n{begin}"))
        .with_context(|| format!("wasm-bindgen's JavaScript has no {begin}"))?;
    let (_, after) = rest.split_once("\n}\n").with_context(|| format!("{begin} does not end"))?;
    Ok(format!("{before}\n{by}{after}"))
}

/// Replaces `word` where no letter, digit or underscore is next to it.
fn replace_word(text: &str, word: &str, by: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(word) {
        let alone = !before.ends_with(is_part) && !after.starts_with(is_part);
        replaced.push_str(before);
        replaced.push_str(if alone { by } else { word });
        rest = after;
    }
    replaced.push_str(rest);
    replaced
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn snippets_become_members_of_the_one_module() {
        let glue = "import * as import1 from \"./snippets/a.js\"\nconst import0 = {\n own: f,\n};\nreturn {\n \
            \"./user_handle_bg.js\": import0,\n \"./snippets/a.js\": import1,\n};";
        assert_eq!(namespace(glue, "./snippets/a.js").unwrap(), "import1");
        let joined = join(glue, "a: import1.read,").unwrap();
        let expected = "{\na: import1.read,\n own: f,\n};\nreturn {\n m: import0,\n    };";
        assert!(joined.ends_with(expected), "{joined}");
    }

    #[test]
    fn names_are_short_and_differ() {
        let names: Vec<_> = short_names().take(60).collect();
        assert_eq!([&names[0], &names[51], &names[52], &names[59]], ["a", "Z", "aa", "ah"]);
    }

    #[test]
    fn a_block_is_replaced_up_to_its_closing_brace() {
        let glue = "let a;\nfunction f(x) {\n    if (x) {\n    }\n}\nlet b;\n";
        assert_eq!(replace_block(glue, "function f(", "let f;\n").unwrap(), "let a;\nlet f;\nlet b;\n");
        assert_eq!(
            replace_block(glue, "function g(", "").unwrap_err().to_string(),
            "wasm-bindgen's JavaScript has no function g("
        );
    }

    #[test]
    fn only_whole_words_are_replaced() {
        let glue = "{ __wbg_new_12: f, __wbg_new_123: g }; wasm.__wbg_new_12()";
        assert_eq!(replace_word(glue, "__wbg_new_12", "a"), "{ a: f, __wbg_new_123: g }; wasm.a()");
    }
}
