//! What everyone who shows an order shows alike: the receipt, the files, the place.

use domain::catalogue::Point;
use domain::order::{Attachment, OrderEvent, Work, WorkOrder};
use serde::Serialize;
use serde_json::{Value, json};
use store::{Document, Recorded};

use crate::Opener;

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

/// What the unit handed in about the result that the review at `seq` passed: the caller sees it from then on.
#[must_use]
pub fn result_before(document: &Document<WorkOrder>, seq: u64) -> Option<&Work> {
    let earlier = document.events.iter().rev().filter(|earlier| earlier.seq < seq);
    earlier.map(|recorded| &recorded.event).find_map(|event| match event {
        OrderEvent::ResultSubmitted(outcome) => Some(&outcome.work),
        _ => None,
    })
}

/// The files of all results that a review has passed, and of an answer that was given at once.
pub fn results(document: &Document<WorkOrder>) -> impl Iterator<Item = &Attachment> {
    let passed = document.events.iter().filter_map(|recorded| match &recorded.event {
        OrderEvent::ReviewPassed(_) => result_before(document, recorded.seq),
        OrderEvent::AnsweredNow(work) => Some(&**work),
        _ => None,
    });
    passed.flat_map(|work| work.attachments.as_slice())
}

/// All files that staff added as evidence.
pub fn evidence(document: &Document<WorkOrder>) -> impl Iterator<Item = &Attachment> {
    let works = document.events.iter().filter_map(|recorded| recorded.event.work());
    works.flat_map(|work| work.attachments.as_slice())
}

/// Where it happened, in degrees (WGS-84); the address only for those who may see the content.
#[must_use]
pub fn place(order: &WorkOrder, opener: &Opener, content: bool) -> Value {
    let place = &order.registered.place;
    let degrees = |e7: i32| serde_json::Number::from_f64(f64::from(e7) / 1e7);
    let (lon, lat) = match place.position {
        Some(Point { lon_e7, lat_e7 }) => (degrees(lon_e7), degrees(lat_e7)),
        None => (None, None),
    };
    json!({
        "address": opener.optional("place.address", place.address.as_ref()).filter(|_| content),
        "villageCode": place.village, "gridCode": place.grid,
        "lon": lon, "lat": lat, "crs": place.position.map(|_| "WGS84"), "approx": place.approx,
    })
}
