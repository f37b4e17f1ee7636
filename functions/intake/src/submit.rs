//! Submitting: from a form to an acknowledged order, in six store operations of which four write.
//!
//! The order of things: read and check (nothing is stored), count the address, look for earlier orders of the caller,
//! then create. Everything that an answer shows comes from the stored document, so the same request again gets the same
//! answer, secret included.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use canon::DocId;
use domain::aggregate::{Actor, Aggregate};
use domain::catalogue::{AppealType, Catalogue, Urgency};
use domain::limit::{Deadline, Limit, Rule};
use domain::order::{
    Attachment, CallerFields, Channel, OrderCommand, OrderNo, OrderRejection, Place, Registered, Repeat, RepeatRule,
    WorkOrder, repeat_of,
};
use domain::time::{DAY_MS, MINUTE_MS, Moment};
use http::{StatusCode, header};
use orders::{Lookup, Receipt, Sealer, receipt, resolve};
use serde::Serialize;
use service::{Call, FieldError, Keys, Problem, body, rate, work};
use store::{Birth, Document, Operation, Platform};

use crate::form::{Draft, OrderForm, Refusal};

/// `POST /api/intake/orders`
pub(crate) async fn submit<P: Platform>(call: Call<P>, request: Body) -> Result<Response, Problem> {
    let (form, bytes) = body::json::<OrderForm>(&call.headers, request, body::JSON_BYTES_MAX).await?;
    let keys = call.keys().await?;
    let operation = call.operation(&keys, "intake.submit", &bytes, Actor::citizen())?;
    let catalogue = call.app.catalogue(&call.access).await?;
    let draft = form.check(&catalogue, operation.context.now).map_err(refuse)?;
    let id = DocId::of(&operation.op);
    let index = draft.phone.as_deref().map(|phone| keys.caller_index(phone));
    let repeat = match admit(&call, &keys, &catalogue, &operation, &draft, index).await {
        Ok(repeat) => repeat,
        Err(refusal) => return submitted_before(&call, &keys, &operation, &id).await?.ok_or(refusal),
    };
    let key = Document::<WorkOrder>::key_of(&id);
    let attachments = resolve(&call, &catalogue, &draft.attachments, &key).await?;
    let day_base = call.app.day_base(&call.access, operation.context.now.date()).await?;
    let promise = promise(&catalogue, &operation, draft.appeal_type, draft.urgency)?;
    let (data_key, wrapped) = keys
        .new_data_key(WorkOrder::KIND, &id, call.access.random(), call.access.random())
        .map_err(|_| Problem::unavailable())?;
    let seal = Sealer { call: &call, key: &data_key };
    let prefix = &catalogue.town.order_prefix;
    let number = OrderNo::new(prefix, operation.context.now.date(), 0);
    let mut registered = register(&seal, draft, attachments, repeat, promise, number)?;
    registered.caller.index = index;
    registered.secret = keys.case_secret_hash(&id, &keys.case_secret(&id));
    let context = operation.context.clone();
    let committed = store::create::<WorkOrder, P>(&call.access, operation, |slot| {
        registered.number = OrderNo::new(prefix, context.now.date(), slot.saturating_sub(day_base));
        let number = store::keys::number(registered.number.as_str());
        let event = WorkOrder::decide_caller(None, &OrderCommand::Register(Box::new(registered)), &context)?;
        Ok::<_, OrderRejection>(Birth {
            event,
            key: Some(wrapped),
            lookups: vec![(number, Lookup::to(&id).to_bytes())],
        })
    })
    .await?;
    Ok(acknowledge(&keys, &committed.document))
}

/// Counts the submission against its address and its phone; the earlier order that it repeats.
async fn admit<P: Platform>(
    call: &Call<P>,
    keys: &Keys,
    catalogue: &Catalogue,
    operation: &Operation,
    draft: &Draft,
    index: Option<canon::Hash>,
) -> Result<Option<Repeat>, Problem> {
    count_address(call, keys, catalogue, operation).await?;
    match index {
        Some(index) => {
            earlier_orders(call, catalogue, draft, &DocId::of(&operation.op), &index, operation.context.now).await
        }
        None => Ok(None),
    }
}

/// The answer to a submission that was accepted before and is sent again because that answer was lost: no limit may
/// hide it. Looked for only where a limit would refuse, so that the usual way costs nothing.
async fn submitted_before<P: Platform>(
    call: &Call<P>,
    keys: &Keys,
    operation: &Operation,
    id: &DocId,
) -> Result<Option<Response>, Problem> {
    let Some(bytes) = call.access.get(&Document::<WorkOrder>::key_of(id)).await? else { return Ok(None) };
    let document = Document::<WorkOrder>::parse(&bytes)?;
    let same = document.event_of(&operation.op).is_some_and(|first| first.request == operation.request);
    Ok(same.then(|| acknowledge(keys, &document)))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Acknowledgement<'a> {
    number: &'a str,
    secret: String,
    id: &'a str,
    promised_by: Moment,
    receipt: Receipt<'a>,
}

/// The same for the first answer and every later one to the same request.
fn acknowledge(keys: &Keys, document: &Document<WorkOrder>) -> Response {
    let number = &document.state.registered.number;
    let answer = Acknowledgement {
        number: number.as_str(),
        secret: keys.case_secret(&document.id),
        id: document.id.as_str(),
        promised_by: document.state.registered.promised.at,
        receipt: receipt(document),
    };
    let location = format!("/api/intake/orders/{number}");
    (StatusCode::CREATED, [(header::LOCATION, location)], service::json(&answer)).into_response()
}

fn refuse(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Fields(fields) => Problem::invalid(fields),
        Refusal::Emergency(number) => {
            let detail = format!("This cannot wait for an order. Call {number} now; nothing was submitted.");
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "emergencyCall", detail).with("call", number)
        }
    }
}

/// The free submissions of an address per minute, then some more for a proof of work, then none.
async fn count_address<P: Platform>(
    call: &Call<P>,
    keys: &Keys,
    catalogue: &Catalogue,
    operation: &Operation,
) -> Result<(), Problem> {
    let limits = &catalogue.town.limits;
    let count = rate::hit(&call.access, keys, "submit", &call.client, operation.op.as_str(), MINUTE_MS).await?;
    if count.n <= limits.address_per_minute {
        return Ok(());
    }
    if count.n > limits.address_per_minute_with_work {
        let detail = "Too many submissions came from your network. Please wait a minute, or call 12345.";
        return Err(Problem::too_many("tooManyRequests", detail, count.resets_in_s));
    }
    let now = operation.context.now;
    let proof = call.headers.get("proof-of-work").and_then(|proof| proof.to_str().ok()).unwrap_or_default();
    if work::is_solved(keys, &call.client, limits.work_bits, call.idempotency_key()?, proof, now) {
        return Ok(());
    }
    let challenge = work::challenge(keys, &call.client, limits.work_bits, now);
    let asked = serde_json::json!({ "challenge": challenge, "bits": limits.work_bits });
    let detail = "Many submissions came from your network. Solve the enclosed proof of work, or wait a minute.";
    Err(Problem::too_many("proofOfWorkNeeded", detail, count.resets_in_s).with("proofOfWork", asked))
}

/// The caller's earlier orders: whether there are too many today, and which one this repeats.
async fn earlier_orders<P: Platform>(
    call: &Call<P>,
    catalogue: &Catalogue,
    draft: &Draft,
    id: &DocId,
    index: &canon::Hash,
    now: Moment,
) -> Result<Option<Repeat>, Problem> {
    let limits = &catalogue.town.limits;
    let earlier = orders::earlier(&call.access, index, id).await?;
    let today = earlier.iter().filter(|order| now.ms_since(order.row.received_at) < DAY_MS).count();
    if today >= usize::try_from(limits.phone_per_day).unwrap_or(usize::MAX) {
        let detail = "Too many orders were submitted with this phone number in a day. Please call 12345.";
        return Err(Problem::too_many("tooManyRequests", detail, 3600));
    }
    let closed_window_ms = limits.repeat_closed_window.natural_ms().unwrap_or(0);
    let rule = RepeatRule { radius_m: limits.duplicate_radius_m, closed_window_ms };
    Ok(repeat_of(&earlier, &draft.category, draft.position, now, rule, |a, b| catalogue.distance_m(a, b)))
}

fn promise(
    catalogue: &Catalogue,
    operation: &Operation,
    appeal_type: AppealType,
    urgency: Urgency,
) -> Result<(Limit, Deadline), Problem> {
    let promise = catalogue.effective_limit(operation.context.now, appeal_type, urgency, Rule::PROMISE);
    promise.ok_or_else(|| Problem::invalid(vec![FieldError::new("/appealType", "unknown")]))
}

/// The event's content; number, caller index and secret are still to be filled in.
fn register<P: Platform>(
    seal: &Sealer<'_, P>,
    draft: Draft,
    attachments: Vec<Attachment>,
    repeat: Option<Repeat>,
    (limit, promised): (Limit, Deadline),
    number: OrderNo,
) -> Result<Registered, Problem> {
    let caller = CallerFields {
        name: seal.optional("caller.name", draft.name.as_ref())?,
        phone: seal.optional("caller.phone", draft.phone.as_ref())?,
        index: None,
    };
    let address = seal.optional("place.address", draft.address.as_ref())?;
    let respondent = seal.optional("respondent", draft.respondent.as_ref())?;
    Ok(Registered {
        number,
        channel: Channel::Web,
        upstream: None,
        appeal_type: draft.appeal_type,
        category: draft.category,
        urgency: draft.urgency,
        title: seal.text("title", draft.title, draft.confidential)?,
        content: seal.text("content", draft.content, draft.confidential)?,
        place: Place {
            address,
            village: draft.village,
            grid: draft.grid,
            position: draft.position,
            approx: draft.approx,
        },
        respondent,
        caller,
        on_behalf: draft.on_behalf,
        incident_at: draft.incident_at,
        anonymous: draft.anonymous,
        confidential: draft.confidential,
        reply_wanted: draft.reply_wanted,
        listed: draft.listed,
        attachments,
        limit,
        promised,
        repeat,
        secret: canon::Hash::from_bytes([0; 32]),
    })
}
