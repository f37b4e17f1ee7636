//! What became due: reminders, proposals of cards, the end of suspensions, the archive.
//!
//! Orders wait in a queue for the day on which something becomes due, so a tick looks at today's queue and at those of
//! days that were missed, and at nothing else. What must stay true: each thing is done once. Its operation is named by
//! the order and by what caused it, so two ticks at once, or one that died half-way, do it again without effect; and
//! the order itself refuses what is no longer due.

use canon::{DocId, OpId, sha256};
use domain::aggregate::{Actor, Context};
use domain::catalogue::Catalogue;
use domain::order::{
    Clocking, Due, DueStep, Member, OrderRejection, StaffCommand, Step, WorkOrder, clock_queue, closed_queue,
};
use domain::time::{Date, HOUR_MS, Moment};
use store::{Access, CommitError, Document, Operation, Platform, QueueRow, StoreError, is_drained, read_queue, update};

/// The part of the system that acts.
const CLOCK: &str = "clock";
/// Where the first day that may still hold something is remembered, for open orders and for closed ones.
const CURSORS: [&str; 2] = ["consumer/due", "consumer/archive"];
/// After a day's end, how long a request of that day may still be at work: 30 s, and an hour for clocks that differ.
const SETTLED_MS: i64 = HOUR_MS;
/// Orders that one round handles: each is at most a handful of writes, a hundred of them a second or two.
const ROUND_MAX: usize = 100;

/// Does what is due; returns how many steps were taken or found taken.
///
/// `opened_on` is the day on which the town was set up: nothing was due before.
pub(crate) async fn run<P: Platform>(
    access: &Access<P>,
    catalogue: &Catalogue,
    opened_on: Date,
) -> Result<usize, StoreError> {
    let now = access.now();
    let reopen_ms = catalogue.rules().reopen_ms;
    let [open, closed] = CURSORS;
    let mut done = walk(access, catalogue, (open, opened_on), now, clock_queue).await?;
    done = done.saturating_add(
        walk(access, catalogue, (closed, opened_on), now.plus_ms(reopen_ms.saturating_neg()), closed_queue).await?,
    );
    Ok(done)
}

/// Walks the queues of the days until that of `until`, handling rows whose moment is not after it. A day is over once its
/// queue is empty and nothing can enter it any more: no request of that day is still at work, and all that was announced
/// is on the boards.
async fn walk<P: Platform>(
    access: &Access<P>,
    catalogue: &Catalogue,
    (cursor, opened_on): (&str, Date),
    until: Moment,
    queue: fn(Date) -> String,
) -> Result<usize, StoreError> {
    let (today, mut done) = (until.date(), 0_usize);
    let begun = first_day(access, cursor).await?.unwrap_or(opened_on);
    let (mut day, mut over) = (begun, true);
    let mut first_open = begun;
    while day <= today && done < ROUND_MAX {
        let rows = read_queue(access, &queue(day)).await?;
        over = over && rows.is_empty() && until.ms_since(day.end_of_day()) > SETTLED_MS;
        for (id, row) in rows {
            if moment_of(&row).is_none_or(|at| at <= until) {
                done = done.saturating_add(handle(access, catalogue, &id).await?);
            }
        }
        day = day.plus_days(1);
        if over {
            first_open = day;
        }
    }
    if first_open != begun && is_drained(access).await? {
        // Two ticks may both write it; either value only makes the next one look at a day or two again.
        access.set(cursor, first_open.to_string().into_bytes()).await?;
    }
    Ok(done)
}

async fn first_day<P: Platform>(access: &Access<P>, cursor: &str) -> Result<Option<Date>, StoreError> {
    let bytes = access.get(cursor).await?;
    Ok(bytes.and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok()))
}

fn moment_of(row: &QueueRow) -> Option<Moment> {
    row.c.as_ref()?.get("at")?.as_str()?.parse().ok()
}

/// Does everything that is due on one order.
async fn handle<P: Platform>(access: &Access<P>, catalogue: &Catalogue, id: &DocId) -> Result<usize, StoreError> {
    let Some(bytes) = access.get(&Document::<WorkOrder>::key_of(id)).await? else { return Ok(0) };
    let order = Document::<WorkOrder>::parse(&bytes)?.state;
    let due = order.due(access.now(), catalogue.rules());
    for item in &due {
        take(access, catalogue, id, item).await?;
    }
    Ok(due.len())
}

async fn take<P: Platform>(
    access: &Access<P>,
    catalogue: &Catalogue,
    id: &DocId,
    item: &Due,
) -> Result<(), StoreError> {
    let operation = Operation {
        op: OpId::new("clock.due", &format!("{id}/{}", item.key)),
        request: sha256(&[item.key.as_bytes()]),
        context: Context { now: access.now(), by: Actor::system(CLOCK) },
    };
    let taken = update(access, id, &operation, |document: &Document<WorkOrder>, context| {
        let order = &document.state;
        let step =
            step(catalogue, order, item, context.now).ok_or(OrderRejection::StateConflict { status: order.status })?;
        let (member, rules) = (Member::system(CLOCK), catalogue.rules());
        let command = StaffCommand { member, rules, text: None, attachments: Vec::new(), step };
        order.decide_system(&command, context)
    });
    match taken.await {
        // Refused: somebody was faster, or it is not due any more.
        Ok(_) | Err(CommitError::Rejected(_) | CommitError::NotFound | CommitError::Full) => Ok(()),
        Err(CommitError::Store(error)) => Err(error),
        Err(CommitError::OtherRequest) => Err(StoreError::Damaged(format!("{id}: two things due under one name"))),
    }
}

fn step(catalogue: &Catalogue, order: &WorkOrder, item: &Due, now: Moment) -> Option<Step> {
    let key = item.key.clone();
    match item.step {
        DueStep::Remind => Some(Step::Remind { key }),
        DueStep::Propose(level) => Some(Step::ProposeCard { key, level, unit: None }),
        DueStep::Resume => Some(Step::Resume { clocks: Box::new(catalogue.clocks(order, now, Clocking::Resume)?) }),
        DueStep::Archive => Some(Step::Archive),
    }
}
