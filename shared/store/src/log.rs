//! The memory: every event once, in the order of its slot, in pages of 256.
//!
//! An entry is private (it names the document); its `leaf` is what a public ledger may show. Entries never change and
//! never move: page `n` holds the entries `256 n … 256 n + 255`, and a page only grows.

use canon::Hash;
use domain::time::Moment;
use serde::{Deserialize, Serialize};

use crate::access::Access;
use crate::error::StoreError;
use crate::port::Platform;
use crate::{keys, page};

/// Entries of a page: 256 × about 230 bytes = 59 KB, one read.
pub const PAGE_ENTRIES: u64 = 256;

/// One event in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    /// The slot that announced it.
    pub slot: u64,
    /// Key of its document.
    pub doc: String,
    /// Its place in the document.
    pub seq: u64,
    /// Its type, so that a consumer reads only the documents it needs.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it was decided.
    pub at: Moment,
    /// Its hash, which commits to all of it and shows nothing.
    pub leaf: Hash,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(transparent)]
struct LogPage(Vec<LogEntry>);

/// The entries from index `from` to the end of its page; empty at the end of the log.
///
/// # Errors
/// When the page cannot be read.
pub async fn read_from<P: Platform>(access: &Access<P>, from: u64) -> Result<Vec<LogEntry>, StoreError> {
    let LogPage(entries) = page::read(access, &keys::log(from / PAGE_ENTRIES)).await?;
    Ok(entries.into_iter().skip(offset(from)).collect())
}

/// Writes `entries` at index `from`. Idempotent: what is there already is the same.
pub(crate) async fn publish<P: Platform>(
    access: &Access<P>,
    from: u64,
    entries: &[LogEntry],
) -> Result<(), StoreError> {
    let mut from = from;
    let mut rest = entries;
    while !rest.is_empty() {
        let room = PAGE_ENTRIES.saturating_sub(from % PAGE_ENTRIES);
        let (now, later) = rest.split_at(rest.len().min(usize::try_from(room).unwrap_or(usize::MAX)));
        let start = offset(from);
        page::update(access, &keys::log(from / PAGE_ENTRIES), |LogPage(page): &mut LogPage| {
            // A page behind `start` cannot be: `head` moves on only when the batch before is published.
            let missing = now.get(page.len().saturating_sub(start)..).unwrap_or_default();
            page.extend_from_slice(missing);
            !missing.is_empty()
        })
        .await?;
        from = from.saturating_add(room);
        rest = later;
    }
    Ok(())
}

fn offset(index: u64) -> usize {
    usize::try_from(index % PAGE_ENTRIES).unwrap_or(0)
}
