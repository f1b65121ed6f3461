//! What only some of the project's commands need. `cargo xtask` builds and runs it; it is no command of its own.
//!
//! - `wasm-bindgen-test-runner ARGUMENTS`: what cargo runs wasm test binaries with.
//! - `wasm-bindgen ARGUMENTS`: what wasm-pack runs.
//! - `public-items FILE`: the public items in a file of rustdoc's JSON as docs.rs shows them, one a line.

use std::ffi::OsString;
use std::path::Path;

use anyhow::{Context, Result, bail};

fn main() -> Result<()> {
    let mut args = std::env::args_os().skip(1);
    let tool = args.next().unwrap_or_default();
    match tool.to_str() {
        Some("wasm-bindgen-test-runner") => {
            let args: Vec<OsString> = [tool].into_iter().chain(args).collect();
            wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(args)
        }
        Some("wasm-bindgen") => {
            let args: Vec<OsString> = [tool].into_iter().chain(args).collect();
            wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(args)
        }
        Some("public-items") => {
            let json = args.next().context("public-items needs a file")?;
            print!("{}", public_items(Path::new(&json))?);
            Ok(())
        }
        _ => bail!("there is no tool {}", tool.display()),
    }
}

fn public_items(json: &Path) -> Result<String> {
    let api = public_api::Builder::from_rustdoc_json(json)
        .omit_auto_derived_impls(true)
        .omit_auto_trait_impls(true)
        .omit_blanket_impls(true)
        .build()
        .context("cannot read rustdoc's JSON: take the version of public-api that reads this toolchain's")?;
    Ok(api.to_string())
}
