//! Which step of a whistle is allowed, for whom.

use super::{Blown, CalleeStatus, Task, Whistle, WhistleEvent, WhistleStatus};
use crate::aggregate::Context;
use crate::catalogue::UnitCode;
use crate::order::{Member, Relation, Text, Work};
use crate::permission::{Action, permitted};

/// A step and who takes it.
#[derive(Debug, Clone)]
pub struct WhistleCommand {
    /// Who.
    pub member: Member,
    /// Why or what, in words.
    pub text: Option<Text>,
    /// What.
    pub step: WhistleStep,
}

/// A step.
#[derive(Debug, Clone)]
pub enum WhistleStep {
    /// Blow it.
    Blow(Box<Blown>),
    /// The member's unit comes.
    Accept,
    /// It does not; the text says why.
    Refuse,
    /// It is there.
    Arrive,
    /// Write down who does what.
    Minute {
        /// The tasks, at least one.
        tasks: Vec<Task>,
    },
    /// The member's unit did a task; the text says how.
    CompleteTask {
        /// Which, from 0.
        task: usize,
    },
}

/// Why a step is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WhistleRejection {
    /// `hidden`: neither of the centre nor called; the same as if there were none.
    #[error("there is no such whistle")]
    Hidden,
    /// `notPermitted`: the role does not allow it.
    #[error("this role may not do that")]
    NotPermitted,
    /// `stateConflict`: it does not stand so.
    #[error("the whistle is {0:?}")]
    StateConflict(WhistleStatus),
    /// `unitMissing`: no unit is called, or one twice, or a task is for nobody who was called.
    #[error("each unit is called once, and tasks are for units that were called")]
    UnitMissing,
    /// `textMissing`: it must say why or what.
    #[error("the text is missing")]
    TextMissing,
}

impl WhistleRejection {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Hidden => "hidden",
            Self::NotPermitted => "notPermitted",
            Self::StateConflict(_) => "stateConflict",
            Self::UnitMissing => "unitMissing",
            Self::TextMissing => "textMissing",
        }
    }
}

pub(super) fn decide(
    state: Option<&Whistle>,
    command: &WhistleCommand,
    context: &Context,
) -> Result<WhistleEvent, WhistleRejection> {
    if command.member.id != context.by {
        return Err(WhistleRejection::NotPermitted);
    }
    match (state, &command.step) {
        (None, WhistleStep::Blow(blown)) => blow(command, blown),
        (None, _) => Err(WhistleRejection::Hidden),
        (Some(whistle), step) => whistle.step(command, step),
    }
}

fn blow(command: &WhistleCommand, blown: &Blown) -> Result<WhistleEvent, WhistleRejection> {
    command.needs(Action::BlowWhistle)?;
    if blown.text.is_empty() {
        return Err(WhistleRejection::TextMissing);
    }
    let times = |unit: &UnitCode| blown.callees.iter().filter(|(other, _)| other == unit).count();
    if blown.callees.is_empty() || blown.callees.iter().any(|(unit, _)| times(unit) != 1) {
        return Err(WhistleRejection::UnitMissing);
    }
    Ok(WhistleEvent::Blown(Box::new(Blown { by: command.member.id.clone(), ..blown.clone() })))
}

impl Whistle {
    /// Whether `member` may see it: the centre and the called units, by role.
    #[must_use]
    pub fn is_seen_by(&self, member: &Member) -> bool {
        let called = self.callees.iter().any(|callee| member.unit.as_ref() == Some(&callee.unit));
        let sees = |relation| member.roles.iter().any(|role| permitted(*role, Action::SeeOrder, relation));
        // The centre sees every whistle, also one that calls the centre itself.
        sees(relation_of(member)) || (called && sees(Relation::Assisting))
    }

    fn step(&self, command: &WhistleCommand, step: &WhistleStep) -> Result<WhistleEvent, WhistleRejection> {
        if !self.is_seen_by(&command.member) {
            return Err(WhistleRejection::Hidden);
        }
        let conflict = Err(WhistleRejection::StateConflict(self.status));
        match step {
            WhistleStep::Blow(_) => conflict,
            WhistleStep::Accept => {
                self.own(command, &[CalleeStatus::Called, CalleeStatus::Refused])?;
                Ok(WhistleEvent::Accepted(command.work()))
            }
            WhistleStep::Refuse => {
                self.own(command, &[CalleeStatus::Called, CalleeStatus::Accepted])?;
                command.needs_text()?;
                Ok(WhistleEvent::Refused(command.work()))
            }
            WhistleStep::Arrive => {
                self.own(command, &[CalleeStatus::Called, CalleeStatus::Accepted])?;
                Ok(WhistleEvent::Arrived(command.work()))
            }
            WhistleStep::Minute { tasks } => {
                command.needs(Action::BlowWhistle)?;
                if self.status != WhistleStatus::OnSite {
                    return conflict;
                }
                let called = |task: &Task| self.callees.iter().any(|callee| callee.unit == task.unit);
                if tasks.is_empty() || !tasks.iter().all(called) {
                    return Err(WhistleRejection::UnitMissing);
                }
                let open = |task: &Task| Task { done_at: None, ..task.clone() };
                Ok(WhistleEvent::Minuted { work: command.work(), tasks: tasks.iter().map(open).collect() })
            }
            WhistleStep::CompleteTask { task } => {
                command.needs(Action::AnswerWhistle)?;
                command.needs_text()?;
                let own = self.tasks.get(*task).filter(|task| command.member.unit.as_ref() == Some(&task.unit));
                if own.is_none_or(|task| task.done_at.is_some()) {
                    return conflict;
                }
                Ok(WhistleEvent::TaskDone { work: command.work(), task: *task })
            }
        }
    }

    /// That the member's unit was called and stands in one of `from`, before the minutes.
    fn own(&self, command: &WhistleCommand, from: &[CalleeStatus]) -> Result<(), WhistleRejection> {
        command.needs(Action::AnswerWhistle)?;
        let unit = command.member.unit.as_ref();
        let stands = |callee: &super::Callee| unit == Some(&callee.unit) && from.contains(&callee.status);
        let open = self.tasks.is_empty() && self.callees.iter().any(stands);
        if open { Ok(()) } else { Err(WhistleRejection::StateConflict(self.status)) }
    }
}

fn relation_of(member: &Member) -> Relation {
    if member.centre { Relation::Centre } else { Relation::Outside }
}

impl WhistleCommand {
    fn needs(&self, action: Action) -> Result<(), WhistleRejection> {
        let relation = relation_of(&self.member);
        let may = self.member.roles.iter().any(|role| permitted(*role, action, relation));
        if may { Ok(()) } else { Err(WhistleRejection::NotPermitted) }
    }

    fn needs_text(&self) -> Result<(), WhistleRejection> {
        let there = self.text.as_ref().is_some_and(|text| !text.is_empty());
        if there { Ok(()) } else { Err(WhistleRejection::TextMissing) }
    }

    fn work(&self) -> Box<Work> {
        let (unit, text) = (self.member.unit.clone(), self.text.clone());
        Box::new(Work { unit, text, ..Work::by(self.member.id.clone()) })
    }
}
