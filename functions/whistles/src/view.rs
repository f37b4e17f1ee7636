//! One whistle: what it is about, who was called, what was agreed on, and what this person can do with it.

use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use domain::aggregate::{Aggregate as _, Context};
use domain::order::{Text, Work};
use domain::time::Moment;
use domain::whistle::{Task, Whistle, WhistleCommand, WhistleEvent, WhistleStatus, WhistleStep};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};
use service::Problem;
use service::keys::DataKey;
use service::session::StaffCall;
use store::{Platform, Recorded};

use crate::desk::{Desk, MATTER, TASK, WORK, open};

/// The steps as addresses name them.
pub(crate) const STEPS: [&str; 5] = ["accept", "refuse", "arrive", "minute", "complete-task"];

/// `GET /api/whistles/{id}`
pub(crate) async fn show<P: Platform>(staff: StaffCall<P>, Path(id): Path<String>) -> Result<Response, Problem> {
    let desk = Desk::open(&staff, &id).await?;
    let known = staff.call.headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known == Some(etag(&desk, staff.call.access.now()).as_str()) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    Ok(respond(&staff, &desk))
}

/// A unit becomes late by the clock alone, so the tag has what that changes.
fn etag(desk: &Desk, now: Moment) -> String {
    format!("\"{}-{}\"", desk.document.version, desk.document.state.failing(now).len())
}

/// The view as an answer.
pub(crate) fn respond<P: Platform>(staff: &StaffCall<P>, desk: &Desk) -> Response {
    let mut response = service::json(&view(staff, desk));
    if let Ok(etag) = HeaderValue::try_from(etag(desk, staff.call.access.now())) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    response
}

fn view<P: Platform>(staff: &StaffCall<P>, desk: &Desk) -> Value {
    let (whistle, key) = (&desk.document.state, desk.data_key());
    let now = staff.call.access.now();
    let me = staff.session.actor();
    let task = |(index, task): (usize, &Task)| {
        json!({
            "task": index, "unit": task.unit, "action": open(key.as_ref(), TASK, &task.action), "due": task.due,
            "doneAt": task.done_at,
        })
    };
    let tasks: Vec<Value> = whistle.tasks.iter().enumerate().map(task).collect();
    let timeline: Vec<Value> =
        desk.document.events.iter().map(|recorded| entry(recorded, key.as_ref(), me.as_str())).collect();
    json!({
        "id": desk.document.id, "version": desk.document.version, "kind": whistle.blown.kind,
        "status": whistle.status, "text": open(key.as_ref(), MATTER, &whistle.blown.text),
        "order": whistle.blown.order, "villageCode": whistle.blown.village, "blownAt": whistle.blown_at,
        "needBy": whistle.blown.need_by, "callees": whistle.callees, "failing": whistle.failing(now),
        "tasks": tasks, "timeline": timeline, "actions": actions(desk, staff),
    })
}

fn entry(recorded: &Recorded<WhistleEvent>, key: Option<&DataKey>, me: &str) -> Value {
    let (kind, work, task) = told(&recorded.event);
    let text = work.and_then(|work| work.text.as_ref()).map(|text: &Text| open(key, WORK, text));
    json!({
        "seq": recorded.seq, "at": recorded.at, "type": kind, "unit": work.and_then(|work| work.unit.as_ref()),
        "text": text, "task": task, "by": {"kind": "staff", "you": recorded.by.as_str() == me},
    })
}

fn told(event: &WhistleEvent) -> (&'static str, Option<&Work>, Option<usize>) {
    match event {
        WhistleEvent::Blown(_) => ("blown", None, None),
        WhistleEvent::Accepted(work) => ("accepted", Some(work), None),
        WhistleEvent::Refused(work) => ("refused", Some(work), None),
        WhistleEvent::Arrived(work) => ("arrived", Some(work), None),
        WhistleEvent::Minuted { work, .. } => ("minuted", Some(work), None),
        WhistleEvent::TaskDone { work, task } => ("taskDone", Some(work), Some(*task)),
    }
}

/// What this person can do, asked of the rules themselves, so a button and its answer cannot differ.
fn actions<P: Platform>(desk: &Desk, staff: &StaffCall<P>) -> Vec<Value> {
    let whistle = &desk.document.state;
    let own = |task: &Task| desk.member.unit.as_ref() == Some(&task.unit) && task.done_at.is_none();
    let task = whistle.tasks.iter().position(own).unwrap_or(usize::MAX);
    let minutes = whistle.callees.first().map(|callee| Task {
        unit: callee.unit.clone(),
        action: Text::Open("-".to_owned()),
        due: whistle.blown.need_by.clone(),
        done_at: None,
    });
    let step = |name: &str| match name {
        "accept" => WhistleStep::Accept,
        "refuse" => WhistleStep::Refuse,
        "arrive" => WhistleStep::Arrive,
        "minute" => WhistleStep::Minute { tasks: minutes.iter().cloned().collect() },
        _ => WhistleStep::CompleteTask { task },
    };
    let context = Context { now: staff.call.access.now(), by: staff.session.actor() };
    let over = matches!(whistle.status, WhistleStatus::Done);
    STEPS
        .into_iter()
        .filter(|_| !over)
        .map(|name| {
            let text = Some(Text::Open("-".to_owned()));
            let command = WhistleCommand { member: desk.member.clone(), text, step: step(name) };
            let why = Whistle::decide(Some(whistle), &command, &context).err().map(|why| why.code());
            json!({"name": name, "why": why})
        })
        .collect()
}
