//! What the service answers, whatever that is.
#![no_main]

use libfuzzer_sys::fuzz_target;
use user_handle_core::properties;

fuzz_target!(|input: (u8, u16, Vec<(u8, String)>, Option<&str>)| {
    let (operation, status, headers, body) = input;
    properties::answer(operation, status, &headers, body);
});
