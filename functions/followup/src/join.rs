//! Me too (多人同诉): somebody else has a matter that is on the public list.
//!
//! Counted once a device; people are counted by phone where they gave one. The answer depends on the device alone and on
//! what the public list shows, so nobody can find out with it whose number is in a case. Eight store operations:
//! the address's rate record in two, the number, the order, and the four of `store::update`.

use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use canon::Hash;
use domain::aggregate::{Actor, Context};
use domain::order::{JoinCommand, OrderCommand, OrderNo, OrderRejection, Why, WorkOrder};
use domain::time::HOUR_MS;
use orders::{Check, Lookup, phone_number, seal_field};
use serde::Deserialize;
use serde_json::json;
use service::{Call, Problem, body, rate};
use store::{CommitError, Document, Platform, StoreError};

/// What one address may say in an hour: a family at home, and nobody who counts for a crowd.
const PER_HOUR: u32 = 10;
/// A device's name for itself: as an idempotency key, long enough that nobody guesses another's.
const DEVICE_LENGTH: std::ops::RangeInclusive<usize> = 16..=64;

/// `POST …/me-too`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct JoinForm {
    device: String,
    phone: Option<String>,
}

/// `POST /api/intake/public/{number}/me-too`
pub(crate) async fn join<P: Platform>(
    call: Call<P>,
    Path(number): Path<String>,
    request: Body,
) -> Result<Response, Problem> {
    let (form, bytes) = body::json::<JoinForm>(&call.headers, request, body::JSON_BYTES_MAX).await?;
    let mut check = Check::default();
    let letters = form.device.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if !letters || !DEVICE_LENGTH.contains(&form.device.len()) {
        check.note("/device", if form.device.is_empty() { "required" } else { "invalid" });
    }
    let phone = form.phone.and_then(|phone| phone_number(&mut check, "/phone", &phone));
    if !check.is_clean() {
        return Err(Problem::invalid(check.into_errors()));
    }
    let keys = call.keys().await?;
    let number: OrderNo = number.parse().map_err(|_| Problem::not_found())?;
    let operation = call.operation(&keys, &format!("intake.join/{number}"), &bytes, Actor::citizen())?;
    count(&call, &keys, operation.op.as_str()).await?;
    let document = public(&call, &number).await?;
    let device = keys.mac("device", &[form.device.as_bytes()]);
    if document.state.has_joined(&device) {
        return Ok(answer(&document, &device));
    }
    let sealed = match phone.as_deref() {
        // A closed case may have no key any more; then it refuses below, and nothing has to be sealed.
        Some(phone) if document.state.status.is_open() => {
            Some(seal_field(&call, &keys, &document, "joined.phone", phone)?)
        }
        _ => None,
    };
    let index = phone.as_deref().map(|phone| keys.caller_index(phone));
    let command = OrderCommand::Join(JoinCommand { device, index, phone: sealed });
    let decide = |document: &Document<WorkOrder>, context: &Context| {
        WorkOrder::decide_caller(Some(&document.state), &command, context)
    };
    match store::update(&call.access, &document.id, &operation, decide).await {
        Ok(committed) => Ok(answer(&committed.document, &device)),
        // Both of two taps at once come here; the other one was the me too.
        Err(CommitError::Rejected(OrderRejection::Refused(refusal))) if refusal.why == Why::AlreadyDone => {
            Ok(answer(&public(&call, &number).await?, &device))
        }
        Err(error) => Err(error.into()),
    }
}

async fn count<P: Platform>(call: &Call<P>, keys: &service::Keys, token: &str) -> Result<(), Problem> {
    let count = rate::hit(&call.access, keys, "join", &call.client, token, HOUR_MS).await?;
    if count.n > PER_HOUR {
        let detail = "Many people in your network said so already. Please wait, or call 12345.";
        return Err(Problem::too_many("tooManyRequests", detail, count.resets_in_s));
    }
    Ok(())
}

/// The order, if the public knows of it: what is not listed is not there.
async fn public<P: Platform>(call: &Call<P>, number: &OrderNo) -> Result<Document<WorkOrder>, Problem> {
    let lookup = call.access.get(&store::keys::number(number.as_str())).await?.ok_or_else(Problem::not_found)?;
    let lookup: Lookup = canon::read(&lookup).map_err(StoreError::from)?;
    let bytes = call.access.get(&Document::<WorkOrder>::key_of(lookup.id())).await?.ok_or_else(Problem::not_found)?;
    let document = Document::<WorkOrder>::parse(&bytes)?;
    let same = document.state.registered.number == *number;
    if same && document.state.is_public() { Ok(document) } else { Err(Problem::not_found()) }
}

/// A reply is promised where there is a number to give it to: the one that this device came with the first time. One that
/// it brings later is stored nowhere.
fn answer(document: &Document<WorkOrder>, device: &Hash) -> Response {
    let order = &document.state;
    let reply = order.joined.iter().any(|joined| joined.device == *device && joined.index.is_some());
    body::answer(&json!({
        "number": order.registered.number, "meToo": order.joined.len(), "replyPromised": reply,
    }))
}
