//! What the owner of a case sees of it: where it stands, who holds it, what happened, what can be done next.

use canon::DocId;
use domain::catalogue::{Catalogue, Point};
use domain::order::{Action, Attachment, OrderEvent, Status, WorkOrder};
use domain::time::Moment;
use orders::{Opener, Receipt, attachments, mask, receipt};
use serde::Serialize;
use serde_json::{Value, json};
use service::Keys;
use store::{Document, Recorded};

/// The citizen's view.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CitizenView<'a> {
    number: String,
    id: DocId,
    version: u64,
    status: Status,
    appeal_type: &'static str,
    category_code: String,
    title: String,
    content: String,
    place: Value,
    received_at: Moment,
    promised_by: Moment,
    promised_limit: domain::limit::Limit,
    provisional: bool,
    holder: Value,
    anonymous: bool,
    confidential: bool,
    reply_wanted: bool,
    contact: Value,
    attachments: Vec<Value>,
    timeline: Vec<Value>,
    actions: Vec<Action>,
    receipt: Receipt<'a>,
}

/// Builds the view at `now`.
pub(crate) fn citizen<'a>(
    document: &'a Document<WorkOrder>,
    keys: &Keys,
    catalogue: &Catalogue,
    now: Moment,
) -> CitizenView<'a> {
    let (order, open) = (&document.state, Opener::new(document, keys));
    let registered = &order.registered;
    let limits = &catalogue.town.limits;
    let cooldown_ms = limits.urge_cooldown.natural_ms().unwrap_or(0);
    let name = open.optional("caller.name", registered.caller.name.as_ref()).map(|name| mask::name(&name));
    let phone = open.optional("caller.phone", registered.caller.phone.as_ref()).map(|phone| mask::phone(&phone));
    CitizenView {
        number: registered.number.to_string(),
        id: document.id.clone(),
        version: document.version,
        status: order.status,
        appeal_type: registered.appeal_type.as_str(),
        category_code: registered.category.to_string(),
        title: open.text("title", &registered.title),
        content: open.text("content", &registered.content),
        place: place(order, &open),
        received_at: order.received_at,
        promised_by: registered.promised.at,
        promised_limit: registered.limit,
        provisional: registered.promised.provisional,
        holder: holder(catalogue),
        anonymous: registered.anonymous,
        confidential: registered.confidential,
        reply_wanted: registered.reply_wanted,
        contact: json!({ "name": name, "phone": phone }),
        attachments: attachments(document).map(attachment).collect(),
        timeline: document.events.iter().filter_map(|event| timeline(event, &open)).collect(),
        actions: order.actions(now, limits.supplements_max, cooldown_ms),
        receipt: receipt(document),
    }
}

fn place(order: &WorkOrder, open: &Opener) -> Value {
    let place = &order.registered.place;
    let degrees = |e7: i32| serde_json::Number::from_f64(f64::from(e7) / 1e7);
    let (lon, lat) = match place.position {
        Some(Point { lon_e7, lat_e7 }) => (degrees(lon_e7), degrees(lat_e7)),
        None => (None, None),
    };
    json!({
        "address": open.optional("place.address", place.address.as_ref()),
        "villageCode": place.village, "gridCode": place.grid,
        "lon": lon, "lat": lat, "crs": place.position.map(|_| "WGS84"),
    })
}

/// Until the command centre dispatches, it holds every order itself.
fn holder(catalogue: &Catalogue) -> Value {
    let centre = catalogue.units.iter().find(|(code, _)| code.as_str() == "C01").map(|(_, unit)| unit);
    json!({
        "kind": "centre",
        "nameZh": centre.map(|unit| &unit.name_zh), "nameEn": centre.map(|unit| &unit.name_en),
    })
}

fn attachment(attachment: &Attachment) -> Value {
    json!({ "id": attachment.id, "mime": attachment.mime, "size": attachment.size })
}

/// An event in the owner's words; `None` for what is the centre's business only.
fn timeline(recorded: &Recorded<OrderEvent>, open: &Opener) -> Option<Value> {
    let (kind, text, files) = match &recorded.event {
        OrderEvent::Registered(_) => ("registered", None, Vec::new()),
        OrderEvent::Supplemented(supplement) => {
            let files = supplement.attachments.iter().map(attachment).collect();
            ("supplemented", Some(open.text("supplement", &supplement.text)), files)
        }
        OrderEvent::Urged(urged) => ("urged", urged.reason.as_ref().map(|text| open.text("reason", text)), Vec::new()),
        OrderEvent::Withdrawn(withdrawn) => {
            ("withdrawn", withdrawn.reason.as_ref().map(|text| open.text("reason", text)), Vec::new())
        }
        _ => return None,
    };
    Some(json!({ "at": recorded.at, "type": kind, "by": "you", "text": text, "attachments": files }))
}
