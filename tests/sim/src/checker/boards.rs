//! Boards against a fresh fold of the documents.

use std::collections::{BTreeMap, BTreeSet};

use canon::DocId;
use domain::board::{Summand, project};
use futures::FutureExt as _;
use serde_json::Value;
use store::memory::{MemoryKv, Steady};
use store::{
    Access, QueueRow, StoreError, Sums, TableRow, TimelineQuery, keys, read_queue, read_sums, read_table,
    read_timeline, table_page,
};

use super::{Dump, Violation, documents, require};

/// What a fresh fold gives.
#[derive(Default)]
struct Fresh {
    tables: BTreeMap<(String, u64), BTreeMap<DocId, TableRow>>,
    queues: BTreeMap<String, BTreeMap<DocId, QueueRow>>,
    timelines: BTreeMap<String, BTreeMap<u64, (u64, Value)>>,
    sums: BTreeMap<(String, String), Sums>,
}

impl Fresh {
    fn add(&mut self, table: &str, sum: &Summand) {
        let sums = self.sums.entry((table.to_owned(), sum.period.clone())).or_default();
        for group in &sum.groups {
            let total = sums.entry(group.clone()).or_insert_with(|| vec![0; sum.numbers.len()]);
            total.iter_mut().zip(&sum.numbers).for_each(|(total, number)| *total += number);
        }
    }
}

/// Tables, queues and timelines are what a fresh fold of the documents gives, no more and no less.
///
/// # Errors
/// The first page that is not.
pub fn check(kv: &MemoryKv) -> Result<(), Violation> {
    let dump = kv.dump();
    let fresh = fold(&dump)?;
    let access = Access::new(kv.behind(Steady::new(0)), std::sync::Arc::default());
    let pages = tables_in(&dump).into_iter().chain(fresh.tables.keys().cloned()).collect::<BTreeSet<_>>();
    for (table, page) in pages {
        let stored = now(read_table(&access, &table, page))?;
        let expected = fresh.tables.get(&(table.clone(), page)).cloned().unwrap_or_default();
        require!(stored == expected, "table {table}/{page} is {stored:?} instead of {expected:?}");
    }
    let names = queues_in(&dump).into_iter().chain(fresh.queues.keys().cloned()).collect::<BTreeSet<_>>();
    for name in names {
        let stored: BTreeMap<DocId, QueueRow> = now(read_queue(&access, &name))?.into_iter().collect();
        let expected = fresh.queues.get(&name).cloned().unwrap_or_default();
        require!(stored == expected, "queue {name} is {stored:?} instead of {expected:?}");
    }
    for ((table, period), expected) in &fresh.sums {
        let stored = now(read_sums(&access, table, std::slice::from_ref(period)))?;
        require!(stored.get(period) == Some(expected), "sums of {period} are {stored:?} instead of {expected:?}");
    }
    for (name, expected) in &fresh.timelines {
        let stored = whole_timeline(&access, name)?;
        require!(stored == *expected, "timeline {name} is {stored:?} instead of {expected:?}");
    }
    Ok(())
}

fn now<T>(future: impl Future<Output = Result<T, StoreError>>) -> Result<T, Violation> {
    let answer = future.now_or_never().ok_or_else(|| Violation("a reader waits".to_owned()))?;
    Ok(answer?)
}

fn fold(dump: &Dump) -> Result<Fresh, Violation> {
    let mut fresh = Fresh::default();
    for (key, document) in documents(dump)? {
        let Some(projection) = keys::parse_document(&key).and_then(|(kind, _)| project(kind, &document.state)) else {
            continue;
        };
        let first = document.events.first().and_then(|event| event.get("slot")).and_then(Value::as_u64);
        let born = first.ok_or_else(|| Violation(format!("{key} has no first slot")))?;
        let (id, v) = (document.id, document.version);
        for (name, columns) in &projection.queues {
            let row = QueueRow { v, born, c: Some(columns.clone()), gone_ms: None };
            fresh.queues.entry(name.clone()).or_default().insert(id.clone(), row);
        }
        for (name, columns) in projection.timelines {
            fresh.timelines.entry(name.to_owned()).or_default().insert(born, (v, columns));
        }
        let q = projection.queues.into_iter().map(|(name, _)| name).collect();
        if let Some(sum) = &projection.sum {
            fresh.add(projection.table, sum);
        }
        let row = TableRow { v, q, c: projection.columns, s: projection.sum };
        fresh.tables.entry((projection.table.to_owned(), table_page(born))).or_default().insert(id, row);
    }
    Ok(fresh)
}

/// The tables; timelines have numbered pages too.
const TABLES: [&str; 10] =
    ["orders", "tickets", "whistles", "looks", "exports", "draws", "checks", "staff", "keys", "uploads"];

/// The table pages that exist: `board/{table}/{page}`.
fn tables_in(dump: &Dump) -> BTreeSet<(String, u64)> {
    let parse = |key: &String| {
        let (table, page) = key.strip_prefix("board/")?.split_once('/').filter(|(table, _)| TABLES.contains(table))?;
        Some((table.to_owned(), page.parse().ok()?))
    };
    dump.keys().filter_map(parse).collect()
}

/// The queues that exist: `board/queue/{name}/0{prefix}`, where a name may hold slashes.
fn queues_in(dump: &Dump) -> BTreeSet<String> {
    let pages = dump.keys().filter(|key| !key.contains('#')).filter_map(|key| key.strip_prefix("board/queue/"));
    pages.filter_map(|key| Some(key.rsplit_once('/')?.0.to_owned())).collect()
}

fn whole_timeline(access: &Access<MemoryKv>, name: &str) -> Result<BTreeMap<u64, (u64, Value)>, Violation> {
    let mut rows = BTreeMap::new();
    let mut query = TimelineQuery { limit: 7, ..TimelineQuery::default() };
    loop {
        let page = now(read_timeline(access, name, &query, |_| true))?;
        rows.extend(page.rows.into_iter().map(|row| (row.born, (row.v, row.c))));
        let Some(next) = page.next else { return Ok(rows) };
        query.before = Some(next);
    }
}
