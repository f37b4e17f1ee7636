//! Taking a step: read, compare versions, let the order decide, write.
//!
//! Six store operations: the session, the order, and the four of `store::update`.

use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use canon::DocId;
use domain::aggregate::Aggregate as _;
use domain::order::{OrderCommand, OrderRejection, StaffCommand, StepName, WorkOrder};
use http::StatusCode;
use orders::{Check, Desk, resolve, seal_text, upload_ids};
use serde_json::json;
use service::session::StaffCall;
use service::{Problem, body};
use store::{CommitError, Document, Platform};

use crate::form::{Ground, StepForm};

/// `POST /api/dispatch/orders/{reference}/{step}`
pub(crate) async fn take<P: Platform>(
    staff: StaffCall<P>,
    Path((reference, word)): Path<(String, String)>,
    request: Body,
) -> Result<Response, Problem> {
    let call = &staff.call;
    let name = step_name(&word).ok_or_else(Problem::not_found)?;
    let (form, bytes) = body::json::<StepForm>(&call.headers, request, body::JSON_BYTES_MAX).await?;
    let desk = Desk::open(&staff, &reference).await?;
    let id = desk.document.id.clone();
    let operation = call.operation(&desk.keys, &format!("dispatch.{word}/{id}"), &bytes, staff.session.actor())?;
    if let Some(earlier) = desk.document.event_of(&operation.op) {
        if earlier.request != operation.request {
            return Err(CommitError::<OrderRejection>::OtherRequest.into());
        }
        // The answer of the first was lost; where the order stands now is the answer again.
        return Ok(answer(&desk.document, earlier.slot));
    }
    let seen = desk.document.version;
    if !form.if_version.is_some_and(|version| is_as_seen(&desk.document, version)) {
        return Err(stale(seen));
    }
    let parent = parent_of(&staff, &form, &id).await?;
    let command =
        OrderCommand::Staff(Box::new(command(&staff, &desk, name, &form, parent, operation.op.as_str()).await?));
    let mut overtaken = None;
    let committed = store::update(&call.access, &id, &operation, |document: &Document<WorkOrder>, context| {
        if document.version != seen {
            overtaken = Some(document.version);
            return Err(OrderRejection::StateConflict { status: document.state.status });
        }
        WorkOrder::decide(Some(&document.state), &command, context)
    })
    .await;
    if let Some(version) = overtaken {
        return Err(stale(version));
    }
    let committed = committed?;
    Ok(answer(&committed.document, committed.slot))
}

/// Whether the order is still what it was at `version`, as far as a step decides on it: the clock's reminders and the
/// neighbours' "me too" overtake nobody.
fn is_as_seen(document: &Document<WorkOrder>, version: u64) -> bool {
    let mut since = document.events.iter().filter(|recorded| recorded.seq > version);
    version <= document.version && since.all(|recorded| recorded.event.is_aside())
}

/// Where the order stands after the step; the whole view is one GET away. Lists that are asked for `slot` show it.
fn answer(document: &Document<WorkOrder>, slot: u64) -> Response {
    let (number, status) = (&document.state.registered.number, document.state.status);
    body::answer(
        &json!({ "id": document.id, "number": number, "version": document.version, "status": status, "slot": slot }),
    )
}

/// `return-request` in a route is `returnRequest` everywhere else.
fn step_name(word: &str) -> Option<StepName> {
    // One address for each step: the name itself is none.
    if !word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') {
        return None;
    }
    let mut name = String::with_capacity(word.len());
    for (index, part) in word.split('-').enumerate() {
        let mut letters = part.chars();
        let first = letters.next().filter(char::is_ascii_lowercase)?;
        name.push(if index == 0 { first } else { first.to_ascii_uppercase() });
        name.extend(letters);
    }
    name.parse().ok()
}

fn stale(version: u64) -> Problem {
    let detail = "The order has changed since you looked at it. Look at it again, then decide.";
    Problem::new(StatusCode::CONFLICT, "staleVersion", detail).with("version", json!(version))
}

/// The order that `id` shall go into, and whether that can be: it is open and another one. Not seeing it and its not
/// being there are the same.
async fn parent_of<P: Platform>(
    staff: &StaffCall<P>,
    form: &StepForm,
    id: &DocId,
) -> Result<Option<(DocId, bool)>, Problem> {
    let reference = form.parent.trim();
    if reference.is_empty() {
        return Ok(None);
    }
    match Desk::open(staff, reference).await {
        Ok(Desk { document: parent, .. }) => {
            let open = parent.state.status.is_open() && parent.id != *id;
            Ok(Some((parent.id, open)))
        }
        Err(problem) if problem.status() == StatusCode::NOT_FOUND => Ok(None),
        Err(problem) => Err(problem),
    }
}

async fn command<P: Platform>(
    staff: &StaffCall<P>,
    desk: &Desk,
    name: StepName,
    form: &StepForm,
    parent: Option<(DocId, bool)>,
    operation: &str,
) -> Result<StaffCommand, Problem> {
    let (call, catalogue, order) = (&staff.call, desk.catalogue.as_ref(), &desk.document.state);
    let limits = &catalogue.town.limits;
    let mut check = Check::default();
    let text = check.text("/text", &form.text, usize::try_from(limits.content_max).unwrap_or(usize::MAX));
    let ground = Ground { catalogue, order, now: call.access.now(), parent, operation };
    let step = form.step(name, &ground, &mut check);
    let (Some(step), true) = (step, check.is_clean()) else {
        let mut errors = check.into_errors();
        if errors.is_empty() {
            // Only a catalogue without this order's type or urgency leaves no clocks and no mistake.
            errors.push(service::FieldError::new("", "unknown"));
        }
        return Err(Problem::invalid(errors));
    };
    let ids = upload_ids(&form.attachments, usize::try_from(limits.photos_max).unwrap_or(usize::MAX))?;
    let attachments = resolve(call, catalogue, &ids, &Document::<WorkOrder>::key_of(&desk.document.id)).await?;
    // A withdrawal is the same event whoever brings it, and its reason is sealed as the caller's own would be.
    let field = if name == StepName::WithdrawFor { "reason" } else { "work" };
    let text = text.map(|text| seal_text(call, &desk.keys, &desk.document, field, text)).transpose()?;
    Ok(StaffCommand { member: staff.session.member(), rules: catalogue.rules(), text, attachments, step })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_has_one_address() {
        for step in StepName::ALL {
            let kebab: String = step
                .as_str()
                .chars()
                .flat_map(|c| if c.is_ascii_uppercase() { vec!['-', c.to_ascii_lowercase()] } else { vec![c] })
                .collect();
            assert_eq!(step_name(&kebab), Some(*step), "{kebab}");
        }
        for other in ["", "-", "returnRequest", "return_request", "return--request", "Sign", "sign-"] {
            assert_eq!(step_name(other), None, "{other}");
        }
    }
}
