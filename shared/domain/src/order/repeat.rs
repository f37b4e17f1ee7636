//! Repeats of the same caller (handbook §1.8): the same caller index and the same second-level category, near the
//! earlier place, while the earlier order is open or closed not long ago.
//!
//! A phone number proves nothing about who types it, so a repeat is registered and linked, and only a person at the
//! centre decides to merge; nothing of the earlier order is told to whoever sent the later one.

use canon::DocId;
use serde::{Deserialize, Serialize};

use super::projection::CallerRow;
use crate::catalogue::{CategoryCode, Point};
use crate::time::Moment;

/// What kind of repeat (重复件).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RepeatKind {
    /// The earlier order is open.
    SelfOpen,
    /// The earlier order was closed less than the configured days ago.
    SelfClosed,
}

/// The link from a repeat to the earlier order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Repeat {
    /// What kind.
    pub kind: RepeatKind,
    /// The earlier order.
    pub parent: DocId,
}

/// The town's numbers for repeats.
#[derive(Debug, Clone, Copy)]
pub struct RepeatRule {
    /// Two places nearer than this are the same, metres.
    pub radius_m: u32,
    /// A closed order counts for so long, milliseconds.
    pub closed_window_ms: i64,
}

/// An earlier order of the caller, as the caller's queue shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct EarlierOrder {
    /// Its document.
    pub id: DocId,
    /// Its columns.
    pub row: CallerRow,
}

/// The repeat that a new order is, if it is one: of the oldest open earlier order, so that all repeats of a matter are
/// counted at one place and the third raises its urgency; where none is open, of the newest closed one.
///
/// `distance_m` measures between two positions. Where either order has no position, the category decides alone.
#[must_use]
pub fn repeat_of(
    earlier: &[EarlierOrder],
    category: &CategoryCode,
    position: Option<Point>,
    now: Moment,
    rule: RepeatRule,
    distance_m: impl Fn(Point, Point) -> u32,
) -> Option<Repeat> {
    let near = |row: &CallerRow| match (row.position, position) {
        (Some(there), Some(here)) => distance_m(there, here) <= rule.radius_m,
        _ => true,
    };
    let same = earlier.iter().rev().filter(|order| order.row.category == *category && near(&order.row));
    let kind = |row: &CallerRow| match row.closed_at {
        None => Some(RepeatKind::SelfOpen),
        Some(closed_at) => (now.ms_since(closed_at) <= rule.closed_window_ms).then_some(RepeatKind::SelfClosed),
    };
    let found: Vec<Repeat> =
        same.filter_map(|order| Some(Repeat { kind: kind(&order.row)?, parent: order.id.clone() })).collect();
    // They stand newest first.
    found.iter().rfind(|repeat| repeat.kind != RepeatKind::SelfClosed).or_else(|| found.first()).cloned()
}
