//! The words in which a platform is told about an event of one of its orders.
//!
//! What must stay true: they depend on the event alone and not on what the order became, so that a message which is sent
//! again is the same to the byte; nothing of the caller is in them; a confidential order says that it is one.

use canon::DocId;
use domain::hotline::{Telling, Ticket};
use domain::order::{OrderEvent, Text, WorkOrder};
use orders::Opener;
use serde_json::{Value, json};
use service::Keys;
use store::{Document, Recorded};

/// The body of message `seq` of `ticket`; none where the order has no such event.
pub(crate) fn body(
    keys: &Keys,
    ticket: &Ticket,
    order: &Document<WorkOrder>,
    seq: u64,
    kind: Telling,
    source: u64,
) -> Option<Vec<u8>> {
    let recorded = order.events.iter().find(|recorded| recorded.seq == source)?;
    let opener = Opener::new(order, keys);
    let work = recorded.event.work();
    let (class, text) = outcome(order, recorded);
    let (field, text) = text.or_else(|| own(&recorded.event)).unzip();
    let text = text.zip(field).map(|(text, field)| opener.text(field, text));
    let granted = work.and_then(|work| work.limit);
    let message = json!({
        "seq": seq, "type": kind, "number": ticket.number, "orderNo": order.state.registered.number,
        "at": recorded.at, "event": canon::variant_name(&recorded.event), "unit": work.and_then(|work| work.unit.as_ref()),
        "text": text.unwrap_or_default(), "result": class, "limit": granted,
        "confidential": order.state.registered.confidential,
    });
    serde_json::to_vec(&message).ok()
}

/// What a unit says it achieved, once the centre has passed it.
fn outcome<'a>(
    order: &'a Document<WorkOrder>,
    recorded: &Recorded<OrderEvent>,
) -> (Value, Option<(&'static str, &'a Text)>) {
    if !matches!(recorded.event, OrderEvent::ReviewPassed(_)) {
        return (Value::Null, None);
    }
    let results = order.events.iter().rev().filter(|earlier| earlier.seq < recorded.seq);
    let mut results = results.filter_map(|earlier| match &earlier.event {
        OrderEvent::ResultSubmitted(outcome) => Some(outcome),
        _ => None,
    });
    let result = results.next();
    (json!(result.map(|result| result.class)), result.and_then(|result| Some(("work", result.work.text.as_ref()?))))
}

/// What the event itself says, where the platform may read it.
fn own(event: &OrderEvent) -> Option<(&'static str, &Text)> {
    match event {
        OrderEvent::AnsweredNow(work)
        | OrderEvent::HandedOff(work)
        | OrderEvent::ExtensionForwarded(work)
        | OrderEvent::ChildReplied(work) => Some(("work", work.text.as_ref()?)),
        OrderEvent::Withdrawn(withdrawn) => Some(("reason", withdrawn.reason.as_ref()?)),
        _ => None,
    }
}

/// The id of message `seq`: the same each time.
pub(crate) fn message_id(ticket: &DocId, seq: u64) -> String {
    format!("{ticket}.{seq}")
}
