//! Rounds of drand that draws wait for, fetched by the town itself where somebody named a relay of the network.
//!
//! Whoever holds the clock key calls `POST /api/clock/beacon` beside the tick. What must stay true: a round is taken only
//! if it proves itself, as from anybody who brings one; a draw has one round, so it does not matter who was first.

use axum::Router;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use canon::{OpId, sha256};
use domain::aggregate::{Actor, Aggregate as _, Context};
use domain::catalogue::DrawId;
use domain::inspection::{DRAWS, Draw, DrawCommand, DrawStatus, Person};
use domain::time::Moment;
use draw::policy::CHAIN;
use http::{Request, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use service::{App, Call, Network, Problem};
use store::{Document, Operation, Platform, TimelineQuery, read_timeline};

/// The newest draws that are looked at: a town plans some forty a year.
const LOOKED_AT: usize = 100;
/// Works for 10 s at most and leaves the rest to the next call.
const WORK_MS: i64 = 10_000;
/// A relay answers with some 300 bytes, in a fraction of a second.
const FETCH_WITHIN_MS: u64 = 3_000;
const ANSWER_BYTES_MAX: usize = 4_096;
/// A round is out when its time has come, so it is asked for at every call of the first half minute, and then while two
/// seconds of every half minute last: a relay that is down is not called 86 400 times a day.
const EVERY_MS: i64 = 30_000;
const WINDOW_MS: i64 = 2_000;

/// What was done.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    /// Rounds that were asked for.
    tried: usize,
    /// Rounds that are with their draws now.
    taken: usize,
}

/// What a relay answers (drand's HTTP API, `/{chain}/public/{round}`).
#[derive(Deserialize)]
struct Round {
    round: u64,
    signature: String,
}

/// The function's routes.
pub fn routes<P: Platform, N: Network>(network: N) -> Router<App<P>> {
    Router::new().route("/api/clock/beacon", post(move |call: Call<P>| async move { fetch(call, network).await }))
}

/// `POST /api/clock/beacon`
async fn fetch<P: Platform, N: Network>(call: Call<P>, network: N) -> Result<Response, Problem> {
    call.require_clock_key().await?;
    let mut report = Report::default();
    let Some(relay) = relay(&call).await? else { return Ok(service::json(&report).into_response()) };
    let until = call.access.now().plus_ms(WORK_MS);
    for id in committed(&call).await? {
        let now = call.access.now();
        if now >= until {
            break;
        }
        let Some(draw) = inspections::state::<Draw, P>(&call.access, &Draw::id(&id)).await? else { continue };
        let Some(round) = due(&draw, now) else { continue };
        report.tried = report.tried.saturating_add(1);
        let Some(signature) = ask(&network, &relay, round).await else { continue };
        report.taken = report.taken.saturating_add(usize::from(take(&call, &id, &draw, round, &signature).await?));
    }
    Ok(service::json(&report).into_response())
}

/// Where rounds are asked for; none where nobody named a relay (`.invalid` is nobody's, RFC 2606).
async fn relay<P: Platform>(call: &Call<P>) -> Result<Option<String>, Problem> {
    let host = call.app.platform().variable("drand_host").await?.unwrap_or_default();
    let host = host.trim_end_matches('/');
    Ok((!host.is_empty() && !host.ends_with(".invalid")).then(|| host.to_owned()))
}

/// Draws without a result, as the public list shows them.
async fn committed<P: Platform>(call: &Call<P>) -> Result<Vec<DrawId>, Problem> {
    let wanted = TimelineQuery { month: None, before: None, limit: LOOKED_AT, filtered: false };
    let page = read_timeline(&call.access, DRAWS, &wanted, |_| true).await?;
    let text = |row: &Value, name: &str| row.get(name).and_then(Value::as_str).map(str::to_owned);
    let waits = page.rows.iter().filter(|row| text(&row.c, "status").as_deref() == Some("committed"));
    Ok(waits.filter_map(|row| text(&row.c, "id")?.parse().ok()).collect())
}

/// The round that the draw named, where it is time to ask for it.
fn due(draw: &Draw, now: Moment) -> Option<u64> {
    // A rehearsal's round was out before the draw was committed to.
    let since = now.ms_since(draw.commitment.round_at.max(draw.committed_at));
    let is_time = since >= 0 && (since < EVERY_MS || since.rem_euclid(EVERY_MS) < WINDOW_MS);
    draw.commitment.round.filter(|_| is_time && draw.status == DrawStatus::Committed)
}

/// The relay's signature of the round; none where it has none, or nonsense.
async fn ask<N: Network>(network: &N, relay: &str, round: u64) -> Option<String> {
    let request = Request::get(format!("{relay}/{CHAIN}/public/{round}")).body(Vec::new()).ok()?;
    let answer = network.send(request, ANSWER_BYTES_MAX, FETCH_WITHIN_MS).await.ok()?;
    if answer.status() != StatusCode::OK {
        return None;
    }
    let found: Round = canon::read(answer.body()).ok()?;
    (found.round == round).then_some(found.signature)
}

/// Whether the draw has its round now. One that does not prove itself is left, and so is one that somebody was quicker with.
async fn take<P: Platform>(
    call: &Call<P>,
    id: &DrawId,
    draw: &Draw,
    round: u64,
    signature: &str,
) -> Result<bool, Problem> {
    let Ok(step) = inspections::round(draw, round, signature) else { return Ok(false) };
    let by = Actor::system("beacon");
    let command = DrawCommand { by: Person { actor: by.clone(), account: String::new() }, step };
    let operation = Operation {
        op: OpId::new("draw.beacon", id.as_str()),
        request: sha256(&[id.as_str().as_bytes()]),
        context: Context { now: call.access.now(), by },
    };
    let decide = |draw: &Document<Draw>, context: &Context| Draw::decide(Some(&draw.state), &command, context);
    match store::update(&call.access, &Draw::id(id), &operation, decide).await {
        Ok(_) => Ok(true),
        Err(store::CommitError::Rejected(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(target_family = "wasm")]
fn component_routes() -> Router<App<service::spin::Spin>> {
    routes(service::spin::Http)
}

service::component!(component_routes);
