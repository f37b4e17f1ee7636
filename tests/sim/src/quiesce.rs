//! From chaos to rest: nobody asks for anything any more, nothing fails, somebody ticks.

use std::future::Future;
use std::pin::Pin;

use store::memory::MemoryKv;

use crate::checker::{self, Promises, Violation};

/// One tick; `Ok(true)` when it found nothing to do.
pub type Ticking = Pin<Box<dyn Future<Output = Result<bool, String>> + Send>>;

/// Ticks until a crashed creator's lease has run out and all work is done: 30 s at 5 s a tick, and some to spare.
const TICKS_MAX: u32 = 60;
/// Ticks until a pile of abandoned slots is forgotten, 128 a round, and until uploads that were dropped are cleared.
const LAST_TICKS_MAX: u32 = 20;
/// Between two of them: seven are the hour from a drop to the end of the bytes.
const LAST_PAUSE_MS: i64 = 600_000;

/// Runs one request to its end; `None` when it did not come to one.
pub trait Runner {
    /// Runs `future` as a request without faults.
    fn complete<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> Option<T>;
    /// Lets time pass.
    fn advance(&self, ms: i64);
}

/// Ticks until nothing is left to do, checks; a day later, checks that nothing was left behind, and no bytes that nobody
/// refers to.
///
/// # Errors
/// The first thing that is not as it should be.
pub fn settle(
    runner: &impl Runner,
    kv: &MemoryKv,
    promises: &Promises,
    tick: impl Fn() -> Ticking,
) -> Result<(), Violation> {
    let mut last = Ok(false);
    for _ in 0..TICKS_MAX {
        last = runner.complete(tick()).ok_or(Violation("a tick without faults did not end".to_owned()))?;
        if last == Ok(true) {
            break;
        }
        runner.advance(5_000);
    }
    if last != Ok(true) {
        return Err(Violation(format!("ticks never come to rest: {last:?}")));
    }
    check(kv, promises)?;
    runner.advance(25 * 3_600_000);
    for _ in 0..LAST_TICKS_MAX {
        let last = runner.complete(tick());
        if !matches!(last, Some(Ok(_))) {
            return Err(Violation(format!("a tick a day later failed: {last:?}")));
        }
        if left_over(kv)?.is_none() {
            break;
        }
        runner.advance(LAST_PAUSE_MS);
    }
    check(kv, promises)?;
    left_over(kv)?.map_or(Ok(()), |what| Err(Violation(format!("after a day there is still {what}"))))
}

fn left_over(kv: &MemoryKv) -> Result<Option<String>, Violation> {
    let dump = kv.dump();
    let notice = dump.keys().find(|key| key.starts_with("feed/0")).cloned();
    let waiting = checker::head(&dump)?.and_then(|head| head.waiting.first().map(|waiting| format!("{waiting:?}")));
    Ok(notice.or(waiting).or(checker::unswept(&dump)?))
}

fn check(kv: &MemoryKv, promises: &Promises) -> Result<(), Violation> {
    let dump = kv.dump();
    checker::always(&dump, promises)?;
    checker::at_rest(&dump)?;
    checker::boards_match(kv)
}
