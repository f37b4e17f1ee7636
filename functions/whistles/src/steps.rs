//! Answering a whistle, writing its minutes, doing its tasks.
//!
//! Six store operations: the session, the whistle, and the four of `store::update`.

use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use domain::aggregate::Aggregate as _;
use domain::catalogue::UnitCode;
use domain::limit::Limit;
use domain::whistle::{Task, Whistle, WhistleCommand, WhistleRejection, WhistleStep};
use http::StatusCode;
use orders::Check;
use serde::Deserialize;
use serde_json::json;
use service::keys::DataKey;
use service::session::StaffCall;
use service::{Problem, body};
use store::{CommitError, Document, Platform};

use crate::desk::{Desk, TASK, WORK, seal};
use crate::view;

/// Tasks of the minutes: each unit that was called with two or three; a document of 256 KiB holds them with ease
/// (60 × 2 000 characters of 3 bytes would not fit, so their texts are short: [`TASK_MAX`]).
const TASKS_MAX: usize = 60;
/// Characters of a task: 60 × 200 × 4 bytes, sealed and in base64, are 64 KB in the event and as much in the state.
const TASK_MAX: usize = 200;
/// How far off a task may be due: a year of any unit.
const LIMIT_MAX: u32 = 366;

/// `POST /api/whistles/{id}/{step}`
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct StepForm {
    /// The version that the sender saw.
    if_version: Option<u64>,
    text: String,
    /// For `minute`.
    tasks: Vec<TaskForm>,
    /// For `complete-task`: which, from 0.
    task: Option<usize>,
}

/// A line of the minutes.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct TaskForm {
    unit: String,
    action: String,
    limit: Option<Limit>,
}

/// `POST /api/whistles/{id}/{step}`
pub(crate) async fn take<P: Platform>(
    staff: StaffCall<P>,
    Path((id, word)): Path<(String, String)>,
    request: Body,
) -> Result<Response, Problem> {
    if !view::STEPS.contains(&word.as_str()) {
        return Err(Problem::not_found());
    }
    let call = &staff.call;
    let (form, bytes) = body::json::<StepForm>(&call.headers, request, body::JSON_BYTES_MAX).await?;
    let desk = Desk::open(&staff, &id).await?;
    let id = desk.document.id.clone();
    let operation = call.operation(&desk.keys, &format!("whistle.{word}/{id}"), &bytes, staff.session.actor())?;
    if let Some(earlier) = desk.document.event_of(&operation.op) {
        if earlier.request != operation.request {
            return Err(CommitError::<WhistleRejection>::OtherRequest.into());
        }
        // The answer of the first was lost; what the whistle looks like now is the answer again.
        return Ok(view::respond(&staff, &desk));
    }
    let seen = desk.document.version;
    if form.if_version != Some(seen) {
        return Err(stale(seen));
    }
    let command = form.command(&staff, &desk, &word)?;
    let mut overtaken = None;
    let committed = store::update(&call.access, &id, &operation, |document: &Document<Whistle>, context| {
        if document.version != seen {
            overtaken = Some(document.version);
            return Err(WhistleRejection::StateConflict(document.state.status));
        }
        Whistle::decide(Some(&document.state), &command, context)
    })
    .await;
    if let Some(version) = overtaken {
        return Err(stale(version));
    }
    Ok(view::respond(&staff, &Desk { document: committed?.document, ..desk }))
}

fn stale(version: u64) -> Problem {
    let detail = "The whistle has changed since you looked at it. Look at it again, then decide.";
    Problem::new(StatusCode::CONFLICT, "staleVersion", detail).with("version", json!(version))
}

impl StepForm {
    fn command<P: Platform>(&self, staff: &StaffCall<P>, desk: &Desk, word: &str) -> Result<WhistleCommand, Problem> {
        let key = desk.data_key().ok_or_else(Problem::unavailable)?;
        let content_max = usize::try_from(desk.catalogue.town.limits.content_max).unwrap_or(usize::MAX);
        let mut check = Check::default();
        let text = check.text("/text", &self.text, content_max);
        let step = match word {
            "accept" => WhistleStep::Accept,
            "refuse" => WhistleStep::Refuse,
            "arrive" => WhistleStep::Arrive,
            "minute" => WhistleStep::Minute { tasks: self.tasks(staff, desk, &key, &mut check)? },
            _ => match self.task {
                Some(task) => WhistleStep::CompleteTask { task },
                None => return Err(Problem::invalid(vec![service::FieldError::new("/task", "required")])),
            },
        };
        if !check.is_clean() {
            return Err(Problem::invalid(check.into_errors()));
        }
        let text = text.map(|text| seal(&staff.call, &key, WORK, &text)).transpose()?;
        Ok(WhistleCommand { member: desk.member.clone(), text, step })
    }

    fn tasks<P: Platform>(
        &self,
        staff: &StaffCall<P>,
        desk: &Desk,
        key: &DataKey,
        check: &mut Check,
    ) -> Result<Vec<Task>, Problem> {
        if self.tasks.len() > TASKS_MAX {
            check.note("/tasks", "tooMany");
            return Ok(Vec::new());
        }
        let mut tasks = Vec::with_capacity(self.tasks.len());
        for form in &self.tasks {
            let action = check.required("/tasks", &form.action, TASK_MAX);
            let unit = form.unit.trim().parse::<UnitCode>().ok().or_else(|| check.fail("/tasks", "unknownUnit"));
            let limit = form.limit.filter(|limit| (1..=LIMIT_MAX).contains(&limit.n));
            let limit = limit.or_else(|| check.fail("/tasks", "limitInvalid"));
            if let (Some(unit), Some(limit)) = (unit, limit) {
                let due = desk.catalogue.timer(staff.call.access.now(), limit);
                tasks.push(Task { unit, action: seal(&staff.call, key, TASK, &action)?, due, done_at: None });
            }
        }
        Ok(tasks)
    }
}
