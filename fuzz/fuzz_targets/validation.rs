//! The rules for ids and for data.
#![no_main]

use libfuzzer_sys::fuzz_target;
use user_handle_core::properties;

fuzz_target!(|text: &str| {
    properties::id(text, "users[0].id");
    properties::data(text);
});
