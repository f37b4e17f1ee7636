//! The round of drand that a draw named, brought by anybody: it proves itself.
//!
//! Store operations: two of the rate limit, the draw, and the four of `store::update`.

use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use domain::aggregate::{Actor, Aggregate as _, Context};
use domain::catalogue::DrawId;
use domain::inspection::{Draw, DrawCommand, DrawStatus, DrawStep, Person, Refusal};
use domain::time::MINUTE_MS;
use draw::beacon;
use draw::policy::unhex_bytes;
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use service::{Call, FieldError, Problem, body, rate};
use store::{CommitError, Document, Platform};

/// Rounds of one address in a minute: verifying one costs some 30 ms.
const PER_MINUTE: u32 = 10;
/// A form of two short fields.
const BODY_BYTES_MAX: usize = 4_096;

/// `POST /api/inspection/draws/{id}/entropy`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct EntropyForm {
    round: u64,
    /// 48 bytes, hexadecimal.
    signature: String,
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
    let count = rate::hit(&call.access, &keys, "entropy", &call.client, operation.op.as_str(), MINUTE_MS).await?;
    if count.n > PER_MINUTE {
        let detail = "Too many rounds came from your address. Wait a minute.";
        return Err(Problem::too_many("tooManyRounds", detail, count.resets_in_s));
    }
    let document = inspections::draw(&call.access, &id).await?.ok_or_else(Problem::not_found)?;
    if let Some(earlier) = document.event_of(&operation.op) {
        if earlier.request != operation.request {
            return Err(CommitError::<Refusal>::OtherRequest.into());
        }
        return Ok(answer(&document.state));
    }
    let commitment = &document.state.commitment;
    if document.state.status != DrawStatus::Committed {
        return Err(Refusal::AlreadyDrawn.into());
    }
    if form.round != commitment.round {
        let detail = "The draw named another round. Bring that one.";
        let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "wrongRound", detail);
        return Err(problem.with("round", commitment.round));
    }
    let signature = form.signature.trim().to_ascii_lowercase();
    let Some(point) = unhex_bytes(&signature).filter(|bytes| bytes.len() == 48) else {
        return Err(Problem::invalid(vec![FieldError::new("/signature", "invalid")]));
    };
    if !beacon::verify(form.round, &point) {
        let detail = "This is not drand's signature of that round. Copy it again from the beacon.";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "entropyInvalid", detail));
    }
    let by = Person { actor: by, account: String::new() };
    let command = DrawCommand { by, step: DrawStep::TakeEntropy { round: form.round, signature } };
    let decide = |draw: &Document<Draw>, context: &Context| Draw::decide(Some(&draw.state), &command, context);
    let committed = store::update(&call.access, &Draw::id(&id), &operation, decide).await?;
    Ok(answer(&committed.document.state))
}

fn answer(draw: &Draw) -> Response {
    service::json(&json!({
        "id": draw.commitment.plan.id, "round": draw.commitment.round,
        "entropyAt": draw.entropy.as_ref().map(|entropy| entropy.at),
    }))
}
