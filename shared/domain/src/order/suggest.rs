//! Whom a new order is for, by rule and with the rule shown (handbook §2): a person always confirms.
//!
//! The order of the rules: an emergency goes to its number; what conflicts with the usual unit goes where conflicts go;
//! then the category decides who has the power. The area adds the village, and the part of the town outside office
//! hours, as helpers: a village is never the authority. Units that the order complains about are left out everywhere.

use serde::Serialize;

use super::clocks::Clocking;
use super::step::Assignment;
use super::{WorkOrder, is_within};
use crate::catalogue::{Catalogue, Category, EmergencyNumber, UnitCode};
use crate::time::Moment;

/// A rule that decided something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Ground {
    /// The category has an emergency number: hand it off at once.
    EmergencyNumber,
    /// The category is about conduct, which the discipline office looks into.
    ConflictCategory,
    /// The usual unit is complained about.
    UsualUnitAccused,
    /// The unit has the power in this category.
    CategoryPower,
    /// The unit gave this order back with good reason.
    UsualUnitReturned,
    /// The village where it happened helps.
    Area,
    /// The office is closed and it cannot wait: the centre's duty desk helps.
    OutOfHours,
}

/// What the rules make of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Suggestion {
    /// The number to hand off to, instead of everything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hand_off: Option<EmergencyNumber>,
    /// Who should lead; none where only a person can say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead: Option<UnitCode>,
    /// Who should help.
    pub co_units: Vec<UnitCode>,
    /// Which rules said so, in their order.
    pub grounds: Vec<Ground>,
}

impl Catalogue {
    /// The suggestion for `order` at `now`.
    #[must_use]
    pub fn suggest(&self, order: &WorkOrder, now: Moment) -> Suggestion {
        let mut suggestion = Suggestion { hand_off: None, lead: None, co_units: Vec::new(), grounds: Vec::new() };
        let Some(category) = self.categories.get(&order.registered.category) else { return suggestion };
        if let Some(number) = category.emergency_number {
            suggestion.hand_off = Some(number);
            suggestion.grounds.push(Ground::EmergencyNumber);
            return suggestion;
        }
        self.suggest_lead(order, category, &mut suggestion);
        self.suggest_helpers(order, now, &mut suggestion);
        suggestion
    }

    fn suggest_lead(&self, order: &WorkOrder, category: &Category, suggestion: &mut Suggestion) {
        let usual = &category.default_unit;
        let (lead, ground) = if category.conflict_route {
            (self.superior(usual, order), Ground::ConflictCategory)
        } else if order.is_accused(usual) {
            (self.superior(usual, order), Ground::UsualUnitAccused)
        } else if order.was_returned_by(usual) {
            (None, Ground::UsualUnitReturned)
        } else {
            (Some(usual.clone()), Ground::CategoryPower)
        };
        suggestion.grounds.push(ground);
        suggestion.lead = lead.filter(|unit| self.units.get(unit).is_some_and(|unit| unit.can_be_lead));
    }

    /// Where a conflict goes: the category's own unit unless it is accused, then the discipline office.
    fn superior(&self, usual: &UnitCode, order: &WorkOrder) -> Option<UnitCode> {
        [usual, &self.town.discipline_unit].into_iter().find(|unit| !order.is_accused(unit)).cloned()
    }

    fn suggest_helpers(&self, order: &WorkOrder, now: Moment, suggestion: &mut Suggestion) {
        let place = &order.registered.place;
        let of_grid = || place.grid.as_ref().and_then(|grid| self.grids.get(grid)).map(|grid| &grid.village);
        let village = place.village.as_ref().or_else(of_grid).filter(|village| self.villages.contains_key(*village));
        // What is confidential is not spread to the neighbours.
        let village = village.filter(|_| !order.registered.confidential);
        if let Some(unit) = village.and_then(|village| village.as_str().parse::<UnitCode>().ok()) {
            suggestion.help(order, unit, Ground::Area);
        }
        let waits = order.urgency < crate::catalogue::Urgency::Urgent || self.calendar.is_open(now);
        if !waits {
            suggestion.help(order, self.town.centre_unit.clone(), Ground::OutOfHours);
        }
    }

    /// What a dispatch or transfer to `lead` carries; none where `lead` or a helper is no unit of the town, or `lead`
    /// cannot lead.
    #[must_use]
    pub fn assignment(
        &self,
        order: &WorkOrder,
        lead: &UnitCode,
        co_units: &[UnitCode],
        now: Moment,
    ) -> Option<Assignment> {
        let can_lead = self.units.get(lead).map_or_else(|| self.is_unit(lead), |unit| unit.can_be_lead);
        if !can_lead || !co_units.iter().all(|unit| self.is_unit(unit)) {
            return None;
        }
        let category = self.categories.get(&order.registered.category);
        let clocks = Box::new(self.clocks(order, now, Clocking::Dispatch)?);
        let emergency = category.is_some_and(|category| category.emergency_number.is_some());
        Some(Assignment { lead: lead.clone(), co_units: co_units.to_vec(), clocks, emergency })
    }
}

impl Suggestion {
    fn help(&mut self, order: &WorkOrder, unit: UnitCode, ground: Ground) {
        if self.lead.as_ref() != Some(&unit) && !order.is_accused(&unit) {
            self.co_units.push(unit);
            self.grounds.push(ground);
        }
    }
}

impl WorkOrder {
    fn was_returned_by(&self, unit: &UnitCode) -> bool {
        let returns = self.handled().map(|h| h.returns.as_slice()).unwrap_or_default();
        returns.iter().any(|earlier| earlier.granted == Some(true) && is_within(unit.as_str(), earlier.unit.as_str()))
    }
}
