//! What the list of staff shows of a person.

use serde_json::{Value, json};

use super::Staff;
use crate::board::Projection;

/// The queue that everybody is in, whether they may sign in or not.
pub const STAFF_QUEUE: &str = "staff";

/// The projection of a person's stored state.
#[must_use]
pub fn project(state: &Value) -> Option<Projection> {
    let staff: Staff = canon::read_value(state.clone()).ok()?;
    let row = json!({
        "account": staff.account, "displayName": staff.display_name, "unit": staff.unit, "roles": staff.roles,
        "suspended": staff.suspended, "validFrom": staff.valid_from, "validUntil": staff.valid_until,
        "secondFactor": staff.second_factor.is_some(),
    });
    // A table must hold the row, so that the queue can be mended; it needs no columns of its own.
    let queues = vec![(STAFF_QUEUE.to_owned(), row)];
    Some(Projection { table: "staff", columns: json!({}), queues, timelines: Vec::new(), sum: None })
}
