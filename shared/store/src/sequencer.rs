//! Turning the feed into the log: who decides what comes next, and how a half-done decision is finished.
//!
//! A round reads slots, builds a batch, writes it aside (`stage/…`), and only then swaps `head` to point at it. After
//! that swap everything is deterministic and idempotent, so whoever finds a staged batch still there publishes it
//! before anything else; its deletion is the last step. A loser of the swap only discards its own stage, whose name
//! carries a nonce and so is nobody else's. Leases would save work; correctness needs none.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::access::Access;
use crate::board::publish_documents;
use crate::document::{EventHead, RawDocument};
use crate::ensure::ensure;
use crate::error::StoreError;
use crate::feed::{self, Notice};
use crate::log::{self, LogEntry};
use crate::port::{Platform, Swap};
use crate::{ProjectFn, keys};

/// Slots of one round: 256 notices of 120 bytes and up to 256 documents of 3 KB are read, 0.8 MB in all.
const ROUND_SLOTS: u64 = 256;
/// A waiting slot is looked at in every round until a look comes this long after the first: twice the 30 s that a
/// request can live, so that last look finds whatever was on its way, however rarely somebody ticks.
const WATCH_MS: i64 = 60_000;
/// After that once an hour: 24 looks in all.
const REST_MS: i64 = 3_600_000;
/// And then no more: no request lives 24 h, so its event will never come.
const FORGET_MS: i64 = 24 * 3_600_000;

/// The sequencer's state, behind `head`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Head {
    /// Format of this record: 1.
    pub v: u8,
    /// The first slot that was never looked at.
    pub next: u64,
    /// Entries in the log, once the staged batch is published.
    pub size: u64,
    /// Slots that were taken but had no event yet.
    pub waiting: Vec<Waiting>,
    /// Name of the last staged batch.
    pub stage: Option<String>,
}

/// A slot without an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The slot.
    pub slot: u64,
    /// When it was first seen empty, Unix milliseconds.
    pub since_ms: i64,
    /// When it was last looked at, Unix milliseconds.
    pub seen_ms: i64,
}

/// A decided batch: all that publishing needs.
#[derive(Debug, Serialize, Deserialize)]
struct Batch {
    from: u64,
    entries: Vec<LogEntry>,
    /// Slots whose notices are no longer needed.
    spent: Vec<u64>,
}

/// What one round did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Round {
    /// Events that entered the log.
    pub sequenced: usize,
    /// Slots still without an event.
    pub waiting: usize,
    /// Whether slots are left that were never looked at.
    pub more: bool,
}

/// Whether every change that was announced so far is in the log and on the boards. A worker that concludes something
/// from an empty queue asks this first.
///
/// # Errors
/// When the store fails.
pub async fn is_drained<P: Platform>(access: &Access<P>) -> Result<bool, StoreError> {
    let last = feed::last(access).await?;
    let Some(bytes) = access.get(keys::HEAD).await? else { return Ok(last == 0) };
    let head: Head = canon::read(&bytes)?;
    if head.next <= last || !head.waiting.is_empty() {
        return Ok(false);
    }
    // The stage goes last, so one that is still there may be half published.
    match &head.stage {
        Some(stage) => Ok(access.get(&keys::stage(stage)).await?.is_none()),
        None => Ok(true),
    }
}

/// The slot at which the sequencer looks next: what lists can show lies before it.
///
/// # Errors
/// When the store fails.
pub async fn next_slot<P: Platform>(access: &Access<P>) -> Result<u64, StoreError> {
    let head = access.get(keys::HEAD).await?;
    let head: Option<Head> = head.map(|bytes| canon::read(&bytes)).transpose()?;
    Ok(head.map_or(0, |head| head.next))
}

/// One round of sequencing.
///
/// # Errors
/// When the store fails or another sequencer is faster ([`StoreError::Busy`]); nothing is lost either way.
pub async fn sequence<P: Platform>(access: &Access<P>, project: ProjectFn) -> Result<Round, StoreError> {
    let (handle, head) = open_head(access).await?;
    finish_stage(access, &head, project).await?;
    let last = feed::last(access).await?;
    let candidates = candidates(access, &head, last);
    if candidates.is_empty() {
        return Ok(Round { sequenced: 0, waiting: head.waiting.len(), more: false });
    }
    let (batch, next_head) = decide(access, &head, &candidates).await?;
    let stage = base16ct::lower::encode_string(&access.random::<16>());
    let next_head = Head { stage: Some(stage.clone()), ..next_head };
    access.set(&keys::stage(&stage), serde_json::to_vec(&batch)?).await?;
    let mut won = access.swap(handle, serde_json::to_vec(&next_head)?).await? == Swap::Confirmed;
    if !won {
        let current: Option<Head> = access.get(keys::HEAD).await?.map(|b| canon::read(&b)).transpose()?;
        won = current.is_some_and(|head| head.stage.as_deref() == Some(stage.as_str()));
    }
    if !won {
        access.delete_many(&[keys::stage(&stage)]).await?;
        return Err(StoreError::Busy);
    }
    publish(access, &stage, &batch, project).await?;
    let more = next_head.next <= last;
    Ok(Round { sequenced: batch.entries.len(), waiting: next_head.waiting.len(), more })
}

async fn open_head<P: Platform>(access: &Access<P>) -> Result<(P::Cas, Head), StoreError> {
    let (handle, current) = access.compare(keys::HEAD).await?;
    if let Some(current) = current {
        return Ok((handle, canon::read(&current)?));
    }
    ensure(access, keys::HEAD, || async {
        Ok(serde_json::to_vec(&Head { v: 1, next: 1, size: 0, waiting: Vec::new(), stage: None })?)
    })
    .await?;
    let (handle, current) = access.compare(keys::HEAD).await?;
    let current = current.ok_or(StoreError::Busy)?;
    Ok((handle, canon::read(&current)?))
}

/// Publishes the batch that `head` points at, if that was not finished.
async fn finish_stage<P: Platform>(access: &Access<P>, head: &Head, project: ProjectFn) -> Result<(), StoreError> {
    let Some(stage) = &head.stage else { return Ok(()) };
    let Some(bytes) = access.get(&keys::stage(stage)).await? else { return Ok(()) };
    publish(access, stage, &canon::read(&bytes)?, project).await
}

/// The slots to look at now: waiting ones that are due, the longest unseen first, then new ones, 256 in all.
fn candidates<P: Platform>(access: &Access<P>, head: &Head, last: u64) -> Vec<u64> {
    let now = access.now().unix_ms();
    let mut due: Vec<&Waiting> = head.waiting.iter().collect();
    due.retain(|waiting| {
        let watched = waiting.seen_ms.saturating_sub(waiting.since_ms) <= WATCH_MS;
        watched || now.saturating_sub(waiting.seen_ms) >= REST_MS
    });
    due.sort_unstable_by_key(|waiting| (waiting.seen_ms, waiting.slot));
    let new = head.next..=last.min(head.next.saturating_add(ROUND_SLOTS - 1));
    // Half the round at most for the waiting, so that a pile of abandoned slots never stops new ones.
    let due = due.into_iter().map(|waiting| waiting.slot).take(usize::try_from(ROUND_SLOTS / 2).unwrap_or(0));
    due.chain(new).take(usize::try_from(ROUND_SLOTS).unwrap_or(0)).collect()
}

/// The batch that the stored documents give for `slots`, and the head after it.
async fn decide<P: Platform>(access: &Access<P>, head: &Head, slots: &[u64]) -> Result<(Batch, Head), StoreError> {
    let now = access.now().unix_ms();
    let events = read_events(access, read_announced(access, slots).await?).await?;
    let mut open = BTreeMap::new();
    for waiting in &head.waiting {
        open.insert(waiting.slot, waiting.clone());
    }
    for slot in slots {
        open.entry(*slot).or_insert(Waiting { slot: *slot, since_ms: now, seen_ms: now }).seen_ms = now;
    }
    let mut batch = Batch { from: head.size, entries: Vec::new(), spent: Vec::new() };
    // Every open event of a document that was read enters, also one whose own slot was not due: so the log never shows
    // the events of one document out of order.
    for (slot, (doc, event)) in &events {
        if open.remove(slot).is_some() {
            batch.entries.push(entry(*slot, doc, event));
            batch.spent.push(*slot);
        }
    }
    open.retain(|slot, waiting| {
        // Nothing is forgotten but in a round that looked at it.
        let forget = waiting.seen_ms == now && now.saturating_sub(waiting.since_ms) > FORGET_MS;
        if forget {
            batch.spent.push(*slot);
        }
        !forget
    });
    let looked_at = slots.iter().filter(|slot| **slot >= head.next).max().copied();
    let next = looked_at.map_or(head.next, |slot| slot.saturating_add(1));
    let size = head.size.saturating_add(u64::try_from(batch.entries.len()).unwrap_or(0));
    Ok((batch, Head { v: 1, next, size, waiting: open.into_values().collect(), stage: None }))
}

fn entry(slot: u64, doc: &str, event: &EventHead) -> LogEntry {
    LogEntry { slot, doc: doc.to_owned(), seq: event.seq, kind: event.kind.clone(), at: event.at, leaf: event.hash }
}

/// Keys of the documents that the notices in `slots` name.
async fn read_announced<P: Platform>(access: &Access<P>, slots: &[u64]) -> Result<BTreeSet<String>, StoreError> {
    let keys: Vec<String> = slots.iter().map(|slot| keys::feed(*slot)).collect();
    let found = access.get_many(&keys).await?;
    let mut docs = BTreeSet::new();
    for bytes in found.into_values() {
        docs.insert(canon::read::<Notice>(&bytes)?.doc);
    }
    Ok(docs)
}

/// The events of `docs` and their documents' keys, by slot: a slot names at most one event.
async fn read_events<P: Platform>(
    access: &Access<P>,
    docs: BTreeSet<String>,
) -> Result<BTreeMap<u64, (String, EventHead)>, StoreError> {
    let keys: Vec<String> = docs.into_iter().collect();
    let mut events = BTreeMap::new();
    for (key, bytes) in access.get_many(&keys).await? {
        let document: RawDocument = canon::read(&bytes)?;
        for event in document.events {
            let head: EventHead = canon::read_value(event)?;
            events.insert(head.slot, (key.clone(), head));
        }
    }
    Ok(events)
}

/// Makes a batch visible: log, boards, then the notices go, and the stage last of all.
async fn publish<P: Platform>(
    access: &Access<P>,
    stage: &str,
    batch: &Batch,
    project: ProjectFn,
) -> Result<(), StoreError> {
    log::publish(access, batch.from, &batch.entries).await?;
    let mut docs = BTreeSet::new();
    for entry in &batch.entries {
        docs.insert(entry.doc.clone());
    }
    publish_documents(access, docs, project).await?;
    let spent: Vec<String> = batch.spent.iter().map(|slot| keys::feed(*slot)).collect();
    access.delete_many(&spent).await?;
    access.delete_many(&[keys::stage(stage)]).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
