//! One check (检查): one subject of one draw, from the entry to the publication (handbook §3.5).
//!
//! What must stay true: the two who were drawn do it, and both put their names to it; whoever writes the result does not
//! confirm it; every item is looked at; what has to follow has an owner and a date; what is never published is not; a
//! publication is taken back in the open.

mod finding;

use canon::{DocId, OpId};
pub use finding::{Finding, FollowUp, FollowUpKind, Outcome, Point, Signature};
use serde::{Deserialize, Serialize};

use super::{Person, Refusal, Task};
use crate::aggregate::{Aggregate, Context, Stamp};
use crate::catalogue::{DrawId, InspectorCode, ItemCode, SubjectCode, UnitCode};
use crate::limit::{Limit, LimitUnit};
use crate::order::{Text, Timer};
use crate::time::Moment;

/// What a check begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Opened {
    /// The draw.
    pub draw: DrawId,
    /// The task.
    pub task: Task,
    /// The subject's name and credit code, as they were.
    pub name_zh: String,
    /// See `name_zh`.
    pub uscc: String,
    /// What is looked at.
    pub items: Vec<ItemCode>,
    /// Who leads.
    pub unit: UnitCode,
    /// Who came in first.
    pub by: Person,
}

/// Where a check stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CheckStatus {
    /// The inspectors are there.
    Entered,
    /// The result is written.
    Submitted,
    /// The second inspector stands by it.
    Confirmed,
    /// It is public.
    Published,
    /// It was taken back.
    Withdrawn,
}

/// A check after all of its events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// What it began with.
    pub opened: Opened,
    /// When the inspectors came in.
    pub entered_at: Moment,
    /// Where it stands.
    pub status: CheckStatus,
    /// What was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<Finding>,
    /// Until when it is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publish_by: Option<Timer>,
    /// When it was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_at: Option<Moment>,
}

/// What happened to a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CheckEvent {
    /// 扫码入企
    Entered(Box<Opened>),
    /// The result was written.
    Submitted(Box<Finding>),
    /// The second inspector stands by it.
    Confirmed {
        /// Who.
        by: Person,
        /// Until when it is published.
        publish_by: Timer,
    },
    /// The second inspector does not, and says why.
    Returned {
        /// Who.
        by: Person,
        /// Why, sealed.
        text: Text,
    },
    /// What had to follow was done.
    FollowedUp {
        /// Which, from 0.
        index: usize,
        /// How, sealed.
        text: Text,
        /// Who says so.
        by: Person,
    },
    /// It was published.
    Published {
        /// By whom.
        by: Person,
    },
    /// It was taken back: the decision was changed, revoked or void.
    Withdrawn {
        /// By whom.
        by: Person,
        /// Why, sealed.
        text: Text,
    },
}

/// What may be asked of a check.
#[derive(Debug, Clone)]
pub enum CheckStep {
    /// Come in; the scanned code is compared by the caller's task.
    Enter {
        /// What it begins with.
        opened: Box<Opened>,
        /// What was scanned.
        scanned: String,
    },
    /// Write the result.
    Submit(Box<Finding>),
    /// Stand by it.
    Confirm {
        /// Until when it is published then.
        publish_by: Timer,
    },
    /// Give it back.
    Return(Text),
    /// Say that something was done.
    FollowUp {
        /// Which, from 0.
        index: usize,
        /// How.
        text: Text,
    },
    /// Publish.
    Publish,
    /// Take back.
    Withdraw(Text),
}

/// A step and who takes it.
#[derive(Debug, Clone)]
pub struct CheckCommand {
    /// Who.
    pub by: Person,
    /// As which inspector, if they are one.
    pub inspector: Option<InspectorCode>,
    /// Who the draw says they are two of, now.
    pub task: Task,
    /// What.
    pub step: CheckStep,
}

impl CheckCommand {
    fn is_of_task(&self) -> bool {
        self.inspector.as_ref().is_some_and(|code| *code == self.task.lead || *code == self.task.member)
    }
}

impl Check {
    /// How long after the second signature a result is published: 20 working days.
    pub const PUBLISH_WITHIN: Limit = Limit::new(20, LimitUnit::WorkingDays);

    /// The operation that begins the check of `subject` in `draw`; the document is named by it.
    #[must_use]
    pub fn entering(draw: &DrawId, subject: &SubjectCode) -> OpId {
        OpId::new(Self::KIND, &format!("{draw}/{subject}"))
    }

    /// The document of that check.
    #[must_use]
    pub fn id(draw: &DrawId, subject: &SubjectCode) -> DocId {
        DocId::of(&Self::entering(draw, subject))
    }

    /// Whether everything that had to follow was done.
    #[must_use]
    pub fn is_corrected(&self) -> bool {
        self.finding.iter().flat_map(|finding| &finding.follow_ups).all(|follow_up| follow_up.done_at.is_some())
    }

    fn step(&self, command: &CheckCommand) -> Result<CheckEvent, Refusal> {
        use CheckStatus as S;
        let by = command.by.clone();
        match (&command.step, self.status) {
            (CheckStep::Submit(finding), S::Entered) => {
                command.needs_task()?;
                Ok(CheckEvent::Submitted(Box::new(Finding { by, ..finding.as_ref().clone() })))
            }
            (CheckStep::Confirm { publish_by }, S::Submitted) => {
                self.needs_other(command)?;
                Ok(CheckEvent::Confirmed { by, publish_by: publish_by.clone() })
            }
            (CheckStep::Return(text), S::Submitted) => {
                self.needs_other(command)?;
                Ok(CheckEvent::Returned { by, text: needs(text)? })
            }
            (CheckStep::FollowUp { index, text }, S::Confirmed | S::Published) => {
                let open = self.finding.as_ref().and_then(|finding| finding.follow_ups.get(*index));
                open.filter(|follow_up| follow_up.done_at.is_none()).ok_or(Refusal::StateConflict)?;
                Ok(CheckEvent::FollowedUp { index: *index, text: needs(text)?, by })
            }
            (CheckStep::Publish, S::Confirmed) => {
                if command.is_of_task() {
                    return Err(Refusal::SamePerson);
                }
                if !self.finding.as_ref().is_some_and(|finding| finding.publish) {
                    return Err(Refusal::NeverPublished);
                }
                Ok(CheckEvent::Published { by })
            }
            (CheckStep::Withdraw(text), S::Published) => Ok(CheckEvent::Withdrawn { by, text: needs(text)? }),
            _ => Err(Refusal::StateConflict),
        }
    }

    /// The other of the two, and not who wrote the result.
    fn needs_other(&self, command: &CheckCommand) -> Result<(), Refusal> {
        command.needs_task()?;
        let own = self.finding.as_ref().is_some_and(|finding| finding.by.actor == command.by.actor);
        if own { Err(Refusal::SamePerson) } else { Ok(()) }
    }
}

impl CheckCommand {
    fn needs_task(&self) -> Result<(), Refusal> {
        if self.is_of_task() { Ok(()) } else { Err(Refusal::NotPermitted) }
    }
}

fn needs(text: &Text) -> Result<Text, Refusal> {
    if text.is_empty() { Err(Refusal::TextMissing) } else { Ok(text.clone()) }
}

impl Aggregate for Check {
    const KIND: &'static str = "check";
    type Command = CheckCommand;
    type Event = CheckEvent;
    type Rejection = Refusal;

    fn decide(state: Option<&Self>, command: &CheckCommand, _: &Context) -> Result<CheckEvent, Refusal> {
        match (state, &command.step) {
            (None, CheckStep::Enter { opened, scanned }) => {
                command.needs_task()?;
                let uscc = *scanned == opened.uscc && !scanned.is_empty();
                if scanned != command.task.subject.as_str() && !uscc {
                    return Err(Refusal::ScanMismatch);
                }
                let opened = Opened { by: command.by.clone(), task: command.task.clone(), ..opened.as_ref().clone() };
                Ok(CheckEvent::Entered(Box::new(opened)))
            }
            (None, _) => Err(Refusal::StateConflict),
            (Some(check), _) => check.step(command),
        }
    }

    fn evolve(state: Option<Self>, event: &CheckEvent, stamp: Stamp) -> Option<Self> {
        if let CheckEvent::Entered(opened) = event {
            return Some(Self {
                opened: opened.as_ref().clone(),
                entered_at: stamp.at,
                status: CheckStatus::Entered,
                finding: None,
                publish_by: None,
                published_at: None,
            });
        }
        let mut check = state?;
        check.after(event, stamp.at);
        Some(check)
    }
}

impl Check {
    fn after(&mut self, event: &CheckEvent, at: Moment) {
        match event {
            CheckEvent::Entered(_) => {}
            CheckEvent::Submitted(finding) => {
                (self.finding, self.status) = (Some(finding.as_ref().clone()), CheckStatus::Submitted);
            }
            CheckEvent::Confirmed { publish_by, .. } => {
                (self.publish_by, self.status) = (Some(publish_by.clone()), CheckStatus::Confirmed);
            }
            CheckEvent::Returned { .. } => self.status = CheckStatus::Entered,
            CheckEvent::FollowedUp { index, .. } => {
                let follow_ups = self.finding.as_mut().map(|finding| &mut finding.follow_ups);
                if let Some(follow_up) = follow_ups.and_then(|follow_ups| follow_ups.get_mut(*index)) {
                    follow_up.done_at = Some(at);
                }
            }
            CheckEvent::Published { .. } => {
                (self.published_at, self.status) = (Some(at), CheckStatus::Published);
            }
            CheckEvent::Withdrawn { .. } => self.status = CheckStatus::Withdrawn,
        }
    }
}
