//! Direct assignment: who inspects whom, said by people, because a draw of inspectors was impossible.

use std::collections::BTreeMap;

use domain::catalogue::{InspectorCode, SubjectCode};
use domain::inspection::{DirectAssign, Draw, Library, PlannedDraw, Refusal, Task, assignable, is_recused};
use domain::time::Date;
use inspections::person;
use orders::Check as Form;
use serde::Deserialize;
use service::Problem;
use service::session::StaffCall;
use store::Platform;

/// Tasks of one request: a town of 600 subjects draws fewer.
const TASKS_MAX: usize = 600;

/// Who inspects a subject.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TaskForm {
    subject: String,
    lead: String,
    member: String,
}

/// The assignment that `tasks` ask for; everybody in it may inspect, and inspects whom they may.
///
/// # Errors
/// A code that is none; whoever may not, and why.
pub(crate) async fn asked<P: Platform>(
    staff: &StaffCall<P>,
    draw: &Draw,
    tasks: &[TaskForm],
    text: &str,
) -> Result<DirectAssign, Problem> {
    let mut check = Form::default();
    let text = check.required("/text", text, super::steps::TEXT_MAX);
    let read: Option<Vec<Task>> = tasks.iter().take(TASKS_MAX).map(TaskForm::read).collect();
    let read = read.or_else(|| check.fail("/tasks", "unknown"));
    if tasks.len() > TASKS_MAX {
        check.note("/tasks", "tooMany");
    }
    let (Some(tasks), true) = (read, check.is_clean()) else { return Err(Problem::invalid(check.into_errors())) };
    let library = inspections::library(&staff.call).await?;
    lawful(&library, &draw.commitment.plan, &tasks, staff.call.access.now().date())?;
    Ok(DirectAssign { tasks, text, asked: person(&staff.session) })
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

fn lawful(library: &Library, plan: &PlannedDraw, tasks: &[Task], today: Date) -> Result<(), Refusal> {
    let candidates = assignable(library, plan, today)?;
    let able: BTreeMap<&InspectorCode, bool> = candidates.iter().map(|one| (&one.code, one.leads)).collect();
    for task in tasks {
        for code in [&task.lead, &task.member] {
            if !able.contains_key(code) {
                return Err(Refusal::InspectorUnavailable(code.clone()));
            }
            if is_recused(library, plan, code, &task.subject) {
                return Err(Refusal::InspectorRecused(code.clone()));
            }
        }
        if able.get(&task.lead) != Some(&true) {
            return Err(Refusal::CannotLead(task.lead.clone()));
        }
    }
    Ok(())
}
