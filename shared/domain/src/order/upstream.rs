//! What the platform above says about one of its orders, and what the centre asks it for (handbook §1.2, §1.11).
//!
//! What must stay true: nothing that a platform said is refused, because it has been acknowledged already. What the order's
//! state does not allow any more becomes a note, so that the centre sees it; and only the centre asks.

use super::clocks::Rules;
use super::code::RequestKind;
use super::decide::OrderRejection;
use super::event::{Attachment, OrderEvent, Supplemented, Text, Urged, Withdrawn};
use super::gate::ensure;
use super::refusal::Why;
use super::step::StaffCommand;
use super::work::{Answer, Clocks, Ruled, Work};
use super::{Status, WorkOrder};
use crate::aggregate::Context;
use crate::hotline::EventKind;
use crate::time::Moment;

/// Something that the platform above said, as the rules need it.
#[derive(Debug, Clone)]
pub struct Heard {
    /// What kind.
    pub kind: EventKind,
    /// In words.
    pub text: Option<Text>,
    /// Files that were fetched.
    pub attachments: Vec<Attachment>,
    /// Whether it agreed to what was asked.
    pub granted: bool,
    /// Its deadline from now on, where it says one.
    pub outer: Option<Moment>,
    /// What the caller told it.
    pub answer: Option<Answer>,
    /// The clocks: of a redo for a visit, under `outer` for an extension.
    pub clocks: Option<Box<Clocks>>,
    /// The town's numbers.
    pub rules: Rules,
}

/// On what the platform ruled.
const EXTENSION: &str = "extension";
/// See [`EXTENSION`].
pub(super) const RETURN: &str = "return";

impl WorkOrder {
    /// The deadline of the platform above, where there is one and it set one.
    #[must_use]
    pub fn outer_deadline(&self) -> Option<Moment> {
        let moved = self.handled().and_then(|handling| handling.outer);
        moved.or_else(|| self.registered.upstream.as_ref().and_then(|upstream| upstream.outer))
    }

    /// This order as it is once the platform above moved its deadline, for computing clocks.
    #[must_use]
    pub fn with_outer_deadline(&self, outer: Moment) -> Self {
        let mut order = self.clone();
        order.handling.get_or_insert_default().outer = Some(outer);
        order
    }

    /// The deadline is the platform's above: the centre can only ask for another one, and once at a time.
    pub(super) fn forward(&self, command: &StaffCommand) -> Result<OrderEvent, Why> {
        ensure(self.handled().is_none_or(|h| !h.forwarded), Why::RequestPending)?;
        let limit = self.handled().and_then(|h| h.request.as_ref()).and_then(|request| request.limit);
        Ok(OrderEvent::ExtensionForwarded(Box::new(self.for_lead(Work { limit, ..command.work() }))))
    }

    /// What it means that the platform above said `heard`.
    ///
    /// # Errors
    /// Only `stateConflict` for an order that is not from a platform.
    pub fn hear(&self, heard: &Heard, context: &Context) -> Result<OrderEvent, OrderRejection> {
        if self.registered.upstream.is_none() {
            return Err(OrderRejection::StateConflict { status: self.status });
        }
        let (text, files) = (|| heard.text.clone(), || heard.attachments.clone());
        let work = || Work { text: text(), attachments: files(), ..Work::by(context.by.clone()) };
        let noted = || OrderEvent::NotedFromAbove(work().because(heard.kind.as_str()).boxed());
        Ok(match heard.kind {
            EventKind::Supplement if self.status.is_open() => {
                let text = heard.text.clone().unwrap_or_else(|| Text::Open(String::new()));
                OrderEvent::Supplemented(Supplemented { text, attachments: heard.attachments.clone() })
            }
            EventKind::Urge if self.status.is_open() => OrderEvent::Urged(Urged { reason: heard.text.clone() }),
            EventKind::Withdraw if self.may_withdraw().is_ok() => {
                OrderEvent::Withdrawn(Withdrawn { reason: heard.text.clone() })
            }
            EventKind::Supervise if self.status.is_open() => OrderEvent::SupervisedFromAbove(work().boxed()),
            EventKind::ExtensionResult => self.ruled_on_extension(heard, work()).unwrap_or_else(noted),
            EventKind::ReturnResult if self.status == Status::TransferredOut => ruled(work(), RETURN, heard, None),
            EventKind::VisitResult => self.visited_above(heard, work(), context.now).unwrap_or_else(noted),
            _ => noted(),
        })
    }

    /// A deadline moves whether it was asked for or not; a refusal answers a question only.
    fn ruled_on_extension(&self, heard: &Heard, work: Work) -> Option<OrderEvent> {
        let asked = self.handled().and_then(|h| h.request.as_ref()).is_some_and(|r| r.kind == RequestKind::Extension);
        let moves = heard.granted && heard.outer.is_some() && self.status.is_open();
        if !moves && (heard.granted || !asked) {
            return None;
        }
        let clocks = heard.clocks.clone().filter(|_| moves && self.handled().is_some_and(|h| h.clocks.is_some()));
        Some(ruled(work, EXTENSION, heard, clocks))
    }

    /// The platform called the caller back: as good as our own callback while one is due, counted only after that.
    fn visited_above(&self, heard: &Heard, work: Work, now: Moment) -> Option<OrderEvent> {
        let (answer, clocks) = (heard.answer.filter(Answer::is_valid)?, heard.clocks.as_deref()?);
        let handling = self.handled();
        match self.status {
            Status::PendingVisit if handling.is_some_and(|h| !h.ruling) => {
                self.visited(work, Some(answer), clocks, heard.rules, now).ok().map(OrderEvent::Visited)
            }
            Status::Closed if handling.is_none_or(|h| h.answer.is_none()) => {
                Some(OrderEvent::Rated(self.outcome(work, Some(answer), Status::Closed, false, clocks)))
            }
            _ => None,
        }
    }
}

fn ruled(work: Work, on: &str, heard: &Heard, clocks: Option<Box<Clocks>>) -> OrderEvent {
    let outer = heard.outer.filter(|_| heard.granted && on == EXTENSION);
    OrderEvent::RuledAbove(Box::new(Ruled { work: work.because(on), granted: heard.granted, outer, clocks }))
}
