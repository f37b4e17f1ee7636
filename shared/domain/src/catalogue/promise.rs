//! What is promised to a citizen: the earlier of the appeal type's and the urgency's limit (handbook §1.5).
//!
//! Limits of different units have no order of their own (24 hours against 2
//! working days depends on the weekend), so they are compared by the deadlines
//! they lead to. The promise runs to midnight; the handling unit's own task ends
//! with the office.

use super::{AppealType, Catalogue, Urgency};
use crate::limit::{Deadline, Limit, Rule, deadline};
use crate::time::Moment;

impl Catalogue {
    /// The limits that apply: of the appeal type, and of the urgency where it has one.
    fn limits_of(&self, appeal_type: AppealType, urgency: Urgency) -> impl Iterator<Item = Limit> {
        let by_type = self.appeal_types.get(&appeal_type).map(|info| info.limit);
        let by_urgency = self.urgency_levels.get(&urgency).and_then(|level| level.handling);
        by_type.into_iter().chain(by_urgency)
    }

    /// The limit that ends first when it is counted from `start` under `rule`, and its deadline;
    /// the appeal type's where both end together. None where the catalogue has no such type,
    /// which [`Catalogue::parse`] does not let pass.
    #[must_use]
    pub fn effective_limit(
        &self,
        start: Moment,
        appeal_type: AppealType,
        urgency: Urgency,
        rule: Rule,
    ) -> Option<(Limit, Deadline)> {
        let due = |limit| (limit, deadline(start, limit, &self.calendar, &[], rule));
        self.limits_of(appeal_type, urgency).map(due).min_by_key(|(_, deadline)| deadline.at)
    }

    /// When an order received at `received_at` shall be handled, as the citizen is told.
    #[must_use]
    pub fn promised(&self, received_at: Moment, appeal_type: AppealType, urgency: Urgency) -> Option<Deadline> {
        let effective = self.effective_limit(received_at, appeal_type, urgency, Rule::PROMISE);
        effective.map(|(_, deadline)| deadline)
    }
}
