//! Replacements (替换): somebody or some inspector comes instead of who was drawn, by the algorithm's order.

use serde::{Deserialize, Serialize};

use super::{Draw, DrawEvent, Task};
use crate::catalogue::{InspectorCode, SubjectCode};
use crate::inspection::{Person, Refusal};

/// Why somebody is replaced: a closed list, the algorithm's own. "Does not suit" is none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reason {
    /// The subject was struck off, had its licence revoked, or closed for good.
    Ceased,
    /// The subject moved out of the town.
    MovedAway,
    /// The subject's entry in the library was wrong.
    WrongEntry,
    /// Another authority has checked the same matter meanwhile.
    CheckedElsewhere,
    /// The inspector is recused.
    Recused,
    /// The inspector is ill.
    Ill,
    /// The inspector left the post.
    LeftPost,
    /// The certificate ended.
    CertificateLapsed,
}

impl Reason {
    /// Whether it replaces the subject, and not an inspector.
    #[must_use]
    pub const fn is_about_subject(self) -> bool {
        matches!(self, Self::Ceased | Self::MovedAway | Self::WrongEntry | Self::CheckedElsewhere)
    }
}

/// A replacement: asked for, and once a second person signed, made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Substitution {
    /// The subject of the task.
    pub subject: SubjectCode,
    /// Who is replaced; none where the subject is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inspector: Option<InspectorCode>,
    /// Why.
    pub reason: Reason,
    /// In words.
    pub text: String,
    /// Who asked.
    pub asked: Person,
    /// The task from now on, with the second signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<(Person, Task)>,
}

impl Draw {
    /// By the algorithm's order, so not where people assign: there, an assignment changes an earlier one.
    pub(super) fn ask(&self, asked: &Substitution, by: Person) -> Result<DrawEvent, Refusal> {
        let task = self.task(&asked.subject).ok_or(Refusal::StateConflict)?;
        let of_task = |code: &InspectorCode| *code == task.lead || *code == task.member;
        let fits = match &asked.inspector {
            None => asked.reason.is_about_subject(),
            Some(code) => !asked.reason.is_about_subject() && of_task(code),
        };
        // One at a time: their order decides who comes.
        let open = |other: &Substitution| other.signed.is_none();
        if !fits || !self.unpaired().is_empty() || self.substitutions.iter().any(open) {
            return Err(Refusal::StateConflict);
        }
        if asked.text.is_empty() {
            return Err(Refusal::TextMissing);
        }
        Ok(DrawEvent::SubstitutionAsked(Box::new(Substitution { asked: by, signed: None, ..asked.clone() })))
    }

    pub(super) fn sign(&self, index: usize, task: Option<&Task>, by: Person) -> Result<DrawEvent, Refusal> {
        let asked = self.substitutions.get(index).filter(|asked| asked.signed.is_none());
        let asked = asked.ok_or(Refusal::StateConflict)?;
        if asked.asked.actor == by.actor {
            return Err(Refusal::SamePerson);
        }
        let task = task.ok_or(Refusal::NobodyLeft)?.clone();
        Ok(DrawEvent::SubstitutionSigned { index, by, task })
    }
}
