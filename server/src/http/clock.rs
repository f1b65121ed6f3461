//! The current time, and a clock for limits that nobody can set.

use std::time::Instant;

/// The seconds since 1970, with fractions.
pub(crate) fn unix_seconds() -> f64 {
    std::time::UNIX_EPOCH.elapsed().map(|elapsed| elapsed.as_secs_f64()).unwrap_or_default()
}

/// A clock that starts with the time of the machine, and then goes on steadily: when the time of the machine is set, this one does
/// not change.
pub(crate) struct SteadyClock {
    machine: Box<dyn Fn() -> f64 + Send + Sync>,
    started: Instant,
    started_at: f64,
}

impl SteadyClock {
    /// `machine` tells the time of the machine, in Unix seconds.
    pub(crate) fn new(machine: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        SteadyClock { started: Instant::now(), started_at: machine(), machine: Box::new(machine) }
    }

    fn now(&self) -> f64 {
        self.started_at + self.started.elapsed().as_secs_f64()
    }

    /// The time of this clock.
    pub(crate) fn seconds(&self) -> u64 {
        self.now() as u64
    }

    /// A time of this clock by the time of the machine, which callers know.
    pub(crate) fn by_machine(&self, seconds: u64) -> u64 {
        let ahead = ((self.machine)() - self.now()).round();
        seconds.saturating_add_signed(ahead as i64)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[test]
    fn the_clock_goes_on_when_the_time_of_the_machine_is_set() {
        let machine = Arc::new(AtomicU64::new(600));
        let set = Arc::clone(&machine);
        let clock = SteadyClock::new(move || set.load(Ordering::Relaxed) as f64);
        assert!(clock.seconds() >= 600);
        machine.store(300, Ordering::Relaxed);
        assert!(clock.seconds() >= 600, "five minutes back");
        // The test may take a while.
        assert!((300..=360).contains(&clock.by_machine(660)), "{}", clock.by_machine(660));
        machine.store(100_000, Ordering::Relaxed);
        assert!(clock.seconds() < 100_000, "a day ahead");
    }
}
