//! Tokens: decoded, and signed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use user_handle_core::properties;

fuzz_target!(|input: (&str, &str, &str)| {
    let (text, secret, other) = input;
    properties::token(text);
    properties::signature(text, secret, other);
});
