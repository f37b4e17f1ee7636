//! The work order (工单): what a citizen, a hotline or a grid worker asked for, and all that followed.
//!
//! Callers and staff ask, [`WorkOrder::decide`] answers with one event or a typed refusal, `evolve` says what changed.
//! Free text that may name a person arrives sealed; nothing here can open it. What rules need of the town comes with the
//! command (handbook §1.4; `supplement`, `urge`, `noteRepeat`, reminders and cards change no state and are left out):
//!
//! ```text
//!  (none) -> Registered -> dispatch -> PendingSign -> sign -> InProgress -> submitResult -> PendingReview
//!                |             ^         |              |  ^^                                 |        |
//!                |             |         +-> returnRequest | ++---------- reviewFail ---------+   reviewPass
//!                |             |               |        |  |                                           v
//!                |       returnApprove <- ReturnPending |  +------ redo: visit, rate, rule --- PendingVisit
//!                |       returnReject -> previous       |  |                                           |
//!                |                                      |  +-- resume -- Suspended <- suspendApprove   | visit ok
//!                +-> answerNow ------> Closed <---------|-----------------------------------------------+
//!                +-> handOff --------> TransferredOut   |    Closed -> reopen -> InProgress
//!                +-> merge ----------> Merged           |    Closed, Withdrawn -> archive -> Archived
//!   any open ----> withdraw ---------> Withdrawn        +-> transfer -> PendingSign
//! ```

mod birth;
mod caller;
mod cards;
mod clocks;
mod code;
mod decide;
mod due;
mod event;
mod evolve;
mod gate;
mod merge;
mod number;
mod projection;
mod rates;
mod refusal;
mod repeat;
mod staff;
mod standing;
mod step;
mod suggest;
mod tally;
mod upstream;
mod visit;
mod work;

pub(crate) use code::words;

pub use birth::{BirthEvent, Born, Newborn};
pub use caller::{JOINED_MAX, JoinCommand, RateCommand, ReopenCommand};
pub use clocks::{CardTimers, Clocking, Rules, Timer};
pub use code::{
    Explanation, HandOffTo, Level, NoContact, Purpose, RatingReason, Relationship, RequestKind, ReturnReason,
    Satisfaction, StepName, SuspendReason, VisitMethod, WordError,
};
pub use decide::{Action, ActionName, OrderCommand, OrderRejection, SupplementCommand, UrgeCommand};
pub use due::{Due, DueStep, Light};
pub use event::{
    Attachment, CallerFields, Channel, FromAbove, Joined, OrderEvent, Place, Registered, Sealed, Supplemented, Text,
    Urged, Withdrawn,
};
pub use gate::StaffAction;
pub use number::{OrderNo, OrderNoError};
pub use projection::{
    CARDS_QUEUE, CallerRow, POOL_QUEUE, PROVISIONAL_QUEUE, REVIEW_QUEUE, VISIT_QUEUE, around, caller_queue,
    clock_queue, closed_queue, complaints_queue, local_queue, project, similar_queue, unit_queue,
};
pub use rates::{Rates, Ratio};
pub use refusal::{Refusal, RefusalKind, Why};
pub use repeat::{EarlierOrder, Repeat, RepeatKind, RepeatRule, repeat_of};
pub use standing::{Member, Relation, Sight, Standing, is_within};
pub use step::{Assignment, CardStep, StaffCommand, Step};
pub use suggest::{Ground, Suggestion};
pub use tally::Tally;
pub use upstream::Heard;
pub use work::{
    Answer, Card, CardStatus, Carded, Clocked, Clocks, CoUnit, Fixed, Handling, Outcome, Request, Return, Ruled,
    Visited, Work,
};

use canon::DocId;
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Context, Stamp};
use crate::catalogue::{Urgency, VillageCode};
use crate::time::Moment;

/// Where an order stands (handbook §1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// 已登记: with the command centre, waiting to be dispatched.
    Registered,
    /// 撤回: closed because its caller withdrew it.
    Withdrawn,
    /// 待签收: dispatched, waiting for the lead unit to sign.
    PendingSign,
    /// 办理中: with the lead unit.
    InProgress,
    /// 退单待审: the lead unit wants to give it back; its clock runs on.
    ReturnPending,
    /// 挂起: the clock stands still.
    Suspended,
    /// 待审核: the lead unit says that it is done.
    PendingReview,
    /// 待回访: the caller is to be asked, or the centre to rule.
    PendingVisit,
    /// 办结
    Closed,
    /// 归档: nothing can happen any more.
    Archived,
    /// 转出: it is not the town's.
    TransferredOut,
    /// 并案: it lives on in another order.
    Merged,
}

impl Status {
    /// Whether the order still waits for something.
    #[must_use]
    pub const fn is_open(self) -> bool {
        match self {
            Self::Registered
            | Self::PendingSign
            | Self::InProgress
            | Self::ReturnPending
            | Self::Suspended
            | Self::PendingReview
            | Self::PendingVisit => true,
            Self::Withdrawn | Self::Closed | Self::Archived | Self::TransferredOut | Self::Merged => false,
        }
    }
}

/// A work order after all of its events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkOrder {
    /// As it was registered; nothing of this changes but by its erasure.
    pub registered: Registered,
    /// When it was registered.
    pub received_at: Moment,
    /// Where it stands.
    pub status: Status,
    /// How urgent it is now; repeats raise it (handbook §1.8).
    pub urgency: Urgency,
    /// Supplements so far.
    pub supplements: u32,
    /// When it was last urged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urged_at: Option<Moment>,
    /// Later orders of the same caller on the same matter.
    pub repeats: Vec<DocId>,
    /// When it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Moment>,
    /// What handling made of it; none before the first step of staff.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling: Option<Box<Handling>>,
    /// Others with the same matter.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joined: Vec<Joined>,
    /// When its caller's personal data was destroyed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<Moment>,
}

impl Aggregate for WorkOrder {
    const KIND: &'static str = "order";
    type Command = OrderCommand;
    type Event = OrderEvent;
    type Rejection = OrderRejection;

    fn decide(state: Option<&Self>, command: &OrderCommand, context: &Context) -> Result<OrderEvent, OrderRejection> {
        decide::decide(state, command, context)
    }

    fn evolve(state: Option<Self>, event: &OrderEvent, stamp: Stamp) -> Option<Self> {
        let mut order = match (state, event) {
            (_, OrderEvent::Registered(registered)) => Some(Self::registered((**registered).clone(), stamp.at)),
            (Some(order), OrderEvent::Supplemented(_)) => {
                Some(Self { supplements: order.supplements.saturating_add(1), ..order })
            }
            (Some(order), OrderEvent::Urged(_)) => Some(Self { urged_at: Some(stamp.at), ..order }),
            (Some(order), OrderEvent::Withdrawn(_)) => {
                Some(Self { status: Status::Withdrawn, closed_at: Some(stamp.at), ..order })
            }
            (Some(order), OrderEvent::RepeatNoted { order: repeat, urgency }) => Some(order.repeated(repeat, *urgency)),
            (Some(order), OrderEvent::Joined(joined)) => Some(order.joined_by(joined)),
            (Some(order), OrderEvent::Erased) => Some(order.erased(stamp.at)),
            (Some(order), event) => Some(order.handled_by(event, stamp.at)),
            (None, _) => None,
        }?;
        if let Some(handling) = &mut order.handling {
            // Never back: whatever is due at once is due from here on, and the clock looks at no day twice.
            handling.touched_at = handling.touched_at.max(Some(stamp.at));
        }
        Some(order)
    }

    /// Half for what callers add and the links that follow from it, the rest for the steps of staff; and of that an eighth
    /// for the caller's own way out and the archive: 32 KB and 62 events, where a withdrawal has 4 KB and is one.
    fn eighths(event: &OrderEvent) -> usize {
        match event {
            OrderEvent::Supplemented(_)
            | OrderEvent::Urged(_)
            | OrderEvent::Joined(_)
            | OrderEvent::RepeatNoted { .. } => 4,
            OrderEvent::Withdrawn(_) | OrderEvent::Erased | OrderEvent::Archived(_) => 8,
            _ => Self::STEPS_EIGHTHS,
        }
    }

    fn destroys_key(event: &OrderEvent) -> bool {
        matches!(event, OrderEvent::Erased)
    }
}

impl WorkOrder {
    /// How full its document may become by the steps on an open order, in eighths.
    pub const STEPS_EIGHTHS: usize = 7;

    fn registered(registered: Registered, at: Moment) -> Self {
        Self {
            urgency: registered.urgency,
            registered,
            received_at: at,
            status: Status::Registered,
            supplements: 0,
            urged_at: None,
            repeats: Vec::new(),
            closed_at: None,
            handling: None,
            joined: Vec::new(),
            erased_at: None,
        }
    }

    fn repeated(mut self, repeat: &DocId, urgency: Urgency) -> Self {
        self.repeats.push(repeat.clone());
        self.urgency = urgency;
        self
    }

    /// The number itself stays in the event, where the document's key opens it.
    fn joined_by(mut self, joined: &Joined) -> Self {
        self.joined.push(Joined { phone: None, ..joined.clone() });
        self
    }
}

#[cfg(test)]
mod tests;
