//! The decision to try again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use user_handle_core::properties::{self, Moment};

fuzz_target!(|input: (u8, u16, [u32; 5], Option<u32>, Option<bool>)| {
    let (operation, status, [attempts, retries, remaining, budget, random], retry_after, should_retry) = input;
    let moment = Moment {
        attempts,
        retries,
        remaining_ms: f64::from(remaining) / 1_000.0,
        budget: f64::from(budget % 10_001) / 1_000.0,
        random: f64::from(random) / (f64::from(u32::MAX) + 1.0),
        retry_after_ms: retry_after.map(f64::from),
        should_retry,
    };
    properties::decision(operation, status, &moment);
});
