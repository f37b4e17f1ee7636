//! What callers may ask once the town has worked: rate, have it done again, and be forgotten; and what others with the
//! same matter may say: me too.
//!
//! What must stay true: a dissatisfied rating says why; whoever joins learns nothing of who else has; nothing that needs
//! a person happens to an order whose person is gone.

use std::collections::BTreeSet;

use canon::Hash;

use super::clocks::Rules;
use super::code::{RatingReason, VisitMethod};
use super::decide::{Action, ActionName, OrderRejection};
use super::event::{Joined, OrderEvent, Sealed, Text};
use super::gate::ensure;
use super::refusal::Why;
use super::work::{Answer, Clocks, Visited, Work};
use super::{Status, WorkOrder};
use crate::aggregate::Context;
use crate::time::Moment;

/// People who join one order: at 650 bytes of event and 150 of state each 80 KB and 100 events, of the 256 KiB and 500
/// that a case file has. Whoever comes later is told that the town knows.
pub const JOINED_MAX: usize = 100;

/// The caller's own answer to the three questions.
#[derive(Debug, Clone)]
pub struct RateCommand {
    /// The answers.
    pub answer: Answer,
    /// What was wrong.
    pub reasons: Vec<RatingReason>,
    /// In words.
    pub text: Option<Text>,
    /// The town's numbers.
    pub rules: Rules,
    /// The clocks if it becomes a redo, by [`super::Clocking::Redo`].
    pub clocks: Box<Clocks>,
}

/// The caller's wish for a redo.
#[derive(Debug, Clone)]
pub struct ReopenCommand {
    /// What is still wrong.
    pub text: Text,
    /// The town's numbers.
    pub rules: Rules,
    /// The clocks of the redo, by [`super::Clocking::Redo`].
    pub clocks: Box<Clocks>,
}

/// Somebody else has the same matter.
#[derive(Debug, Clone)]
pub struct JoinCommand {
    /// Keyed hash of what their browser keeps.
    pub device: Hash,
    /// Keyed hash of their phone number.
    pub index: Option<Hash>,
    /// The number itself, for the reply.
    pub phone: Option<Sealed>,
}

impl WorkOrder {
    /// The caller's steps once there is a result, beside [`WorkOrder::actions`]; `until` says how long each is possible.
    #[must_use]
    pub fn caller_actions(&self, now: Moment, rules: Rules) -> Vec<Action> {
        let window = self.closed_at.filter(|_| self.status == Status::Closed).map(|at| at.plus_ms(rules.reopen_ms));
        let visit = self.handled().and_then(|h| h.visit_by).filter(|_| self.status == Status::PendingVisit);
        let action = |name, result: Result<(), Why>, until: Option<Moment>| {
            let reason = result.err().map(Why::as_str);
            let until = until.filter(|_| reason.is_none());
            Action { name, allowed: reason.is_none(), reason, available_at: None, until }
        };
        vec![
            action(ActionName::Rate, self.may_rate(now, rules), window.or(visit)),
            action(ActionName::Reopen, self.may_reopen(now, rules), window),
            action(ActionName::Erase, self.may_erase(), None),
        ]
    }

    /// Once for each result: while a callback is due, or as long as it could be reopened where there was none.
    fn may_rate(&self, now: Moment, rules: Rules) -> Result<(), Why> {
        ensure(self.erased_at.is_none(), Why::Erased)?;
        let handling = self.handled();
        match self.status {
            Status::PendingVisit => ensure(handling.is_some_and(|h| !h.ruling), Why::AlreadyRated),
            Status::Closed => {
                ensure(handling.is_none_or(|h| h.answer.is_none()), Why::AlreadyRated)?;
                ensure(self.is_reopenable(now, rules), Why::TooLate)
            }
            _ => Err(Why::StateConflict),
        }
    }

    /// A rating while a callback is due is the callback; later it is only counted.
    pub(super) fn rate(&self, command: &RateCommand, context: &Context) -> Result<OrderEvent, OrderRejection> {
        let refused = |why| OrderRejection::from((why, self.status));
        let RateCommand { answer, reasons, text, rules, clocks } = command;
        self.may_rate(context.now, *rules).map_err(refused)?;
        let told = text.as_ref().is_some_and(|text| !text.is_empty());
        let because = told || reasons.iter().any(|reason| *reason != RatingReason::Other);
        ensure(because || !answer.is_dissatisfied(), Why::ReasonMissing).map_err(refused)?;
        let work = Work { text: text.clone(), ..Work::by(context.by.clone()).because(VisitMethod::Web.as_str()) };
        let visited = if self.status == Status::Closed {
            ensure(answer.is_valid(), Why::AnswersMissing).map_err(refused)?;
            self.outcome(work, Some(*answer), Status::Closed, false, clocks)
        } else {
            self.visited(work, Some(*answer), clocks, *rules, context.now).map_err(refused)?
        };
        Ok(OrderEvent::Rated(Box::new(Visited { reasons: reasons.clone(), ..*visited })))
    }

    fn may_reopen(&self, now: Moment, rules: Rules) -> Result<(), Why> {
        ensure(self.erased_at.is_none(), Why::Erased)?;
        ensure(self.status == Status::Closed, Why::StateConflict)?;
        ensure(self.is_reopenable(now, rules), Why::TooLate)
    }

    /// A redo by the unit that led it; where redos end, the centre rules; what never had a unit is registered again.
    pub(super) fn reopen(&self, command: &ReopenCommand, context: &Context) -> Result<OrderEvent, OrderRejection> {
        let refused = |why| OrderRejection::from((why, self.status));
        let ReopenCommand { text, rules, clocks } = command;
        self.may_reopen(context.now, *rules).map_err(refused)?;
        ensure(!text.is_empty(), Why::TextMissing).map_err(refused)?;
        let led = self.handled().is_some_and(|h| h.lead.is_some());
        let spent = self.handled().is_some_and(|h| h.redos >= rules.redos_max);
        let to = match (led, spent) {
            (false, _) => Status::Registered,
            (true, false) => Status::InProgress,
            (true, true) => Status::PendingVisit,
        };
        let work = Work { text: Some(text.clone()), ..Work::by(context.by.clone()) };
        Ok(OrderEvent::Reopened(self.outcome(work, None, to, led && spent, clocks)))
    }

    /// Whether the public knows of it at all: what joining is possible to.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.registered.listed
    }

    /// Whether this device has joined before: the same "me too", not a second one.
    #[must_use]
    pub fn has_joined(&self, device: &Hash) -> bool {
        self.joined.iter().any(|joined| joined.device == *device)
    }

    pub(super) fn join(&self, command: &JoinCommand) -> Result<OrderEvent, OrderRejection> {
        let allowed = || {
            ensure(self.is_public(), Why::Hidden)?;
            ensure(self.status.is_open(), Why::StateConflict)?;
            ensure(!self.has_joined(&command.device), Why::AlreadyDone)?;
            ensure(self.joined.len() < JOINED_MAX, Why::JoinedFull)
        };
        allowed().map_err(|why| OrderRejection::from((why, self.status)))?;
        let JoinCommand { device, index, phone } = command.clone();
        Ok(OrderEvent::Joined(Joined { device, index, phone }))
    }

    /// The people with this matter: its caller, those whose orders went into it, and those who joined. A phone number is
    /// one person, whoever else they are.
    #[must_use]
    pub fn callers(&self) -> usize {
        let known = self.registered.caller.index;
        let others = self.joined.iter().map(|joined| joined.index.unwrap_or(joined.device));
        let mut distinct = BTreeSet::new();
        for other in others.filter(|other| Some(*other) != known) {
            distinct.insert(other);
        }
        let children = self.handled().map_or(0, |handling| handling.children.len());
        distinct.len().saturating_add(children).saturating_add(1)
    }

    /// Only what is over, and to whose caller nobody owes an answer any more.
    fn may_erase(&self) -> Result<(), Why> {
        ensure(self.erased_at.is_none(), Why::Erased)?;
        ensure(!self.status.is_open(), Why::OrderOpen)?;
        let (answered, alone) = self
            .handled()
            .map_or((false, true), |handling| (handling.replied_at.is_some(), handling.children.is_empty()));
        ensure(self.status != Status::Merged || answered, Why::ReplyPending)?;
        // What went into this one gets its answer from this one's texts, soon after it was closed.
        ensure(alone || self.status == Status::Archived, Why::ReplyPending)
    }

    pub(super) fn erase(&self) -> Result<OrderEvent, OrderRejection> {
        self.may_erase().map_err(|why| OrderRejection::from((why, self.status)))?;
        Ok(OrderEvent::Erased)
    }

    /// Nothing that tells who it was, or where they live, is left in the state; the document's key goes with the event.
    pub(super) fn erased(mut self, at: Moment) -> Self {
        self.erased_at = Some(at);
        let registered = &mut self.registered;
        registered.caller = super::event::CallerFields::default();
        registered.respondent = None;
        registered.place.address = None;
        registered.place.position = None;
        for joined in &mut self.joined {
            joined.index = None;
            joined.phone = None;
        }
        self
    }
}
