//! Orders that went into another (并案, handbook §1.8): whose caller has an answer, and what goes back to the pool.
//!
//! What must stay true: nobody waits for an order that will never have an answer.

use canon::DocId;

use super::decide::OrderRejection;
use super::event::OrderEvent;
use super::work::{Visited, Work};
use super::{Status, WorkOrder};
use crate::aggregate::Context;

/// The reason of a reopening because the order that this one went into will never be answered.
const RELEASED: &str = "released";

impl WorkOrder {
    /// Whether its caller was answered, so that the callers of what went into it are told the same.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        match self.status {
            Status::Closed => true,
            Status::Archived => !self.was_withdrawn(),
            Status::Merged => self.handled().is_some_and(|handling| handling.replied_at.is_some()),
            _ => false,
        }
    }

    /// Whether it ended and will never be answered: it was taken back, or is somebody else's.
    #[must_use]
    pub fn ended_unanswered(&self) -> bool {
        match self.status {
            Status::Withdrawn | Status::TransferredOut => true,
            Status::Archived => self.was_withdrawn(),
            _ => false,
        }
    }

    /// The order that it went into, while it has no answer from there.
    #[must_use]
    pub fn waits_for(&self) -> Option<&DocId> {
        let waits = self.status == Status::Merged && !self.is_answered();
        self.handled().filter(|_| waits)?.parent.as_ref()
    }

    /// Back to the pool, because `from`, which it went into, will never be answered: a person decides anew.
    ///
    /// # Errors
    /// `stateConflict` where it does not wait for that one.
    pub fn release(&self, from: &DocId, context: &Context) -> Result<OrderEvent, OrderRejection> {
        if self.waits_for() != Some(from) {
            return Err(OrderRejection::StateConflict { status: self.status });
        }
        let work = Work { order: Some(from.clone()), ..Work::by(context.by.clone()) }.because(RELEASED);
        let (to, reasons) = (Status::Registered, Vec::new());
        Ok(OrderEvent::Reopened(Box::new(Visited { work, answer: None, to, ruling: false, clocks: None, reasons })))
    }
}
