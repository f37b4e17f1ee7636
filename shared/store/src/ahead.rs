//! Lists that are not behind: a reader folds what is missing (storage.md §3 and §4).
//!
//! The tick folds; but it may be slow or off, and whoever changed something must see it at once. So a list looks at how
//! far the sequencer is, in one batch read, and works itself only where something is missing. What must stay true: it is
//! the tick's own round, so that it may be run by anybody at any time; and a list is answered also when it cannot catch
//! up, with how much is missing.

use crate::access::Access;
use crate::error::StoreError;
use crate::feed::{self, Notice};
use crate::port::Platform;
use crate::sequencer::{Head, sequence};
use crate::{ProjectFn, keys};

/// A board may be this old before a reader folds it: two ticks of a second each.
const STALE_MS: i64 = 2_000;
/// Rounds of a reader, of 256 slots each: 1 024 changes are a busy hour, and the tick does the rest.
const ROUNDS_MAX: u32 = 4;

/// Folds what lists do not show yet, where that is older than two seconds or the change in slot `after` is among it.
/// Returns how many slots are missing still: 0 but for a backlog, a slot whose writer is still at work, or a rival.
///
/// # Errors
/// When the store fails.
pub async fn catch_up<P: Platform>(
    access: &Access<P>,
    project: ProjectFn,
    after: Option<u64>,
) -> Result<u64, StoreError> {
    for round in 0..ROUNDS_MAX {
        let (head, last) = state(access).await?;
        let missing = (last.saturating_add(1)).saturating_sub(head.as_ref().map_or(1, |head| head.next));
        if !is_due(access, head.as_ref(), last, after).await? {
            return Ok(missing);
        }
        match sequence(access, project).await {
            Ok(_) => {}
            // The tick, or another reader, is at it: what it does need not be done here.
            Err(StoreError::Busy) => access.back_off(round.saturating_add(2)).await,
            Err(error) => return Err(error),
        }
    }
    let (head, last) = state(access).await?;
    Ok(last.saturating_add(1).saturating_sub(head.map_or(1, |head| head.next)))
}

/// The sequencer's state and the last slot taken, in one batch.
async fn state<P: Platform>(access: &Access<P>) -> Result<(Option<Head>, u64), StoreError> {
    let found = access.get_many(&[keys::HEAD.to_owned(), keys::FEED_NEXT.to_owned()]).await?;
    let head = found.get(keys::HEAD).map(|bytes| canon::read(bytes)).transpose()?;
    Ok((head, feed::counted(found.get(keys::FEED_NEXT))?))
}

async fn is_due<P: Platform>(
    access: &Access<P>,
    head: Option<&Head>,
    last: u64,
    after: Option<u64>,
) -> Result<bool, StoreError> {
    let next = head.map_or(1, |head| head.next);
    if let Some(after) = after.filter(|after| *after <= last) {
        let Some(head) = head else { return Ok(true) };
        if !includes(head, after) {
            return Ok(true);
        }
        // The batch that holds it may be half published.
        if let Some(stage) = &head.stage {
            return Ok(access.get(&keys::stage(stage)).await?.is_some());
        }
    }
    if next > last {
        return Ok(false);
    }
    let notice: Option<Notice> = access.get(&keys::feed(next)).await?.map(|bytes| canon::read(&bytes)).transpose()?;
    // A slot whose notice is not there yet was taken a moment ago.
    Ok(notice.is_some_and(|notice| access.now().ms_since(notice.at) > STALE_MS))
}

/// Whether the event in `slot` is in a batch that `head` decided: looked at, and not waiting for its writer.
#[must_use]
pub fn includes(head: &Head, slot: u64) -> bool {
    slot < head.next && head.waiting.iter().all(|waiting| waiting.slot != slot)
}

#[cfg(test)]
mod tests;
