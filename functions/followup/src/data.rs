//! The caller's own data (个人信息保护法 Art. 45 to 47): all of it as one file, and its destruction.
//!
//! Destroying is one swap: the event that says so and the loss of the wrapped key are in the same document. Before it
//! everything is there, after it nobody, the town included, can open what was sealed. Chain, log and figures stay valid.

use axum::body::Body;
use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use domain::aggregate::{Actor, Context};
use domain::order::{Attachment, CallerFields, OrderCommand, OrderEvent, Text, WorkOrder};
use http::{HeaderValue, header};
use orders::{Opener, attachments, receipt, results};
use serde::Deserialize;
use serde_json::{Value, json};
use service::{Call, FieldError, Problem, body};
use store::{Document, Platform, Recorded};

/// Names the shape of the file, for whoever reads it in years.
const FORMAT: &str = "onetown-case-1";

/// `GET /api/intake/orders/{reference}/export`
pub(crate) async fn export<P: Platform>(call: Call<P>, Path(reference): Path<String>) -> Result<Response, Problem> {
    let case = orders::open(&call, &reference).await?;
    let (document, order) = (&case.document, &case.document.state);
    let known = order.erased_at.is_none();
    let open = Opener::new(document, &case.keys);
    let number = &order.registered.number;
    let files = attachments(document).chain(results(document)).filter(|_| known);
    let files: Vec<Value> = files.map(|file| attachment(document, file)).collect();
    let events: Vec<Value> = document.events.iter().map(|recorded| event(recorded, &open, known)).collect();
    let answer = json!({
        "format": FORMAT, "exportedAt": call.access.now(), "case": content(order, &open, known), "events": events,
        "attachments": files, "receipt": if known { json!(receipt(document)) } else { Value::Null },
    });
    let name = format!("attachment; filename=\"{number}.json\"");
    let mut response = body::answer(&answer);
    if let Ok(name) = HeaderValue::try_from(name) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response.into_response())
}

/// Everything that the caller told, in clear.
fn content(order: &WorkOrder, open: &Opener, known: bool) -> Value {
    let registered = &order.registered;
    let CallerFields { name, phone, .. } = &registered.caller;
    let words = |field: &str, text: &Text| known.then(|| open.text(field, text));
    json!({
        "number": registered.number, "status": order.status, "appealType": registered.appeal_type,
        "categoryCode": registered.category, "channel": registered.channel, "receivedAt": order.received_at,
        "promisedBy": registered.promised.at, "closedAt": order.closed_at, "erasedAt": order.erased_at,
        "title": words("title", &registered.title), "content": words("content", &registered.content),
        "place": orders::place(order, open, true), "incidentAt": registered.incident_at,
        "respondent": open.optional("respondent", registered.respondent.as_ref()),
        "name": open.optional("caller.name", name.as_ref()), "phone": open.optional("caller.phone", phone.as_ref()),
        "onBehalf": registered.on_behalf, "anonymous": registered.anonymous,
        "confidential": registered.confidential, "replyWanted": registered.reply_wanted, "listed": registered.listed,
    })
}

fn attachment(document: &Document<WorkOrder>, file: &Attachment) -> Value {
    let href = format!("/api/intake/orders/{}/attachments/{}", document.id, file.id);
    json!({ "id": file.id, "mime": file.mime, "size": file.size, "sha256": file.sha256, "href": href })
}

/// Every step with its time and hash. In words: what the caller wrote, and what the town told them; what offices write
/// to each other is not data about the caller.
fn event(recorded: &Recorded<OrderEvent>, open: &Opener, known: bool) -> Value {
    let told = |field, text: &Text| open.text(field, text);
    let own = |text: Option<&Text>| text.map(|text| told("work", text));
    let text = match &recorded.event {
        OrderEvent::Supplemented(supplement) => Some(told("supplement", &supplement.text)),
        OrderEvent::Urged(urged) => urged.reason.as_ref().map(|text| told("reason", text)),
        OrderEvent::Withdrawn(withdrawn) => withdrawn.reason.as_ref().map(|text| told("reason", text)),
        OrderEvent::Rated(visit) => own(visit.work.text.as_ref()),
        OrderEvent::Reopened(visit) if recorded.by == Actor::citizen() => own(visit.work.text.as_ref()),
        OrderEvent::AnsweredNow(work) | OrderEvent::HandedOff(work) | OrderEvent::ChildReplied(work) => {
            own(work.text.as_ref())
        }
        OrderEvent::ExtensionApproved(step) => own(step.work.text.as_ref()),
        OrderEvent::SuspensionApproved(work) => own(work.text.as_ref()),
        _ => None,
    };
    let by = recorded.by.as_str().split(':').next().unwrap_or_default();
    let kind = recorded.to_json().ok().and_then(|event| event.get("type").cloned());
    let (answer, reasons) = match &recorded.event {
        OrderEvent::Visited(visit) | OrderEvent::Rated(visit) => (visit.answer, visit.reasons.as_slice()),
        _ => (None, &[][..]),
    };
    json!({
        "seq": recorded.seq, "at": recorded.at, "type": kind, "by": by, "text": text.filter(|_| known),
        "answer": answer, "reasons": reasons, "hash": recorded.hash,
    })
}

/// `POST …/erasure`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ErasureForm {
    /// The case's number, typed by a person who means it.
    confirm: String,
}

/// `POST /api/intake/orders/{reference}/erasure`
pub(crate) async fn erase<P: Platform>(
    call: Call<P>,
    Path(reference): Path<String>,
    request: Body,
) -> Result<Response, Problem> {
    let case = orders::open(&call, &reference).await?;
    let (form, bytes) = body::json::<ErasureForm>(&call.headers, request, body::JSON_BYTES_MAX).await?;
    let number = case.document.state.registered.number.as_str();
    let confirm = form.confirm.trim();
    if !confirm.eq_ignore_ascii_case(number) {
        let code = if confirm.is_empty() { "required" } else { "mismatch" };
        return Err(Problem::invalid(vec![FieldError::new("/confirm", code)]));
    }
    let operation =
        call.operation(&case.keys, &format!("intake.erase/{}", case.document.id), &bytes, Actor::citizen())?;
    if case.document.state.erased_at.is_some() {
        // Whoever asks twice has what they asked for.
        return Ok(erased(&case.document));
    }
    let committed = store::update(
        &call.access,
        &case.document.id,
        &operation,
        |document: &Document<WorkOrder>, context: &Context| {
            WorkOrder::decide_caller(Some(&document.state), &OrderCommand::Erase, context)
        },
    )
    .await?;
    Ok(erased(&committed.document))
}

fn erased(document: &Document<WorkOrder>) -> Response {
    let mut answer = crate::standing(document);
    if let Some(answer) = answer.as_object_mut() {
        answer.insert("erasedAt".to_owned(), json!(document.state.erased_at));
    }
    body::answer(&answer)
}
