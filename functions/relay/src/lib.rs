//! What follows from a ticket: its order, and whatever the platform sent since.
//!
//! Whoever holds the clock key calls `POST /api/clock/relay` beside the tick. What must stay true: it may be missed for a
//! week, run twice at once or die in the middle, and everything still happens exactly once; nothing here waits for a
//! platform, see `courier` and `fetcher` for what does.

use axum::Router;
use axum::response::Response;
use axum::routing::post;
use domain::aggregate::Aggregate as _;
use domain::hotline::{Ticket, Upstreams};
use service::{App, Call, Problem};
use store::{LogEntry, Platform, StoreError};
use upstream::{Desk, follow, nothing, read_ticket};

/// The part of the system that acts.
const RELAY: &str = "relay";

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new().route("/api/clock/relay", post(relay))
}

/// `POST /api/clock/relay`
async fn relay<P: Platform>(call: Call<P>) -> Result<Response, Problem> {
    call.require_clock_key().await?;
    // The store's own problems show in the next call.
    let Ok(catalogue) = call.app.catalogue(&call.access).await else { return Ok(nothing()) };
    let (keys, upstreams) = (call.keys().await?, Upstreams::of(&catalogue.hotline));
    let desk = Desk { call: &call, keys: &keys, catalogue: &catalogue, upstreams: &upstreams };
    follow(&call, RELAY, |entry| react(&desk, entry)).await
}

async fn react<P: Platform>(desk: &Desk<'_, P>, entry: LogEntry) -> Result<(), StoreError> {
    let Some((kind, id)) = store::keys::parse_document(&entry.doc) else { return Ok(()) };
    if kind != Ticket::KIND || !matches!(entry.kind.as_str(), "received" | "fileEnded") {
        return Ok(());
    }
    let Some(ticket) = read_ticket(desk.call, &id).await? else { return Ok(()) };
    desk.settle(&ticket).await.map_err(|problem| stuck(&entry, &problem))
}

/// The cursor stays where it is, so the event is looked at again.
fn stuck(entry: &LogEntry, problem: &Problem) -> StoreError {
    if problem.status().is_server_error() {
        StoreError::Busy
    } else {
        StoreError::Damaged(format!("{}: event {} cannot be applied: {}", entry.doc, entry.seq, problem.code()))
    }
}

service::component!(routes);
