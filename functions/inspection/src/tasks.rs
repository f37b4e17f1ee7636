//! Tasks: an inspector's own, those of a draw, and results that wait for their publication.
//!
//! Store operations: the session, two plans, their draws in batches of 16, the checks of their tasks in batches of 64, and
//! for an inspector the libraries.

use axum::extract::Query;
use axum::response::Response;
use domain::catalogue::InspectorCode;
use domain::inspection::{Check, CheckStatus, Draw, Plan, Task};
use domain::permission::Action;
use domain::time::Moment;
use inspections::{is_assigned, is_of};
use serde::Deserialize;
use serde_json::{Value, json};
use service::Problem;
use service::session::StaffCall;
use store::{Access, Document, Platform};

/// Checks read in one batch.
const BATCH: usize = 64;
/// Rows of an answer. A draw of a town has some sixty tasks.
const ROWS_MAX: usize = 300;

/// The query of `GET /api/inspection/checks`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ListQuery {
    /// Only this draw.
    draw: String,
    /// `1`: one's own, for whoever inspects.
    mine: String,
}

/// `GET /api/inspection/checks`
pub(crate) async fn list<P: Platform>(
    staff: StaffCall<P>,
    query: Result<Query<ListQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    staff.require(Action::SeeInspection)?;
    let Query(query) = query.map_err(|_| Problem::malformed("The query has a value of a wrong kind."))?;
    let (access, session) = (&staff.call.access, &staff.session);
    let all = inspections::sees_all(session) && query.mine != "1";
    let own = if all { None } else { inspector(&staff).await? };
    let today = access.now().date();
    let mut rows = Vec::new();
    for year in [today.year(), today.year().saturating_sub(1)] {
        let Some(plan) = inspections::state::<Plan, P>(access, &Plan::id(year)).await? else { continue };
        for (id, draw) in inspections::draws(access, &plan).await? {
            if is_assigned(&draw) && (query.draw.is_empty() || id.as_str() == query.draw) {
                let wanted = |task: &&Task| all || is_of(task, own.as_ref());
                let tasks: Vec<&Task> = draw.tasks.iter().filter(wanted).collect();
                rows.extend(tasks_of(access, &draw, &tasks).await?);
            }
        }
    }
    let total = rows.len();
    rows.truncate(ROWS_MAX);
    Ok(service::json(
        &json!({"total": total, "items": rows, "inspector": own, "canPublish": session.may(Action::PublishCheck)}),
    ))
}

async fn inspector<P: Platform>(staff: &StaffCall<P>) -> Result<Option<InspectorCode>, Problem> {
    let library = inspections::library(&staff.call).await?;
    Ok(library.inspector_of(staff.session.account.as_str()).filter(|_| staff.session.may(Action::Inspect)).cloned())
}

async fn tasks_of<P: Platform>(access: &Access<P>, draw: &Draw, tasks: &[&Task]) -> Result<Vec<Value>, Problem> {
    let plan = &draw.commitment.plan;
    let mut rows = Vec::with_capacity(tasks.len());
    for batch in tasks.chunks(BATCH) {
        let key = |task: &&Task| Document::<Check>::key_of(&Check::id(&plan.id, &task.subject));
        let keys: Vec<String> = batch.iter().map(key).collect();
        let found = access.get_many(&keys).await?;
        for (task, key) in batch.iter().zip(&keys) {
            let check = found.get(key).map(|bytes| Document::<Check>::parse(bytes)).transpose()?;
            rows.push(row(draw, task, check.as_ref().map(|check| &check.state), access.now()));
        }
    }
    Ok(rows)
}

fn row(draw: &Draw, task: &Task, check: Option<&Check>, now: Moment) -> Value {
    let plan = &draw.commitment.plan;
    let publish_by = check.and_then(|check| check.publish_by.as_ref()).map(|timer| timer.due.at);
    let waits = check.is_some_and(|check| check.status == CheckStatus::Confirmed);
    let publish = check.and_then(|check| check.finding.as_ref()).is_some_and(|finding| finding.publish);
    let open = check.and_then(|check| check.finding.as_ref()).map(|finding| {
        finding.follow_ups.iter().filter(|follow_up| follow_up.done_at.is_none()).map(|follow_up| follow_up.due).min()
    });
    json!({
        "draw": plan.id, "drawName": plan.name, "subject": task.subject, "stratum": task.stratum,
        "lead": task.lead, "member": task.member, "from": plan.from, "until": plan.until,
        "name": check.map(|check| &check.opened.name_zh),
        "status": check.map_or(json!("open"), |check| json!(check.status)),
        "results": check.and_then(|check| check.finding.as_ref()).map(|finding| &finding.results),
        "publishBy": publish_by.filter(|_| waits && publish),
        "publishLate": waits && publish && publish_by.is_some_and(|by| by < now),
        "followUpBy": open.flatten(),
    })
}
