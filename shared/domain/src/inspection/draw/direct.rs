//! Direct assignment (直接指派, handbook §3.4 point 6): there are too few inspectors to draw them, so people say who
//! inspects whom.
//!
//! What must stay true: subjects are drawn all the same; nobody is assigned where a draw was possible, which anybody can
//! recompute; a second person signs, and what was assigned is published as that.

use serde::{Deserialize, Serialize};

use super::{Draw, DrawEvent, Task, Unpaired};
use crate::catalogue::SubjectCode;
use crate::inspection::{Person, Refusal};

/// Who is to inspect whom, until a second person signs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DirectAssign {
    /// All of the draw's tasks, or those that change.
    pub tasks: Vec<Task>,
    /// Why these inspectors.
    pub text: String,
    /// Who asked.
    pub asked: Person,
}

impl Draw {
    /// Those who were drawn without inspectors; nobody where the inspectors were drawn as well.
    #[must_use]
    pub fn unpaired(&self) -> &[Unpaired] {
        self.result.as_ref().map(|result| result.unpaired.as_slice()).unwrap_or_default()
    }

    /// Everybody who was drawn and stands, with their inspectors as far as there are any.
    pub fn subjects(&self) -> impl Iterator<Item = (&SubjectCode, Option<&Task>)> {
        let waiting = self.unpaired().iter().filter(|_| self.tasks.is_empty()).map(|one| (&one.subject, None));
        self.tasks.iter().map(|task| (&task.subject, Some(task))).chain(waiting)
    }

    /// The first time it names everybody; later, whoever changes. What was asked before and is not signed gives way.
    pub(super) fn ask_direct(&self, asked: &DirectAssign, by: Person) -> Result<DrawEvent, Refusal> {
        let mut tasks: Vec<Task> = Vec::with_capacity(asked.tasks.len());
        for task in &asked.tasks {
            let drawn = self.unpaired().iter().find(|one| one.subject == task.subject);
            let Unpaired { stratum, .. } = drawn.ok_or(Refusal::StateConflict)?;
            if task.lead == task.member {
                return Err(Refusal::SamePerson);
            }
            if tasks.iter().any(|other| other.subject == task.subject) {
                return Err(Refusal::StateConflict);
            }
            tasks.push(Task { stratum: stratum.clone(), ..task.clone() });
        }
        if tasks.is_empty() || (self.tasks.is_empty() && tasks.len() != self.unpaired().len()) {
            return Err(Refusal::AssignmentMissing);
        }
        if asked.text.is_empty() {
            return Err(Refusal::TextMissing);
        }
        Ok(DrawEvent::DirectAsked(Box::new(DirectAssign { tasks, text: asked.text.clone(), asked: by })))
    }

    pub(super) fn sign_direct(&self, by: Person) -> Result<DrawEvent, Refusal> {
        let asked = self.direct.as_ref().ok_or(Refusal::StateConflict)?;
        if asked.asked.actor == by.actor { Err(Refusal::SamePerson) } else { Ok(DrawEvent::DirectSigned { by }) }
    }

    /// What was signed takes the place of what it is about.
    pub(super) fn assign_directly(&mut self) {
        let Some(asked) = self.direct.take() else { return };
        for task in asked.tasks {
            match self.tasks.iter_mut().find(|place| place.subject == task.subject) {
                Some(place) => *place = task,
                None => self.tasks.push(task),
            }
        }
    }
}
