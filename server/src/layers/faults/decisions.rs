//! Which requests fail, and how: read from a specification, and drawn from its seed. The n-th request gets the n-th
//! decision, in every run.

use std::collections::VecDeque;
use std::fmt;

use serde::Serialize;

/// The kinds of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Reset,
    Stall,
    Slow,
    Unavailable,
    RateLimited,
    Internal,
    Truncate,
}

/// The kinds by their names in a specification, in the order in which they are listed to people.
const KINDS: [(&str, Kind); 7] = [
    ("reset", Kind::Reset),
    ("stall", Kind::Stall),
    ("slow", Kind::Slow),
    ("503", Kind::Unavailable),
    ("429", Kind::RateLimited),
    ("500", Kind::Internal),
    ("truncate", Kind::Truncate),
];

impl Kind {
    pub(super) fn name(self) -> &'static str {
        KINDS.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}

/// Which requests fail, and how: the specification of `--faults`.
#[derive(Debug, Clone, PartialEq)]
pub struct Faults {
    seed: u64,
    rate: f64,
    kinds: Vec<Kind>,
}

impl Faults {
    /// Reads `seed=7,rate=0.2,kinds=reset,stall`. `rate` is required. By default the seed is 0 and the kinds are all.
    ///
    /// # Errors
    /// Which part breaks which rule.
    pub fn parse(spec: &str) -> Result<Self, String> {
        let (mut seed, mut rate, mut kinds) = (None, None, None);
        let mut parts: VecDeque<&str> = spec.split(',').collect();
        while let Some(part) = parts.pop_front() {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let twice = match name {
                "seed" => seed.replace(read_seed(value)?).is_some(),
                "rate" => rate.replace(read_rate(value)?).is_some(),
                "kinds" => {
                    let mut named = vec![read_kind(value)?];
                    // The list of kinds continues until the next part that has a name.
                    while let Some(kind) = parts.pop_front_if(|part| !part.contains('=')) {
                        named.push(read_kind(kind)?);
                    }
                    kinds.replace(named).is_some()
                }
                _ => return Err(format!("there is no part {name:?}, only seed, rate and kinds")),
            };
            if twice {
                return Err(format!("{name} is given twice"));
            }
        }
        Ok(Faults {
            seed: seed.unwrap_or_default(),
            rate: rate.ok_or("rate is missing")?,
            kinds: kinds.unwrap_or_else(|| KINDS.map(|(_, kind)| kind).to_vec()),
        })
    }

    /// No faults, until others are switched on.
    pub(crate) fn off() -> Self {
        Faults { seed: 0, rate: 0.0, kinds: KINDS.map(|(_, kind)| kind).to_vec() }
    }

    /// The specification as the console shows it.
    pub(super) fn summary(&self) -> Summary {
        let kinds = KINDS.iter().filter(|(_, kind)| self.kinds.contains(kind)).map(|(name, _)| *name).collect();
        Summary { seed: self.seed, rate: self.rate, kinds }
    }

    /// The decisions of these faults, beginning with the first.
    pub(super) fn decisions(&self) -> Decisions {
        Decisions { random: fastrand::Rng::with_seed(self.seed), faults: self.clone() }
    }
}

/// The parts of a specification, with each kind named once.
#[derive(Serialize)]
pub(super) struct Summary {
    seed: u64,
    rate: f64,
    kinds: Vec<&'static str>,
}

/// The line that the server prints at its start.
impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Summary { seed, rate, kinds } = self.summary();
        write!(f, "faults are on: seed {seed}, rate {rate}, kinds {}", kinds.join(", "))
    }
}

fn read_seed(value: &str) -> Result<u64, String> {
    value.parse().map_err(|_| format!("seed must be a whole number from 0 to {}, but is {value:?}", u64::MAX))
}

fn read_rate(value: &str) -> Result<f64, String> {
    let rate = value.parse().ok().filter(|rate| (0.0..=1.0).contains(rate));
    rate.ok_or_else(|| format!("rate must be a number from 0 to 1, but is {value:?}"))
}

fn read_kind(value: &str) -> Result<Kind, String> {
    KINDS.iter().find(|(name, _)| *name == value).map(|(_, kind)| *kind).ok_or_else(|| {
        let names = KINDS.map(|(name, _)| name).join(", ");
        format!("kinds may only hold {names}, but has {value:?}")
    })
}

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) kind: Kind,
    /// Whether the request is carried out although its response is lost.
    pub(super) applied: bool,
}

/// The decisions, one for each request in the order of arrival. They depend only on the seed, the rate and the kinds.
pub(super) struct Decisions {
    pub(super) faults: Faults,
    random: fastrand::Rng,
}

impl Iterator for Decisions {
    type Item = Option<Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        // All three are drawn each time, so that the rest of the sequence is the same with another rate or other kinds.
        let (chance, applied) = (self.random.f64(), self.random.bool());
        let kind = self.random.choice(self.faults.kinds.iter().copied());
        Some(kind.filter(|_| chance < self.faults.rate).map(|kind| Fault { kind, applied }))
    }
}

#[cfg(test)]
#[path = "decisions_tests.rs"]
mod tests;
