//! A step of a draw at the desk, once, on the version that its author saw.

use domain::aggregate::{Aggregate as _, Context};
use domain::catalogue::DrawId;
use domain::inspection::{Draw, DrawCommand, DrawStep, Plan, Refusal};
use http::StatusCode;
use serde_json::json;
use service::Problem;
use service::session::StaffCall;
use store::{CommitError, Document, Operation, Platform};

use crate::{draw, find, person, year_of};

/// Takes the step that `make` says of the draw as it is, if it is still at `seen`; a step that was taken is taken.
///
/// # Errors
/// 409 `staleVersion`; why the step is not possible; the store's problems.
pub async fn take_step<P: Platform>(
    staff: &StaffCall<P>,
    id: &DrawId,
    operation: &Operation,
    seen: Option<u64>,
    make: impl AsyncFnOnce(&Document<Draw>) -> Result<DrawStep, Problem>,
) -> Result<Document<Draw>, Problem> {
    let access = &staff.call.access;
    let Some(document) = draw(access, id).await? else { return Err(uncommitted(staff, id).await?) };
    if let Some(earlier) = document.event_of(&operation.op) {
        if earlier.request != operation.request {
            return Err(CommitError::<Refusal>::OtherRequest.into());
        }
        return Ok(document);
    }
    let version = document.version;
    if seen != Some(version) {
        return Err(stale(version));
    }
    let command = DrawCommand { by: person(&staff.session), step: make(&document).await? };
    let mut overtaken = None;
    let decide = |now: &Document<Draw>, context: &Context| {
        if now.version != version {
            overtaken = Some(now.version);
            return Err(Refusal::StateConflict);
        }
        Draw::decide(Some(&now.state), &command, context)
    };
    let committed = store::update(access, &Draw::id(id), operation, decide).await;
    match overtaken {
        Some(version) => Err(stale(version)),
        None => Ok(committed?.document),
    }
}

/// Nothing is drawn before it was committed to; what was not even planned is not there.
async fn uncommitted<P: Platform>(staff: &StaffCall<P>, id: &DrawId) -> Result<Problem, Problem> {
    let year = year_of(id).ok_or_else(Problem::not_found)?;
    let plan = find::<Plan, P>(&staff.call.access, &Plan::id(year)).await?;
    let planned = plan.is_some_and(|plan| plan.state.draw(id).is_some());
    Ok(if planned { Refusal::NotCommitted.into() } else { Problem::not_found() })
}

fn stale(version: u64) -> Problem {
    let detail = "The draw has changed since you looked at it. Look at it again, then decide.";
    Problem::new(StatusCode::CONFLICT, "staleVersion", detail).with("version", json!(version))
}
