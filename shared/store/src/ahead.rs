//! Lists that are not behind: a reader has what is missing folded, and a list says how far behind it is (storage.md §3
//! and §4).
//!
//! The tick folds; but it may be slow or off, and whoever changed something must see it at once. So staff may have it
//! folded ([`catch_up`], in the function that ticks: folding is too much code for the functions that only read), and a
//! list looks at how far the sequencer is ([`behind`], one batch read). What must stay true: it is the tick's own round,
//! so that it may be run by anybody at any time; and a list is answered also when it is behind.

use crate::access::Access;
use crate::error::StoreError;
use crate::feed::{self, Notice};
use crate::port::Platform;
use crate::sequencer::{Head, sequence};
use crate::{ProjectFn, keys};

/// A board may be this old before a reader folds it: two ticks of a second each.
const STALE_MS: i64 = 2_000;
/// How long a list waits for a change that it must show, and between two looks: a tick comes every second.
const WAIT_MS: u64 = 2_000;
/// See [`WAIT_MS`].
const STEP_MS: u64 = 100;
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
        if !is_due(access, head.as_ref(), last, after).await? {
            return Ok(missing(head.as_ref(), last));
        }
        match sequence(access, project).await {
            Ok(_) => {}
            // The tick, or another reader, is at it: what it does need not be done here.
            Err(StoreError::Busy) => access.back_off(round.saturating_add(2)).await,
            Err(error) => return Err(error),
        }
    }
    let (head, last) = state(access).await?;
    Ok(missing(head.as_ref(), last))
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
    if let Some(after) = after {
        return Ok(!shows(access, head, last, after).await?);
    }
    is_stale(access, head, last).await
}

/// Whether the change in slot `after` is on the boards. A slot that nobody took is nobody's to wait for.
async fn shows<P: Platform>(
    access: &Access<P>,
    head: Option<&Head>,
    last: u64,
    after: u64,
) -> Result<bool, StoreError> {
    if after > last {
        return Ok(true);
    }
    let Some(head) = head.filter(|head| includes(head, after)) else { return Ok(false) };
    // The batch that holds it may be half published.
    match &head.stage {
        Some(stage) => Ok(access.get(&keys::stage(stage)).await?.is_none()),
        None => Ok(true),
    }
}

/// Whether the oldest change that nobody looked at is older than lists may be.
async fn is_stale<P: Platform>(access: &Access<P>, head: Option<&Head>, last: u64) -> Result<bool, StoreError> {
    let next = head.map_or(1, |head| head.next);
    if next > last {
        return Ok(false);
    }
    let notice: Option<Notice> = access.get(&keys::feed(next)).await?.map(|bytes| canon::read(&bytes)).transpose()?;
    // A slot whose notice is not there yet was taken a moment ago.
    Ok(notice.is_some_and(|notice| access.now().ms_since(notice.at) > STALE_MS))
}

fn missing(head: Option<&Head>, last: u64) -> u64 {
    last.saturating_add(1).saturating_sub(head.map_or(1, |head| head.next))
}

/// What a list does not show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Behind {
    /// Changes that nobody folded yet.
    pub slots: u64,
    /// Whether the oldest of them is older than two seconds.
    pub stale: bool,
}

/// How far lists are behind, for those that do not fold themselves. Where the change in slot `after` must be in them and
/// is not, it waits for whoever folds, two seconds at most.
///
/// # Errors
/// When the store fails.
pub async fn behind<P: Platform>(access: &Access<P>, after: Option<u64>) -> Result<Behind, StoreError> {
    let mut waited_ms = 0;
    loop {
        let (head, last) = state(access).await?;
        let shown = match after {
            Some(after) => shows(access, head.as_ref(), last, after).await?,
            None => true,
        };
        if shown || waited_ms >= WAIT_MS {
            let stale = is_stale(access, head.as_ref(), last).await?;
            return Ok(Behind { slots: missing(head.as_ref(), last), stale });
        }
        access.platform().sleep_ms(STEP_MS).await;
        waited_ms = waited_ms.saturating_add(STEP_MS);
    }
}

/// Whether the event in `slot` is in a batch that `head` decided: looked at, and not waiting for its writer.
fn includes(head: &Head, slot: u64) -> bool {
    slot < head.next && head.waiting.iter().all(|waiting| waiting.slot != slot)
}

#[cfg(test)]
mod tests;
