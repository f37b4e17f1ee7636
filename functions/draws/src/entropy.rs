//! The round of drand that a draw named, or a contributor's secret, brought by anybody: it proves itself.
//!
//! Store operations: two of the rate limit, the draw, and the four of `store::update`.

use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use domain::aggregate::{Actor, Aggregate as _, Context};
use domain::catalogue::DrawId;
use domain::inspection::{Draw, DrawCommand, DrawStatus, DrawStep, Person, Refusal};
use draw::beacon;
use draw::policy::unhex_bytes;
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use service::{Call, FieldError, Problem, body};
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
        form.round(&document.state)?
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

impl EntropyForm {
    fn round(&self, draw: &Draw) -> Result<DrawStep, Problem> {
        let round = draw.commitment.round.ok_or(Refusal::StateConflict)?;
        if draw.status != DrawStatus::Committed {
            return Err(Refusal::AlreadyDrawn.into());
        }
        if self.round != round {
            let detail = "The draw named another round. Bring that one.";
            let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "wrongRound", detail);
            return Err(problem.with("round", round));
        }
        let signature = self.signature.trim().to_ascii_lowercase();
        let Some(point) = unhex_bytes(&signature).filter(|bytes| bytes.len() == 48) else {
            return Err(Problem::invalid(vec![FieldError::new("/signature", "invalid")]));
        };
        if !beacon::verify(round, &point) {
            let detail = "This is not drand's signature of that round. Copy it again from the beacon.";
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "entropyInvalid", detail));
        }
        Ok(DrawStep::TakeEntropy { round, signature })
    }
}

fn answer(draw: &Draw, who: &str) -> Response {
    share::answer(draw, who).unwrap_or_else(|| {
        service::json(&json!({
            "id": draw.commitment.plan.id, "round": draw.commitment.round,
            "entropyAt": draw.entropy.as_ref().map(|entropy| entropy.at),
        }))
    })
}
