//! The work order (工单): what a citizen, a hotline or a grid worker asked for, and all that followed.
//!
//! This room knows the part of its life that a citizen can cause: registered, supplemented, urged, withdrawn; and the
//! link to earlier orders of the same caller. Free text that may name a person arrives sealed; nothing here can open it.
//!
//! ```text
//!   (none) --register--> Registered --withdraw--> Closed (withdrawn)
//!                            ^  |
//!                            +--+ supplement, urge, noteRepeat
//! ```

mod decide;
mod event;
mod number;
mod projection;
mod repeat;

pub use decide::{Action, ActionName, OrderCommand, OrderRejection, SupplementCommand, UrgeCommand};
pub use event::{
    Attachment, CallerFields, Channel, OrderEvent, Place, Registered, Sealed, Supplemented, Text, Urged, Withdrawn,
};
pub use number::{OrderNo, OrderNoError};
pub use projection::{CallerRow, caller_queue, project};
pub use repeat::{EarlierOrder, Repeat, RepeatKind, RepeatRule, repeat_of};

use canon::DocId;
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Context, Stamp};
use crate::catalogue::Urgency;
use crate::time::Moment;

/// Where an order stands (handbook §1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// 已登记: with the command centre, waiting to be dispatched.
    Registered,
    /// 撤回: closed because its caller withdrew it.
    Withdrawn,
}

impl Status {
    /// Whether the order still waits for something.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Registered)
    }
}

/// A work order after all of its events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkOrder {
    /// As it was registered; nothing of this ever changes.
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
        match (state, event) {
            (_, OrderEvent::Registered(registered)) => Some(Self::registered((**registered).clone(), stamp.at)),
            (Some(order), OrderEvent::Supplemented(_)) => {
                Some(Self { supplements: order.supplements.saturating_add(1), ..order })
            }
            (Some(order), OrderEvent::Urged(_)) => Some(Self { urged_at: Some(stamp.at), ..order }),
            (Some(order), OrderEvent::Withdrawn(_)) => {
                Some(Self { status: Status::Withdrawn, closed_at: Some(stamp.at), ..order })
            }
            (Some(order), OrderEvent::RepeatNoted { order: repeat, urgency }) => Some(order.repeated(repeat, *urgency)),
            (None, _) => None,
        }
    }
}

impl WorkOrder {
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
        }
    }

    fn repeated(mut self, repeat: &DocId, urgency: Urgency) -> Self {
        self.repeats.push(repeat.clone());
        self.urgency = urgency;
        self
    }
}

#[cfg(test)]
mod tests;
