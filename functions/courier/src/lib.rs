//! The 12345 webhook, outbound: telling platforms what there is to tell.
//!
//! Whoever holds the clock key calls `POST /api/clock/courier` beside the tick, not after it: a platform that is slow or
//! dead holds up this route and nothing else. What must stay true: it may be missed for a week, run twice at once or die
//! in the middle; each ticket's messages go out in order, each at least once and always in the same words, under a number
//! by which the platform knows a repeated one; and no call works for longer than 10 s.

mod send;
mod telling;

use axum::Router;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use domain::hotline::Upstreams;
use serde::Serialize;
use service::{App, Call, Network, Problem};
use store::Platform;
use upstream::{Desk, Line};

/// Works for 10 s at most and leaves the rest to the next call.
const WORK_MS: i64 = 10_000;

/// What was done.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    /// Messages that a platform took.
    delivered: usize,
    /// Messages that met no answer.
    failed: usize,
    /// Whether work is left that need not wait.
    more: bool,
}

/// The function's routes.
pub fn routes<P: Platform, N: Network>(network: N) -> Router<App<P>> {
    Router::new().route("/api/clock/courier", post(move |call: Call<P>| async move { courier(call, network).await }))
}

/// `POST /api/clock/courier`
async fn courier<P: Platform, N: Network>(call: Call<P>, network: N) -> Result<Response, Problem> {
    call.require_clock_key().await?;
    let mut report = Report::default();
    let access = &call.access;
    let until = access.now().plus_ms(WORK_MS);
    // Without a town there is nothing to tell; the store's own problems show in the next call.
    let Ok(catalogue) = call.app.catalogue(access).await else { return Ok(service::json(&report).into_response()) };
    let (keys, upstreams) = (call.keys().await?, Upstreams::of(&catalogue.hotline));
    let desk = Desk { call: &call, keys: &keys, catalogue: &catalogue, upstreams: &upstreams };
    let secrets = upstream::platform_keys(&call).await?;
    let sender = send::Sender { line: Line { desk: &desk, network: &network, secrets: &secrets }, until };
    let sent = futures::future::join_all(upstreams.platform.iter().map(|platform| sender.run(platform))).await;
    for one in sent {
        let one = one?;
        report.delivered = report.delivered.saturating_add(one.delivered);
        report.failed = report.failed.saturating_add(one.failed);
        report.more = report.more || one.more;
    }
    Ok(service::json(&report).into_response())
}

#[cfg(target_family = "wasm")]
fn component_routes() -> Router<App<service::spin::Spin>> {
    routes(service::spin::Http)
}

service::component!(component_routes);
