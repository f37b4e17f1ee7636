//! What lists show of a document: rows, queues and public timelines, as pure functions of its state.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What one document contributes to the boards.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    /// The table whose row this is, such as `orders`.
    pub table: &'static str,
    /// The columns of the table row.
    pub columns: Value,
    /// The queues the document is in, with the columns each shows.
    pub queues: Vec<(String, Value)>,
    /// The timelines it is on, with the columns each shows. A document stays on a timeline once it was on it.
    pub timelines: Vec<(&'static str, Value)>,
    /// What it adds to the sums of its table.
    pub sum: Option<Summand>,
}

/// What one document adds to the sums of a period. A document's period never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summand {
    /// The period, such as the month `2026-11`.
    #[serde(rename = "p")]
    pub period: String,
    /// The groups in which it counts.
    #[serde(rename = "g")]
    pub groups: Vec<String>,
    /// The numbers.
    #[serde(rename = "n")]
    pub numbers: Vec<u64>,
}

/// The projection of the document `state` of `kind`; `None` for kinds that no list shows.
#[must_use]
pub fn project(kind: &str, state: &Value) -> Option<Projection> {
    use crate::aggregate::Aggregate as _;
    match kind {
        kind if kind == crate::order::WorkOrder::KIND => crate::order::project(state),
        kind if kind == crate::whistle::Whistle::KIND => crate::whistle::project(state),
        kind if kind == crate::hotline::Ticket::KIND => crate::hotline::project(state),
        kind if kind == crate::upload::Upload::KIND => crate::upload::project(state),
        kind if kind == crate::look::LookBook::KIND => crate::look::project(state),
        kind if kind == crate::staff::Staff::KIND => crate::staff::project(state),
        kind if kind == crate::export::Export::KIND => crate::export::project(state),
        kind if kind == crate::integration::IntegrationKey::KIND => crate::integration::project(state),
        kind if kind == crate::inspection::Draw::KIND => crate::inspection::project_draw(state),
        kind if kind == crate::inspection::Check::KIND => crate::inspection::project_check(state),
        _ => None,
    }
}
