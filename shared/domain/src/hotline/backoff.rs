//! When to try again: exponential backoff with jitter for one ticket, a circuit breaker for a platform.

use serde::{Deserialize, Serialize};

use crate::time::{DAY_MS, HOUR_MS, MINUTE_MS, Moment};

/// The first wait.
const FIRST_MS: i64 = 10_000;
/// The longest one: 10 s doubled 12 times is 11 h, so the 24 h hold about 15 tries.
const LONGEST_MS: i64 = 6 * HOUR_MS;
/// How long a message is tried before it becomes a dead letter.
pub const GIVE_UP_MS: i64 = DAY_MS;
/// Failures in a row after which a platform is left alone for a while.
const FAILURES_MAX: u32 = 5;
/// The first such while, doubled each time a probe fails.
const REST_MS: i64 = 30_000;
/// The longest one: a platform that is back is noticed within it.
const REST_MAX_MS: i64 = 15 * MINUTE_MS;

/// The wait after the `tries`-th failure: doubled each time, plus or minus a quarter by `jitter` (any number).
#[must_use]
pub fn backoff_ms(tries: u32, jitter: u32) -> i64 {
    let doubled = FIRST_MS.saturating_mul(1_i64.checked_shl(tries.saturating_sub(1).min(20)).unwrap_or(1));
    let wait = doubled.min(LONGEST_MS);
    let half = wait.div_euclid(2).max(1);
    wait.saturating_sub(half.div_euclid(2)).saturating_add(i64::from(jitter).rem_euclid(half))
}

/// Whether a platform is spoken to. It loses nothing when it is lost: it then begins closed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Breaker {
    /// Failures in a row.
    pub failures: u32,
    /// Until when nothing is sent; then one message is a probe.
    pub open_until: Option<Moment>,
}

impl Breaker {
    /// How many messages may be sent now, of `most`: none while it is open, one as a probe after that.
    #[must_use]
    pub fn allows(&self, now: Moment, most: usize) -> usize {
        match self.open_until {
            None => most,
            Some(until) if now < until => 0,
            Some(_) => most.min(1),
        }
    }

    /// After the platform answered: whatever it said, it is there.
    #[must_use]
    pub fn answered(&self) -> Self {
        Self::default()
    }

    /// After it did not.
    #[must_use]
    pub fn failed(&self, now: Moment) -> Self {
        let failures = self.failures.saturating_add(1);
        let over = failures.checked_sub(FAILURES_MAX);
        let rest = |n: u32| REST_MS.saturating_mul(1_i64.checked_shl(n.min(10)).unwrap_or(1)).min(REST_MAX_MS);
        Self { failures, open_until: over.map(|n| now.plus_ms(rest(n))) }
    }
}
