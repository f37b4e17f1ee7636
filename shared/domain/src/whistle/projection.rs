//! What lists show of a whistle: the centre's list and each called unit's, without any text.

use serde_json::{Value, json};

use super::{Whistle, WhistleStatus};
use crate::board::Projection;
use crate::catalogue::UnitCode;

/// The centre's list of open whistles.
pub const WHISTLES_QUEUE: &str = "centre/whistles";

/// The open whistles of a unit.
#[must_use]
pub fn whistle_queue(unit: &UnitCode) -> String {
    format!("whistle/{unit}")
}

/// The projection of a whistle's stored state.
#[must_use]
pub fn project(state: &Value) -> Option<Projection> {
    let whistle: Whistle = canon::read_value(state.clone()).ok()?;
    let called: Vec<&UnitCode> = whistle.callees.iter().map(|callee| &callee.unit).collect();
    let row = json!({
        "units": called,
        "kind": whistle.blown.kind,
        "status": whistle.status,
        "villageCode": whistle.blown.village,
        "order": whistle.blown.order,
        "blownAt": whistle.blown_at,
        "needBy": whistle.blown.need_by.due.at,
    });
    let open = !matches!(whistle.status, WhistleStatus::Done | WhistleStatus::Refused);
    let units = whistle.callees.iter().map(|callee| whistle_queue(&callee.unit));
    let names = [WHISTLES_QUEUE.to_owned()].into_iter().chain(units);
    let queues = if open { names.map(|name| (name, row.clone())).collect() } else { Vec::new() };
    Some(Projection { table: "whistles", columns: row, queues, timelines: Vec::new(), sum: None })
}
