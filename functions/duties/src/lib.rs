//! What the town owes by itself: reactions to events, and whatever has become due.
//!
//! Whoever holds the clock key calls `POST /api/clock/duties` after each tick. What must stay true: it may be missed for
//! a week, run twice at once or die in the middle, and everything still happens exactly once; no step is taken here that
//! needs a person's judgement.

mod days;
mod due;
mod merges;
mod notices;
mod reactions;
mod uploads;
mod whistles;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde::Serialize;
use service::{App, Call, Problem};
use store::{Platform, StoreError};

use merges::Merges;

/// Works for 10 s at most and leaves the rest to the next call: half of the 25 s in which a request may write.
const WORK_MS: i64 = 10_000;

/// What was done.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    /// Events that the reactions saw.
    reacted: usize,
    /// Orders' reminders, proposals, resumptions and archivings that were due, and uploads that were swept.
    due: usize,
    /// Whether work is left, or another call was at work: tick and call again soon.
    more: bool,
}

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new().route("/api/clock/duties", post(duties))
}

/// `POST /api/clock/duties`
async fn duties<P: Platform>(call: Call<P>) -> Result<Response, Problem> {
    call.require_clock_key().await?;
    let mut report = Report::default();
    match work(&call, &mut report).await {
        // Another call is faster: what it does need not be done here.
        Ok(()) | Err(StoreError::Busy) => Ok(service::json(&report).into_response()),
        Err(error) => Err(error.into()),
    }
}

async fn work<P: Platform>(call: &Call<P>, report: &mut Report) -> Result<(), StoreError> {
    let access = &call.access;
    let until = access.now().plus_ms(WORK_MS);
    // Without a town there are no orders to react to; the store's own problems show in the next call.
    let Ok(catalogue) = call.app.catalogue(access).await else { return Ok(()) };
    let Ok(opened_on) = service::opened_on(access).await else { return Ok(()) };
    let keys = call.keys().await.map_err(|_| StoreError::Busy)?;
    let merges = Merges { call, keys: &keys, catalogue: &catalogue };
    report.more = true;
    while access.now() < until {
        let seen = reactions::link_repeats(access, catalogue.town.limits.repeat_raises_urgency_at).await?;
        let seen = seen.saturating_add(merges.run().await?);
        let seen = seen.saturating_add(whistles::run(access, &catalogue).await?);
        report.reacted = report.reacted.saturating_add(seen);
        if seen == 0 {
            let recounted = notices::run(access, &catalogue).await?;
            report.due = due::run(access, &catalogue, opened_on).await?.saturating_add(recounted);
            report.due = report.due.saturating_add(uploads::run(access, opened_on).await?);
            // What was done is in the feed now: the next tick folds it, and then there may be more.
            report.more = report.due > 0;
            break;
        }
    }
    Ok(())
}

service::component!(routes);
