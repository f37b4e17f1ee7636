//! What has changed once something happened. Total: an event that does not fit changes as little as it can.

use super::code::{Explanation, RequestKind};
use super::event::OrderEvent;
use super::staff::{FALSE_CLOSING, GROUP};
use super::upstream::RETURN;
use super::work::{Card, CardStatus, Carded, Clocks, CoUnit, Fixed, Handling, Request, Return, Ruled, Visited, Work};
use super::{Status, WorkOrder};
use crate::aggregate::Actor;
use crate::limit::Interval;
use crate::time::Moment;

impl WorkOrder {
    /// This order after an event of its handling.
    pub(super) fn handled_by(mut self, event: &OrderEvent, at: Moment) -> Self {
        let mut handling = self.handling.take().unwrap_or_default();
        let status = self.status;
        let to = handling.apply(event, status, at);
        if to == Status::PendingSign && status != to {
            handling.supplements_seen = self.supplements;
        }
        self.status = to;
        if to.is_open() {
            self.closed_at = None;
        } else if self.closed_at.is_none() {
            self.closed_at = Some(at);
        }
        self.handling = Some(handling);
        self
    }
}

impl Handling {
    /// Applies `event` and says where the order stands then.
    fn apply(&mut self, event: &OrderEvent, status: Status, at: Moment) -> Status {
        match event {
            OrderEvent::RespondentNamed(work) => return self.respondents_named(work, status, at),
            OrderEvent::Dispatched(clocked) | OrderEvent::Transferred(clocked) => {
                self.assigned(&clocked.work, &clocked.clocks, at);
                return Status::PendingSign;
            }
            OrderEvent::AnsweredNow(_) => return Status::Closed,
            OrderEvent::HandedOff(_) => return Status::TransferredOut,
            OrderEvent::Merged(work) => {
                self.parent.clone_from(&work.order);
                return Status::Merged;
            }
            OrderEvent::Signed(work) => {
                self.signed_at = Some(at);
                self.handled_in_person(&work.by);
                return Status::InProgress;
            }
            OrderEvent::ReturnRequested(work) => return self.return_requested(work, status),
            OrderEvent::ReturnApproved(_) => return self.return_ruled(true, status),
            OrderEvent::ReturnRejected(_) => return self.return_ruled(false, status),
            OrderEvent::Archived(_) => {
                if status == Status::Withdrawn {
                    self.class = Some(Explanation::Withdrawn);
                }
                return Status::Archived;
            }
            OrderEvent::ExtensionForwarded(_) => self.forwarded = true,
            OrderEvent::SupervisedFromAbove(_) => self.supervisions = self.supervisions.saturating_add(1),
            OrderEvent::RuledAbove(ruled) => return self.ruled_above(ruled, status),
            OrderEvent::ChildNoted(work) => {
                self.children.extend(work.order.clone());
                self.group |= work.reason.as_deref() == Some(GROUP);
            }
            OrderEvent::MaliciousMarked(_) => self.malicious = true,
            OrderEvent::MaliciousCleared(_) => self.malicious = false,
            OrderEvent::DeadlineMoved(clocked) => {
                self.fixed = Some(Fixed { to: clocked.clocks.outer.due.at, at });
                self.recounted(&clocked.clocks, at);
            }
            OrderEvent::Recounted(clocked) => self.recounted(&clocked.clocks, at),
            OrderEvent::ChildReplied(_) => self.replied_at = Some(at),
            OrderEvent::Reminded(work) => self.reminders.extend(work.reason.clone()),
            OrderEvent::CardProposed(card) => self.card_proposed(card, at),
            OrderEvent::CardIssued(card) => self.card_issued(card, at),
            OrderEvent::CardDismissed(card) => self.card_moved(card, CardStatus::Dismissed),
            OrderEvent::CardObjected(card) => self.card_moved(card, CardStatus::Objected),
            OrderEvent::CardUpheld(card) => self.card_moved(card, CardStatus::Upheld),
            OrderEvent::CardRevoked(card) => self.card_moved(card, CardStatus::Revoked),
            OrderEvent::CardReplied(card) => {
                if let Some(own) = self.card_mut(card) {
                    own.reply_by = None;
                }
            }
            _ => return self.apply_unit(event, status, at),
        }
        status
    }

    /// The events between a dispatch and its end.
    fn apply_unit(&mut self, event: &OrderEvent, status: Status, at: Moment) -> Status {
        match event {
            OrderEvent::CoUnitsAdded(work) => self.co_units.extend(work.units.iter().cloned().map(CoUnit::waiting)),
            OrderEvent::CoReplied(work) => {
                for co in self.co_units.iter_mut().filter(|co| work.unit.as_ref() == Some(&co.unit)) {
                    co.replied_at = Some(at);
                }
                self.handled_in_person(&work.by);
            }
            OrderEvent::ExtensionRequested(work) => {
                self.extension_asked = true;
                self.requested(RequestKind::Extension, work, status);
            }
            OrderEvent::SuspensionRequested(work) => self.requested(RequestKind::Suspension, work, status),
            OrderEvent::ExtensionRejected(_) | OrderEvent::SuspensionRejected(_) => self.request = None,
            OrderEvent::ExtensionApproved(clocked) => {
                self.extension = clocked.work.limit;
                self.run_by(&clocked.clocks, at);
                self.request = None;
            }
            OrderEvent::SuspensionApproved(work) => {
                let ms = work.limit.and_then(crate::limit::Limit::natural_ms).unwrap_or(0);
                self.suspensions.push(Interval { from: at, to: at.plus_ms(ms) });
                self.request = None;
                return Status::Suspended;
            }
            OrderEvent::Resumed(clocked) => {
                self.run_again(at);
                self.run_by(&clocked.clocks, at);
                return Status::InProgress;
            }
            OrderEvent::Contacted(work) => {
                // Whoever was not reached still waits for the call.
                if work.reason.is_none() {
                    self.contacted(at);
                } else {
                    self.contact_tried = true;
                }
                self.handled_in_person(&work.by);
            }
            _ => return self.apply_closing(event, status, at),
        }
        status
    }

    /// The events from a result to its end.
    fn apply_closing(&mut self, event: &OrderEvent, status: Status, at: Moment) -> Status {
        match event {
            OrderEvent::ResultSubmitted(outcome) => {
                self.class = Some(outcome.class);
                self.subject.clone_from(&outcome.subject);
                // That was said of the result before.
                self.unsolvable = false;
                self.request = None;
                self.reviewer = None;
                self.attempts.clear();
                self.handled_in_person(&outcome.work.by);
                Status::PendingReview
            }
            OrderEvent::ReviewFailed(_) => {
                self.reworks = self.reworks.saturating_add(1);
                Status::InProgress
            }
            OrderEvent::ReviewPassed(work) => {
                self.reviewer = Some(work.by.clone());
                self.visit_by = work.timer.as_ref().map(|timer| timer.due.at);
                if work.timer.is_some() { Status::PendingVisit } else { Status::Closed }
            }
            OrderEvent::Visited(visited) | OrderEvent::Rated(visited) => self.visited(visited, at),
            OrderEvent::Ruled(visited) => {
                // A dissatisfied caller and a second person who agrees with the first: it cannot be resolved.
                self.unsolvable =
                    visited.to == Status::Closed && self.class.is_some_and(|class| !class.can_be_redone());
                self.ended(visited)
            }
            OrderEvent::Reopened(visited) => {
                if visited.work.reason.as_deref() == Some(FALSE_CLOSING) {
                    self.false_closings = self.false_closings.saturating_add(1);
                }
                self.answer = None;
                self.no_answer = false;
                self.unsolvable = false;
                // What went into another order and comes back from it is its own again.
                self.parent = None;
                self.ended(visited)
            }
            _ => status,
        }
    }

    fn visited(&mut self, visited: &Visited, at: Moment) -> Status {
        match visited.answer {
            Some(answer) => {
                self.answer = Some(answer);
                self.no_answer = false;
            }
            None => {
                self.attempts.push(at);
                self.no_answer = visited.to == Status::Closed;
            }
        }
        self.ended(visited)
    }

    /// Where a visit, a ruling or a reopening leads; a redo begins anew with its own clocks.
    fn ended(&mut self, visited: &Visited) -> Status {
        self.ruling = visited.ruling;
        if let Some(clocks) = &visited.clocks {
            self.redos = self.redos.saturating_add(1);
            self.clocks = Some((**clocks).clone());
            self.extension = None;
            self.fixed = None;
            self.reviewer = None;
            self.visit_by = None;
            // What the caller said of the last result is no answer to the next.
            self.answer = None;
        }
        visited.to
    }

    /// A respondent that leads gives the order back to the centre; one that helps helps no longer.
    fn respondents_named(&mut self, work: &Work, status: Status, at: Moment) -> Status {
        self.respondents.clone_from(&work.units);
        let respondents = self.respondents.clone();
        let accused = |unit: &crate::catalogue::UnitCode| {
            respondents.iter().any(|respondent| super::is_within(unit.as_str(), respondent.as_str()))
        };
        self.co_units.retain(|co| !accused(&co.unit));
        if self.lead.as_ref().is_some_and(accused) {
            self.lead = None;
            self.co_units.clear();
            self.request = None;
            self.ruling = false;
            self.reviewer = None;
            self.run_again(at);
            return Status::Registered;
        }
        status
    }

    fn assigned(&mut self, work: &Work, clocks: &Clocks, at: Moment) {
        self.lead.clone_from(&work.unit);
        // A transfer keeps who helps; a new lead unit does not help itself.
        self.co_units.retain(|co| Some(&co.unit) != work.unit.as_ref());
        let known: Vec<_> = self.co_units.iter().map(|co| co.unit.clone()).collect();
        let new = work.units.iter().filter(|unit| !known.contains(unit)).cloned();
        self.co_units.extend(new.map(CoUnit::waiting));
        self.run_by(clocks, at);
        self.dispatches = self.dispatches.saturating_add(1);
        self.dispatched_at = Some(at);
        self.signed_at = None;
        self.request = None;
    }

    /// The clocks from now on. A deadline that was set by hand is the one that they show.
    fn run_by(&mut self, clocks: &Clocks, at: Moment) {
        self.fixed = self.fixed.map(|_| Fixed { to: clocks.outer.due.at, at });
        self.clocks = Some(clocks.clone());
    }

    fn recounted(&mut self, clocks: &Clocks, at: Moment) {
        self.moves = self.moves.saturating_add(1);
        self.run_by(clocks, at);
    }

    /// Ends a suspension that was to last longer.
    fn run_again(&mut self, at: Moment) {
        if let Some(last) = self.suspensions.last_mut() {
            last.to = last.to.min(at);
        }
    }

    fn requested(&mut self, kind: RequestKind, work: &Work, from: Status) {
        let (limit, timer, by) = (work.limit, work.timer.clone(), work.by.clone());
        self.handled_in_person(&work.by);
        self.request = Some(Request { kind, from, limit, timer, by });
    }

    fn return_requested(&mut self, work: &Work, from: Status) -> Status {
        self.requested(RequestKind::Return, work, from);
        self.returns.extend(self.lead.clone().map(|unit| Return { unit, granted: None }));
        Status::ReturnPending
    }

    /// Once the second unit's return is decided, there is no third.
    fn return_ruled(&mut self, granted: bool, status: Status) -> Status {
        if let Some(last) = self.returns.last_mut() {
            last.granted = Some(granted);
        }
        self.returns_final = self.returns.len() >= 2;
        let from = self.request.take().map_or(status, |request| request.from);
        if !granted {
            return from;
        }
        self.lead = None;
        self.co_units.clear();
        self.signed_at = None;
        Status::Registered
    }

    /// A granted extension moves the clocks; a refused return brings the order back to the centre.
    fn ruled_above(&mut self, ruled: &Ruled, status: Status) -> Status {
        if ruled.work.reason.as_deref() == Some(RETURN) {
            return if ruled.granted { status } else { Status::Registered };
        }
        self.forwarded = false;
        self.outer = ruled.outer.or(self.outer);
        if let Some(clocks) = &ruled.clocks {
            self.clocks = Some((**clocks).clone());
        }
        if self.request.as_ref().is_some_and(|request| request.kind == RequestKind::Extension) {
            let asked = self.request.take().and_then(|request| request.limit);
            self.extension = asked.filter(|_| ruled.granted).or(self.extension);
        }
        status
    }

    fn contacted(&mut self, at: Moment) {
        if self.contacted_at.is_none() {
            self.contacted_at = Some(at);
            self.contact_in_time = self.clocks.as_ref().is_some_and(|clocks| !clocks.contact.due.is_past(at));
        }
    }

    fn handled_in_person(&mut self, by: &Actor) {
        if !self.handlers.contains(by) {
            self.handlers.push(by.clone());
        }
    }

    fn card_proposed(&mut self, card: &Carded, at: Moment) {
        if let Some(unit) = card.work.unit.clone() {
            let Carded { key, level, .. } = card.clone();
            let (issued_by, object_by, reply_by, escalate_at) = (None, None, None, None);
            let status = CardStatus::Proposed;
            self.cards.push(Card { key, level, unit, status, at, issued_by, object_by, reply_by, escalate_at });
        }
    }

    fn card_issued(&mut self, card: &Carded, at: Moment) {
        let due = |timer: &Option<super::Timer>| timer.as_ref().map(|timer| timer.due.at);
        if let Some(own) = self.card_mut(card) {
            own.status = CardStatus::Issued;
            own.at = at;
            own.issued_by = Some(card.work.by.clone());
            (own.object_by, own.reply_by) = (due(&card.object), due(&card.work.timer));
            own.escalate_at = due(&card.escalate);
        }
    }

    fn card_moved(&mut self, card: &Carded, status: CardStatus) {
        if let Some(own) = self.card_mut(card) {
            own.status = status;
        }
    }

    fn card_mut(&mut self, card: &Carded) -> Option<&mut Card> {
        self.cards.iter_mut().find(|own| own.key == card.key)
    }
}

impl CoUnit {
    const fn waiting(unit: crate::catalogue::UnitCode) -> Self {
        Self { unit, replied_at: None }
    }
}
