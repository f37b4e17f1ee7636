//! What lists show of an order.

use canon::Hash;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::event::Text;
use super::{Status, WorkOrder};
use crate::board::Projection;
use crate::catalogue::{CategoryCode, Point};
use crate::time::Moment;

/// An order in its caller's queue: what finding a repeat needs, and nothing about the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CallerRow {
    /// What it is about.
    pub category: CategoryCode,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Point>,
    /// Where it stands.
    pub status: Status,
    /// When it came in.
    pub received_at: Moment,
    /// When it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Moment>,
}

/// The queue that holds all orders of the caller with this index.
#[must_use]
pub fn caller_queue(index: &Hash) -> String {
    format!("caller/{index}")
}

/// The projection of an order's stored state.
#[must_use]
pub fn project(state: &Value) -> Option<Projection> {
    // By way of bytes: reading from a `Value` would bring a second reader for every type into each component.
    let order: WorkOrder = canon::read_value(state.clone()).ok()?;
    let registered = &order.registered;
    let public = json!({
        "number": registered.number,
        "categoryCode": registered.category,
        "villageCode": registered.place.village,
        "status": order.status,
        "receivedAt": order.received_at,
        "promisedBy": registered.promised.at,
    });
    let mut columns = public.clone();
    if let (Some(columns), Text::Open(title)) = (columns.as_object_mut(), &registered.title) {
        columns.insert("title".to_owned(), json!(title));
    }
    if let Some(columns) = columns.as_object_mut() {
        columns.insert("appealType".to_owned(), json!(registered.appeal_type));
        columns.insert("urgency".to_owned(), json!(order.urgency));
        columns.insert("gridCode".to_owned(), json!(registered.place.grid));
        columns.insert("confidential".to_owned(), json!(registered.confidential));
        columns.insert("repeats".to_owned(), json!(order.repeats.len()));
    }
    let caller = CallerRow {
        category: registered.category.clone(),
        position: registered.place.position,
        status: order.status,
        received_at: order.received_at,
        closed_at: order.closed_at,
    };
    let queues = registered.caller.index.iter().map(|index| (caller_queue(index), json!(caller))).collect();
    let timelines = if registered.listed { vec![("public", public)] } else { Vec::new() };
    Some(Projection { table: "orders", columns, queues, timelines })
}
