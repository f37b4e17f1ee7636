//! An order as whoever registers it sees it: all of its first event, and of what is there already no more than its number.
//!
//! A function that only registers would carry the readers of everything that can ever happen to an order; this is 90 KB
//! less. What must stay true: what it writes is to the byte what [`WorkOrder`] writes for the same event.

use canon::DocId;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::decide::OrderRejection;
use super::event::Registered;
use super::number::OrderNo;
use super::{Status, WorkOrder};
use crate::aggregate::{Aggregate, Context, Stamp};
use crate::catalogue::Urgency;
use crate::time::Moment;

/// A new order, or the number of one that is there.
#[derive(Debug, Clone)]
pub enum Newborn {
    /// Registered now.
    Born(Box<Born>),
    /// Registered before.
    Known(OrderNo),
}

/// The state after the first event, field by field that of [`WorkOrder`].
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Born {
    registered: Registered,
    received_at: Moment,
    status: Status,
    urgency: Urgency,
    supplements: u32,
    repeats: Vec<DocId>,
}

/// The first event, or another one that nobody reads here.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum BirthEvent {
    /// 登记
    Registered(Box<Registered>),
    /// Any other.
    Other,
}

impl Newborn {
    /// The order's number.
    #[must_use]
    pub fn number(&self) -> &OrderNo {
        match self {
            Self::Born(born) => &born.registered.number,
            Self::Known(number) => number,
        }
    }
}

impl Serialize for Newborn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Born(born) => born.serialize(serializer),
            // An order that is there is never written by whoever registers.
            Self::Known(_) => Err(serde::ser::Error::custom("this order is there already")),
        }
    }
}

impl<'de> Deserialize<'de> for Newborn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Front {
            registered: Numbered,
        }
        #[derive(Deserialize)]
        struct Numbered {
            number: OrderNo,
        }
        Front::deserialize(deserializer).map(|front| Self::Known(front.registered.number))
    }
}

impl<'de> Deserialize<'de> for BirthEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer).map(|_| Self::Other)
    }
}

impl Aggregate for Newborn {
    const KIND: &'static str = WorkOrder::KIND;
    type Command = Registered;
    type Event = BirthEvent;
    type Rejection = OrderRejection;

    fn decide(state: Option<&Self>, command: &Registered, _: &Context) -> Result<BirthEvent, OrderRejection> {
        match state {
            None => Ok(BirthEvent::Registered(Box::new(command.clone()))),
            Some(_) => Err(OrderRejection::StateConflict { status: Status::Registered }),
        }
    }

    fn evolve(state: Option<Self>, event: &BirthEvent, stamp: Stamp) -> Option<Self> {
        match (state, event) {
            (None, BirthEvent::Registered(registered)) => Some(Self::Born(Box::new(Born {
                urgency: registered.urgency,
                registered: registered.as_ref().clone(),
                received_at: stamp.at,
                status: Status::Registered,
                supplements: 0,
                repeats: Vec::new(),
            }))),
            (state, _) => state,
        }
    }
}
