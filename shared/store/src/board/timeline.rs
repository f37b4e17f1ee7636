//! Timelines: rows in the order of birth, newest first, in pages of 512 slots; for public lists.
//!
//! An index remembers for each month the first and last slot with a row, so a month is found in one read and a page of
//! the list in a second one.

use std::collections::BTreeMap;

use canon::DocId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::Folded;
use crate::access::Access;
use crate::error::StoreError;
use crate::port::Platform;
use crate::{keys, page};

/// Slots of a page: at most 512 rows of 200 bytes, 100 KB.
pub const TIMELINE_SLOTS: u64 = 512;
/// Pages that one list request may read: 4 × 100 KB.
const PAGES_MAX: u64 = 4;
/// The same without a filter: 512 to 1 024 slots have enough rows, and a list that everybody asks for should be cheap.
const PAGES_UNFILTERED: u64 = 2;

/// A row of a timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimelineRow {
    /// Slot of the document's birth: its place in the list.
    pub born: u64,
    /// Version of the document that it shows.
    pub v: u64,
    /// The columns.
    pub c: Value,
}

type Page = BTreeMap<DocId, TimelineRow>;
/// A row whose columns are read only if it is shown.
#[derive(Deserialize)]
struct UnreadRow<'a> {
    born: u64,
    v: u64,
    #[serde(borrow)]
    c: &'a RawValue,
}

/// First and last slot with a row, by month (`2026-11`).
type Index = BTreeMap<String, (u64, u64)>;

/// What part of a timeline is wanted.
#[derive(Debug, Clone, Default)]
pub struct TimelineQuery {
    /// Only this month (`2026-11`); all months when absent.
    pub month: Option<String>,
    /// Only rows born before this slot.
    pub before: Option<u64>,
    /// At most so many rows.
    pub limit: usize,
    /// Whether `keep` may refuse rows, so that more have to be looked through.
    pub filtered: bool,
}

/// Part of a timeline, newest first.
#[derive(Debug, Clone, Default)]
pub struct TimelinePage {
    /// The rows. There may be fewer than asked for although more follow.
    pub rows: Vec<TimelineRow>,
    /// Continue with this as `before`; `None` at the end.
    pub next: Option<u64>,
}

/// Reads a timeline in two store operations; rows that `keep` refuses are left out.
///
/// # Errors
/// When a page cannot be read.
pub async fn read_timeline<P: Platform>(
    access: &Access<P>,
    name: &str,
    query: &TimelineQuery,
    keep: impl Fn(&Value) -> bool,
) -> Result<TimelinePage, StoreError> {
    let index: Index = page::read(access, &index_key(name)).await?;
    let spans = index.iter().filter(|(month, _)| query.month.as_ref().is_none_or(|wanted| wanted == *month));
    let span = spans.map(|(_, span)| *span).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    let Some((first, last)) = span else { return Ok(TimelinePage::default()) };
    let newest = query.before.map_or(last, |before| last.min(before.saturating_sub(1)));
    if newest < first {
        return Ok(TimelinePage::default());
    }
    let pages = if query.filtered { PAGES_MAX } else { PAGES_UNFILTERED };
    let lowest_page = (first / TIMELINE_SLOTS).max((newest / TIMELINE_SLOTS).saturating_sub(pages - 1));
    let keys: Vec<String> = (lowest_page..=newest / TIMELINE_SLOTS).map(|page| page_key(name, page)).collect();
    let floor = lowest_page.saturating_mul(TIMELINE_SLOTS).max(first);
    let found = access.get_many(&keys).await?;
    let mut unread = Vec::new();
    for bytes in found.values() {
        let page: BTreeMap<&str, UnreadRow<'_>> = serde_json::from_slice(bytes)?;
        unread.extend(page.into_values().filter(|row| (floor..=newest).contains(&row.born)));
    }
    unread.sort_unstable_by_key(|row| std::cmp::Reverse(row.born));
    let mut rows: Vec<TimelineRow> = Vec::with_capacity(query.limit);
    for UnreadRow { born, v, c } in unread {
        let columns: Value = canon::read(c.get().as_bytes())?;
        if query.month.as_deref().is_some_and(|month| !in_month(&columns, month)) || !keep(&columns) {
            continue;
        }
        if rows.len() == query.limit {
            let next = rows.last().map(|row| row.born);
            return Ok(TimelinePage { rows, next });
        }
        rows.push(TimelineRow { born, v, c: columns });
    }
    Ok(TimelinePage { rows, next: Some(floor).filter(|floor| *floor > first) })
}

/// First and last slot with a row of each month (`2026-11`) that has one.
///
/// # Errors
/// When the index cannot be read.
pub async fn timeline_months<P: Platform>(
    access: &Access<P>,
    name: &str,
) -> Result<BTreeMap<String, (u64, u64)>, StoreError> {
    page::read(access, &index_key(name)).await
}

/// The month a row belongs to is the start of its `receivedAt` column.
fn in_month(columns: &Value, month: &str) -> bool {
    columns.get("receivedAt").and_then(Value::as_str).is_some_and(|at| at.starts_with(month))
}

fn month_of(columns: &Value) -> Option<String> {
    columns.get("receivedAt").and_then(Value::as_str).and_then(|at| at.get(..7)).map(str::to_owned)
}

fn index_key(name: &str) -> String {
    keys::board(name, "index")
}

fn page_key(name: &str, page: u64) -> String {
    keys::board(name, &page.to_string())
}

/// Folds documents into their timelines.
pub(super) async fn apply<P: Platform>(access: &Access<P>, folded: &[Folded]) -> Result<(), StoreError> {
    let mut pages: BTreeMap<String, Vec<(&DocId, TimelineRow)>> = BTreeMap::new();
    let mut spans: BTreeMap<&str, Index> = BTreeMap::new();
    for document in folded {
        for (name, columns) in &document.projection.timelines {
            let row = TimelineRow { born: document.born, v: document.version, c: columns.clone() };
            pages.entry(page_key(name, document.born / TIMELINE_SLOTS)).or_default().push((&document.id, row));
            if let Some(month) = month_of(columns) {
                widen(spans.entry(name).or_default(), &month, (document.born, document.born));
            }
        }
    }
    for (key, rows) in pages {
        page::update(access, &key, |page: &mut Page| {
            rows.iter().fold(false, |changed, (id, row)| changed | upsert(page, id, row))
        })
        .await?;
    }
    // The index last: it never points at a page that is not there.
    for (name, spans) in spans {
        page::update(access, &index_key(name), |index: &mut Index| {
            spans.iter().fold(false, |changed, (month, span)| changed | widen(index, month, *span))
        })
        .await?;
    }
    Ok(())
}

fn upsert(page: &mut Page, id: &DocId, row: &TimelineRow) -> bool {
    let newer = page.get(id).is_none_or(|present| present.v < row.v);
    if newer {
        page.insert(id.clone(), row.clone());
    }
    newer
}

fn widen(index: &mut Index, month: &str, span: (u64, u64)) -> bool {
    let present = index.get(month).copied();
    let wider = present.map_or(span, |(first, last)| (first.min(span.0), last.max(span.1)));
    index.insert(month.to_owned(), wider);
    present != Some(wider)
}
