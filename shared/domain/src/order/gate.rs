//! Whether a member may take a step now: role and relation, then the person, then the state, then the clock. The same
//! questions in the same order fill the console's menus, so a button and its answer cannot differ.

use super::clocks::Rules;
use super::code::{RequestKind, StepName};
use super::refusal::Why;
use super::standing::{Member, Relation, Standing};
use super::work::{CardStatus, Handling};
use super::{Status, WorkOrder};
use crate::catalogue::AppealType;
use crate::time::Moment;

/// A step and whether it is possible now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaffAction {
    /// The step.
    pub name: StepName,
    /// Why not; none when it is possible.
    pub why: Option<Why>,
}

/// Whoever asks, at which time, under which numbers.
pub(super) struct Asking<'a> {
    pub member: &'a Member,
    pub now: Moment,
    pub rules: Rules,
}

impl WorkOrder {
    /// Every step with the reason why it is not possible for `member` at `now`; empty for whom the order is hidden.
    #[must_use]
    pub fn staff_actions(&self, member: &Member, now: Moment, rules: Rules) -> Vec<StaffAction> {
        if !member.id.is_system() && !self.sight(member).order {
            return Vec::new();
        }
        let asking = Asking { member, now, rules };
        let names = StepName::ALL.iter().copied();
        names.map(|name| StaffAction { name, why: self.gate(name, &asking).err() }).collect()
    }

    /// The names of the steps that are possible.
    pub(super) fn allowed_steps(&self, asking: &Asking<'_>) -> Vec<StepName> {
        let actions = self.staff_actions(asking.member, asking.now, asking.rules);
        actions.into_iter().filter(|action| action.why.is_none()).map(|action| action.name).collect()
    }

    /// Everything that does not depend on what the step carries.
    pub(super) fn gate(&self, name: StepName, asking: &Asking<'_>) -> Result<(), Why> {
        let standing = self.standing(asking.member);
        if !asking.member.id.is_system() && !self.sight(asking.member).order {
            return Err(Why::Hidden);
        }
        ensure(self.is_permitted(asking.member, &standing, name), Why::NotPermitted)?;
        ensure(!same_person(name, &standing), Why::SamePerson)?;
        ensure(state_allows(self.status, name), Why::StateConflict)?;
        match self.handling.as_deref() {
            Some(handling) => self.conditions(name, handling, &standing, asking),
            None => self.conditions(name, &Handling::default(), &standing, asking),
        }
    }

    fn conditions(&self, name: StepName, h: &Handling, standing: &Standing, asking: &Asking<'_>) -> Result<(), Why> {
        let request = h.request.as_ref().map(|request| request.kind);
        let asked = |kind| ensure(request == Some(kind), Why::NothingRequested);
        match name {
            StepName::AnswerNow => ensure(self.registered.appeal_type == AppealType::Consult, Why::NotForThisType),
            // Whoever went into it waits for its answer; handed off, it gives them back (`merge.rs`).
            StepName::Merge | StepName::WithdrawFor => ensure(h.children.is_empty(), Why::HasChildren),
            StepName::ReturnRequest => may_return(h, asking.now),
            StepName::ReturnApprove | StepName::ReturnReject => asked(RequestKind::Return),
            StepName::ExtendRequest => may_extend(h, asking.now),
            StepName::ExtendApprove | StepName::ExtendReject => asked(RequestKind::Extension),
            StepName::SuspendRequest => ensure(request.is_none(), Why::RequestPending),
            StepName::SuspendApprove | StepName::SuspendReject => asked(RequestKind::Suspension),
            StepName::Resume => may_resume(h, asking),
            StepName::CoReply => may_reply(h, standing, asking.member),
            StepName::SubmitResult => ensure(h.co_units.iter().all(|co| co.replied_at.is_some()), Why::CoUnitsPending),
            StepName::Visit => ensure(!h.ruling, Why::RulingNeeded),
            StepName::Rule => ensure(h.ruling, Why::NoRulingNeeded),
            StepName::ReopenFalse => {
                ensure(self.erased_at.is_none(), Why::Erased)?;
                ensure(h.lead.is_some(), Why::UnitMissing)
            }
            StepName::Archive => ensure(!self.is_reopenable(asking.now, asking.rules), Why::TooEarly),
            // The system may propose one about a unit that was called and does not lead.
            StepName::ProposeCard => ensure(h.lead.is_some() || asking.member.id.is_system(), Why::UnitMissing),
            StepName::MoveDeadline | StepName::Recount => ensure(h.clocks.is_some(), Why::UnitMissing),
            StepName::MarkMalicious => ensure(!h.malicious, Why::AlreadyDone),
            StepName::ClearMalicious => ensure(h.malicious, Why::NotMarked),
            StepName::ReplyChild => ensure(h.replied_at.is_none(), Why::AlreadyReplied),
            StepName::IssueCard | StepName::DismissCard => any_card(h, |status| status == CardStatus::Proposed),
            StepName::UpholdCard => any_card(h, |status| status == CardStatus::Objected),
            StepName::ObjectCard => any_card(h, |status| status == CardStatus::Issued),
            StepName::ReplyCard | StepName::RevokeCard => {
                ensure(h.cards.iter().any(super::work::Card::holds), Why::NoSuchCard)
            }
            _ => Ok(()),
        }
    }

    /// Whether the order is closed for less than the reopen window.
    pub(super) fn is_reopenable(&self, now: Moment, rules: Rules) -> bool {
        self.closed_at.is_some_and(|closed_at| now < closed_at.plus_ms(rules.reopen_ms))
    }
}

pub(super) fn ensure(holds: bool, why: Why) -> Result<(), Why> {
    if holds { Ok(()) } else { Err(why) }
}

/// Nobody decides on their own work: not on a return, not on a request, not on a result; nor asks the caller about it.
const fn same_person(name: StepName, standing: &Standing) -> bool {
    use StepName as S;
    match name {
        S::ReturnApprove
        | S::ReturnReject
        | S::ExtendApprove
        | S::ExtendReject
        | S::SuspendApprove
        | S::SuspendReject
        | S::ReviewPass
        | S::ReviewFail
        | S::ReopenFalse => standing.handled,
        S::Visit | S::Rule => standing.handled || standing.reviewed,
        _ => false,
    }
}

/// Handbook §1.4, read by column.
pub(super) const fn state_allows(status: Status, name: StepName) -> bool {
    use StepName as S;
    match name {
        S::Dispatch | S::AnswerNow | S::HandOff | S::Merge => matches!(status, Status::Registered),
        S::Sign => matches!(status, Status::PendingSign),
        S::ReturnRequest => matches!(status, Status::PendingSign | Status::InProgress),
        S::ReturnApprove | S::ReturnReject => matches!(status, Status::ReturnPending),
        S::AddCo
        | S::CoReply
        | S::Transfer
        | S::ExtendRequest
        | S::ExtendApprove
        | S::ExtendReject
        | S::SuspendRequest
        | S::SuspendApprove
        | S::SuspendReject
        | S::Contact
        | S::SubmitResult => matches!(status, Status::InProgress),
        S::Resume => matches!(status, Status::Suspended),
        // Not while the clock stands still: what it is set to would move by the time of the suspension.
        S::MoveDeadline => {
            matches!(status, Status::PendingSign | Status::InProgress | Status::ReturnPending | Status::PendingReview)
        }
        S::MarkMalicious | S::ClearMalicious => status.is_open() || matches!(status, Status::Closed),
        S::ReviewPass | S::ReviewFail => matches!(status, Status::PendingReview),
        S::Visit | S::Rule => matches!(status, Status::PendingVisit),
        S::ReopenFalse => matches!(status, Status::Closed),
        S::Archive => matches!(status, Status::Closed | Status::Withdrawn),
        S::NameRespondent | S::WithdrawFor | S::Remind | S::Recount => status.is_open(),
        S::ProposeCard => status.is_open() || matches!(status, Status::Closed),
        S::ReplyChild => matches!(status, Status::Merged),
        // Cards outlive the order, and an order that went into another is noted there whatever became of that one
        // meanwhile: its caller waits for the reply.
        S::IssueCard | S::DismissCard | S::ReplyCard | S::ObjectCard | S::UpholdCard | S::RevokeCard | S::NoteChild => {
            true
        }
    }
}

fn may_return(h: &Handling, now: Moment) -> Result<(), Why> {
    ensure(!h.returns_final, Why::ReturnFinal)?;
    ensure(h.returns.iter().all(|earlier| Some(&earlier.unit) != h.lead.as_ref()), Why::ReturnUsed)?;
    let open = h.clocks.as_ref().is_some_and(|clocks| !clocks.give_back.due.is_past(now));
    ensure(open, Why::ReturnWindowClosed)?;
    ensure(h.request.is_none(), Why::RequestPending)
}

fn may_extend(h: &Handling, now: Moment) -> Result<(), Why> {
    ensure(!h.extension_asked, Why::ExtensionUsed)?;
    ensure(h.request.is_none(), Why::RequestPending)?;
    let in_time = h.clocks.as_ref().is_some_and(|clocks| now <= clocks.extend_by);
    ensure(in_time, Why::ExtensionTooLate)
}

/// People resume when the cause is gone; the system when the time is over.
fn may_resume(h: &Handling, asking: &Asking<'_>) -> Result<(), Why> {
    let over = h.suspensions.last().is_some_and(|suspension| suspension.to <= asking.now);
    ensure(over || !asking.member.id.is_system(), Why::TooEarly)
}

fn may_reply(h: &Handling, standing: &Standing, member: &Member) -> Result<(), Why> {
    ensure(standing.relations.contains(&Relation::Assisting), Why::NotPermitted)?;
    let waiting = h.co_units.iter().any(|co| co.replied_at.is_none() && co.serves(member));
    ensure(waiting, Why::AlreadyReplied)
}

fn any_card(h: &Handling, fits: impl Fn(CardStatus) -> bool) -> Result<(), Why> {
    ensure(h.cards.iter().any(|card| fits(card.status)), Why::NoSuchCard)
}
