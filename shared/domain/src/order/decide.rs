//! Which command is allowed when, and what it means.

use canon::DocId;
use serde::Serialize;

use super::caller::{JoinCommand, RateCommand, ReopenCommand};
use super::event::{Attachment, OrderEvent, Registered, Supplemented, Text, Urged, Withdrawn};
use super::gate::ensure;
use super::refusal::{Refusal, Why};
use super::step::StaffCommand;
use super::{Status, WorkOrder};
use crate::aggregate::Context;
use crate::time::Moment;

/// What may be asked of an order.
#[derive(Debug, Clone)]
pub enum OrderCommand {
    /// Register it.
    Register(Box<Registered>),
    /// Add facts or photos.
    Supplement(SupplementCommand),
    /// Ask for speed.
    Urge(UrgeCommand),
    /// Take it back.
    Withdraw {
        /// Why.
        reason: Option<Text>,
    },
    /// Link a later order of the same caller.
    NoteRepeat {
        /// The later order.
        order: DocId,
        /// Raise the urgency when this many repeats are linked.
        raise_at: u32,
    },
    /// Say how it went (评价).
    Rate(RateCommand),
    /// Ask for it to be done again.
    Reopen(ReopenCommand),
    /// Say that one has the same matter.
    Join(JoinCommand),
    /// Have one's personal data destroyed.
    Erase,
    /// A step of staff or of the system.
    Staff(Box<StaffCommand>),
}

/// Facts or photos to add.
#[derive(Debug, Clone)]
pub struct SupplementCommand {
    /// What to add.
    pub text: Text,
    /// Photos and recordings to add.
    pub attachments: Vec<Attachment>,
    /// How many supplements an order takes.
    pub max: u32,
}

/// A wish for speed.
#[derive(Debug, Clone)]
pub struct UrgeCommand {
    /// Why.
    pub reason: Option<Text>,
    /// Time that must lie between two of them, milliseconds.
    pub cooldown_ms: i64,
}

/// Why a command is not allowed now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderRejection {
    /// `stateConflict`: the order is not in a state that allows this.
    #[error("the order is {status:?}; this is not possible any more")]
    StateConflict {
        /// Where it stands.
        status: Status,
    },
    /// `urgeTooSoon`: the last urge was not long enough ago.
    #[error("the order can be urged again at {available_at}")]
    UrgeTooSoon {
        /// When it becomes possible.
        available_at: Moment,
    },
    /// `supplementsFull`: the order has as many supplements as it takes.
    #[error("the order takes no more than {max} supplements")]
    SupplementsFull {
        /// How many it takes.
        max: u32,
    },
    /// `alreadyLinked`: that repeat is linked already.
    #[error("this repeat is linked already")]
    AlreadyLinked,
    /// The code of its reason: a step that is refused, with what would be allowed.
    #[error(transparent)]
    Refused(Box<Refusal>),
}

impl From<(Why, Status)> for OrderRejection {
    /// A refusal to a caller, who finds what is allowed in [`WorkOrder::caller_actions`].
    fn from((why, status): (Why, Status)) -> Self {
        Self::Refused(Box::new(Refusal { why, status, allowed: Vec::new() }))
    }
}

impl OrderRejection {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::StateConflict { .. } => "stateConflict",
            Self::UrgeTooSoon { .. } => "urgeTooSoon",
            Self::SupplementsFull { .. } => "supplementsFull",
            Self::AlreadyLinked => "alreadyLinked",
            Self::Refused(refusal) => refusal.why.as_str(),
        }
    }
}

/// A citizen's possible next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ActionName {
    /// 补充
    Supplement,
    /// 催办
    Urge,
    /// 撤回
    Withdraw,
    /// 评价
    Rate,
    /// 要求重办
    Reopen,
    /// 删除个人信息
    Erase,
}

/// Whether a step is possible now, and if not, why and from when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Action {
    /// The step.
    pub name: ActionName,
    /// Whether it is possible now.
    pub allowed: bool,
    /// The code of the rejection it would meet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// When it becomes possible.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub available_at: Option<Moment>,
    /// Until when it is possible.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
}

pub(super) fn decide(
    state: Option<&WorkOrder>,
    command: &OrderCommand,
    context: &Context,
) -> Result<OrderEvent, OrderRejection> {
    match (state, command) {
        (Some(order), OrderCommand::Staff(command)) => order.decide_staff(command, context),
        _ => decide_caller(state, command, context),
    }
}

/// Everything but the steps of staff.
fn decide_caller(
    state: Option<&WorkOrder>,
    command: &OrderCommand,
    context: &Context,
) -> Result<OrderEvent, OrderRejection> {
    match (state, command) {
        (None, OrderCommand::Register(registered)) => Ok(OrderEvent::Registered(registered.clone())),
        (None, _) => Err(OrderRejection::StateConflict { status: Status::Registered }),
        (Some(order), OrderCommand::Register(_) | OrderCommand::Staff(_)) => {
            Err(OrderRejection::StateConflict { status: order.status })
        }
        (Some(order), OrderCommand::Supplement(command)) => {
            order.may_supplement(command.max)?;
            let SupplementCommand { text, attachments, .. } = command.clone();
            Ok(OrderEvent::Supplemented(Supplemented { text, attachments }))
        }
        (Some(order), OrderCommand::Urge(command)) => {
            order.may_urge(command.cooldown_ms, context.now)?;
            Ok(OrderEvent::Urged(Urged { reason: command.reason.clone() }))
        }
        (Some(order), OrderCommand::Withdraw { reason }) => {
            order.may_withdraw()?;
            Ok(OrderEvent::Withdrawn(Withdrawn { reason: reason.clone() }))
        }
        (Some(order), OrderCommand::NoteRepeat { order: repeat, raise_at }) => order.note_repeat(repeat, *raise_at),
        (Some(order), OrderCommand::Rate(command)) => order.rate(command, context),
        (Some(order), OrderCommand::Reopen(command)) => order.reopen(command, context),
        (Some(order), OrderCommand::Join(command)) => order.join(command),
        (Some(order), OrderCommand::Erase) => order.erase(),
    }
}

impl WorkOrder {
    /// As `decide`, for functions that take no step of staff and should not carry the code of one.
    ///
    /// # Errors
    /// As `decide`; [`OrderRejection::StateConflict`] for a step of staff.
    pub fn decide_caller(
        state: Option<&Self>,
        command: &OrderCommand,
        context: &Context,
    ) -> Result<OrderEvent, OrderRejection> {
        decide_caller(state, command, context)
    }

    /// What the citizen can do now, with the town's limits.
    #[must_use]
    pub fn actions(&self, now: Moment, supplements_max: u32, urge_cooldown_ms: i64) -> Vec<Action> {
        let action = |name, result: Result<(), OrderRejection>| {
            let reason = result.as_ref().err().map(OrderRejection::code);
            let available_at = match result {
                Err(OrderRejection::UrgeTooSoon { available_at }) => Some(available_at),
                _ => None,
            };
            Action { name, allowed: reason.is_none(), reason, available_at, until: None }
        };
        vec![
            action(ActionName::Supplement, self.may_supplement(supplements_max)),
            action(ActionName::Urge, self.may_urge(urge_cooldown_ms, now)),
            action(ActionName::Withdraw, self.may_withdraw()),
        ]
    }

    fn must_be_open(&self) -> Result<(), OrderRejection> {
        if self.status.is_open() { Ok(()) } else { Err(OrderRejection::StateConflict { status: self.status }) }
    }

    /// An order into which others went is no longer its caller's alone.
    pub(super) fn may_withdraw(&self) -> Result<(), OrderRejection> {
        self.must_be_open()?;
        let alone = self.handled().is_none_or(|handling| handling.children.is_empty());
        ensure(alone, Why::HasChildren).map_err(|why| (why, self.status).into())
    }

    fn may_supplement(&self, max: u32) -> Result<(), OrderRejection> {
        self.must_be_open()?;
        if self.supplements >= max { Err(OrderRejection::SupplementsFull { max }) } else { Ok(()) }
    }

    /// The first urge is possible at once; only then the cool-down begins.
    fn may_urge(&self, cooldown_ms: i64, now: Moment) -> Result<(), OrderRejection> {
        self.must_be_open()?;
        match self.urged_at.map(|urged_at| urged_at.plus_ms(cooldown_ms)) {
            Some(available_at) if now < available_at => Err(OrderRejection::UrgeTooSoon { available_at }),
            _ => Ok(()),
        }
    }

    /// Repeats are linked to closed orders too: they count in the repeat rate.
    fn note_repeat(&self, repeat: &DocId, raise_at: u32) -> Result<OrderEvent, OrderRejection> {
        if self.repeats.contains(repeat) {
            return Err(OrderRejection::AlreadyLinked);
        }
        let linked = u32::try_from(self.repeats.len()).unwrap_or(u32::MAX).saturating_add(1);
        let raise = self.status.is_open() && linked == raise_at;
        let urgency = if raise { self.urgency.raised() } else { self.urgency };
        Ok(OrderEvent::RepeatNoted { order: repeat.clone(), urgency })
    }
}
