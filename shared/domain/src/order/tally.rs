//! What one order adds to the town's monthly figures: nothing about a person, only what is counted.
//!
//! An order counts in the month in which it came in, for ever: so "of what came in in October, so much is closed, so much
//! in time". Its numbers change with it; its month never does, which is why sums can be made again at any time.

use super::rates::Rates;
use super::{Status, WorkOrder};
use crate::board::Summand;

/// The figures of some orders.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Came in.
    pub received: u64,
    /// Closed, and not because their callers took them back.
    pub closed: u64,
    /// Of those closed, within the promise as it stood at the end.
    pub on_time: u64,
    /// Taken back by their callers.
    pub withdrawn: u64,
    /// Still open.
    pub open: u64,
    /// The three rates.
    pub rates: Rates,
}

/// How many numbers a tally is.
const NUMBERS: usize = 12;

impl Tally {
    /// The figures of one order.
    #[must_use]
    pub fn of(order: &WorkOrder) -> Self {
        let taken_back = order.status == Status::Withdrawn || order.was_withdrawn();
        let closed = matches!(order.status, Status::Closed | Status::Archived) && !taken_back;
        Self {
            received: 1,
            closed: closed.into(),
            on_time: (closed && order.ended_in_time()).into(),
            withdrawn: taken_back.into(),
            open: order.status.is_open().into(),
            rates: Rates::default().with(order),
        }
    }

    /// As numbers to add up, in the order of [`Tally::from_numbers`].
    #[must_use]
    pub fn numbers(&self) -> [u64; NUMBERS] {
        let Self { received, closed, on_time, withdrawn, open, rates } = self;
        let Rates { response, resolution, satisfaction, unsolvable } = rates;
        let (response, resolution, satisfaction) = (
            [response.part, response.whole],
            [resolution.part, resolution.whole],
            [satisfaction.part, satisfaction.whole],
        );
        let ([a, b], [c, d], [e, f]) = (response, resolution, satisfaction);
        [*received, *closed, *on_time, *withdrawn, *open, a, b, c, d, e, f, *unsolvable]
    }

    /// A tally from its numbers; what is missing is nothing.
    #[must_use]
    pub fn from_numbers(numbers: &[u64]) -> Self {
        let at = |index: usize| numbers.get(index).copied().unwrap_or(0);
        let ratio = |index: usize| super::Ratio { part: at(index), whole: at(index.saturating_add(1)) };
        Self {
            received: at(0),
            closed: at(1),
            on_time: at(2),
            withdrawn: at(3),
            open: at(4),
            rates: Rates { response: ratio(5), resolution: ratio(7), satisfaction: ratio(9), unsolvable: at(11) },
        }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            received: self.received.saturating_add(other.received),
            closed: self.closed.saturating_add(other.closed),
            on_time: self.on_time.saturating_add(other.on_time),
            withdrawn: self.withdrawn.saturating_add(other.withdrawn),
            open: self.open.saturating_add(other.open),
            rates: self.rates.plus(other.rates),
        }
    }
}

impl WorkOrder {
    /// What it adds to the sums of its month: for the town, its category and its village.
    pub(super) fn summand(&self) -> Summand {
        let registered = &self.registered;
        let village = registered.place.village.as_ref().map(|village| format!("village/{village}"));
        let mut groups = vec!["town".to_owned(), format!("category/{}", registered.category)];
        groups.extend(village);
        let period = self.received_at.to_string().get(..7).unwrap_or_default().to_owned();
        Summand { period, groups, numbers: Tally::of(self).numbers().to_vec() }
    }

    fn ended_in_time(&self) -> bool {
        let clocks = self.handled().and_then(|handling| handling.clocks.as_ref());
        let due = clocks.map_or(&self.registered.promised, |clocks| &clocks.outer.due);
        self.closed_at.is_some_and(|closed_at| !due.is_past(closed_at))
    }
}
