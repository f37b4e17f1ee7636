//! Receiving: from a verified message to an acknowledged ticket.
//!
//! Store operations of a creation, on a warm instance: look for the ticket, keep the evidence, create the ticket (claim,
//! slot, batch), look for the caller's earlier orders, create the order (claim, slot, batch): nine, of which seven write.
//! Another event of a ticket that is there: look, keep, and the four of `store::update`: six.

use axum::body::Body;
use axum::response::Response;
use canon::{Hash, OpId, lp, sha256};
use domain::aggregate::{Actor, Aggregate as _, Context};
use domain::hotline::{
    EventKind, Inbound, Message, Missing, Received, Ticket, TicketCommand, TicketEvent, TicketRejection, Upstreams,
    content_of,
};
use http::StatusCode;
use serde_json::{Value, json};
use service::{Call, Keys, Problem};
use store::{Birth, CommitError, Document, Operation, Platform, create, update};
use upstream::{Desk, Registration, keep, platform_keys, read_ticket, seal_message, ticket_key};

use crate::verify::verify;

/// A message with what names it.
struct Arrived<'a> {
    platform: &'a str,
    message: &'a Message,
    key: String,
    content: Hash,
    body: &'a [u8],
}

/// What became of a message.
enum Outcome {
    /// It is in the ticket now.
    New(Document<Ticket>),
    /// It was there already.
    Again(Document<Ticket>),
    /// It was there with another content.
    Conflict,
}

/// `POST /api/hotline/events`
pub(crate) async fn receive<P: Platform>(call: Call<P>, request: Body) -> Result<Response, Problem> {
    let catalogue = call.app.catalogue(&call.access).await?;
    let upstreams = Upstreams::of(&catalogue.hotline);
    let secrets = platform_keys(&call).await?;
    let verified = verify(&upstreams, &secrets, &call.headers, request, call.access.now()).await?;
    let text = std::str::from_utf8(&verified.body).map_err(|_| not_utf8())?;
    let body: Value = canon::read(text.as_bytes()).map_err(|_| Problem::malformed("The body is not JSON."))?;
    let content_max = usize::try_from(catalogue.town.limits.content_max).unwrap_or(usize::MAX);
    let message = verified.platform.read(&body, content_max).map_err(|missing| schema(&missing))?;
    let keys = call.keys().await?;
    let content = keys.mac("hotline.content", &[&content_of(&body)]);
    let key = message.key(verified.id.as_deref(), &content);
    let platform = verified.platform.code.as_str();
    let arrived = Arrived { platform, message: &message, key, content, body: &verified.body };
    let (ticket, duplicate) = match take(&call, &keys, &arrived).await? {
        Outcome::New(ticket) => (ticket, false),
        Outcome::Again(ticket) => (ticket, true),
        Outcome::Conflict => return Err(conflict()),
    };
    let desk = Desk { call: &call, keys: &keys, catalogue: &catalogue, upstreams: &upstreams };
    let creation = Registration::of(&ticket).filter(|_| message.kind == EventKind::Create);
    let number = match creation {
        Some(creation) => Some(desk.register(&creation, &message).await?),
        None => None,
    };
    let parked = ticket.state.parked_since().is_some();
    Ok(service::json(&json!({ "code": 0, "order_no": number, "duplicate": duplicate, "parked": parked })))
}

/// Puts the message into its ticket.
async fn take<P: Platform>(call: &Call<P>, keys: &Keys, arrived: &Arrived<'_>) -> Result<Outcome, Problem> {
    let id = Ticket::id(arrived.platform, &arrived.message.number);
    let mut ticket = read_ticket(call, &id).await?;
    if let Some(ticket) = &ticket
        && ticket.state.received(&arrived.key).is_some_and(|first| first.content == arrived.content)
    {
        return Ok(Outcome::Again(ticket.clone()));
    }
    let evidence = keep(call, keys, arrived.body).await?;
    if ticket.is_none() {
        match open(call, keys, arrived, evidence).await? {
            Some(outcome) => return Ok(outcome),
            // Somebody else's event was first.
            None => ticket = read_ticket(call, &id).await?,
        }
    }
    let ticket = ticket.ok_or_else(Problem::unavailable)?;
    let received = received(call, arrived, &ticket_key(keys, &ticket)?, evidence)?;
    let op = OpId::new("hotline.receive", &format!("{id}/{}/{}", arrived.key, arrived.content));
    let operation = operation(call, arrived, op);
    let command = TicketCommand::Receive(Box::new(received));
    let taken = update(&call.access, &id, &operation, |document: &Document<Ticket>, context| {
        Ticket::decide(Some(&document.state), &command, context)
    });
    match taken.await {
        Ok(committed) => {
            let first = committed.document.state.received(&arrived.key).map(|first: &Inbound| first.content);
            Ok(if first == Some(arrived.content) { Outcome::New(committed.document) } else { Outcome::Conflict })
        }
        Err(CommitError::Rejected(TicketRejection::Duplicate)) => {
            Ok(Outcome::Again(read_ticket(call, &id).await?.ok_or_else(Problem::unavailable)?))
        }
        Err(CommitError::Rejected(TicketRejection::Conflict)) => Ok(Outcome::Conflict),
        Err(CommitError::Rejected(TicketRejection::Full | TicketRejection::State) | CommitError::Full) => Err(full()),
        Err(CommitError::OtherRequest | CommitError::NotFound) => Err(Problem::unavailable()),
        Err(CommitError::Store(error)) => Err(error.into()),
    }
}

/// Begins the ticket with the message; none where another event began it.
async fn open<P: Platform>(
    call: &Call<P>,
    keys: &Keys,
    arrived: &Arrived<'_>,
    evidence: (Hash, u32),
) -> Result<Option<Outcome>, Problem> {
    let id = Ticket::id(arrived.platform, &arrived.message.number);
    let made = keys.new_data_key(Ticket::KIND, &id, call.access.random(), call.access.random());
    let (data_key, wrapped) = made.map_err(|_| Problem::unavailable())?;
    let received = received(call, arrived, &data_key, evidence)?;
    let operation = operation(call, arrived, Ticket::opening(arrived.platform, &arrived.message.number));
    let opened = create::<Ticket, P>(&call.access, operation, |_| {
        let event = TicketEvent::Received(Box::new(received));
        Ok::<_, TicketRejection>(Birth { event, key: Some(wrapped), lookups: Vec::new() })
    });
    match opened.await {
        Ok(committed) if committed.replayed => Ok(Some(Outcome::Again(committed.document))),
        Ok(committed) => Ok(Some(Outcome::New(committed.document))),
        Err(CommitError::OtherRequest) => Ok(None),
        Err(CommitError::Store(error)) => Err(error.into()),
        Err(_) => Err(full()),
    }
}

fn operation<P: Platform>(call: &Call<P>, arrived: &Arrived<'_>, op: OpId) -> Operation {
    let by = Actor::system(&format!("platform/{}", arrived.platform));
    // Two events may have one content and different names.
    let request = sha256(&[&lp(arrived.key.as_bytes()), arrived.content.as_bytes()]);
    Operation { op, request, context: Context { now: call.access.now(), by } }
}

fn received<P: Platform>(
    call: &Call<P>,
    arrived: &Arrived<'_>,
    key: &service::keys::DataKey,
    evidence: (Hash, u32),
) -> Result<Received, Problem> {
    let message = arrived.message;
    Ok(Received {
        platform: arrived.platform.to_owned(),
        number: message.number.clone(),
        kind: message.kind,
        key: arrived.key.clone(),
        content: arrived.content,
        message: seal_message(call, key, message)?,
        evidence,
        day: message.at.unwrap_or_else(|| call.access.now()).date(),
        files: u32::try_from(message.attachments.len()).unwrap_or(0),
    })
}

fn not_utf8() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "notUtf8", "The body is not UTF-8. Send it in UTF-8.")
}

/// The fields by our names; the values are nobody's business in an answer.
fn schema(missing: &[Missing]) -> Problem {
    let fields: Vec<Value> = missing.iter().map(|one| json!({ "field": one.field, "code": one.code })).collect();
    let detail = "The message lacks what it needs under the agreed mapping; `fields` says what.";
    Problem::new(StatusCode::BAD_REQUEST, "schema", detail).with("fields", Value::Array(fields))
}

fn conflict() -> Problem {
    let detail = "This number or event is known with another content. The first one holds; a person will look at it.";
    Problem::new(StatusCode::CONFLICT, TicketRejection::Conflict.code(), detail)
}

fn full() -> Problem {
    let detail = "This ticket takes no more events. Call the town's command centre.";
    Problem::new(StatusCode::CONFLICT, TicketRejection::Full.code(), detail)
}
