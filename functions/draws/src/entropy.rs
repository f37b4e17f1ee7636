//! The round of drand that a draw named, or a contributor's secret, brought by anybody: it proves itself.
//!
//! Store operations: two of the rate limit, the draw, and the four of `store::update`.

use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use domain::aggregate::{Actor, Aggregate as _, Context};
use domain::catalogue::DrawId;
use domain::inspection::{Draw, DrawCommand, Person, Refusal};
use serde::Deserialize;
use serde_json::json;
use service::{Call, Problem, body};
use store::{CommitError, Document, Platform};

use crate::share;

/// A form of two short fields.
const BODY_BYTES_MAX: usize = 4_096;

/// `POST /api/inspection/draws/{id}/entropy`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct EntropyForm {
    round: u64,
    /// 48 bytes, hexadecimal.
    signature: String,
    /// A contributor, instead of a round.
    who: String,
    /// Theirs: 32 bytes, hexadecimal.
    secret: String,
}

/// `POST /api/inspection/draws/{id}/entropy`
pub(crate) async fn bring<P: Platform>(
    call: Call<P>,
    Path(id): Path<String>,
    request: Body,
) -> Result<Response, Problem> {
    let (form, bytes) = body::json::<EntropyForm>(&call.headers, request, BODY_BYTES_MAX).await?;
    let id: DrawId = id.parse().map_err(|_| Problem::not_found())?;
    let keys = call.keys().await?;
    let by = Actor::citizen();
    let operation = call.operation(&keys, &format!("draw.entropy/{id}"), &bytes, by.clone())?;
    inspections::limit(&call, &keys, &operation).await?;
    let document = inspections::draw(&call.access, &id).await?;
    let document = document.ok_or_else(|| {
        // Contributors know their draw before it is committed to.
        if form.who.is_empty() { Problem::not_found() } else { Refusal::NotCommitted.into() }
    })?;
    if let Some(earlier) = document.event_of(&operation.op) {
        if earlier.request != operation.request {
            return Err(CommitError::<Refusal>::OtherRequest.into());
        }
        return Ok(answer(&document.state, &form.who));
    }
    let step = if form.who.is_empty() {
        inspections::round(&document.state, form.round, &form.signature)?
    } else {
        match share::step(&document.state, &form.who, &form.secret)? {
            Ok(step) => step,
            Err(recorded) => return Ok(recorded),
        }
    };
    let by = Person { actor: by, account: String::new() };
    let command = DrawCommand { by, step };
    let decide = |draw: &Document<Draw>, context: &Context| Draw::decide(Some(&draw.state), &command, context);
    let committed = store::update(&call.access, &Draw::id(&id), &operation, decide).await?;
    Ok(answer(&committed.document.state, &form.who))
}

fn answer(draw: &Draw, who: &str) -> Response {
    share::answer(draw, who).unwrap_or_else(|| {
        service::json(&json!({
            "id": draw.commitment.plan.id, "round": draw.commitment.round,
            "entropyAt": draw.entropy.as_ref().map(|entropy| entropy.at),
        }))
    })
}
