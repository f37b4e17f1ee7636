//! Supervision (督办): rules and people propose, a named person decides, the unit replies or objects.
//!
//! What must stay true (handbook §2): no notice or card holds without a named person who issued it; the unit can object
//! within its time; a revoked card never was. A notice is the supervisor's, yellow and red cards are the town leader's.

use super::WorkOrder;
use super::code::Level;
use super::event::OrderEvent;
use super::gate::ensure;
use super::refusal::Why;
use super::step::{CardStep, StaffCommand, Step};
use super::work::{Card, CardStatus, Carded, Work};
use crate::aggregate::Context;
use crate::catalogue::UnitCode;
use crate::staff::Role;

impl WorkOrder {
    pub(super) fn propose_card(
        &self,
        key: &str,
        level: Level,
        unit: Option<&UnitCode>,
        command: &StaffCommand,
    ) -> Result<OrderEvent, Why> {
        ensure(self.card(key).is_none(), Why::AlreadyDone)?;
        let work = match unit {
            Some(unit) => Work { unit: Some(unit.clone()), ..command.work() },
            None => self.for_lead(command.work()),
        };
        ensure(work.unit.is_some(), Why::UnitMissing)?;
        Ok(OrderEvent::CardProposed(carded(key, level, work)))
    }

    pub(super) fn card_step(&self, command: &StaffCommand, context: &Context) -> Result<OrderEvent, Why> {
        match &command.step {
            Step::IssueCard { key, timers } => {
                let card = self.decidable(key, command, CardStatus::Proposed)?;
                let work = Work { timer: Some(timers.reply.clone()), ..card.concerning(command) };
                let (object, escalate) = (Some(timers.object.clone()), timers.escalate.clone());
                Ok(OrderEvent::CardIssued(Box::new(Carded { object, escalate, ..*carded(key, card.level, work) })))
            }
            Step::Card { name, key } => self.decide_card(*name, key, command, context),
            _ => Err(Why::StateConflict),
        }
    }

    fn decide_card(
        &self,
        name: CardStep,
        key: &str,
        command: &StaffCommand,
        context: &Context,
    ) -> Result<OrderEvent, Why> {
        command.needs_text()?;
        let event = |card: &Card| carded(key, card.level, card.concerning(command));
        match name {
            CardStep::Dismiss => {
                let card = self.decidable(key, command, CardStatus::Proposed)?;
                Ok(OrderEvent::CardDismissed(event(card)))
            }
            CardStep::Uphold => {
                let card = self.decidable(key, command, CardStatus::Objected)?;
                // An objection is heard by somebody else than whoever issued the card.
                ensure(card.issued_by.as_ref() != Some(&command.member.id), Why::SamePerson)?;
                Ok(OrderEvent::CardUpheld(event(card)))
            }
            CardStep::Revoke => {
                let card = self.card(key).ok_or(Why::NoSuchCard)?;
                ensure(card.holds(), Why::CardConflict)?;
                card.may_be_decided_by(command)?;
                Ok(OrderEvent::CardRevoked(event(card)))
            }
            CardStep::Object => {
                let card = self.own_card(key, command)?;
                ensure(card.status == CardStatus::Issued, Why::CardConflict)?;
                ensure(card.object_by.is_some_and(|until| context.now < until), Why::TooLate)?;
                Ok(OrderEvent::CardObjected(event(card)))
            }
            CardStep::Reply => {
                let card = self.own_card(key, command)?;
                ensure(card.holds(), Why::CardConflict)?;
                ensure(card.reply_by.is_some(), Why::AlreadyReplied)?;
                Ok(OrderEvent::CardReplied(event(card)))
            }
        }
    }

    fn card(&self, key: &str) -> Option<&Card> {
        self.handled().and_then(|h| h.cards.iter().find(|card| card.key == key))
    }

    fn decidable(&self, key: &str, command: &StaffCommand, status: CardStatus) -> Result<&Card, Why> {
        let card = self.card(key).ok_or(Why::NoSuchCard)?;
        ensure(card.status == status, Why::CardConflict)?;
        card.may_be_decided_by(command)?;
        Ok(card)
    }

    /// The card, if it is about the unit for which the member works.
    fn own_card(&self, key: &str, command: &StaffCommand) -> Result<&Card, Why> {
        let own = |card: &&Card| card.is_known() && command.member.unit.as_ref() == Some(&card.unit);
        self.card(key).filter(own).ok_or(Why::NoSuchCard)
    }
}

impl Card {
    fn may_be_decided_by(&self, command: &StaffCommand) -> Result<(), Why> {
        let leader = command.member.roles.contains(&Role::TownLeader);
        ensure(self.level == Level::Notice || leader, Why::TownLeaderOnly)
    }

    fn concerning(&self, command: &StaffCommand) -> Work {
        Work { unit: Some(self.unit.clone()), ..command.work() }
    }
}

fn carded(key: &str, level: Level, work: Work) -> Box<Carded> {
    Box::new(Carded { key: key.to_owned(), level, work, object: None, escalate: None })
}
