//! Tables: one row a document, in the page of its first slot. Scans, search and statistics read these.

use std::collections::{BTreeMap, BTreeSet};

use canon::DocId;
use domain::board::Summand;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::queue::{self, QueueRow};
use super::{Folded, sums};
use crate::access::Access;
use crate::error::StoreError;
use crate::port::Platform;
use crate::{keys, page};

/// Slots of a table page: 2^11 slots hold some 200 cases of ten events each, 80 KB.
const PAGE_SHIFT: u32 = 11;

/// Rounds against rivals that keep entering queues; each is a fold of the same document, so two or three are many.
const ROUNDS_MAX: u32 = 8;

/// A row of a table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TableRow {
    /// Version of the document that it shows.
    pub v: u64,
    /// Queues that the document may be in.
    pub q: BTreeSet<String>,
    /// The columns.
    pub c: Value,
    /// What it adds to the sums.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s: Option<Summand>,
}

pub(super) type TablePage = BTreeMap<DocId, TableRow>;

/// The page that holds documents born in `slot`.
#[must_use]
pub fn table_page(slot: u64) -> u64 {
    slot >> PAGE_SHIFT
}

/// The rows of one page of `table`.
///
/// # Errors
/// When the page cannot be read.
pub async fn read_table<P: Platform>(access: &Access<P>, table: &str, page: u64) -> Result<TablePage, StoreError> {
    page::read(access, &keys::board(table, &page.to_string())).await
}

/// Folds documents into their tables and queues.
pub(super) async fn apply<P: Platform>(access: &Access<P>, folded: &[Folded]) -> Result<(), StoreError> {
    let mut pages: BTreeMap<(&str, u64), Vec<&Folded>> = BTreeMap::new();
    for document in folded {
        pages.entry((document.projection.table, table_page(document.born))).or_default().push(document);
    }
    for ((table, number), documents) in pages {
        let rows = apply_page(access, &keys::board(table, &number.to_string()), &documents).await?;
        let summed = documents.iter().filter_map(|document| document.projection.sum.as_ref());
        sums::apply(access, table, number, &rows, summed.map(|sum| sum.period.as_str()).collect()).await?;
    }
    Ok(())
}

/// Three steps: enter the new queues' names into the rows; change the queues; give the rows their versions. The last
/// goes round again for rows in which a rival has entered further queues meanwhile.
async fn apply_page<P: Platform>(
    access: &Access<P>,
    key: &str,
    documents: &[&Folded],
) -> Result<TablePage, StoreError> {
    for _ in 0..ROUNDS_MAX {
        let page: TablePage = page::update(access, key, |page: &mut TablePage| {
            documents.iter().fold(false, |changed, document| changed | enter_queue_names(page, document))
        })
        .await?;
        let stale: Vec<&Folded> = documents.iter().copied().filter(|document| behind(&page, document)).collect();
        if stale.is_empty() {
            return Ok(page);
        }
        queue::apply(access, queue_changes(&page, &stale)).await?;
        page::update(access, key, |now: &mut TablePage| {
            stale.iter().fold(false, |changed, document| changed | finish_row(now, &page, document))
        })
        .await?;
    }
    Err(StoreError::Busy)
}

fn behind(page: &TablePage, document: &Folded) -> bool {
    page.get(&document.id).is_none_or(|row| row.v < document.version)
}

fn enter_queue_names(page: &mut TablePage, document: &Folded) -> bool {
    if !behind(page, document) || document.projection.queues.is_empty() {
        return false;
    }
    let row = page.entry(document.id.clone()).or_default();
    let before = row.q.len();
    row.q.extend(document.projection.queues.iter().map(|(name, _)| name.clone()));
    row.q.len() > before
}

/// Every queue that a stale document may be in, with what it should hold of it.
fn queue_changes(page: &TablePage, stale: &[&Folded]) -> BTreeMap<String, Vec<(DocId, QueueRow)>> {
    let mut changes: BTreeMap<String, Vec<(DocId, QueueRow)>> = BTreeMap::new();
    for document in stale {
        let wanted: BTreeMap<&str, &Value> =
            document.projection.queues.iter().map(|(name, columns)| (name.as_str(), columns)).collect();
        let names = page.get(&document.id).map(|row| &row.q).into_iter().flatten();
        for name in names {
            let columns = wanted.get(name.as_str()).map(|columns| (*columns).clone());
            let row = QueueRow { v: document.version, born: document.born, c: columns, gone_ms: None };
            changes.entry(name.clone()).or_default().push((document.id.clone(), row));
        }
    }
    changes
}

/// The queues that a row names; a row that is not there yet names none.
fn queues_in<'a>(page: &'a TablePage, id: &DocId) -> Option<&'a BTreeSet<String>> {
    page.get(id).map(|row| &row.q).filter(|queues| !queues.is_empty())
}

/// Gives the row its version, unless the queues in it are no longer those that `seen` had.
fn finish_row(now: &mut TablePage, seen: &TablePage, document: &Folded) -> bool {
    if !behind(now, document) || queues_in(now, &document.id) != queues_in(seen, &document.id) {
        return false;
    }
    let q = document.projection.queues.iter().map(|(name, _)| name.clone()).collect();
    let c = document.projection.columns.clone();
    let s = document.projection.sum.clone();
    now.insert(document.id.clone(), TableRow { v: document.version, q, c, s });
    true
}
