//! What lists show: draws and published results on public timelines. Nothing here names an inspector or a person.

use serde_json::{Value, json};

use super::{Check, CheckStatus, Draw, DrawStatus};
use crate::board::Projection;

/// The public list of draws.
pub const DRAWS: &str = "public-draws";
/// The public list of results.
pub const RESULTS: &str = "public-results";

/// The projection of a draw's stored state.
#[must_use]
pub fn project_draw(state: &Value) -> Option<Projection> {
    let draw: Draw = canon::read_value(state.clone()).ok()?;
    let plan = &draw.commitment.plan;
    let [subjects, _, drawn] = draw.commitment.counts;
    let row = json!({
        "id": plan.id, "name": plan.name, "itemCode": plan.items.first(), "committedAt": draw.committed_at,
        "status": public_status(&draw), "drawnAt": draw.drawn_at, "subjects": subjects, "drawn": drawn,
        // What timelines sort months by.
        "receivedAt": draw.committed_at,
    });
    Some(Projection {
        table: "draws",
        columns: row.clone(),
        queues: Vec::new(),
        timelines: vec![(DRAWS, row)],
        sum: None,
    })
}

/// The word under which the public sees where a draw stands.
#[must_use]
pub const fn public_status(draw: &Draw) -> &'static str {
    match draw.status {
        DrawStatus::Committed | DrawStatus::EntropyTaken => "committed",
        DrawStatus::Drawn | DrawStatus::Assigned if draw.commitment.secret.is_some() => "drawn",
        DrawStatus::Drawn | DrawStatus::Assigned => "opened",
        DrawStatus::Revealed => "opened",
    }
}

/// The projection of a check's stored state. Only what is published is on the timeline; what was taken back stays there
/// as that, without its content.
#[must_use]
pub fn project_check(state: &Value) -> Option<Projection> {
    let check: Check = canon::read_value(state.clone()).ok()?;
    let opened = &check.opened;
    let columns = json!({
        "draw": opened.draw, "subject": opened.task.subject, "status": check.status, "enteredAt": check.entered_at,
    });
    let mut timelines = Vec::new();
    if matches!(check.status, CheckStatus::Published) {
        let results = check.finding.as_ref().map(|finding| finding.results.clone()).unwrap_or_default();
        // Without a credit code it is a person, and people are published by their code in the draw only.
        let name = Some(&opened.name_zh).filter(|_| !opened.uscc.is_empty());
        let row = json!({
            "draw": opened.draw, "subject": opened.task.subject, "name": name, "uscc": opened.uscc,
            "items": opened.items, "unit": opened.unit, "checkedOn": check.entered_at.date(), "results": results,
            "corrected": check.is_corrected(), "publishedAt": check.published_at, "receivedAt": check.entered_at,
        });
        timelines.push((RESULTS, row));
    } else if matches!(check.status, CheckStatus::Withdrawn) {
        let row = json!({
            "draw": opened.draw, "withdrawn": true, "checkedOn": check.entered_at.date(),
            "receivedAt": check.entered_at,
        });
        timelines.push((RESULTS, row));
    }
    Some(Projection { table: "checks", columns, queues: Vec::new(), timelines, sum: None })
}
