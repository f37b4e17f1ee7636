//! The three rates (三率, handbook §1.10): a fold over closed orders, each as numerator and denominator.
//!
//! Out of every denominator: anonymous, withdrawn, handed off and merged orders. Out of the callback's: those that
//! nobody answered, and those of which two persons agreed that they cannot be resolved, which are counted beside.
//! No floating point: satisfaction is summed in tenths.

use serde::{Deserialize, Serialize};

use super::code::Explanation;
use super::work::Handling;
use super::{Status, WorkOrder};

/// A share: `part` of `whole`. Both are shown; without a whole there is no rate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ratio {
    /// The numerator.
    pub part: u64,
    /// The denominator.
    pub whole: u64,
}

impl Ratio {
    fn count(&mut self, part: u64, whole: u64) {
        self.part = self.part.saturating_add(part);
        self.whole = self.whole.saturating_add(whole);
    }

    /// Parts in a thousand, rounded down; none without a whole.
    #[must_use]
    pub fn per_mille(self) -> Option<u64> {
        self.part.saturating_mul(1_000).checked_div(self.whole)
    }

    /// Both sums.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let mut sum = self;
        sum.count(other.part, other.whole);
        sum
    }
}

/// The rates of some orders.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rates {
    /// 响应率: contacted within the limit, of those that needed contact.
    pub response: Ratio,
    /// 解决率: "resolved", of the callbacks with an answer to that question.
    pub resolution: Ratio,
    /// 满意率: satisfaction in tenths (10, 10, 8, 0, 0), of ten for each callback with an answer to that question.
    pub satisfaction: Ratio,
    /// Orders that two persons agreed cannot be resolved; reported beside the rates.
    pub unsolvable: u64,
}

impl Rates {
    /// Counts one order in; those that are open or excluded change nothing.
    #[must_use]
    pub fn with(mut self, order: &WorkOrder) -> Self {
        let counted = matches!(order.status, Status::Closed | Status::Archived) && !order.registered.anonymous;
        let Some(handling) = order.handled().filter(|_| counted && !order.was_withdrawn()) else { return self };
        if handling.dispatches > 0 {
            let in_time = handling.contacted_at.is_some() && handling.contact_in_time;
            self.response.count(in_time.into(), 1);
        }
        self.callback(handling);
        self
    }

    fn callback(&mut self, handling: &Handling) {
        if handling.unsolvable {
            self.unsolvable = self.unsolvable.saturating_add(1);
            return;
        }
        let Some(answer) = handling.answer else { return };
        if let Some(resolved) = answer.resolved {
            self.resolution.count(resolved.into(), 1);
        }
        if let Some(stars) = answer.satisfaction {
            self.satisfaction.count(tenths(stars), 10);
        }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            response: self.response.plus(other.response),
            resolution: self.resolution.plus(other.resolution),
            satisfaction: self.satisfaction.plus(other.satisfaction),
            unsolvable: self.unsolvable.saturating_add(other.unsolvable),
        }
    }

    /// The rates of `orders`.
    pub fn of<'a>(orders: impl IntoIterator<Item = &'a WorkOrder>) -> Self {
        orders.into_iter().fold(Self::default(), Self::with)
    }
}

/// The weight of an answer, in tenths.
const fn tenths(stars: u8) -> u64 {
    match stars {
        4.. => 10,
        3 => 8,
        _ => 0,
    }
}

impl WorkOrder {
    /// Whether its caller took it back; what was withdrawn is remembered when it is archived.
    pub(super) fn was_withdrawn(&self) -> bool {
        self.handled().and_then(|handling| handling.class) == Some(Explanation::Withdrawn)
    }
}
