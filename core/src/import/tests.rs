//! Imports on a virtual clock, into a simulated service with Stream's documented rate limits.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;

use super::*;

/// A service that counts requests in windows, with the limits that Stream documents for its users API: 1 000 a minute,
/// 10 000 in 15 minutes and 100 000 an hour. Its answers carry the limit of the window that has the fewest requests left.
struct Service {
    windows: Vec<(f64, u32, f64, u32)>,
    refused: u32,
    refused_in_a_row: u32,
    most_in_a_row: u32,
    stored: u64,
    requests: u32,
}

/// The service's time when the simulation begins: 2026-11-21T07:00:00Z, in milliseconds since the Unix epoch.
const UNIX_MS: f64 = 1_795_244_400_000.0;

impl Service {
    fn new() -> Self {
        let windows = [(60_000.0, 1_000), (900_000.0, 10_000), (3_600_000.0, 100_000)];
        Service {
            windows: windows.into_iter().map(|(length, limit)| (length, limit, f64::NEG_INFINITY, 0)).collect(),
            refused: 0,
            refused_in_a_row: 0,
            most_in_a_row: 0,
            stored: 0,
            requests: 0,
        }
    }

    /// Takes a batch. Returns whether it was stored, and the rate limit that the answer carries.
    fn take(&mut self, now: f64, users: u64) -> (bool, RateLimit) {
        self.requests += 1;
        let unix = UNIX_MS + now;
        for (length, _, start, used) in &mut self.windows {
            let current = (unix / *length).floor() * *length;
            if *start != current {
                (*start, *used) = (current, 0);
            }
        }
        let is_stored = self.windows.iter().all(|(_, limit, _, used)| used < limit);
        if is_stored {
            self.windows.iter_mut().for_each(|(.., used)| *used += 1);
            self.stored += users;
            self.refused_in_a_row = 0;
        } else {
            self.refused += 1;
            self.refused_in_a_row += 1;
            self.most_in_a_row = self.most_in_a_row.max(self.refused_in_a_row);
        }
        let told = self.windows.iter().min_by_key(|(_, limit, _, used)| limit - used).unwrap();
        let (length, limit, start, used) = *told;
        let (limit, remaining) = (f64::from(limit), f64::from(limit - used));
        (is_stored, RateLimit { limit, remaining, reset: (start + length) / 1_000.0 })
    }
}

struct Outcome {
    elapsed_ms: f64,
    service: Service,
    most_in_flight: usize,
}

/// Imports this many users in batches of 1 000, with at most `most` requests in flight (0 for the default). An answer
/// takes as many milliseconds as `latency` returns for the number of requests in flight and a random number.
fn simulate(users: u64, most: u32, latency: impl Fn(usize, f64) -> f64) -> Outcome {
    let mut service = Service::new();
    let (mut pace, mut ledger) = (CongestionWindow::new(most), Checkpoint::default());
    let mut in_flight: VecDeque<(f64, f64, u64, u64, bool, RateLimit)> = VecDeque::new();
    let mut again: Vec<(u64, u64)> = Vec::new();
    let (mut now, mut read, mut most_in_flight, mut random) = (0.0, 0, 0, 0.5_f64);
    while read < users || !in_flight.is_empty() || !again.is_empty() {
        let has_more = read < users || !again.is_empty();
        let next = if has_more { pace.next(now) } else { Next::Full };
        match next {
            Next::Send => {
                let (start, count) = again.pop().unwrap_or_else(|| {
                    let count = (users - read).min(1_000);
                    read += count;
                    (ledger.begin(count), count)
                });
                pace.sent();
                random = (random * 9_301.0 + 0.492_97).fract();
                // The service counts a request when half of its latency has passed.
                let took = latency(in_flight.len() + 1, random);
                let (is_stored, limit) = service.take(now + took / 2.0, count);
                let place = in_flight.partition_point(|other| other.0 <= now + took);
                in_flight.insert(place, (now + took, now, start, count, is_stored, limit));
                most_in_flight = most_in_flight.max(in_flight.len());
            }
            Next::Wait(ms) if in_flight.front().is_none_or(|first| first.0 > now + ms) => now += ms,
            _ => {
                let (end, sent, start, count, is_stored, limit) = in_flight.pop_front().expect("a wait for nothing");
                now = end;
                if is_stored {
                    pace.stored(sent, now, Some(limit), UNIX_MS + now);
                    ledger.done(start);
                } else {
                    let until_reset = limit.reset * 1_000.0 - UNIX_MS - now;
                    pace.refused(sent, now, Some(until_reset.max(0.0)));
                    pace.ended();
                    again.push((start, count));
                }
            }
        }
    }
    assert_eq!(ledger.checkpoint(), users);
    Outcome { elapsed_ms: now, service, most_in_flight }
}

#[test]
fn a_hundred_million_users_take_as_long_as_the_limits_say_and_are_never_refused_twice_in_a_row() {
    for (title, latency) in [("steady", [120.0, 0.0]), ("uneven", [40.0, 400.0]), ("slow", [900.0, 300.0])] {
        let Outcome { elapsed_ms, service, most_in_flight } =
            simulate(100_000_000, 0, |_, random| latency[0] + latency[1] * random);
        assert_eq!(service.stored, 100_000_000, "{title}");
        let hours = elapsed_ms / 3_600_000.0;
        std::println!(
            "{title}: {hours:.2} h, {} requests, {} refused, at most {} in a row, at most {most_in_flight} in flight",
            service.requests,
            service.refused,
            service.most_in_a_row,
        );
        assert!(service.most_in_a_row <= 1, "{title}: {} in a row", service.most_in_a_row);
        assert!(service.requests - service.refused == 100_000);
        // At 10 000 in 15 minutes, 100 000 requests end in the tenth window, or in the eleventh, since a few are left
        // over in each.
        assert!((2.25..2.55).contains(&hours), "{title}: {hours} h");
        assert!(most_in_flight <= 32);
    }
}

#[test]
fn a_service_that_queues_is_not_flooded() {
    // One request at a time, 100 ms each.
    let queueing = |in_flight: usize, _| 100.0 * in_flight as f64;
    let Outcome { most_in_flight, elapsed_ms, .. } = simulate(200_000, 64, queueing);
    // After the first answer, 16 may be in flight; the 64 that are allowed are never approached.
    assert!(most_in_flight < 24, "{most_in_flight}");
    assert!(elapsed_ms < 200.0 * 100.0 * 2.0);
}

#[test]
fn a_service_that_does_not_mind_gets_as_many_as_are_allowed() {
    let Outcome { most_in_flight, .. } = simulate(500_000, 8, |_, _| 100.0);
    assert_eq!(most_in_flight, 8);
    assert_eq!(simulate(500_000, 1, |_, _| 100.0).most_in_flight, 1);
}

#[test]
fn a_refusal_halves_once_for_all_that_were_sent_before_it_and_waits_as_told() {
    let mut pace = CongestionWindow::new(8);
    for _ in 0..20 {
        pace.sent();
        pace.stored(0.0, 1.0, None, UNIX_MS);
    }
    for _ in 0..8 {
        assert_eq!(pace.next(100.0), Next::Send);
        pace.sent();
    }
    assert_eq!(pace.next(100.0), Next::Full);
    for _ in 0..3 {
        pace.refused(100.0, 150.0, Some(5_000.0));
        pace.ended();
        pace.reduced = pace.reduced.max(100.5);
    }
    assert_eq!(pace.window, 4.0);
    assert_eq!(pace.next(150.0), Next::Full, "five of them are still in flight");
    for _ in 0..5 {
        pace.stored(100.0, 160.0, None, UNIX_MS);
    }
    assert_eq!(pace.next(160.0), Next::Wait(4_990.0));
    assert_eq!(pace.next(5_150.0), Next::Send);
}

#[test]
fn failures_that_follow_each_other_wait_longer_up_to_a_cap() {
    let mut pace = CongestionWindow::new(0);
    let waits: Vec<_> = (0..9)
        .map(|_| {
            pace.sent();
            let now = pace.not_before.max(0.0);
            pace.refused(now, now, None);
            pace.ended();
            pace.not_before - now
        })
        .collect();
    assert_eq!(waits, [500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0, 16_000.0, 30_000.0, 30_000.0, 30_000.0]);
}

#[test]
fn no_more_is_sent_than_the_limits_leave() {
    let mut pace = CongestionWindow::new(8);
    pace.sent();
    let reset = UNIX_MS / 1_000.0 + 10.0;
    pace.stored(0.0, 100.0, Some(RateLimit { limit: 100.0, remaining: 2.0, reset }), UNIX_MS);
    for _ in 0..2 {
        assert_eq!(pace.next(100.0), Next::Send);
        pace.sent();
    }
    pace.ended();
    assert_eq!(pace.next(100.0), Next::Wait(10_250.0), "ten seconds, and a margin");
    assert_eq!(pace.next(10_350.0), Next::Send);
}

#[test]
fn the_checkpoint_is_the_end_of_what_is_dealt_with_from_the_start_on() {
    let mut ledger = Checkpoint::resumed(5_000);
    let [first, second, third] = [1_000, 1_000, 7].map(|users| ledger.begin(users));
    assert_eq!([first, second, third], [5_000, 6_000, 7_000]);
    ledger.done(second);
    ledger.done(third);
    assert_eq!(ledger.checkpoint(), 5_000, "the first is still in flight");
    ledger.done(first);
    assert_eq!(ledger.checkpoint(), 7_007);
    assert!(ledger.open.is_empty());
    let ends: BTreeMap<u64, (u64, bool)> = BTreeMap::new();
    assert_eq!(ledger.open, ends);
}
