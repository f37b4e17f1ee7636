//! How a member of staff stands to an order: the second question of every permission, after the role.
//!
//! What must stay true (handbook §1.9): whoever works for a unit that the order complains about, or for a part of it,
//! neither sees nor handles it, whatever else they are; a confidential order's caller is seen by the centre only; who
//! handled an order neither reviews it nor calls back.

use std::collections::BTreeSet;

use super::WorkOrder;
use super::code::StepName;
use crate::aggregate::Actor;
use crate::catalogue::{GridCode, UnitCode};
use crate::permission::{Action, permitted};
use crate::staff::Role;

/// Whoever acts on an order, as rules need to know them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The person, or the part of the system.
    pub id: Actor,
    /// What they are there for.
    pub roles: BTreeSet<Role>,
    /// Where they work; a village's code for its people.
    pub unit: Option<UnitCode>,
    /// Whether that is the command centre.
    pub centre: bool,
    /// The grid they work in.
    pub grid: Option<GridCode>,
}

impl Member {
    /// A part of the system, such as the clock.
    #[must_use]
    pub fn system(name: &str) -> Self {
        Self { id: Actor::system(name), roles: BTreeSet::new(), unit: None, centre: false, grid: None }
    }
}

/// A relation to an order; the permission table has a column for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// Works for the command centre.
    Centre,
    /// Works for the lead unit.
    Leading,
    /// Works for a co-unit.
    Assisting,
    /// Works for a unit that got a notice or card on this order.
    Carded,
    /// Works in the grid or village where it happened.
    Local,
    /// None of these.
    Outside,
}

impl Relation {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Centre, Self::Leading, Self::Assisting, Self::Carded, Self::Local, Self::Outside];
}

/// All relations of one member to one order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The relations; `Outside` alone, or any of the others.
    pub relations: Vec<Relation>,
    /// Works for a unit that the order complains about, or for a part of it: every relation is void.
    pub accused: bool,
    /// Handled it in person.
    pub handled: bool,
    /// Passed its last review in person.
    pub reviewed: bool,
}

/// What a member may see of an order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sight {
    /// That it exists, where it stands, what is open in it.
    pub order: bool,
    /// Sealed texts, attachments and recordings: on confidential orders they too tell who the caller is.
    pub content: bool,
    /// Name, phone and address of the caller, each look recorded with its purpose.
    pub caller: bool,
}

/// Whether `unit` is `whole` or a part of it: division codes begin with the code of what they lie in.
#[must_use]
pub fn is_within(unit: &str, whole: &str) -> bool {
    let division = |code: &str| code.bytes().all(|byte| byte.is_ascii_digit());
    unit == whole || (division(unit) && division(whole) && unit.starts_with(whole))
}

impl WorkOrder {
    /// How `member` stands to this order.
    #[must_use]
    pub fn standing(&self, member: &Member) -> Standing {
        let unit = member.unit.as_ref();
        let works_for = |code: &UnitCode| unit.is_some_and(|unit| is_within(unit.as_str(), code.as_str()));
        let handling = self.handling.as_deref();
        let place = &self.registered.place;
        let village = place.village.as_ref().map(super::VillageCode::as_str);
        // Whoever works in one grid knows that grid's matters; whoever works in none, the village's.
        let there = match &member.grid {
            Some(grid) => place.grid.as_ref() == Some(grid),
            None => unit.zip(village).is_some_and(|(unit, village)| unit.as_str() == village),
        };
        let local = there && self.is_local_matter();
        let found = [
            (Relation::Centre, member.centre),
            (Relation::Leading, handling.and_then(|h| h.lead.as_ref()).is_some_and(works_for)),
            (Relation::Assisting, handling.is_some_and(|h| h.co_units.iter().any(|co| works_for(&co.unit)))),
            (
                Relation::Carded,
                handling.is_some_and(|h| h.cards.iter().any(|card| card.is_known() && works_for(&card.unit))),
            ),
            (Relation::Local, local),
        ];
        let mut relations: Vec<Relation> =
            found.into_iter().filter(|(_, holds)| *holds).map(|(relation, _)| relation).collect();
        if relations.is_empty() {
            relations.push(Relation::Outside);
        }
        Standing {
            relations,
            accused: unit.is_some_and(|unit| self.is_accused(unit))
                || member.grid.as_ref().is_some_and(|grid| self.accuses(grid.as_str())),
            handled: handling.is_some_and(|h| h.handlers.contains(&member.id)),
            reviewed: handling.is_some_and(|h| h.reviewer.as_ref() == Some(&member.id)),
        }
    }

    /// Whether the neighbourhood may know of it: not what is confidential, and nothing before the centre has looked
    /// whether it complains about the neighbourhood itself.
    pub(super) fn is_local_matter(&self) -> bool {
        let dispatched = self.handling.as_deref().is_some_and(|handling| handling.dispatches > 0);
        dispatched && !self.registered.confidential
    }

    /// Whether the order complains about `unit` or about what it is a part of.
    #[must_use]
    pub fn is_accused(&self, unit: &UnitCode) -> bool {
        self.accuses(unit.as_str())
    }

    fn accuses(&self, code: &str) -> bool {
        let respondents = self.handling.as_deref().map(|handling| handling.respondents.as_slice());
        respondents.unwrap_or_default().iter().any(|respondent| is_within(code, respondent.as_str()))
    }

    /// What `member` may see.
    #[must_use]
    pub fn sight(&self, member: &Member) -> Sight {
        let standing = self.standing(member);
        let may = |action| standing.permits(&member.roles, action);
        let (order, caller) = (may(Action::SeeOrder), may(Action::SeeCaller));
        let sealed = self.registered.confidential && !standing.relations.contains(&Relation::Centre);
        // What was written about a person who is gone is shown to nobody any more.
        let hidden = sealed || self.erased_at.is_some();
        Sight { order, content: order && !hidden, caller: caller && !hidden }
    }

    /// Whether the table allows `member` the step `name`; persons and states are further questions.
    #[must_use]
    pub(super) fn is_permitted(&self, member: &Member, standing: &Standing, name: StepName) -> bool {
        if member.id.is_system() {
            return crate::permission::system_permitted(name);
        }
        // The caller of a confidential order is reached through the centre only.
        let relayed = name == StepName::Contact && self.registered.confidential;
        standing.permits(&member.roles, Action::Step(name))
            && (!relayed || standing.relations.contains(&Relation::Centre))
    }
}

impl Standing {
    /// Whether any role and any relation together allow `action`.
    #[must_use]
    pub fn permits(&self, roles: &BTreeSet<Role>, action: Action) -> bool {
        let by_role = |role: &Role| self.relations.iter().any(|relation| permitted(*role, action, *relation));
        !self.accused && roles.iter().any(by_role)
    }
}
