//! The 12345 webhook, outbound: what follows from a ticket, what platforms are told, and whether both sides agree.
//!
//! Whoever holds the clock key calls `POST /api/clock/relay` beside the tick, not after it: a platform that is slow or
//! dead holds up this route and nothing else. What must stay true: it may be missed for a week, run twice at once or die
//! in the middle; each ticket's messages go out in order, each at least once and always in the same words, under a number
//! by which the platform knows a repeated one; and no call works for longer than 10 s.

mod files;
mod react;
mod reconcile;
mod send;
mod telling;

use axum::Router;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use domain::hotline::Upstreams;
use serde::Serialize;
use service::{App, Call, Network, Problem};
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
    /// Messages that a platform took.
    delivered: usize,
    /// Messages that it did not take.
    failed: usize,
    /// Whether work is left that need not wait.
    more: bool,
}

/// The function's routes.
pub fn routes<P: Platform, N: Network>(network: N) -> Router<App<P>> {
    let clocked = network.clone();
    Router::new()
        .route("/api/clock/relay", post(move |call: Call<P>| async move { relay(call, clocked).await }))
        .merge(reconcile::routes(network))
}

/// `POST /api/clock/relay`
async fn relay<P: Platform, N: Network>(call: Call<P>, network: N) -> Result<Response, Problem> {
    call.require_clock_key().await?;
    let mut report = Report::default();
    match work(&call, &network, &mut report).await {
        // Another call is faster: what it does need not be done here.
        Ok(()) => Ok(service::json(&report).into_response()),
        Err(error) => Err(error),
    }
}

async fn work<P: Platform, N: Network>(call: &Call<P>, network: &N, report: &mut Report) -> Result<(), Problem> {
    let access = &call.access;
    let until = access.now().plus_ms(WORK_MS);
    // Without a town there is nothing to relay; the store's own problems show in the next call.
    let Ok(catalogue) = call.app.catalogue(access).await else { return Ok(()) };
    let (keys, upstreams) = (call.keys().await?, Upstreams::of(&catalogue.hotline));
    let desk = Desk { call, keys: &keys, catalogue: &catalogue, upstreams: &upstreams };
    while access.now() < until {
        match react::run(&desk).await {
            Ok(0) => break,
            Ok(seen) => report.reacted = report.reacted.saturating_add(seen),
            // Another call is faster: what it does need not be done here.
            Err(StoreError::Busy) => break,
            Err(error) => return Err(error.into()),
        }
        report.more = true;
    }
    let secrets = upstream::platform_keys(call).await;
    let sender = send::Sender { desk: &desk, network, secrets: &secrets, until };
    let sent = futures::future::join_all(upstreams.platform.iter().map(|platform| sender.run(platform))).await;
    for one in sent {
        let one = one?;
        report.delivered = report.delivered.saturating_add(one.delivered);
        report.failed = report.failed.saturating_add(one.failed);
        report.more = report.more || one.more;
    }
    reconcile::daily(&sender).await
}

#[cfg(target_family = "wasm")]
fn component_routes() -> Router<App<service::spin::Spin>> {
    routes(service::spin::Http)
}

service::component!(component_routes);
