//! What JavaScript imports, in a browser.
#![cfg(target_arch = "wasm32")]

// Helpers of tests fail as tests do.
#[allow(clippy::unwrap_used)]
mod exports;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
