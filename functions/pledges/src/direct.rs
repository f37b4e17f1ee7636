//! Direct assignment: who inspects whom, said by people, because a draw of inspectors was impossible.
//!
//! What must stay true: whoever assigns or signs does not inspect, by any account of theirs that the library knows.
//!
//! Store operations of each: the session, the draw, the history and six files of the libraries, and the four of `store::update`.

use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use domain::catalogue::{DrawId, InspectorCode, SubjectCode};
use domain::inspection::{DirectAssign, Draw, DrawStep, Library, PlannedDraw, Refusal, Task, assignable, is_recused};
use domain::permission::Action;
use domain::time::Date;
use inspections::{is_of, person, take_step, taken};
use orders::Check as Form;
use serde::Deserialize;
use service::session::StaffCall;
use service::{Problem, body};
use store::{Document, Platform};

/// Tasks of one request: a town of 600 subjects draws fewer.
const TASKS_MAX: usize = 600;

/// Characters of a reason.
const TEXT_MAX: usize = 200;

/// `POST /api/inspection/desk/{draw}/{direct-assign,direct-sign}`
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct DirectForm {
    if_version: Option<u64>,
    /// For `direct-assign`.
    tasks: Vec<TaskForm>,
    /// For `direct-assign`.
    text: String,
}

/// `POST /api/inspection/desk/{draw}/direct-assign`
pub(crate) async fn assign<P: Platform>(
    staff: StaffCall<P>,
    Path(draw): Path<String>,
    request: Body,
) -> Result<Response, Problem> {
    staff.require(Action::PlanDraw)?;
    take(&staff, &draw, request, false).await
}

/// `POST /api/inspection/desk/{draw}/direct-sign`
pub(crate) async fn sign<P: Platform>(
    staff: StaffCall<P>,
    Path(draw): Path<String>,
    request: Body,
) -> Result<Response, Problem> {
    staff.require(Action::ApproveDraw)?;
    take(&staff, &draw, request, true).await
}

async fn take<P: Platform>(staff: &StaffCall<P>, draw: &str, request: Body, signs: bool) -> Result<Response, Problem> {
    let call = &staff.call;
    let (form, bytes) = body::json::<DirectForm>(&call.headers, request, body::JSON_BYTES_MAX).await?;
    let id: DrawId = draw.parse().map_err(|_| Problem::not_found())?;
    let keys = call.keys().await?;
    let word = if signs { "direct-sign" } else { "direct-assign" };
    let operation = call.operation(&keys, &format!("draw.{word}/{id}"), &bytes, staff.session.actor())?;
    let make = async |document: &Document<Draw>| form.step(staff, &document.state, signs).await;
    Ok(taken(&take_step(staff, &id, &operation, form.if_version, make).await?))
}

/// Who inspects a subject.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TaskForm {
    subject: String,
    lead: String,
    member: String,
}

impl DirectForm {
    async fn step<P: Platform>(&self, staff: &StaffCall<P>, draw: &Draw, signs: bool) -> Result<DrawStep, Problem> {
        let library = inspections::library(&staff.call).await?;
        let account = staff.session.account.as_str();
        if signs {
            let asked = draw.direct.as_ref().ok_or(Refusal::StateConflict)?;
            apart(&library, &asked.tasks, account)?;
            return Ok(DrawStep::SignDirect);
        }
        let asked = self.asked(staff)?;
        lawful(&library, &draw.commitment.plan, &asked.tasks, staff.call.access.now().date())?;
        apart(&library, &asked.tasks, account)?;
        Ok(DrawStep::AskDirect(Box::new(asked)))
    }

    fn asked<P: Platform>(&self, staff: &StaffCall<P>) -> Result<DirectAssign, Problem> {
        let mut check = Form::default();
        let text = check.required("/text", &self.text, TEXT_MAX);
        let read: Option<Vec<Task>> = self.tasks.iter().take(TASKS_MAX).map(TaskForm::read).collect();
        let read = read.or_else(|| check.fail("/tasks", "unknown"));
        if self.tasks.len() > TASKS_MAX {
            check.note("/tasks", "tooMany");
        }
        let (Some(tasks), true) = (read, check.is_clean()) else { return Err(Problem::invalid(check.into_errors())) };
        Ok(DirectAssign { tasks, text, asked: person(&staff.session) })
    }
}

impl TaskForm {
    /// The stratum is the draw's to say.
    fn read(&self) -> Option<Task> {
        Some(Task {
            subject: self.subject.trim().parse::<SubjectCode>().ok()?,
            stratum: String::new(),
            lead: self.lead.trim().parse::<InspectorCode>().ok()?,
            member: self.member.trim().parse::<InspectorCode>().ok()?,
        })
    }
}

/// Everybody in it may inspect, and inspects whom they may.
fn lawful(library: &Library, plan: &PlannedDraw, tasks: &[Task], today: Date) -> Result<(), Refusal> {
    let candidates = assignable(library, plan, today)?;
    let able = |code: &InspectorCode| candidates.iter().find(|one| one.code == *code);
    for task in tasks {
        for code in [&task.lead, &task.member] {
            able(code).ok_or_else(|| Refusal::InspectorUnavailable(code.clone()))?;
            if is_recused(library, plan, code, &task.subject) {
                return Err(Refusal::InspectorRecused(code.clone()));
            }
        }
        if !able(&task.lead).is_some_and(|lead| lead.leads) {
            return Err(Refusal::CannotLead(task.lead.clone()));
        }
    }
    Ok(())
}

/// Nobody who inspects has this account.
fn apart(library: &Library, tasks: &[Task], account: &str) -> Result<(), Refusal> {
    let own = library.inspector_of(account);
    if tasks.iter().any(|task| is_of(task, own)) { Err(Refusal::SamePerson) } else { Ok(()) }
}
