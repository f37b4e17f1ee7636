//! The tick: sequence the feed, fold the boards, run the reactions.
//!
//! Whoever holds the clock key calls `POST /api/clock/tick`, every second or so: `onetown up`, a cron job, another
//! machine. What must stay true: a tick may be missed for a week, run twice at once or die in the middle, and
//! everything still happens exactly once; the answer says what was done and whether there is more to do.

mod due;
mod merges;
mod reactions;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::StatusCode;
use serde::Serialize;
use service::keys::same_text;
use service::{App, Call, Problem};
use store::{Platform, StoreError, sequence};

use merges::Merges;

/// A tick works for 10 s at most and leaves the rest to the next: half of the 25 s in which a request may write, so that
/// a slow round at the end still fits.
const TICK_MS: i64 = 10_000;

/// What a tick did.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    /// Events that entered the log.
    sequenced: usize,
    /// Slots that were taken and have no event yet.
    waiting: usize,
    /// Events that the reactions saw.
    reacted: usize,
    /// Reminders, proposals, resumptions and archivings that were due.
    due: usize,
    /// Whether another tick was at work, or work is left: tick again soon.
    more: bool,
}

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new().route("/api/clock/tick", post(tick)).route("/healthz", get(health))
}

/// `POST /api/clock/tick`
async fn tick<P: Platform>(call: Call<P>) -> Result<Response, Problem> {
    let key = call.app.platform().variable("clock_key").await.unwrap_or_default();
    let given = call.bearer().unwrap_or_default();
    if key.is_empty() || !same_text(&key, given) {
        let detail = "Send the clock key as `Authorization: Bearer <key>`; it is the Spin variable clock_key.";
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "clockKeyRequired", detail));
    }
    let mut report = Report::default();
    match work(&call, &mut report).await {
        // Another tick is faster: what it does need not be done here.
        Ok(()) | Err(StoreError::Busy) => Ok(service::json(&report).into_response()),
        Err(error) => Err(error.into()),
    }
}

async fn work<P: Platform>(call: &Call<P>, report: &mut Report) -> Result<(), StoreError> {
    let access = &call.access;
    let until = access.now().plus_ms(TICK_MS);
    report.more = true;
    loop {
        let round = sequence(access, domain::board::project).await?;
        report.sequenced = report.sequenced.saturating_add(round.sequenced);
        report.waiting = round.waiting;
        if !round.more {
            break;
        }
        if access.now() >= until {
            return Ok(());
        }
    }
    // Without a town there are no orders to react to; the store's own problems show in the next round.
    let Ok(catalogue) = call.app.catalogue(access).await else { return Ok(()) };
    let keys = call.keys().await.map_err(|_| StoreError::Busy)?;
    let merges = Merges { call, keys: &keys, catalogue: &catalogue };
    while access.now() < until {
        let seen = reactions::link_repeats(access, catalogue.town.limits.repeat_raises_urgency_at).await?;
        let seen = seen.saturating_add(merges.run().await?);
        let done = due::run(access, &catalogue).await?;
        report.reacted = report.reacted.saturating_add(seen);
        report.due = report.due.saturating_add(done);
        if seen == 0 {
            // What was done to orders is in the feed now, so the next tick folds it and looks again.
            report.more = done > 0;
            break;
        }
    }
    Ok(())
}

/// `GET /healthz`: whether the store answers.
async fn health<P: Platform>(call: Call<P>) -> Result<Response, Problem> {
    call.access.get(store::keys::HEAD).await?;
    Ok(service::json(&serde_json::json!({ "status": "ok" })).into_response())
}

service::component!(routes);
