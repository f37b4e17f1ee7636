//! The tick: sequence the feed and fold the boards.
//!
//! Whoever holds the clock key calls `POST /api/clock/tick`, every second or so, and then `POST /api/clock/duties`
//! (the function `duties`): `onetown up`, a cron job, another machine. What must stay true: a tick may be missed for a
//! week, run twice at once or die in the middle, and everything still happens exactly once; the answer says what was
//! done and whether there is more to do.

use axum::Router;
use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use service::session::StaffCall;
use service::{App, Call, Problem};
use store::{Access, Platform, StoreError, catch_up, sequence};

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
    /// Whether another tick was at work, or work is left: tick again soon.
    more: bool,
}

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new()
        .route("/api/clock/tick", post(tick))
        .route("/api/clock/fold", post(fold))
        .route("/healthz", get(health))
}

/// `POST /api/clock/tick`
async fn tick<P: Platform>(call: Call<P>) -> Result<Response, Problem> {
    call.require_clock_key().await?;
    let mut report = Report::default();
    match work(&call.access, &mut report).await {
        // Another tick is faster: what it does need not be done here.
        Ok(()) | Err(StoreError::Busy) => Ok(service::json(&report).into_response()),
        Err(error) => Err(error.into()),
    }
}

async fn work<P: Platform>(access: &Access<P>, report: &mut Report) -> Result<(), StoreError> {
    let until = access.now().plus_ms(TICK_MS);
    report.more = true;
    while access.now() < until {
        let round = sequence(access, domain::board::project).await?;
        report.sequenced = report.sequenced.saturating_add(round.sequenced);
        report.waiting = round.waiting;
        report.more = round.more;
        if !round.more {
            break;
        }
    }
    Ok(())
}

/// The query of `POST /api/clock/fold`: the slot of the change that lists shall show.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct FoldQuery {
    after: Option<u64>,
}

/// `POST /api/clock/fold`: whoever is signed in has lists show what was just changed, or what is older than two seconds,
/// without waiting for a tick.
async fn fold<P: Platform>(
    staff: StaffCall<P>,
    query: Result<Query<FoldQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|_| Problem::malformed("The query has a value of a wrong kind."))?;
    let behind = catch_up(&staff.call.access, domain::board::project, query.after).await?;
    Ok(service::json(&serde_json::json!({ "behind": behind })))
}

/// `GET /healthz`: whether the store answers.
async fn health<P: Platform>(call: Call<P>) -> Result<Response, Problem> {
    call.access.get(store::keys::HEAD).await?;
    Ok(service::json(&serde_json::json!({ "status": "ok" })).into_response())
}

service::component!(routes);
