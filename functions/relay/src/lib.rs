//! What follows from a ticket and from its order: the order, what happens to it, and what the platform is to be told.
//!
//! Whoever holds the clock key calls `POST /api/clock/relay` beside the tick. What must stay true: it may be missed for a
//! week, run twice at once or die in the middle, and everything still happens exactly once; nothing here waits for a
//! platform, see `courier` and `fetcher` for what does.

mod react;

use axum::Router;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use domain::hotline::Upstreams;
use serde::Serialize;
use service::{App, Call, Problem};
use store::{Platform, StoreError};
use upstream::Desk;

/// Works for 10 s at most and leaves the rest to the next call.
const WORK_MS: i64 = 10_000;

/// What was done.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    /// Events that were looked at.
    reacted: usize,
    /// Whether work is left that need not wait.
    more: bool,
}

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new().route("/api/clock/relay", post(relay))
}

/// `POST /api/clock/relay`
async fn relay<P: Platform>(call: Call<P>) -> Result<Response, Problem> {
    call.require_clock_key().await?;
    let mut report = Report::default();
    let access = &call.access;
    let until = access.now().plus_ms(WORK_MS);
    // Without a town there is nothing to relay; the store's own problems show in the next call.
    let Ok(catalogue) = call.app.catalogue(access).await else { return Ok(service::json(&report).into_response()) };
    let (keys, upstreams) = (call.keys().await?, Upstreams::of(&catalogue.hotline));
    let desk = Desk { call: &call, keys: &keys, catalogue: &catalogue, upstreams: &upstreams };
    report.more = true;
    while access.now() < until {
        match react::run(&desk).await {
            Ok(0) => {
                report.more = false;
                break;
            }
            Ok(seen) => report.reacted = report.reacted.saturating_add(seen),
            // Another call is faster: what it does need not be done here.
            Err(StoreError::Busy) => break,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(service::json(&report).into_response())
}

service::component!(routes);
