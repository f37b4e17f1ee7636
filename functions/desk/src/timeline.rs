//! What happened to an order, in words that staff may read.

use std::collections::BTreeMap;

use domain::order::{Answer, Attachment, OrderEvent, RatingReason, Sight, Status, Text};
use orders::Opener;
use serde_json::{Value, json};
use store::Recorded;

/// One event. Whoever may not see the content sees that it happened, and by which unit, but not by whom; whoever is `told`
/// reads besides what the centre wrote for the units when it gave them the order.
pub(crate) fn entry(
    recorded: &Recorded<OrderEvent>,
    opener: &Opener,
    (sight, told): (Sight, bool),
    me: &str,
    names: &BTreeMap<String, String>,
) -> Value {
    let event = &recorded.event;
    let work = event.work();
    let (field, text, attachments) = content(event);
    let is_given = matches!(event, OrderEvent::Dispatched(_) | OrderEvent::Transferred(_));
    let text = text.filter(|_| sight.content || (told && is_given)).map(|text| opener.text(field, text));
    let attachments: Vec<Value> = attachments.iter().filter(|_| sight.content).map(attachment).collect();
    let by = recorded.by.as_str();
    let kind = by.split(':').next().unwrap_or_default();
    let (answer, to) = outcome(event);
    json!({
        "seq": recorded.seq, "at": recorded.at, "type": canon::variant_name(event),
        "by": { "kind": kind, "you": by == me, "name": names.get(by) },
        "unit": work.and_then(|work| work.unit.as_ref()),
        "units": work.map(|work| work.units.as_slice()).unwrap_or_default(),
        "reason": work.and_then(|work| work.reason.as_deref()),
        "limit": work.and_then(|work| work.limit), "timer": work.and_then(|work| work.timer.as_ref()),
        "text": text, "attachments": attachments, "answer": answer, "to": to, "reasons": reasons(event),
    })
}

/// A file of an order.
pub(crate) fn attachment(attachment: &Attachment) -> Value {
    json!({ "id": attachment.id, "mime": attachment.mime, "size": attachment.size })
}

/// The text with the name under which it may be sealed, and the files.
fn content(event: &OrderEvent) -> (&'static str, Option<&Text>, &[Attachment]) {
    match event {
        OrderEvent::Supplemented(supplement) => ("supplement", Some(&supplement.text), &supplement.attachments),
        OrderEvent::Urged(urged) => ("reason", urged.reason.as_ref(), &[]),
        OrderEvent::Withdrawn(withdrawn) => ("reason", withdrawn.reason.as_ref(), &[]),
        other => {
            let work = other.work();
            (
                "work",
                work.and_then(|work| work.text.as_ref()),
                work.map(|w| w.attachments.as_slice()).unwrap_or_default(),
            )
        }
    }
}

fn outcome(event: &OrderEvent) -> (Option<Answer>, Option<Status>) {
    match event {
        OrderEvent::Visited(visit)
        | OrderEvent::Rated(visit)
        | OrderEvent::Ruled(visit)
        | OrderEvent::Reopened(visit) => (visit.answer, Some(visit.to)),
        _ => (None, None),
    }
}

/// What a caller found wrong, if this is a rating.
fn reasons(event: &OrderEvent) -> &[RatingReason] {
    match event {
        OrderEvent::Rated(visit) => &visit.reasons,
        _ => &[],
    }
}
