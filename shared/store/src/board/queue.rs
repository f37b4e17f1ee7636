//! Queues: the documents that wait for something, in a tree of pages that split by id when they grow.
//!
//! A page is a leaf with rows until it splits, once and for ever, into 16 children by the next digit of the id's hash.
//! A removed row stays as a tombstone for an hour, far longer than a late writer can live, so that its older version
//! cannot come back.

use std::collections::BTreeMap;

use canon::DocId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::access::Access;
use crate::error::StoreError;
use crate::port::Platform;
use crate::{keys, page};

/// Rows of a leaf before it splits: 512 × 250 bytes = 128 KB, about 2 ms to read and write.
pub const QUEUE_ROWS_MAX: usize = 512;
/// A tombstone's life: 1 h, against 30 s that a request can live.
const TOMBSTONE_MS: i64 = 3_600_000;
/// Levels of the tree: 16^7 × 512 rows is beyond any store; it bounds the walk.
const DEPTH_MAX: usize = 7;

/// A document in a queue, or the memory of one that left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QueueRow {
    /// Version of the document that it shows.
    pub v: u64,
    /// Slot of the document's birth.
    pub born: u64,
    /// The columns; `None` once the document left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub c: Option<Value>,
    /// When it left, Unix milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone_ms: Option<i64>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct QueuePage {
    split: bool,
    rows: BTreeMap<DocId, QueueRow>,
}

type Rows = Vec<(DocId, QueueRow)>;

/// The rows of the queue `name`, in order of birth: one read for each level, all pages of a level in one batch.
///
/// # Errors
/// When a page cannot be read.
pub async fn read_queue<P: Platform>(access: &Access<P>, name: &str) -> Result<Rows, StoreError> {
    let mut prefixes = vec![String::new()];
    let mut rows = Vec::new();
    for _ in 0..=DEPTH_MAX {
        let keys: Vec<String> = prefixes.iter().map(|prefix| page_key(name, prefix)).collect();
        let found = access.get_many(&keys).await?;
        let mut deeper = Vec::new();
        for (prefix, key) in prefixes.iter().zip(&keys) {
            let Some(bytes) = found.get(key) else { continue };
            let page: QueuePage = canon::read(bytes)?;
            if page.split {
                deeper.extend(children(prefix));
            } else {
                rows.extend(page.rows.into_iter().filter(|(_, row)| row.c.is_some()));
            }
        }
        if deeper.is_empty() {
            break;
        }
        prefixes = deeper;
    }
    rows.sort_unstable_by_key(|(_, row)| row.born);
    Ok(rows)
}

/// Applies rows and removals (`c: None`) to queues.
pub(super) async fn apply<P: Platform>(access: &Access<P>, changes: BTreeMap<String, Rows>) -> Result<(), StoreError> {
    for (name, rows) in changes {
        let mut todo = vec![(String::new(), rows)];
        while let Some((prefix, rows)) = todo.pop() {
            todo.extend(apply_page(access, &name, &prefix, rows).await?);
        }
    }
    Ok(())
}

/// Applies `rows` to one page; returns what belongs further down.
async fn apply_page<P: Platform>(
    access: &Access<P>,
    name: &str,
    prefix: &str,
    rows: Rows,
) -> Result<Vec<(String, Rows)>, StoreError> {
    let now_ms = access.now().unix_ms();
    let key = page_key(name, prefix);
    let page = page::update(access, &key, |page: &mut QueuePage| {
        !page.split && rows.iter().fold(false, |changed, (id, row)| changed | upsert(page, id, row, now_ms))
    })
    .await?;
    if page.split {
        return Ok(spread(prefix, rows));
    }
    if page.rows.len() > QUEUE_ROWS_MAX && prefix.len() < DEPTH_MAX {
        split(access, name, prefix, page).await?;
    }
    Ok(Vec::new())
}

/// Copies the rows down, then marks the page. A writer that came between makes the mark fail; the next one tries again.
async fn split<P: Platform>(access: &Access<P>, name: &str, prefix: &str, seen: QueuePage) -> Result<(), StoreError> {
    let rows: Rows = seen.rows.clone().into_iter().collect();
    for (child, rows) in spread(prefix, rows) {
        let now_ms = access.now().unix_ms();
        page::update(access, &page_key(name, &child), |page: &mut QueuePage| {
            !page.split && rows.iter().fold(false, |changed, (id, row)| changed | upsert(page, id, row, now_ms))
        })
        .await?;
    }
    page::update(access, &page_key(name, prefix), |page: &mut QueuePage| {
        let unchanged = *page == seen;
        if unchanged {
            *page = QueuePage { split: true, rows: BTreeMap::new() };
        }
        unchanged
    })
    .await?;
    Ok(())
}

fn upsert(page: &mut QueuePage, id: &DocId, row: &QueueRow, now_ms: i64) -> bool {
    if page.rows.get(id).is_some_and(|present| present.v >= row.v) {
        return false;
    }
    page.rows.retain(|_, row| row.gone_ms.is_none_or(|gone_ms| now_ms.saturating_sub(gone_ms) <= TOMBSTONE_MS));
    let gone_ms = row.c.is_none().then_some(now_ms);
    page.rows.insert(id.clone(), QueueRow { gone_ms: row.gone_ms.or(gone_ms), ..row.clone() });
    true
}

fn page_key(name: &str, prefix: &str) -> String {
    keys::board(&format!("queue/{name}"), &format!("0{prefix}"))
}

fn children(prefix: &str) -> impl Iterator<Item = String> {
    (0..16_u32).map(move |digit| format!("{prefix}{digit:x}"))
}

/// Distributes rows over the children of `prefix` by the digit of their hash at its depth.
fn spread(prefix: &str, rows: Rows) -> Vec<(String, Rows)> {
    let mut children: BTreeMap<String, Rows> = BTreeMap::new();
    for (id, row) in rows {
        let digits = format!("{:08x}", id.bucket());
        let digit = digits.get(prefix.len()..=prefix.len()).unwrap_or("0");
        children.entry(format!("{prefix}{digit}")).or_default().push((id, row));
    }
    children.into_iter().collect()
}
