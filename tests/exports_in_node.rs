//! What JavaScript imports, in Node.
#![cfg(target_arch = "wasm32")]

// Helpers of tests fail as tests do.
#[allow(clippy::unwrap_used)]
mod exports;

// With modules, because the crate brings JavaScript modules of its own.
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_node_experimental);
