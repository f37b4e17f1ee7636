//! Sums: what the rows of a table add up to, by period and group, so that statistics read one key a period.
//!
//! A period's page has one part for each table page with rows in it. A part is made anew from its whole table page, never
//! added to, so making it twice or late is harmless. A row's version only grows and its period never changes, so the sum
//! of the versions says which of two parts is newer.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::table::TablePage;
use crate::access::Access;
use crate::error::StoreError;
use crate::port::Platform;
use crate::{keys, page};

/// Numbers by group.
pub type Sums = BTreeMap<String, Vec<u64>>;

/// What the rows of one table page add up to. At most 200 categories and villages of 40 bytes: 8 KB.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Part {
    /// The sum of the rows' versions.
    v: u64,
    groups: Sums,
}

/// Parts by table page: a month of 1 000 orders with 8 events each is 4 of them.
type Page = BTreeMap<String, Part>;

/// The sums of `table` in `periods`, all read in one batch; a period without rows is left out.
///
/// # Errors
/// When a page cannot be read.
pub async fn read_sums<P: Platform>(
    access: &Access<P>,
    table: &str,
    periods: &[String],
) -> Result<BTreeMap<String, Sums>, StoreError> {
    let keys: Vec<String> = periods.iter().map(|period| page_key(table, period)).collect();
    let found = access.get_many(&keys).await?;
    let mut sums = BTreeMap::new();
    for (period, key) in periods.iter().zip(&keys) {
        let Some(bytes) = found.get(key) else { continue };
        let page: Page = canon::read(bytes)?;
        let mut total = Sums::new();
        for (group, numbers) in page.into_values().flat_map(|part| part.groups) {
            add(total.entry(group).or_default(), &numbers);
        }
        sums.insert(period.clone(), total);
    }
    Ok(sums)
}

/// Makes the parts of a table page anew in the `periods` that it was changed in.
pub(super) async fn apply<P: Platform>(
    access: &Access<P>,
    table: &str,
    number: u64,
    rows: &TablePage,
    periods: BTreeSet<&str>,
) -> Result<(), StoreError> {
    for period in periods {
        let part = part(rows, period);
        page::update(access, &page_key(table, period), |page: &mut Page| {
            let newer = page.get(&number.to_string()).is_none_or(|present| present.v < part.v);
            if newer {
                page.insert(number.to_string(), part.clone());
            }
            newer
        })
        .await?;
    }
    Ok(())
}

fn part(rows: &TablePage, period: &str) -> Part {
    let mut part = Part::default();
    let in_period = rows.values().filter_map(|row| Some((row.v, row.s.as_ref().filter(|sum| sum.period == period)?)));
    for (version, sum) in in_period {
        part.v = part.v.saturating_add(version);
        for group in &sum.groups {
            add(part.groups.entry(group.clone()).or_default(), &sum.numbers);
        }
    }
    part
}

fn add(total: &mut Vec<u64>, numbers: &[u64]) {
    if total.len() < numbers.len() {
        total.resize(numbers.len(), 0);
    }
    for (total, number) in total.iter_mut().zip(numbers) {
        *total = total.saturating_add(*number);
    }
}

fn page_key(table: &str, period: &str) -> String {
    keys::board(&format!("sums/{table}"), period)
}
