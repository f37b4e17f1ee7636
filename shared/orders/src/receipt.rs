//! The receipt, and the files of an order.

use domain::order::{Attachment, OrderEvent, WorkOrder};
use serde::Serialize;
use store::{Document, Recorded};

/// The first event as it is stored, nonce included: enough for its owner to prove what was submitted and when.
#[derive(Debug, Serialize)]
pub struct Receipt<'a> {
    document: String,
    event: Option<&'a Recorded<OrderEvent>>,
}

/// The receipt of an order.
#[must_use]
pub fn receipt(document: &Document<WorkOrder>) -> Receipt<'_> {
    Receipt { document: Document::<WorkOrder>::key_of(&document.id), event: document.events.first() }
}

/// All files that the caller sent, with the first submission or later ones.
pub fn attachments(document: &Document<WorkOrder>) -> impl Iterator<Item = &Attachment> {
    document.events.iter().flat_map(|recorded| match &recorded.event {
        OrderEvent::Registered(registered) => registered.attachments.as_slice(),
        OrderEvent::Supplemented(supplement) => supplement.attachments.as_slice(),
        _ => &[],
    })
}

/// All files that staff added as evidence.
pub fn evidence(document: &Document<WorkOrder>) -> impl Iterator<Item = &Attachment> {
    let works = document.events.iter().filter_map(|recorded| recorded.event.work());
    works.flat_map(|work| work.attachments.as_slice())
}
