//! Short names between the wasm and its JavaScript. wasm-bindgen's end in hashes, which no compression shortens and
//! which stand in both.

use std::path::Path;

use anyhow::{Context, Result};

/// Renames what the module imports from wasm-bindgen's JavaScript, and its exports whose names have a hash, in both
/// files.
pub fn shorten(wasm: &Path, glue: &Path) -> Result<()> {
    let mut module = walrus::Module::from_file(wasm).with_context(|| format!("cannot read {}", wasm.display()))?;
    let mut javascript = std::fs::read_to_string(glue).with_context(|| format!("cannot read {}", glue.display()))?;
    let mut taken = 0;
    let mut rename = |name: &mut String, module: &str| -> Result<()> {
        // In the JavaScript, a key of the imports or a property of `wasm`: the name stands alone.
        let short = format!("_{module}{taken}");
        let renamed = replace_word(&javascript, name, &short);
        anyhow::ensure!(renamed != javascript, "wasm-bindgen's JavaScript does not name {name}");
        javascript = renamed;
        *name = short;
        taken += 1;
        Ok(())
    };
    for import in module.imports.iter_mut().filter(|import| import.name.starts_with("__wb")) {
        rename(&mut import.name, "i")?;
    }
    for export in module.exports.iter_mut().filter(|export| export.name.starts_with("wasm_bindgen__")) {
        rename(&mut export.name, "e")?;
    }
    module.emit_wasm_file(wasm).with_context(|| format!("cannot write {}", wasm.display()))?;
    std::fs::write(glue, javascript).with_context(|| format!("cannot write {}", glue.display()))
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
    fn only_whole_words_are_replaced() {
        let glue = "{ __wbg_new_12: f, __wbg_new_123: g }; wasm.__wbg_new_12()";
        assert_eq!(replace_word(glue, "__wbg_new_12", "_i0"), "{ _i0: f, __wbg_new_123: g }; wasm._i0()");
    }
}
