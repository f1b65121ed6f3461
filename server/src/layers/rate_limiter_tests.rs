//! Windows that fill up, refuse requests and start again, on a clock of the test's own.

use super::*;

fn read() -> Operation {
    Operation::new(&Method::GET, "/api/v1.0/user/{id}/")
}

/// The requests that are left, the end of the window, and how long to wait.
fn count(limits: &RateLimiter, app: &str, now: u64) -> (u32, u64, Option<u64>) {
    let Quota { remaining, reset, exceeded, .. } = limits.count(app, read(), now);
    (remaining, reset, exceeded.map(|exceeded| exceeded.wait_seconds))
}

#[test]
fn a_limit_is_a_number_or_streams() {
    assert_eq!("stream".parse(), Ok(RateLimit::Stream));
    assert_eq!("1000".parse(), Ok(RateLimit::PerMinute(1_000)));
    for wrong in ["0", "-1", "", "1.5", "Stream", "99999999999"] {
        assert_eq!(wrong.parse::<RateLimit>(), Err("must be a whole number from 1, or stream"), "{wrong}");
    }
}

#[test]
fn the_limit_counts_down_refuses_and_starts_again_with_the_next_minute() {
    let limits = RateLimiter::new(Some(RateLimit::PerMinute(2)));
    assert_eq!(count(&limits, "a", 119), (1, 120, None));
    assert_eq!(count(&limits, "a", 120), (1, 180, None));
    assert_eq!(count(&limits, "a", 120), (0, 180, None));
    assert_eq!(count(&limits, "a", 150), (0, 180, Some(30)));
    assert_eq!(count(&limits, "a", 180), (1, 240, None));
}

#[test]
fn each_application_has_its_own_window() {
    let limits = RateLimiter::new(Some(RateLimit::PerMinute(1)));
    assert_eq!(count(&limits, "a", 0).2, None);
    assert_eq!(count(&limits, "b", 0).2, None);
    assert_eq!(count(&limits, "a", 0).2, Some(60));
}

#[test]
fn without_a_limit_nothing_is_counted() {
    let limits = RateLimiter::new(None);
    for _ in 0..3 {
        assert_eq!(count(&limits, "a", 0), (1_000_000, 60, None));
    }
}

#[test]
fn streams_limits_are_three_windows_and_the_one_with_the_least_left_is_shown() {
    let limits = RateLimiter::new(Some(RateLimit::Stream));
    let mut minute = 0;
    // Ten minutes at the limit of a minute use up the limit of 15 minutes.
    for used in 1..=10 {
        for _ in 1..1_000 {
            assert_eq!(limits.count("a", read(), minute).exceeded, None);
        }
        let quota = limits.count("a", read(), minute);
        assert_eq!(quota, Quota { limit: 1_000, remaining: 0, reset: minute + 60, exceeded: None }, "{used}");
        minute += 60;
    }
    let refused = limits.count("a", read(), minute);
    assert_eq!((refused.limit, refused.remaining, refused.reset), (10_000, 0, 900));
    let text = refused.exceeded.unwrap().to_string();
    assert_eq!(text, "over the rate limit of 10000 requests per 15 minutes, retry in 300 s");
    assert_eq!(count(&limits, "a", 900), (999, 960, None));
}

#[test]
fn where_two_windows_are_full_the_longer_wait_is_told() {
    let (minute, hour) = (Limit { requests: 2, seconds: 60 }, Limit { requests: 2, seconds: 3_600 });
    let limits = RateLimiter { limits: vec![minute, hour], by_operation: false, used: Mutex::default() };
    assert_eq!(count(&limits, "a", 0), (1, 60, None));
    assert_eq!(count(&limits, "a", 0), (0, 60, None));
    assert_eq!(count(&limits, "a", 0), (0, 3_600, Some(3_600)));
}

#[test]
fn streams_limits_count_each_operation_for_itself_and_both_spellings_of_a_path_together() {
    let limits = RateLimiter::new(Some(RateLimit::Stream));
    let left = |method: &Method, route: &str| limits.count("a", Operation::new(method, route), 0).remaining;
    assert_eq!(left(&Method::GET, "/api/v1.0/user/{id}/"), 999);
    assert_eq!(left(&Method::GET, "/api/v1.0/user/{id}"), 998);
    assert_eq!(left(&Method::HEAD, "/api/v1.0/user/{id}"), 997);
    assert_eq!(left(&Method::PUT, "/api/v1.0/user/{id}"), 999);
    assert_eq!(left(&Method::DELETE, "/api/v1.0/user/{id}"), 999);
    assert_eq!(left(&Method::GET, "/api/v1.0/users"), 999);
    // All methods that callers invent count as one.
    assert_eq!(left(&Method::from_bytes(b"BREW").unwrap(), "/api"), 999);
    assert_eq!(left(&Method::from_bytes(b"STEEP").unwrap(), "/api"), 998);
}

#[test]
fn refusals_name_the_window() {
    let text = |requests, seconds| Exceeded { limit: Limit { requests, seconds }, wait_seconds: 7 }.to_string();
    assert_eq!(text(1, 60), "over the rate limit of 1 requests per minute, retry in 7 s");
    assert_eq!(text(100_000, 3_600), "over the rate limit of 100000 requests per hour, retry in 7 s");
}
