//! What follows from events: a ticket's order, and what its platform is to be told.

use canon::OpId;
use domain::aggregate::{Actor, Aggregate as _, Context};
use domain::hotline::{TOLD, Ticket, TicketCommand, TicketRejection, told};
use domain::order::WorkOrder;
use service::Problem;
use store::{CommitError, Document, LogEntry, Operation, Platform, StoreError, consume, update};
use upstream::{Desk, read_ticket};

/// The part of the system that acts.
const RELAY: &str = "relay";

/// Looks at a page of new events; returns how many.
pub(crate) async fn run<P: Platform>(desk: &Desk<'_, P>) -> Result<usize, StoreError> {
    consume(&desk.call.access, RELAY, |entry| async move { react(desk, entry).await }).await
}

async fn react<P: Platform>(desk: &Desk<'_, P>, entry: LogEntry) -> Result<(), StoreError> {
    let Some((kind, id)) = store::keys::parse_document(&entry.doc) else { return Ok(()) };
    if kind == Ticket::KIND && matches!(entry.kind.as_str(), "received" | "fileEnded") {
        let Some(ticket) = read_ticket(desk.call, &id).await? else { return Ok(()) };
        return desk.settle(&ticket).await.map_err(|problem| stuck(&entry, &problem));
    }
    if kind == WorkOrder::KIND && TOLD.contains(&entry.kind.as_str()) {
        return tell(desk, &entry).await;
    }
    Ok(())
}

/// Notes on the ticket that there is something to tell; the words are the order's, whenever they are sent.
async fn tell<P: Platform>(desk: &Desk<'_, P>, entry: &LogEntry) -> Result<(), StoreError> {
    let access = &desk.call.access;
    let Some(bytes) = access.get(&entry.doc).await? else { return Ok(()) };
    let order = Document::<WorkOrder>::parse(&bytes)?;
    let Some(above) = &order.state.registered.upstream else { return Ok(()) };
    let takes = desk.upstreams.get(&above.system).is_some_and(|platform| !platform.push_url.is_empty());
    let recorded = order.events.iter().find(|recorded| recorded.seq == entry.seq).filter(|_| takes);
    let Some(kind) = recorded.and_then(|recorded| told(&recorded.event)) else { return Ok(()) };
    let operation = Operation {
        op: OpId::new("hotline.tell", &entry.leaf.to_string()),
        request: entry.leaf,
        context: Context { now: access.now(), by: Actor::system(RELAY) },
    };
    let command = TicketCommand::Tell { kind, source: entry.seq };
    let id = Ticket::id(&above.system, &above.number);
    let queued = update(access, &id, &operation, |document: &Document<Ticket>, context| {
        Ticket::decide(Some(&document.state), &command, context)
    });
    match queued.await {
        Ok(_) | Err(CommitError::Rejected(TicketRejection::Duplicate)) => Ok(()),
        // A ticket that is full tells nothing more; reconciliation shows that it is behind.
        Err(CommitError::Full | CommitError::NotFound | CommitError::Rejected(_)) => Ok(()),
        Err(CommitError::Store(error)) => Err(error),
        Err(CommitError::OtherRequest) => Err(StoreError::Damaged("two events with one hash".to_owned())),
    }
}

/// The cursor stays where it is, so the event is looked at again.
fn stuck(entry: &LogEntry, problem: &Problem) -> StoreError {
    if problem.status().is_server_error() {
        StoreError::Busy
    } else {
        StoreError::Damaged(format!("{}: event {} cannot be applied: {}", entry.doc, entry.seq, problem.code()))
    }
}
