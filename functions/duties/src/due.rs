//! What became due: reminders, proposals of cards, the end of suspensions, the archive.
//!
//! Orders wait in a queue for the day on which something becomes due. What must stay true: each thing is done once. Its
//! operation is named by the order and by what caused it, so two ticks at once, or one that died half-way, do it again
//! without effect; and the order itself refuses what is no longer due.

use canon::{DocId, OpId, sha256};
use domain::aggregate::{Actor, Context};
use domain::catalogue::Catalogue;
use domain::order::{
    Clocking, Due, DueStep, Member, OrderRejection, StaffCommand, Step, WorkOrder, clock_queue, closed_queue,
};
use domain::time::{Date, Moment};
use store::{Access, CommitError, Document, Operation, Platform, Room, StoreError, update};

use crate::days::walk;

/// The part of the system that acts.
const CLOCK: &str = "clock";
/// Where the first day that may still hold something is remembered, for open orders and for closed ones.
const CURSORS: [&str; 2] = ["consumer/due", "consumer/archive"];
/// What a step of the clock needs of a document: an event of 700 bytes, and counted deadlines of 1.5 KB in it and in the
/// state.
const STEP_BYTES: usize = 4_096;

/// Does what is due; returns how many steps were taken.
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
    let take = |id| async move { handle(access, catalogue, &id).await };
    let done = walk(access, (open, opened_on), now, clock_queue, take).await?;
    let reopened_by = now.plus_ms(reopen_ms.saturating_neg());
    Ok(done.saturating_add(walk(access, (closed, opened_on), reopened_by, closed_queue, take).await?))
}

/// Does everything that is due on one order; `None` where its document is full, so that it is never done.
async fn handle<P: Platform>(
    access: &Access<P>,
    catalogue: &Catalogue,
    id: &DocId,
) -> Result<Option<usize>, StoreError> {
    let Some(bytes) = access.get(&Document::<WorkOrder>::key_of(id)).await? else { return Ok(Some(0)) };
    let document = Document::<WorkOrder>::parse(&bytes)?;
    // Found here and not by trying, which would announce a change at every call.
    let room = Room::of(if document.state.status.is_open() { WorkOrder::STEPS_EIGHTHS } else { 8 });
    if bytes.len().saturating_add(STEP_BYTES) > room.bytes || document.events.len() >= room.events {
        return Ok(None);
    }
    let mut done = 0_usize;
    for item in &document.state.due(access.now(), catalogue.rules()) {
        done = done.saturating_add(take(access, catalogue, id, item).await?.into());
    }
    Ok(Some(done))
}

/// Whether it was done now.
async fn take<P: Platform>(
    access: &Access<P>,
    catalogue: &Catalogue,
    id: &DocId,
    item: &Due,
) -> Result<bool, StoreError> {
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
        Ok(committed) => Ok(!committed.replayed),
        // Refused: somebody was faster, or it is not due any more.
        Err(CommitError::Rejected(_) | CommitError::NotFound | CommitError::Full) => Ok(false),
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
