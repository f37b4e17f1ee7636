//! Tickets: the newest, those at which a person should look, one of them with its traffic, and the two decisions on one.

use axum::body::Body;
use axum::extract::{Path, Query};
use axum::response::Response;
use canon::DocId;
use domain::aggregate::Aggregate as _;
use domain::hotline::{Received, Ticket, TicketCommand, TicketEvent, TicketRejection, Upstreams, attention_queue};
use domain::permission::Action;
use domain::time::{MINUTE_MS, Moment};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use service::session::StaffCall;
use service::{Problem, body};
use store::{CommitError, Document, Head, Platform, Recorded, StoreError, read_queue, read_table, table_page, update};
use upstream::{read_evidence, read_ticket};

use crate::redact::redact;

/// Rows of an answer (service.md: at most 100).
const ROWS_MAX: usize = 100;
/// Pages of the table in which the newest are looked for: 4 × 2 048 slots of everything that happens.
const PAGES: u64 = 4;
/// How long events wait for their creation before somebody should ask the platform (handbook: 10 minutes).
const PARKED_MS: i64 = 10 * MINUTE_MS;

/// The query of `GET /api/hotline/tickets`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ListQuery {
    /// `1`: only those at which a person should look.
    attention: String,
}

/// `GET /api/hotline/tickets`
pub(crate) async fn list<P: Platform>(
    staff: StaffCall<P>,
    query: Result<Query<ListQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    staff.require_here(Action::SeeHotline)?;
    let Query(query) = query.map_err(|_| Problem::malformed("The query has a value of a wrong kind."))?;
    let access = &staff.call.access;
    let mut rows: Vec<Value> = if query.attention == "1" {
        let queue = read_queue(access, &attention_queue()).await?;
        queue.into_iter().filter_map(|(id, row)| item(&id, row.c?)).collect()
    } else {
        let head = access.get(store::keys::HEAD).await?;
        let head: Option<Head> = head.map(|bytes| canon::read(&bytes)).transpose().map_err(StoreError::from)?;
        let last = table_page(head.map_or(0, |head| head.next));
        let mut rows = Vec::new();
        for page in last.saturating_sub(PAGES.saturating_sub(1))..=last {
            rows.extend(
                read_table(access, "tickets", page).await?.into_iter().filter_map(|(id, row)| item(&id, row.c)),
            );
        }
        rows
    };
    let touched = |row: &Value| row.get("touchedAt").and_then(Value::as_str).map(str::to_owned).unwrap_or_default();
    rows.sort_unstable_by_key(|row| std::cmp::Reverse(touched(row)));
    let total = rows.len();
    rows.truncate(ROWS_MAX);
    let now = access.now();
    rows.iter_mut().for_each(|row| mark_late(row, now));
    Ok(service::json(&json!({ "total": total, "items": rows })))
}

fn item(id: &DocId, mut columns: Value) -> Option<Value> {
    columns.as_object_mut()?.insert("id".to_owned(), json!(id));
    Some(columns)
}

/// Whether events have waited for their creation for too long is a matter of the clock alone.
fn mark_late(row: &mut Value, now: Moment) {
    let since = row.get("parkedSince").and_then(Value::as_str).and_then(|at| at.parse::<Moment>().ok());
    let late = since.is_some_and(|since| now.ms_since(since) > PARKED_MS);
    if let Some(row) = row.as_object_mut() {
        row.insert("parkedTooLong".to_owned(), json!(late));
    }
}

/// `GET /api/hotline/tickets/{id}`
pub(crate) async fn show<P: Platform>(staff: StaffCall<P>, Path(id): Path<String>) -> Result<Response, Problem> {
    staff.require_here(Action::SeeHotline)?;
    let ticket = find(&staff, &id).await?;
    view(&staff, &ticket).await
}

async fn find<P: Platform>(staff: &StaffCall<P>, id: &str) -> Result<Document<Ticket>, Problem> {
    let id = DocId::parse(id).map_err(|_| Problem::not_found())?;
    read_ticket(&staff.call, &id).await?.ok_or_else(Problem::not_found)
}

async fn view<P: Platform>(staff: &StaffCall<P>, ticket: &Document<Ticket>) -> Result<Response, Problem> {
    let call = &staff.call;
    let (keys, catalogue) = (call.keys().await?, call.app.catalogue(&call.access).await?);
    let upstreams = Upstreams::of(&catalogue.hotline);
    let platform = upstreams.get(&ticket.state.platform);
    let mut traffic = Vec::with_capacity(ticket.events.len());
    for recorded in &ticket.events {
        let mut entry = entry(recorded);
        if let TicketEvent::Received(received) | TicketEvent::Conflicted(received) = &recorded.event {
            let body = read_evidence(call, &keys, &received.evidence).await?;
            let body: Value = canon::read(&body).unwrap_or(Value::Null);
            if let Some(entry) = entry.as_object_mut() {
                entry.insert("body".to_owned(), redact(platform, &body));
            }
        }
        traffic.push(entry);
    }
    let state = &ticket.state;
    let work = staff.session.may_here(Action::WorkHotline);
    let files: Vec<Value> = state
        .files
        .iter()
        .map(|file| json!({ "tries": file.tries, "nextAt": file.next_at, "ended": file.ended }))
        .collect();
    Ok(service::json(&json!({
        "id": ticket.id, "platform": state.platform, "number": state.number, "openedAt": state.opened_at,
        "order": state.creation().map(|_| Ticket::order_id(&ticket.id)), "parkedSince": state.parked_since(),
        "sent": state.sent, "queued": state.out.len(), "tries": state.tries, "nextAt": state.next_at,
        "dead": state.dead, "conflicts": state.conflicts, "files": files, "traffic": traffic,
        "canResend": work && state.dead.is_some(),
        "canAcknowledge": work && state.conflicts.iter().any(|conflict| !conflict.seen),
    })))
}

fn entry(recorded: &Recorded<TicketEvent>) -> Value {
    let of = |received: &Received| json!({ "kind": received.kind, "bytes": received.evidence.1 });
    let (direction, kind, more) = match &recorded.event {
        TicketEvent::Received(received) => ("in", "received", of(received)),
        TicketEvent::Conflicted(received) => ("in", "conflicted", of(received)),
        TicketEvent::Queued { kind, .. } => ("out", "queued", json!({ "kind": kind })),
        TicketEvent::Delivered { seq, .. } => ("out", "delivered", json!({ "message": seq })),
        TicketEvent::Failed { seq, reason, next_at } => {
            ("out", "failed", json!({ "message": seq, "reason": reason, "nextAt": next_at }))
        }
        TicketEvent::Resent => ("staff", "resent", Value::Null),
        TicketEvent::Rewound { to } => ("staff", "rewound", json!({ "message": to })),
        TicketEvent::Acknowledged => ("staff", "acknowledged", Value::Null),
        TicketEvent::FileEnded { ended, next_at, .. } => ("in", "file", json!({ "reason": ended, "nextAt": next_at })),
    };
    json!({ "seq": recorded.seq, "at": recorded.at, "direction": direction, "type": kind, "more": more })
}

/// `POST /api/hotline/tickets/{id}/{step}`: `resend` a dead letter, `acknowledge` conflicts.
pub(crate) async fn take<P: Platform>(
    staff: StaffCall<P>,
    Path((id, word)): Path<(String, String)>,
    request: Body,
) -> Result<Response, Problem> {
    let command = match word.as_str() {
        "resend" => TicketCommand::Resend,
        "acknowledge" => TicketCommand::Acknowledge,
        _ => return Err(Problem::not_found()),
    };
    staff.require_here(Action::WorkHotline)?;
    let call = &staff.call;
    let bytes = body::read(&call.headers, request, 1024).await?;
    let ticket = find(&staff, &id).await?;
    let keys = call.keys().await?;
    let operation = call.operation(&keys, &format!("hotline.{word}/{}", ticket.id), &bytes, staff.session.actor())?;
    let taken = update(&call.access, &ticket.id, &operation, |document: &Document<Ticket>, context| {
        Ticket::decide(Some(&document.state), &command, context)
    });
    match taken.await {
        Ok(committed) => view(&staff, &committed.document).await,
        Err(CommitError::Rejected(rejection)) => Err(refused(rejection)),
        Err(CommitError::Store(error)) => Err(error.into()),
        Err(CommitError::OtherRequest) => Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "idempotencyKeyReused",
            "This Idempotency-Key was used for another request. Use a new key for a new request.",
        )),
        Err(CommitError::NotFound | CommitError::Full) => Err(refused(TicketRejection::Full)),
    }
}

fn refused(rejection: TicketRejection) -> Problem {
    let detail = "The ticket does not stand so that this is possible any more. Look at it again.";
    Problem::new(StatusCode::CONFLICT, rejection.code(), detail)
}
