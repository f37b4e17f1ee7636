//! Looks at callers (handbook §9.5: every read of caller fields is logged with who, when and what for).
//!
//! A person's looks of one day are one document, their *book* of that day. So a look costs no more than a step, nobody
//! else's `ifVersion` goes stale by it, the limit of a day needs no counter beside it, and whoever audits reads people
//! and days without opening orders. What must stay true: a look is in the book before anything is shown; the book holds
//! no name, number or address.

use canon::{DocId, OpId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::aggregate::{Actor, Aggregate, Context, Stamp};
use crate::board::Projection;
use crate::catalogue::UnitCode;
use crate::order::{OrderNo, Purpose};
use crate::staff::Account;
use crate::time::{Date, Moment};

/// 100 looks a person and day: one every five minutes of a working day. More is no handling but collecting.
pub const LOOKS_PER_DAY: usize = 100;

/// One look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Look {
    /// When.
    pub at: Moment,
    /// At whose caller.
    pub order: DocId,
    /// The order's number.
    pub number: OrderNo,
    /// What for.
    pub purpose: Purpose,
}

/// What a book begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Opened {
    /// Whose it is.
    pub person: Actor,
    /// The name they sign in with.
    pub account: Account,
    /// Where they work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitCode>,
    /// Of which day.
    pub day: Date,
}

/// What one person looked at on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LookBook {
    /// Who and when.
    pub opened: Opened,
    /// The looks, oldest first.
    pub looks: Vec<Look>,
}

/// What happened to a book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LookEvent {
    /// It was begun.
    Opened(Box<Opened>),
    /// Its owner looked.
    Looked {
        /// At whose caller.
        order: DocId,
        /// The order's number.
        number: OrderNo,
        /// What for.
        purpose: Purpose,
    },
}

/// What may be asked of a book.
#[derive(Debug, Clone)]
pub enum LookCommand {
    /// Begin it.
    Open(Box<Opened>),
    /// Write a look into it.
    Look {
        /// At whose caller.
        order: DocId,
        /// The order's number.
        number: OrderNo,
        /// What for.
        purpose: Purpose,
    },
}

/// Why nothing is written, and so nothing shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LookRejection {
    /// `stateConflict`: the book is begun already, or not yet.
    #[error("the book is not in that state")]
    StateConflict,
    /// `tooManyLooks`: the day's limit is reached.
    #[error("{LOOKS_PER_DAY} looks were taken today")]
    TooMany,
}

impl LookBook {
    /// The operation that begins the book of `person` on `day`; the document is named by it.
    #[must_use]
    pub fn opening(person: &Actor, day: Date) -> OpId {
        OpId::new("looks", &format!("{}/{day}", person.as_str()))
    }

    /// The document of that book.
    #[must_use]
    pub fn id(person: &Actor, day: Date) -> DocId {
        DocId::of(&Self::opening(person, day))
    }
}

impl Aggregate for LookBook {
    const KIND: &'static str = "looks";
    type Command = LookCommand;
    type Event = LookEvent;
    type Rejection = LookRejection;

    fn decide(state: Option<&Self>, command: &LookCommand, _: &Context) -> Result<LookEvent, LookRejection> {
        match (state, command) {
            (None, LookCommand::Open(opened)) => Ok(LookEvent::Opened(opened.clone())),
            (Some(book), LookCommand::Look { .. }) if book.looks.len() >= LOOKS_PER_DAY => Err(LookRejection::TooMany),
            (Some(_), LookCommand::Look { order, number, purpose }) => {
                Ok(LookEvent::Looked { order: order.clone(), number: number.clone(), purpose: *purpose })
            }
            _ => Err(LookRejection::StateConflict),
        }
    }

    fn evolve(state: Option<Self>, event: &LookEvent, stamp: Stamp) -> Option<Self> {
        match event {
            LookEvent::Opened(opened) => Some(Self { opened: opened.as_ref().clone(), looks: Vec::new() }),
            LookEvent::Looked { order, number, purpose } => {
                let mut book = state?;
                let (order, number) = (order.clone(), number.clone());
                book.looks.push(Look { at: stamp.at, order, number, purpose: *purpose });
                Some(book)
            }
        }
    }
}

/// The projection of a book's stored state: a row of the table `looks`.
#[must_use]
pub fn project(state: &Value) -> Option<Projection> {
    let LookBook { opened, looks } = canon::read_value(state.clone()).ok()?;
    let columns = json!({
        "account": opened.account, "unit": opened.unit, "day": opened.day, "looks": looks.len(),
        "lastAt": looks.last().map(|look| look.at),
    });
    Some(Projection { table: "looks", columns, queues: Vec::new(), timelines: Vec::new(), sum: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(now: Moment) -> Context {
        Context { now, by: Actor::staff("aaaaaaaaaaaaaaaaaaaaaaaaaa") }
    }

    #[test]
    fn a_day_has_a_hundred_looks_and_not_one_more() -> Result<(), LookRejection> {
        let now = "2026-11-24T10:00:00+08:00".parse().unwrap_or(Moment::MAX);
        let context = context(now);
        let (person, day) = (context.by.clone(), now.date());
        let account = "zhang.san".parse().map_err(|_| LookRejection::StateConflict)?;
        let open = LookCommand::Open(Box::new(Opened { person: person.clone(), account, unit: None, day }));
        let order = DocId::of(&OpId::new("test", "order"));
        let look = LookCommand::Look { order, number: OrderNo::new("YD12345", day, 1), purpose: Purpose::Contact };
        assert_eq!(LookBook::decide(None, &look, &context), Err(LookRejection::StateConflict));
        let mut book = LookBook::evolve(None, &LookBook::decide(None, &open, &context)?, Stamp { at: now });
        assert_eq!(LookBook::decide(book.as_ref(), &open, &context), Err(LookRejection::StateConflict));
        for _ in 0..LOOKS_PER_DAY {
            let event = LookBook::decide(book.as_ref(), &look, &context)?;
            book = LookBook::evolve(book, &event, Stamp { at: now });
        }
        assert_eq!(book.as_ref().map(|book| book.looks.len()), Some(LOOKS_PER_DAY));
        assert_eq!(LookBook::decide(book.as_ref(), &look, &context), Err(LookRejection::TooMany));
        Ok(())
    }

    #[test]
    fn every_person_and_day_has_a_book_of_its_own() {
        let [a, b] = ["aaaaaaaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaaaaaaab"].map(Actor::staff);
        let today: Moment = "2026-11-24T10:00:00+08:00".parse().unwrap_or(Moment::MAX);
        let tomorrow = today.plus_ms(crate::time::DAY_MS).date();
        assert_ne!(LookBook::id(&a, today.date()), LookBook::id(&b, today.date()));
        assert_ne!(LookBook::id(&a, today.date()), LookBook::id(&a, tomorrow));
    }
}
