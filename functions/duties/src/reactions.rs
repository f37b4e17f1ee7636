//! What follows from an event elsewhere: commands with an operation id made of the event's hash, so that each happens
//! once however often it is tried.

use canon::{DocId, OpId};
use domain::aggregate::{Actor, Aggregate, Context};
use domain::order::{OrderCommand, OrderEvent, OrderRejection, WorkOrder};
use store::{Access, CommitError, Document, LogEntry, Operation, Platform, StoreError, consume, update};

/// Links every repeat to the earlier order that it repeats, whose urgency rises with the `raise_at`-th (handbook §1.8);
/// returns how many events were seen.
pub(crate) async fn link_repeats<P: Platform>(access: &Access<P>, raise_at: u32) -> Result<usize, StoreError> {
    consume(access, "repeats", |entry| async move { link_repeat(access, entry, raise_at).await }).await
}

async fn link_repeat<P: Platform>(access: &Access<P>, entry: LogEntry, raise_at: u32) -> Result<(), StoreError> {
    let order = store::keys::parse_document(&entry.doc).filter(|(kind, _)| *kind == WorkOrder::KIND);
    let Some((_, id)) = order.filter(|_| entry.kind == "registered") else { return Ok(()) };
    let Some(bytes) = access.get(&entry.doc).await? else { return Ok(()) };
    let document = Document::<WorkOrder>::parse(&bytes)?;
    let Some(parent) = document.events.first().and_then(|first| parent_of(&first.event)) else { return Ok(()) };
    let operation = Operation {
        op: OpId::new("reaction.repeat", &entry.leaf.to_string()),
        request: entry.leaf,
        context: Context { now: access.now(), by: Actor::system("repeats") },
    };
    let command = OrderCommand::NoteRepeat { order: id, raise_at };
    let linked = update(access, &parent, &operation, |parent: &Document<WorkOrder>, context| {
        WorkOrder::decide_caller(Some(&parent.state), &command, context)
    });
    match linked.await {
        Ok(_) | Err(CommitError::Rejected(OrderRejection::AlreadyLinked)) => Ok(()),
        // A parent that is gone or full cannot be linked any more; the repeat itself says whom it repeats.
        Err(CommitError::NotFound | CommitError::Full) => Ok(()),
        Err(CommitError::Store(error)) => Err(error),
        Err(CommitError::Rejected(other)) => Err(StoreError::Damaged(other.to_string())),
        Err(CommitError::OtherRequest) => Err(StoreError::Damaged("two events with one hash".to_owned())),
    }
}

fn parent_of(event: &OrderEvent) -> Option<DocId> {
    match event {
        OrderEvent::Registered(registered) => registered.repeat.as_ref().map(|repeat| repeat.parent.clone()),
        _ => None,
    }
}
