//! What lists show of tickets, and which of them wait for whom.

use serde_json::{Value, json};

use super::Ticket;
use crate::board::Projection;
use crate::time::Date;

/// The queue of the tickets of `platform` with which there is something to do; a row says when for messages (`at`) and for
/// attachments (`files`).
#[must_use]
pub fn relay_queue(platform: &str) -> String {
    format!("hotline/relay/{platform}")
}

/// The queue of the tickets at which a person should look: dead letters, conflicts, events without their order.
#[must_use]
pub fn attention_queue() -> String {
    "hotline/attention".to_owned()
}

/// The queue of all tickets of `platform` of one day; a row is what reconciliation compares.
#[must_use]
pub fn day_queue(platform: &str, day: Date) -> String {
    format!("hotline/day/{platform}/{day}")
}

/// The projection of a ticket's stored state.
#[must_use]
pub fn project(state: &Value) -> Option<Projection> {
    let ticket: Ticket = canon::read_value(state.clone()).ok()?;
    let conflicts = ticket.conflicts.iter().filter(|conflict| !conflict.seen).count();
    let columns = json!({
        "platform": ticket.platform, "number": ticket.number, "openedAt": ticket.opened_at,
        "touchedAt": ticket.touched_at, "received": ticket.received.len(), "sent": ticket.sent,
        "queued": ticket.out.len(), "dead": ticket.dead, "conflicts": conflicts, "parkedSince": ticket.parked_since(),
        "files": ticket.files.len(),
    });
    let mut queues = Vec::new();
    if ticket.due_at().is_some() {
        queues.push((relay_queue(&ticket.platform), json!({ "at": ticket.out_at(), "files": ticket.files_at() })));
    }
    if ticket.dead.is_some() || conflicts > 0 || ticket.parked_since().is_some() {
        queues.push((attention_queue(), columns.clone()));
    }
    queues.push((day_queue(&ticket.platform, ticket.day), json!(ticket.side())));
    Some(Projection { table: "tickets", columns, queues, timelines: Vec::new() })
}
