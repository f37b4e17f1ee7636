//! What follows from an order that came from above: its ticket notes what the platform is to be told.
//!
//! Whoever holds the clock key calls `POST /api/clock/outbox` beside the tick. What must stay true: it may be missed for a
//! week, run twice at once or die in the middle, and everything is noted exactly once and in order; the telling itself is
//! the courier's.

use axum::Router;
use axum::response::Response;
use axum::routing::post;
use canon::OpId;
use domain::aggregate::{Actor, Aggregate as _, Context};
use domain::hotline::{TOLD, Ticket, TicketCommand, TicketRejection, Upstreams, told};
use domain::order::WorkOrder;
use service::{App, Call, Problem};
use store::{Access, CommitError, Document, LogEntry, Operation, Platform, StoreError, update};
use upstream::{follow, nothing};

/// The part of the system that acts.
const OUTBOX: &str = "outbox";

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new().route("/api/clock/outbox", post(outbox))
}

/// `POST /api/clock/outbox`
async fn outbox<P: Platform>(call: Call<P>) -> Result<Response, Problem> {
    call.require_clock_key().await?;
    // The store's own problems show in the next call.
    let Ok(catalogue) = call.app.catalogue(&call.access).await else { return Ok(nothing()) };
    let upstreams = Upstreams::of(&catalogue.hotline);
    follow(&call, OUTBOX, |entry| react(&call.access, &upstreams, entry)).await
}

/// Notes on the ticket that there is something to tell; the words are the order's, whenever they are sent.
async fn react<P: Platform>(access: &Access<P>, upstreams: &Upstreams, entry: LogEntry) -> Result<(), StoreError> {
    let of_order = store::keys::parse_document(&entry.doc).is_some_and(|(kind, _)| kind == WorkOrder::KIND);
    if !of_order || !TOLD.contains(&entry.kind.as_str()) {
        return Ok(());
    }
    let Some(bytes) = access.get(&entry.doc).await? else { return Ok(()) };
    let order = Document::<WorkOrder>::parse(&bytes)?;
    let Some(above) = &order.state.registered.upstream else { return Ok(()) };
    let takes = upstreams.get(&above.system).is_some_and(|platform| !platform.push_url.is_empty());
    let recorded = order.events.iter().find(|recorded| recorded.seq == entry.seq).filter(|_| takes);
    let Some(kind) = recorded.and_then(|recorded| told(&recorded.event)) else { return Ok(()) };
    let operation = Operation {
        op: OpId::new("hotline.tell", &entry.leaf.to_string()),
        request: entry.leaf,
        context: Context { now: access.now(), by: Actor::system(OUTBOX) },
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

service::component!(routes);
