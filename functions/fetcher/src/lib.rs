//! The 12345 webhook: attachments that platforms' messages name, fetched later and never in anybody's way.
//!
//! Whoever holds the clock key calls `POST /api/clock/fetcher` beside the tick. What must stay true: nothing is fetched
//! from a host that is not the platform's own; no file is larger than the town takes or other than it says; the order gets
//! a file by the ticket's event, so it gets each once.

mod files;

use axum::Router;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use canon::DocId;
use domain::hotline::{Upstreams, relay_queue};
use domain::time::Moment;
use serde::Serialize;
use service::{App, Call, Network, Problem};
use store::{Platform, read_queue};
use upstream::Desk;

/// Works for 10 s at most and leaves the rest to the next call.
const WORK_MS: i64 = 10_000;

/// What was done.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    /// Files that were tried.
    tried: usize,
    /// Whether the time was over before the work was.
    more: bool,
}

/// The function's routes.
pub fn routes<P: Platform, N: Network>(network: N) -> Router<App<P>> {
    Router::new().route("/api/clock/fetcher", post(move |call: Call<P>| async move { fetch(call, network).await }))
}

/// `POST /api/clock/fetcher`
async fn fetch<P: Platform, N: Network>(call: Call<P>, network: N) -> Result<Response, Problem> {
    call.require_clock_key().await?;
    let mut report = Report::default();
    let access = &call.access;
    let until = access.now().plus_ms(WORK_MS);
    // Without a town there is nothing to fetch; the store's own problems show in the next call.
    let Ok(catalogue) = call.app.catalogue(access).await else { return Ok(service::json(&report).into_response()) };
    let (keys, upstreams) = (call.keys().await?, Upstreams::of(&catalogue.hotline));
    let desk = Desk { call: &call, keys: &keys, catalogue: &catalogue, upstreams: &upstreams };
    let fetcher = files::Fetcher { desk: &desk, network: &network, until };
    for platform in upstreams.platform.iter().filter(|platform| !platform.attachment_hosts.is_empty()) {
        for id in due(&call, &platform.code).await? {
            if access.now() >= until {
                report.more = true;
                break;
            }
            report.tried = report.tried.saturating_add(fetcher.ticket(platform, &id).await?);
        }
    }
    Ok(service::json(&report).into_response())
}

/// Tickets of `platform` of which a file is due.
async fn due<P: Platform>(call: &Call<P>, platform: &str) -> Result<Vec<DocId>, Problem> {
    let now = call.access.now();
    let rows = read_queue(&call.access, &relay_queue(platform)).await?.into_iter();
    let at = |columns: &serde_json::Value| columns.get("files")?.as_str()?.parse::<Moment>().ok();
    let due = rows.filter(|(_, row)| row.c.as_ref().and_then(at).is_some_and(|at| at <= now));
    Ok(due.map(|(id, _)| id).collect())
}

#[cfg(target_family = "wasm")]
fn component_routes() -> Router<App<service::spin::Spin>> {
    routes(service::spin::Http)
}

service::component!(component_routes);
