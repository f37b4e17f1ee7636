//! Deadlines that rest on a year without an official notice, counted again once it is there (handbook §8.2).
//!
//! Such orders wait in a queue of their own. Nobody says when a notice was loaded, so the queue is gone through when the
//! calendar is another one than the last time, and once an hour besides: for an instance that still dispatched under the
//! catalogue of a moment ago. What must stay true: each order is counted again once for a calendar, whoever dies where.

use canon::{DocId, OpId, sha256};
use domain::aggregate::{Actor, Context};
use domain::catalogue::Catalogue;
use domain::order::{Clocking, Member, OrderRejection, PROVISIONAL_QUEUE, StaffCommand, Step, WorkOrder};
use domain::time::{HOUR_MS, Moment};
use serde::{Deserialize, Serialize};
use store::{Access, CommitError, Document, Operation, Platform, QueueRow, StoreError, read_queue, update};

/// The part of the system that counts.
const NOTICES: &str = "notices";
/// Which calendar the queue was gone through for, and when.
const CURSOR: &str = "consumer/notices";
/// Orders of one round, as in `due`.
const ROUND_MAX: usize = 100;

#[derive(Default, PartialEq, Serialize, Deserialize)]
struct Seen {
    calendar: String,
    at_ms: i64,
}

/// Counts again what can be counted now; returns how many orders.
pub(crate) async fn run<P: Platform>(access: &Access<P>, catalogue: &Catalogue) -> Result<usize, StoreError> {
    let (now_ms, calendar) = (access.now().unix_ms(), &catalogue.calendar.version);
    let bytes = access.get(CURSOR).await?;
    let seen: Seen = bytes.map(|bytes| canon::read(&bytes)).transpose()?.unwrap_or_default();
    if seen.calendar == *calendar && now_ms.saturating_sub(seen.at_ms) < HOUR_MS {
        return Ok(0);
    }
    let rows = read_queue(access, PROVISIONAL_QUEUE).await?;
    let official = |row: &QueueRow| last_day(row).is_none_or(|at| !catalogue.calendar.is_provisional(at.date().year()));
    let mut counted = 0_usize;
    for (id, _) in rows.iter().filter(|(_, row)| official(row)) {
        counted = counted.saturating_add(recount(access, catalogue, id).await?.into());
        if counted == ROUND_MAX {
            return Ok(counted);
        }
    }
    if counted == 0 {
        let seen = Seen { calendar: calendar.clone(), at_ms: now_ms };
        access.set(CURSOR, serde_json::to_vec(&seen)?).await?;
    }
    Ok(counted)
}

/// The moment before the deadline: one at 24:00 belongs to the day that it ends.
fn last_day(row: &QueueRow) -> Option<Moment> {
    let at: Moment = row.c.as_ref()?.get("at")?.as_str()?.parse().ok()?;
    Some(at.plus_ms(-1))
}

/// Whether it was counted again: one that reaches into a further year without notice stays as it is.
async fn recount<P: Platform>(access: &Access<P>, catalogue: &Catalogue, id: &DocId) -> Result<bool, StoreError> {
    let calendar = &catalogue.calendar.version;
    let operation = Operation {
        op: OpId::new("clock.recount", &format!("{id}/{calendar}")),
        request: sha256(&[calendar.as_bytes()]),
        context: Context { now: access.now(), by: Actor::system(NOTICES) },
    };
    let taken = update(access, id, &operation, |document: &Document<WorkOrder>, context| {
        let order = &document.state;
        let clocks = catalogue.clocks(order, context.now, Clocking::Recount);
        let clocks = Box::new(clocks.ok_or(OrderRejection::StateConflict { status: order.status })?);
        let (member, rules) = (Member::system(NOTICES), catalogue.rules());
        let step = Step::Recount { clocks };
        order.decide_system(&StaffCommand { member, rules, text: None, attachments: Vec::new(), step }, context)
    });
    match taken.await {
        // Refused: it ended meanwhile, or was counted again by a step.
        Ok(committed) => Ok(!committed.replayed),
        Err(CommitError::Rejected(_) | CommitError::NotFound | CommitError::Full) => Ok(false),
        Err(CommitError::Store(error)) => Err(error),
        Err(CommitError::OtherRequest) => Err(StoreError::Damaged(format!("{id}: two counts under one name"))),
    }
}
