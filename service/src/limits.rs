//! The windows in which requests are counted.

/// The limit that the headers show when none is set. Nothing is counted or refused then.
pub const UNLIMITED: u32 = 1_000_000;

/// The shortest window, in seconds.
pub const MINUTE: u64 = 60;

/// When the window of so many seconds ends that contains `now`. Windows start at whole multiples of their length.
pub const fn end_of_window(now: u64, seconds: u64) -> u64 {
    (now / seconds + 1) * seconds
}
