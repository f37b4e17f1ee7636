//! The calmest gate: one caller, a clock that moves only when somebody sleeps or says so, and seeded entropy.
//!
//! Nothing waits here, so a future over it is ready at its first poll unless it crashed; the same calls always give the
//! same bytes. One operation may be given another fate than to proceed, which is all that a crash-point test needs.

use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Fate, Gate, Op};

/// Monday 2026-11-23 10:00:00 in China, Unix milliseconds.
const START_MS: i64 = 1_795_399_200_000;
/// The increment of `SplitMix64`: 2^64 divided by the golden ratio.
const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// A gate for tests without a scheduler.
#[derive(Debug)]
pub struct Steady {
    now_ms: AtomicI64,
    random: AtomicU64,
    passed: Mutex<Vec<Op>>,
    special: Option<(usize, Fate)>,
}

impl Steady {
    /// A gate where everything proceeds.
    #[must_use]
    pub fn new(seed: u64) -> Arc<Self> {
        Self::starting(seed, START_MS, None)
    }

    /// A gate where operation `index` (from 0) meets `fate` and everything else proceeds.
    #[must_use]
    pub fn with_fate(seed: u64, index: usize, fate: Fate) -> Arc<Self> {
        Self::starting(seed, START_MS, Some((index, fate)))
    }

    /// The gate after a restart: it goes on from this one's clock, with other entropy, and gives operation `index` (from
    /// 0) a `fate` where `special` says so.
    #[must_use]
    pub fn restarted(&self, special: Option<(usize, Fate)>) -> Arc<Self> {
        Self::starting(self.random.load(Ordering::Relaxed) ^ GAMMA.rotate_left(17), self.now_ms(), special)
    }

    fn starting(seed: u64, now_ms: i64, special: Option<(usize, Fate)>) -> Arc<Self> {
        let (now_ms, random) = (AtomicI64::new(now_ms), AtomicU64::new(seed));
        Arc::new(Self { now_ms, random, passed: Mutex::default(), special })
    }

    /// Moves the clock on.
    pub fn advance(&self, ms: i64) {
        self.now_ms.fetch_add(ms, Ordering::Relaxed);
    }

    /// The operations so far, oldest first.
    #[must_use]
    pub fn passed(&self) -> Vec<Op> {
        self.passed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Gate for Steady {
    fn pass(&self, op: Op) -> Pin<Box<dyn Future<Output = Fate> + Send>> {
        let mut passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        let fate = self.special.filter(|(index, _)| *index == passed.len()).map_or(Fate::Proceed, |(_, fate)| fate);
        passed.push(op);
        Box::pin(ready(fate))
    }

    fn now_ms(&self) -> i64 {
        self.now_ms.load(Ordering::Relaxed)
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let word = split_mix(self.random.fetch_add(GAMMA, Ordering::Relaxed).wrapping_add(GAMMA));
            chunk.copy_from_slice(word.to_le_bytes().get(..chunk.len()).unwrap_or_default());
        }
    }

    fn sleep_ms(&self, ms: u64) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.advance(i64::try_from(ms).unwrap_or(i64::MAX));
        Box::pin(ready(()))
    }
}

/// The output function of `SplitMix64` (Steele, Lea and Flood 2014).
#[must_use]
pub fn split_mix(state: u64) -> u64 {
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
