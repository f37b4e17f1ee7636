//! What a step of staff means once the gate is open: the rules about what the step carries, and the event it makes.

use super::clocks::Timer;
use super::code::{Explanation, NoContact, ReturnReason};
use super::decide::OrderRejection;
use super::event::{OrderEvent, Withdrawn};
use super::gate::{Asking, ensure};
use super::refusal::{Refusal, Why};
use super::standing::is_within;
use super::step::{Assignment, StaffCommand, Step};
use super::work::{Clocked, Clocks, Handling, Outcome, Work};
use super::{Status, WorkOrder};
use crate::aggregate::Context;
use crate::catalogue::{AppealType, SubjectCode, UnitCode, VillageCode};
use crate::limit::Limit;

impl WorkOrder {
    /// The event of `command`, or the refusal with what this member could do instead.
    pub(super) fn decide_staff(&self, command: &StaffCommand, context: &Context) -> Result<OrderEvent, OrderRejection> {
        self.gated(command, context, || self.step(command, context))
    }

    /// As `decide`, for functions that take only the system's steps and should not carry the code of the others.
    ///
    /// # Errors
    /// As `decide`; a refusal for any other step.
    pub fn decide_system(&self, command: &StaffCommand, context: &Context) -> Result<OrderEvent, OrderRejection> {
        self.gated(command, context, || self.system_step(command))
    }

    fn gated(
        &self,
        command: &StaffCommand,
        context: &Context,
        step: impl Fn() -> Result<OrderEvent, Why>,
    ) -> Result<OrderEvent, OrderRejection> {
        let asking = Asking { member: &command.member, now: context.now, rules: command.rules };
        // Whoever is recorded is whoever the rules looked at.
        let same = ensure(command.member.id == context.by, Why::NotPermitted);
        let open = same.and_then(|()| self.gate(command.step.name(), &asking));
        let event = open.and_then(|()| step());
        event.map_err(|why| {
            let allowed = self.allowed_steps(&asking);
            OrderRejection::Refused(Box::new(Refusal { why, status: self.status, allowed }))
        })
    }

    fn step(&self, command: &StaffCommand, context: &Context) -> Result<OrderEvent, Why> {
        let work = || command.work();
        match &command.step {
            Step::Dispatch(assignment) => Ok(OrderEvent::Dispatched(self.assign(command, assignment)?)),
            Step::Transfer(assignment) => Ok(OrderEvent::Transferred(self.assign(command, assignment)?)),
            Step::NameRespondent { units } => {
                // Only the centre names, so whoever names their own unit would shut out everybody who can hand it on.
                let own = |unit: &UnitCode| {
                    command.member.unit.as_ref().is_some_and(|own| is_within(own.as_str(), unit.as_str()))
                };
                ensure(!units.iter().any(own), Why::CentreAccused)?;
                Ok(OrderEvent::RespondentNamed(Box::new(Work { units: units.clone(), ..work() })))
            }
            Step::AnswerNow { knowledge } => {
                command.needs_text()?;
                Ok(OrderEvent::AnsweredNow(work().because(knowledge).boxed()))
            }
            Step::HandOff { to } => {
                command.needs_text()?;
                Ok(OrderEvent::HandedOff(work().because(to.as_str()).boxed()))
            }
            Step::Merge { parent, parent_open } => {
                ensure(*parent_open, Why::ParentClosed)?;
                Ok(OrderEvent::Merged(Box::new(Work { order: Some(parent.clone()), ..work() })))
            }
            Step::WithdrawFor => {
                command.needs_text()?;
                Ok(OrderEvent::Withdrawn(Withdrawn { reason: command.text.clone() }))
            }
            Step::IssueCard { .. } | Step::Card { .. } => self.card_step(command, context),
            Step::Archive
            | Step::Remind { .. }
            | Step::NoteChild { .. }
            | Step::ReplyChild
            | Step::ProposeCard { .. }
            | Step::Recount { .. }
            | Step::Resume { .. } => self.system_step(command),
            Step::MoveDeadline { .. } | Step::MarkMalicious | Step::ClearMalicious => {
                self.supervisor_step(command, context)
            }
            _ => self.unit_step(command, context),
        }
    }

    /// What the system may do by itself; people may propose cards, remind and resume too.
    fn system_step(&self, command: &StaffCommand) -> Result<OrderEvent, Why> {
        let work = || command.work();
        match &command.step {
            Step::Archive => Ok(OrderEvent::Archived(work().boxed())),
            Step::Remind { key } => {
                let sent = self.handled().is_some_and(|h| h.reminders.contains(key));
                ensure(!sent, Why::AlreadyDone)?;
                Ok(OrderEvent::Reminded(self.for_lead(work()).because(key).boxed()))
            }
            Step::NoteChild { order } => {
                let children = self.handled().map(|h| h.children.as_slice()).unwrap_or_default();
                ensure(!children.contains(order), Why::AlreadyNoted)?;
                // Those there are so far, and the one noted now.
                let callers = u32::try_from(self.callers()).unwrap_or(u32::MAX).saturating_add(1);
                let reason = (callers >= command.rules.group_callers).then(|| GROUP.to_owned());
                Ok(OrderEvent::ChildNoted(Box::new(Work { order: Some(order.clone()), reason, ..work() })))
            }
            // Without a text where the parent's is not for this one's caller.
            Step::ReplyChild => Ok(OrderEvent::ChildReplied(work().boxed())),
            Step::ProposeCard { key, level, unit } => self.propose_card(key, *level, unit.as_ref(), command),
            Step::Recount { clocks } => {
                let provisional = self.handled().and_then(|h| h.clocks.as_ref()).is_some_and(Clocks::are_provisional);
                ensure(provisional && !clocks.are_provisional(), Why::AlreadyDone)?;
                Ok(OrderEvent::Recounted(Clocked::new(self.for_lead(work()), clocks)))
            }
            Step::Resume { clocks } => Ok(OrderEvent::Resumed(Clocked::new(self.for_lead(work()), clocks))),
            _ => Err(Why::NotPermitted),
        }
    }

    /// What a supervisor decides on an order beside its way.
    fn supervisor_step(&self, command: &StaffCommand, context: &Context) -> Result<OrderEvent, Why> {
        command.needs_text()?;
        match &command.step {
            Step::MoveDeadline { clocks } => {
                let before = self.handled().and_then(|h| h.clocks.as_ref()).map(|clocks| clocks.outer.due.at);
                let to = clocks.outer.due.at;
                ensure(context.now < to && before != Some(to), Why::DeadlineNotAhead)?;
                Ok(OrderEvent::DeadlineMoved(Clocked::new(self.for_lead(command.work()), clocks)))
            }
            Step::MarkMalicious => Ok(OrderEvent::MaliciousMarked(command.work().boxed())),
            Step::ClearMalicious => Ok(OrderEvent::MaliciousCleared(command.work().boxed())),
            _ => Err(Why::StateConflict),
        }
    }

    /// The steps between a dispatch and its end.
    fn unit_step(&self, command: &StaffCommand, context: &Context) -> Result<OrderEvent, Why> {
        let work = || command.work();
        match &command.step {
            Step::Sign => Ok(OrderEvent::Signed(work().boxed())),
            Step::ReturnRequest { reason, suggested, ruling } => {
                command.return_request(*reason, suggested.as_ref(), ruling)
            }
            Step::ReturnApprove => Ok(OrderEvent::ReturnApproved(command.reasoned()?)),
            Step::ReturnReject => Ok(OrderEvent::ReturnRejected(command.reasoned()?)),
            Step::AddCo { units } => {
                ensure(!units.is_empty(), Why::UnitMissing)?;
                let lead = self.handled().and_then(|h| h.lead.as_ref());
                let known = self.handled().map(|h| h.co_units.iter().map(|co| &co.unit).collect()).unwrap_or_default();
                self.helpers(lead, known, units)?;
                Ok(OrderEvent::CoUnitsAdded(Box::new(Work { units: units.clone(), ..work() })))
            }
            Step::CoReply => {
                command.needs_text()?;
                let of =
                    |h: &Handling| h.co_units.iter().find(|co| co.serves(&command.member)).map(|co| co.unit.clone());
                Ok(OrderEvent::CoReplied(Box::new(Work { unit: self.handled().and_then(of), ..work() })))
            }
            Step::ExtendRequest { limit } => {
                let original = self.handled().and_then(|h| h.clocks.as_ref()).map(|clocks| clocks.outer.limit);
                let fits = original.is_some_and(|original| original.unit == limit.unit && limit.n <= original.n);
                ensure(fits && limit.n > 0, Why::ExtensionTooLong)?;
                Ok(OrderEvent::ExtensionRequested(command.asked(*limit)?))
            }
            Step::ExtendApprove { clocks, past_outer } => self.extend(command, clocks, *past_outer),
            Step::ExtendReject => Ok(OrderEvent::ExtensionRejected(command.reasoned()?)),
            Step::SuspendRequest { reason, limit } => {
                let ms = limit.natural_ms().filter(|ms| (1..=command.rules.suspension_max_ms).contains(ms));
                ensure(ms.is_some(), Why::SuspensionTooLong)?;
                let asked = command.asked(*limit)?;
                Ok(OrderEvent::SuspensionRequested(asked.because(reason.as_str()).boxed()))
            }
            Step::SuspendApprove => Ok(OrderEvent::SuspensionApproved(self.suspension(work()))),
            Step::SuspendReject => Ok(OrderEvent::SuspensionRejected(command.reasoned()?)),
            Step::Contact { missed } => {
                command.needs_text()?;
                let missed = missed.map(NoContact::as_str);
                Ok(OrderEvent::Contacted(Box::new(Work { reason: missed.map(str::to_owned), ..work() })))
            }
            _ => self.closing_step(command, context),
        }
    }

    /// The steps from a result to its end.
    fn closing_step(&self, command: &StaffCommand, context: &Context) -> Result<OrderEvent, Why> {
        match &command.step {
            Step::SubmitResult { class, no_contact, subject } => {
                self.result(command, *class, *no_contact, subject.as_ref())
            }
            Step::ReviewPass { visit, close } => {
                let short = matches!(self.registered.appeal_type, AppealType::Praise | AppealType::Suggestion);
                ensure(short || !close, Why::NotForThisType)?;
                // Nobody is called who does not want to be known or gave no number.
                let ends = *close || self.registered.anonymous || self.registered.caller.phone.is_none();
                let timer = (!ends).then(|| visit.clone());
                Ok(OrderEvent::ReviewPassed(Box::new(Work { timer, ..command.work() })))
            }
            Step::ReviewFail => Ok(OrderEvent::ReviewFailed(command.reasoned()?)),
            Step::Visit { method, answer, clocks } => {
                let work = command.work().because(method.as_str());
                Ok(OrderEvent::Visited(self.visited(work, *answer, clocks, command.rules, context.now)?))
            }
            Step::Rule { redo, clocks } => {
                command.needs_text()?;
                let to = if *redo { Status::InProgress } else { Status::Closed };
                Ok(OrderEvent::Ruled(self.outcome(command.work(), None, to, false, clocks)))
            }
            Step::ReopenFalse { clocks } => {
                command.needs_text()?;
                let work = command.work().because(FALSE_CLOSING);
                Ok(OrderEvent::Reopened(self.outcome(work, None, Status::InProgress, false, clocks)))
            }
            _ => Err(Why::StateConflict),
        }
    }

    fn assign(&self, command: &StaffCommand, assignment: &Assignment) -> Result<Box<Clocked>, Why> {
        let Assignment { lead, co_units, clocks, emergency } = assignment;
        ensure(!emergency, Why::HandOffFirst)?;
        ensure(lead.as_str().parse::<VillageCode>().is_err(), Why::VillageCannotLead)?;
        ensure(!self.is_accused(lead), Why::AccusedUnit)?;
        self.helpers(Some(lead), Vec::new(), co_units)?;
        let work = Work { unit: Some(lead.clone()), units: co_units.clone(), ..command.work() };
        Ok(Clocked::new(work, clocks))
    }

    /// Co-units are others than the lead unit, each once, and none that the order complains about.
    fn helpers<'a>(
        &self,
        lead: Option<&'a UnitCode>,
        known: Vec<&'a UnitCode>,
        units: &'a [UnitCode],
    ) -> Result<(), Why> {
        let mut seen: Vec<&UnitCode> = lead.into_iter().chain(known).collect();
        for unit in units {
            ensure(!self.is_accused(unit), Why::AccusedUnit)?;
            ensure(!seen.contains(&unit), Why::UnitTwice)?;
            seen.push(unit);
        }
        Ok(())
    }

    /// The outer deadline is a promise: it moves only when whoever it was given to agreed.
    fn extend(&self, command: &StaffCommand, clocks: &Clocks, past_outer: bool) -> Result<OrderEvent, Why> {
        let h = self.handled();
        let outer = h.and_then(|h| h.clocks.as_ref()).map(|clocks| clocks.outer.due.at);
        if self.outer_deadline().is_some() {
            return self.forward(command);
        }
        ensure(past_outer || outer.is_some_and(|outer| clocks.outer.due.at <= outer), Why::PastOuterDeadline)?;
        let limit = h.and_then(|h| h.request.as_ref()).and_then(|request| request.limit);
        Ok(OrderEvent::ExtensionApproved(Clocked::new(self.for_lead(Work { limit, ..command.work() }), clocks)))
    }

    fn suspension(&self, work: Work) -> Box<Work> {
        let limit = self.handled().and_then(|h| h.request.as_ref()).and_then(|request| request.limit);
        Box::new(Work { limit, ..work })
    }

    /// A result needs a text, evidence, and contact with the caller or the reason why there was none (invariant 20).
    fn result(
        &self,
        command: &StaffCommand,
        class: Explanation,
        no_contact: Option<NoContact>,
        subject: Option<&SubjectCode>,
    ) -> Result<OrderEvent, Why> {
        command.needs_text()?;
        command.needs_evidence()?;
        // An attempt says itself why nobody was reached.
        let contacted = self.handled().is_some_and(|h| h.contacted_at.is_some() || h.contact_tried);
        ensure(contacted || no_contact.is_some(), Why::ContactMissing)?;
        let reason = no_contact.filter(|_| !contacted).map(|why| why.as_str().to_owned());
        let (work, subject) = (Work { reason, ..command.work() }, subject.cloned());
        Ok(OrderEvent::ResultSubmitted(Box::new(Outcome { work, class, subject })))
    }

    pub(super) fn handled(&self) -> Option<&Handling> {
        self.handling.as_deref()
    }

    /// `work` that concerns the lead unit, whoever does it.
    pub(super) fn for_lead(&self, work: Work) -> Work {
        let unit = self.handled().and_then(|h| h.lead.clone());
        Work { unit, ..work }
    }
}

/// The reason of a noted child that makes its parent a group matter.
pub(super) const GROUP: &str = "group";
/// The reason of a reopening after a false closing.
pub(super) const FALSE_CLOSING: &str = "falseClosing";

impl Clocked {
    fn new(work: Work, clocks: &Clocks) -> Box<Self> {
        Box::new(Self { work, clocks: clocks.clone() })
    }
}

impl Work {
    /// Work of which nothing is known but who did it.
    #[must_use]
    pub const fn by(by: crate::aggregate::Actor) -> Self {
        Self {
            by,
            unit: None,
            units: Vec::new(),
            reason: None,
            text: None,
            attachments: Vec::new(),
            limit: None,
            timer: None,
            order: None,
        }
    }

    pub(super) fn because(self, reason: &str) -> Self {
        Self { reason: Some(reason.to_owned()), ..self }
    }

    pub(super) fn boxed(self) -> Box<Self> {
        Box::new(self)
    }
}

impl StaffCommand {
    pub(super) fn work(&self) -> Work {
        let (text, attachments, unit) = (self.text.clone(), self.attachments.clone(), self.member.unit.clone());
        Work { text, attachments, unit, ..Work::by(self.member.id.clone()) }
    }

    pub(super) fn needs_text(&self) -> Result<(), Why> {
        ensure(self.text.as_ref().is_some_and(|text| !text.is_empty()), Why::TextMissing)
    }

    fn needs_evidence(&self) -> Result<(), Why> {
        ensure(!self.attachments.is_empty(), Why::EvidenceMissing)
    }

    /// A decision that must say why.
    fn reasoned(&self) -> Result<Box<Work>, Why> {
        self.needs_text()?;
        Ok(self.work().boxed())
    }

    fn asked(&self, limit: Limit) -> Result<Box<Work>, Why> {
        self.needs_text()?;
        Ok(Box::new(Work { limit: Some(limit), ..self.work() }))
    }

    fn return_request(
        &self,
        reason: ReturnReason,
        suggested: Option<&UnitCode>,
        ruling: &Timer,
    ) -> Result<OrderEvent, Why> {
        ensure(reason.is_allowed(), Why::ReturnReasonRefused)?;
        self.needs_text()?;
        if reason.needs_evidence() {
            self.needs_evidence()?;
        }
        let units = suggested.into_iter().cloned().collect();
        let work = Work { units, timer: Some(ruling.clone()), ..self.work().because(reason.as_str()) };
        Ok(OrderEvent::ReturnRequested(work.boxed()))
    }
}
