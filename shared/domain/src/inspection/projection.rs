//! What lists show: draws and published results on public timelines. Nothing here names an inspector or a person.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{CheckStatus, DrawStatus};
use crate::board::Projection;
use crate::catalogue::{DrawId, ItemCode, SubjectCode, UnitCode};
use crate::time::Moment;

// Of the stored states only what is shown: whoever folds boards folds those of every kind, and the readers of whole
// draws and checks are 30 KB.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ShownDraw {
    commitment: ShownCommitment,
    committed_at: Moment,
    status: DrawStatus,
    drawn_at: Option<Moment>,
}

#[derive(Deserialize)]
struct ShownCommitment {
    plan: ShownPlan,
    secret: Option<Value>,
    counts: [u32; 3],
}

#[derive(Deserialize)]
struct ShownPlan {
    id: DrawId,
    name: String,
    items: Vec<ItemCode>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ShownCheck {
    opened: ShownOpened,
    entered_at: Moment,
    status: CheckStatus,
    finding: Option<ShownFinding>,
    published_at: Option<Moment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ShownOpened {
    draw: DrawId,
    task: ShownTask,
    name_zh: String,
    uscc: String,
    items: Vec<ItemCode>,
    unit: UnitCode,
}

#[derive(Deserialize)]
struct ShownTask {
    subject: SubjectCode,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ShownFinding {
    results: Vec<String>,
    #[serde(default)]
    serious: bool,
    #[serde(default)]
    follow_ups: Vec<ShownFollowUp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ShownFollowUp {
    done_at: Option<Moment>,
}

/// The public list of draws.
pub const DRAWS: &str = "public-draws";
/// The checks that found a serious violation to which both inspectors put their names; one that is withdrawn leaves it.
pub const SERIOUS_QUEUE: &str = "subjects/serious";
/// The public list of results.
pub const RESULTS: &str = "public-results";

/// The projection of a draw's stored state.
#[must_use]
pub fn project_draw(state: &Value) -> Option<Projection> {
    let draw: ShownDraw = canon::read_value(state.clone()).ok()?;
    let plan = &draw.commitment.plan;
    let [subjects, _, drawn] = draw.commitment.counts;
    let row = json!({
        "id": plan.id, "name": plan.name, "itemCode": plan.items.first(), "committedAt": draw.committed_at,
        "status": public_status(draw.status, draw.commitment.secret.is_some()), "drawnAt": draw.drawn_at, "subjects": subjects, "drawn": drawn,
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
pub const fn public_status(status: DrawStatus, sealed: bool) -> &'static str {
    match (status, sealed) {
        (DrawStatus::Committed | DrawStatus::EntropyTaken, _) => "committed",
        (DrawStatus::Drawn | DrawStatus::Assigned, true) => "drawn",
        (DrawStatus::Drawn | DrawStatus::Assigned | DrawStatus::Revealed, _) => "opened",
    }
}

/// The projection of a check's stored state. Only what is published is on the timeline; what was taken back stays there
/// as that, without its content.
#[must_use]
pub fn project_check(state: &Value) -> Option<Projection> {
    let check: ShownCheck = canon::read_value(state.clone()).ok()?;
    let opened = &check.opened;
    let columns = json!({
        "draw": opened.draw, "subject": opened.task.subject, "status": check.status, "enteredAt": check.entered_at,
    });
    let mut queues = Vec::new();
    let stands = matches!(check.status, CheckStatus::Confirmed | CheckStatus::Published);
    if stands && check.finding.as_ref().is_some_and(|finding| finding.serious) {
        queues.push((SERIOUS_QUEUE.to_owned(), json!({ "subject": opened.task.subject })));
    }
    let mut timelines = Vec::new();
    if matches!(check.status, CheckStatus::Published) {
        let results = check.finding.as_ref().map(|finding| finding.results.clone()).unwrap_or_default();
        let mut follow_ups = check.finding.iter().flat_map(|finding| &finding.follow_ups);
        let corrected = follow_ups.all(|follow_up| follow_up.done_at.is_some());
        // Without a credit code it is a person, and people are published by their code in the draw only.
        let name = Some(&opened.name_zh).filter(|_| !opened.uscc.is_empty());
        let row = json!({
            "draw": opened.draw, "subject": opened.task.subject, "name": name, "uscc": opened.uscc,
            "items": opened.items, "unit": opened.unit, "checkedOn": check.entered_at.date(), "results": results,
            "corrected": corrected, "publishedAt": check.published_at, "receivedAt": check.entered_at,
        });
        timelines.push((RESULTS, row));
    } else if matches!(check.status, CheckStatus::Withdrawn) {
        let row = json!({
            "draw": opened.draw, "withdrawn": true, "checkedOn": check.entered_at.date(),
            "receivedAt": check.entered_at,
        });
        timelines.push((RESULTS, row));
    }
    Some(Projection { table: "checks", columns, queues, timelines, sum: None })
}
