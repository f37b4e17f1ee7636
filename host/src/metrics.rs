//! Counters of a running host: how many requests, how they ended, how long they took.

use std::fmt;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Latency classes by powers of two from 1 µs: the last one holds everything above 2^31 µs.
const CLASSES: usize = 32;

/// Live counters.
#[derive(Default)]
pub struct Metrics {
    requests: AtomicU64,
    failures: AtomicU64,
    timeouts: AtomicU64,
    traps: AtomicU64,
    instances: AtomicI64,
    instances_made: AtomicU64,
    latency: [AtomicU64; CLASSES],
}

/// The counters at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Requests answered.
    pub requests: u64,
    /// Of them answered with 5xx.
    pub failures: u64,
    /// Of them answered with 504.
    pub timeouts: u64,
    /// Instances that ended by a trap or by their deadline.
    pub traps: u64,
    /// Instances alive.
    pub instances: i64,
    /// Instances made since the start.
    pub instances_made: u64,
    /// Half of the requests were answered within this time (an upper bound, a power of two in µs).
    pub p50: Duration,
    /// 99 of 100 requests were answered within this time (as above).
    pub p99: Duration,
}

impl Metrics {
    pub(crate) fn answered(&self, status: u16, took: Duration) {
        self.requests.fetch_add(1, Relaxed);
        if status >= 500 {
            self.failures.fetch_add(1, Relaxed);
        }
        if status == 504 {
            self.timeouts.fetch_add(1, Relaxed);
        }
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let class = (64 - micros.leading_zeros()).min(31);
        if let Some(count) = self.latency.get(class as usize) {
            count.fetch_add(1, Relaxed);
        }
    }

    pub(crate) fn instance_started(&self) {
        self.instances.fetch_add(1, Relaxed);
        self.instances_made.fetch_add(1, Relaxed);
    }

    pub(crate) fn instance_ended(&self) {
        self.instances.fetch_sub(1, Relaxed);
    }

    pub(crate) fn trapped(&self) {
        self.traps.fetch_add(1, Relaxed);
    }

    /// Reads the counters.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            requests: self.requests.load(Relaxed),
            failures: self.failures.load(Relaxed),
            timeouts: self.timeouts.load(Relaxed),
            traps: self.traps.load(Relaxed),
            instances: self.instances.load(Relaxed),
            instances_made: self.instances_made.load(Relaxed),
            p50: self.within(500),
            p99: self.within(990),
        }
    }

    /// The latency class below which `per_mille` of the requests lie.
    fn within(&self, per_mille: u64) -> Duration {
        let counts = self.latency.each_ref().map(|count| count.load(Relaxed));
        let wanted = counts.iter().sum::<u64>().saturating_mul(per_mille).div_ceil(1_000);
        let mut sum = 0;
        let reached = |count: &u64| {
            sum += count;
            sum >= wanted
        };
        let class = counts.iter().position(reached).unwrap_or(0);
        Duration::from_micros(1 << class)
    }
}

impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} requests, {} failed ({} timed out), p50 ≤ {:?}, p99 ≤ {:?}, {} instances made, {} alive, {} trapped",
            self.requests,
            self.failures,
            self.timeouts,
            self.p50,
            self.p99,
            self.instances_made,
            self.instances,
            self.traps
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latencies_fall_into_powers_of_two() {
        let metrics = Metrics::default();
        for _ in 0..99 {
            metrics.answered(200, Duration::from_micros(100));
        }
        metrics.answered(504, Duration::from_millis(5));
        let seen = metrics.snapshot();
        assert_eq!((seen.requests, seen.failures, seen.timeouts), (100, 1, 1));
        assert_eq!((seen.p50, seen.p99), (Duration::from_micros(128), Duration::from_micros(128)));
        metrics.answered(200, Duration::from_millis(5));
        assert_eq!(metrics.snapshot().p99, Duration::from_micros(8192));
    }
}
