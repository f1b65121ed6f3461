//! wasm-bindgen, as a library: its command-line tool needs much more to be compiled.

use std::path::Path;

use anyhow::Result;
use wasm_bindgen_cli_support::Bindgen;

/// wasm-bindgen as both modules want it that are built here: for the web, and without what nobody reads.
pub fn for_the_web(wasm: &Path, name: &str) -> Result<Bindgen> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(wasm).out_name(name).web(true)?.typescript(false).remove_producers_section(true);
    Ok(bindgen)
}
