//! The contributors of a draw in public, and the door for what they commit to.
//!
//! Store operations to read: the plan, the draw, and before there is one the pledges. To commit: two of the rate limit,
//! the plan, the pledges and the four of `store::update`; the first of a draw begins the pledges with three more.

use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use canon::Hash;
use domain::aggregate::{Actor, Aggregate as _, Context};
use domain::catalogue::DrawId;
use domain::inspection::{Contributors, Draw, PlannedDraw, Pledge, Pledges, PledgesCommand};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use service::keys::same_text;
use service::{Call, FieldError, Keys, Problem, body};
use store::{Birth, Document, Operation, Platform};

/// A form of two short fields.
const BODY_BYTES_MAX: usize = 4_096;

/// `GET /api/inspection/draws/{id}/contributors`
pub(crate) async fn show<P: Platform>(call: Call<P>, Path(id): Path<String>) -> Result<Response, Problem> {
    let id: DrawId = id.parse().map_err(|_| Problem::not_found())?;
    let (planned, contributors) = contributed(&call, &id).await?;
    let draw = inspections::state::<Draw, P>(&call.access, &Draw::id(&id)).await?;
    let pledges = match &draw {
        Some(_) => Vec::new(),
        None => inspections::pledges(&call.access, &id).await?,
    };
    let shown = inspections::contributors(&contributors, &pledges, draw.as_ref());
    Ok(service::json(&json!({
        "id": planned.id, "name": planned.name, "items": planned.items, "from": planned.from, "until": planned.until,
        "contributors": shown,
    })))
}

/// A draw that is approved and has contributors; before it is approved nobody is named in public.
async fn contributed<P: Platform>(call: &Call<P>, id: &DrawId) -> Result<(PlannedDraw, Contributors), Problem> {
    let planned = inspections::planned(&call.access, id).await?.filter(|planned| planned.approved.is_some());
    let planned = planned.ok_or_else(Problem::not_found)?;
    let contributors = planned.contributors.clone().ok_or_else(Problem::not_found)?;
    Ok((planned, *contributors))
}

/// `POST /api/inspection/draws/{id}/contributors`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PledgeForm {
    who: String,
    /// The algorithm's hash over the draw's id, theirs and the secret; 64 hexadecimal digits.
    hash: String,
}

/// `POST /api/inspection/draws/{id}/contributors`
pub(crate) async fn take<P: Platform>(
    call: Call<P>,
    Path(id): Path<String>,
    request: Body,
) -> Result<Response, Problem> {
    let (form, bytes) = body::json::<PledgeForm>(&call.headers, request, BODY_BYTES_MAX).await?;
    let id: DrawId = id.parse().map_err(|_| Problem::not_found())?;
    let keys = call.keys().await?;
    let operation = call.operation(&keys, &format!("draw.pledge/{id}"), &bytes, Actor::citizen())?;
    inspections::limit(&call, &keys, &operation).await?;
    let (planned, contributors) = contributed(&call, &id).await?;
    let shown = call.authorization("contributor").unwrap_or_default();
    let known = contributors.people.iter().any(|one| one.who == form.who);
    if !known || !same_text(shown, &keys.contributor_secret(id.as_str(), &form.who)) {
        let detail = "This is not the link of that contributor. Ask whoever sent it to you for it again.";
        return Err(Problem::new(StatusCode::FORBIDDEN, "linkInvalid", detail));
    }
    let hash: Hash = form.hash.parse().map_err(|_| Problem::invalid(vec![FieldError::new("/hash", "invalid")]))?;
    let before = inspections::find::<Pledges, P>(&call.access, &Pledges::id(&id)).await?;
    let same = |pledge: &&Pledge| pledge.who == form.who && pledge.hash == hash;
    // The same hash again is what is recorded already, under whichever key it comes.
    if let Some(pledge) = before.as_ref().and_then(|before| before.state.pledges.iter().find(same)) {
        return Ok(answer(pledge));
    }
    if before.is_none() {
        open(&call, &keys, &id, &operation).await?;
    }
    let who = form.who.clone();
    let command = PledgesCommand::Pledge { planned: Box::new(planned), who, hash };
    let decide = |now: &Document<Pledges>, context: &Context| Pledges::decide(Some(&now.state), &command, context);
    let committed = store::update(&call.access, &Pledges::id(&id), &operation, decide).await?;
    let pledge = committed.document.state.pledges.iter().find(same).ok_or_else(Problem::unavailable)?;
    Ok(answer(pledge))
}

/// The first who comes begins the pledges. Whoever dies after it leaves an empty list, which says nothing.
async fn open<P: Platform>(call: &Call<P>, keys: &Keys, id: &DrawId, by: &Operation) -> Result<(), Problem> {
    let request = keys.mac("request", &[b"inspection.pledges"]);
    let operation = Operation { op: Pledges::opening(id), request, context: by.context.clone() };
    let event = Pledges::decide(None, &PledgesCommand::Open(id.clone()), &operation.context)?;
    let birth = |_| Ok(Birth { event, key: None, lookups: Vec::new() });
    store::create::<Pledges, _>(&call.access, operation, birth).await?;
    Ok(())
}

fn answer(pledge: &Pledge) -> Response {
    service::json(&json!({"who": pledge.who, "hash": pledge.hash, "pledgedAt": pledge.at}))
}
