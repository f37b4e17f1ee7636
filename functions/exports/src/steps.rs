//! Deciding on an export that shows callers, and taking it.
//!
//! Six store operations for a decision. Taking reads every order that was found, because names and numbers are sealed
//! under each order's own key: 500 of them at most.

use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use canon::DocId;
use domain::aggregate::Aggregate as _;
use domain::export::{Export, ExportCommand, ExportRejection};
use domain::order::WorkOrder;
use domain::permission::Action;
use http::StatusCode;
use orders::found::item;
use orders::{Check, Opener, exports};
use serde::Deserialize;
use serde_json::{Value, json};
use service::session::StaffCall;
use service::{Keys, Problem, body};
use store::{CommitError, Document, Operation, Platform};

use crate::{ask, list};

/// Orders with callers in one export: 500 × 3 KB of documents are read, 1.5 MB; more is no handling but collecting.
const CALLERS_MAX: usize = 500;
/// Orders read in one batch.
const BATCH: usize = 100;
/// Characters of a reason: a line.
const REASON_MAX: usize = 200;

/// `POST /api/exports/{id}/{approve,refuse,take}`
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct StepForm {
    if_version: Option<u64>,
    text: String,
}

/// `POST /api/exports/{id}/{step}`
pub(crate) async fn take<P: Platform>(
    staff: StaffCall<P>,
    Path((id, step)): Path<(String, String)>,
    request: Body,
) -> Result<Response, Problem> {
    if !["approve", "refuse", "take"].contains(&step.as_str()) {
        return Err(Problem::not_found());
    }
    let call = &staff.call;
    let (form, bytes) = body::json::<StepForm>(&call.headers, request, body::JSON_BYTES_MAX).await?;
    let id = DocId::parse(&id).map_err(|_| Problem::not_found())?;
    let stored = call.access.get(&Document::<Export>::key_of(&id)).await?.ok_or_else(Problem::not_found)?;
    let document = Document::<Export>::parse(&stored)?;
    let keys = call.keys().await?;
    let operation = call.operation(&keys, &format!("exports.{step}/{id}"), &bytes, staff.session.actor())?;
    if !list::is_visible(&staff, &document.state, &operation.context) {
        return Err(Problem::not_found());
    }
    if step == "take" {
        return taken(&staff, &keys, &document, &operation).await;
    }
    ask::require(&staff, Action::DecideExport)?;
    decided(&staff, &document, &operation, &form, step == "approve").await
}

async fn decided<P: Platform>(
    staff: &StaffCall<P>,
    document: &Document<Export>,
    operation: &Operation,
    form: &StepForm,
    approve: bool,
) -> Result<Response, Problem> {
    let mut check = Check::default();
    let reason = check.required("/text", &form.text, REASON_MAX);
    if !check.is_clean() {
        return Err(Problem::invalid(check.into_errors()));
    }
    let done = document.event_of(&operation.op).is_some();
    if !done && form.if_version != Some(document.version) {
        let detail = "The export has changed since you looked at it. Look at it again, then decide.";
        return Err(Problem::new(StatusCode::CONFLICT, "staleVersion", detail).with("version", document.version));
    }
    let command = ExportCommand::Decide { account: staff.session.account.clone(), approve, reason };
    let document = write(staff, &document.id, operation, &command).await?;
    Ok(service::json(&list::view(&document)))
}

async fn write<P: Platform>(
    staff: &StaffCall<P>,
    id: &DocId,
    operation: &Operation,
    command: &ExportCommand,
) -> Result<Document<Export>, CommitError<ExportRejection>> {
    let committed = store::update(&staff.call.access, id, operation, |document: &Document<Export>, context| {
        Export::decide(Some(&document.state), command, context)
    });
    Ok(committed.await?.document)
}

/// The rows with their callers, once the taking is recorded.
async fn taken<P: Platform>(
    staff: &StaffCall<P>,
    keys: &Keys,
    document: &Document<Export>,
    operation: &Operation,
) -> Result<Response, Problem> {
    if document.event_of(&operation.op).is_none() {
        document.state.may_take(&operation.context)?;
    }
    let mut found = exports::find(staff, &document.state.asked.filter).await?;
    let cut = found.cut || found.rows.len() > CALLERS_MAX;
    found.rows.truncate(CALLERS_MAX);
    let (mut items, mut shown) = (Vec::with_capacity(found.rows.len()), Vec::with_capacity(found.rows.len()));
    for rows in found.rows.chunks(BATCH) {
        let documents: Vec<String> = rows.iter().map(|(id, _)| Document::<WorkOrder>::key_of(id)).collect();
        let read = staff.call.access.get_many(&documents).await?;
        for ((id, row), key) in rows.iter().zip(&documents) {
            let order = read.get(key).map(|bytes| Document::<WorkOrder>::parse(bytes)).transpose()?;
            let row = item(id, row.v, row.c.clone());
            if let Some(item) = order.zip(row).and_then(|(order, row)| with_caller(staff, keys, &order, row)) {
                shown.push(id.clone());
                items.push(item);
            }
        }
    }
    let command = ExportCommand::Take { orders: shown };
    let document = write(staff, &document.id, operation, &command).await?;
    let mut answer = list::view(&document);
    if let Some(answer) = answer.as_object_mut() {
        answer.insert("items".to_owned(), Value::Array(items));
        answer.insert("cut".to_owned(), json!(cut));
        answer.insert("mark".to_owned(), json!(exports::mark(staff, &document.id)));
    }
    Ok(service::json(&answer))
}

/// The row with name and number; without them where the matter is confidential (handbook §1.9). None where this person
/// may no longer see the order.
fn with_caller<P: Platform>(
    staff: &StaffCall<P>,
    keys: &Keys,
    order: &Document<WorkOrder>,
    mut item: Value,
) -> Option<Value> {
    let sight = order.state.sight(&staff.session.member());
    if !sight.order {
        return None;
    }
    let registered = &order.state.registered;
    let opener = Opener::new(order, keys);
    let open = |field, sealed| opener.optional(field, sealed).filter(|_| sight.caller && !registered.confidential);
    let (name, phone) =
        (open("caller.name", registered.caller.name.as_ref()), open("caller.phone", registered.caller.phone.as_ref()));
    let members = item.as_object_mut()?;
    members.insert("callerName".to_owned(), json!(name));
    members.insert("callerPhone".to_owned(), json!(phone));
    Some(item)
}
