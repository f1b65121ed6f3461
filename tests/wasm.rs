//! The boundary, in Node.
#![cfg(target_arch = "wasm32")]

// Helpers of tests fail as tests do.
#[allow(clippy::unwrap_used)]
mod boundary;

/// What the console shows as Rust: `tests/browser/console-code.test.mjs` looks that it does.
#[allow(dead_code, reason = "it is only to compile")]
#[rustfmt::skip]
#[path = "browser/console-code.rs"]
mod console_code;

/// The same, of Klaim.
#[cfg(feature = "klaim")]
#[allow(dead_code, reason = "it is only to compile")]
#[rustfmt::skip]
#[path = "browser/console-code-klaim.rs"]
mod console_code_klaim;

// With modules, because the crate brings a JavaScript module of its own.
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_node_experimental);
