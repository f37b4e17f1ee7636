//! What the owner of a case sees of it: where it stands, who holds it, what happened, what can be done next.

use canon::DocId;
use domain::catalogue::Catalogue;
use domain::order::{Action, Answer, Attachment, OrderEvent, Satisfaction, Status, WorkOrder};
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
    redos: Value,
    rating: Value,
    on_behalf: Value,
    me_too: usize,
    group: bool,
    erased_at: Option<Moment>,
    receipt: Option<Receipt<'a>>,
}

/// What the owner can do at `now`, and why not.
pub(crate) fn actions(order: &WorkOrder, catalogue: &Catalogue, now: Moment) -> Vec<Action> {
    let limits = &catalogue.town.limits;
    let cooldown_ms = limits.urge_cooldown.natural_ms().unwrap_or(0);
    let mut actions = order.actions(now, limits.supplements_max, cooldown_ms);
    actions.extend(order.caller_actions(now, catalogue.rules()));
    actions
}

/// Builds the view, with the `actions` of its moment.
pub(crate) fn citizen<'a>(
    document: &'a Document<WorkOrder>,
    keys: &Keys,
    catalogue: &Catalogue,
    actions: Vec<Action>,
) -> CitizenView<'a> {
    let (order, open) = (&document.state, Opener::new(document, keys));
    let registered = &order.registered;
    let limits = &catalogue.town.limits;
    let handling = order.handling.as_deref();
    // What was written about a person who is gone is shown to nobody any more.
    let known = order.erased_at.is_none();
    let shown = |text: String| if known { text } else { String::new() };
    let shown_entry = |entry: Value| if known { entry } else { without_words(entry) };
    let name = open.optional("caller.name", registered.caller.name.as_ref()).map(|name| mask::name(&name));
    let phone = open.optional("caller.phone", registered.caller.phone.as_ref()).map(|phone| mask::phone(&phone));
    CitizenView {
        number: registered.number.to_string(),
        id: document.id.clone(),
        version: document.version,
        status: order.status,
        appeal_type: registered.appeal_type.as_str(),
        category_code: registered.category.to_string(),
        title: shown(open.text("title", &registered.title)),
        content: shown(open.text("content", &registered.content)),
        place: orders::place(order, &open, true),
        received_at: order.received_at,
        promised_by: order.promised_by(),
        promised_limit: registered.limit,
        provisional: order.is_provisional(),
        holder: holder(order, catalogue),
        anonymous: registered.anonymous,
        confidential: registered.confidential,
        reply_wanted: registered.reply_wanted,
        contact: json!({ "name": name, "phone": phone }),
        attachments: attachments(document).filter(|_| known).map(attachment).collect(),
        timeline: document
            .events
            .iter()
            .filter_map(|event| timeline(event, &open, document))
            .map(shown_entry)
            .collect(),
        actions,
        redos: json!({ "done": handling.map_or(0, |handling| handling.redos), "max": limits.redos_max }),
        rating: rating(handling.and_then(|handling| handling.answer)),
        on_behalf: json!(registered.on_behalf.map(|relation| json!({ "relation": relation }))),
        me_too: order.joined.len(),
        group: order.callers() >= usize::try_from(limits.group_callers).unwrap_or(usize::MAX),
        erased_at: order.erased_at,
        // Its event holds what was written in the open.
        receipt: known.then(|| receipt(document)),
    }
}

/// The caller's answer to the three questions about the last result.
fn rating(answer: Option<Answer>) -> Value {
    let Some(Answer { contacted, resolved, satisfaction }) = answer else { return Value::Null };
    let level = satisfaction.and_then(|stars| Satisfaction::ALL.iter().find(|level| level.stars() == stars));
    json!({ "satisfaction": level, "contacted": contacted, "resolved": resolved })
}

/// Of a timeline's entry only that it happened.
fn without_words(entry: Value) -> Value {
    json!({ "at": entry.get("at"), "type": entry.get("type"), "by": entry.get("by"), "text": null, "attachments": [] })
}

/// The lead unit while it works on the order, the command centre before and after.
fn holder(order: &WorkOrder, catalogue: &Catalogue) -> Value {
    let at_unit = matches!(order.status, Status::PendingSign | Status::InProgress | Status::Suspended);
    let lead = order.handling.as_deref().filter(|_| at_unit).and_then(|handling| handling.lead.as_ref());
    let holder = catalogue.units.get(lead.unwrap_or(&catalogue.town.centre_unit));
    json!({
        "kind": if lead.is_some() { "unit" } else { "centre" },
        "nameZh": holder.map(|unit| &unit.name_zh), "nameEn": holder.map(|unit| &unit.name_en),
    })
}

fn attachment(attachment: &Attachment) -> Value {
    json!({ "id": attachment.id, "mime": attachment.mime, "size": attachment.size })
}

/// An event in the owner's words; `None` for what is the centre's business only.
fn timeline(recorded: &Recorded<OrderEvent>, open: &Opener, document: &Document<WorkOrder>) -> Option<Value> {
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
        OrderEvent::Erased => ("erased", None, Vec::new()),
        other => return office(recorded, other, open, document),
    };
    Some(json!({ "at": recorded.at, "type": kind, "by": "you", "text": text, "attachments": files }))
}

/// What the office did, as far as it is the caller's business; notices, cards and requests between offices are not. A
/// unit's words are shown once a review has passed them.
fn office(
    recorded: &Recorded<OrderEvent>,
    event: &OrderEvent,
    open: &Opener,
    document: &Document<WorkOrder>,
) -> Option<Value> {
    let work = event.work()?;
    let own = work.text.as_ref();
    let result = orders::result_before(document, recorded.seq);
    let (kind, by, text) = match event {
        OrderEvent::Dispatched(_) => ("dispatched", "centre", None),
        OrderEvent::Transferred(_) => ("transferred", "centre", None),
        OrderEvent::ReturnApproved(_) => ("returnApproved", "centre", None),
        OrderEvent::AnsweredNow(_) => ("closed", "centre", own),
        OrderEvent::HandedOff(_) => ("handedOff", "centre", own),
        OrderEvent::Merged(_) => ("merged", "centre", None),
        OrderEvent::Signed(_) => ("signed", "unit", None),
        OrderEvent::CoUnitsAdded(_) => ("coUnitAdded", "unit", None),
        OrderEvent::ExtensionApproved(_) => ("extended", "centre", own),
        OrderEvent::SuspensionApproved(_) => ("suspended", "centre", own),
        OrderEvent::Resumed(_) => ("resumed", "centre", None),
        OrderEvent::DeadlineMoved(_) => ("deadlineMoved", "centre", own),
        OrderEvent::Recounted(_) => ("recounted", "system", None),
        OrderEvent::Contacted(_) => ("contacted", "unit", None),
        OrderEvent::ResultSubmitted(_) => ("resultSubmitted", "unit", None),
        OrderEvent::ReviewPassed(_) => ("reviewPassed", "centre", result.and_then(|work| work.text.as_ref())),
        OrderEvent::ReviewFailed(_) => ("reviewFailed", "centre", None),
        OrderEvent::Visited(visit) if visit.to == Status::InProgress => ("redone", "centre", None),
        OrderEvent::Visited(_) => ("visited", "centre", None),
        OrderEvent::Rated(_) => ("rated", "you", own),
        OrderEvent::Ruled(visit) if visit.to == Status::InProgress => ("redone", "centre", None),
        OrderEvent::Ruled(_) => ("closed", "centre", None),
        OrderEvent::Reopened(_) => ("reopened", if recorded.by.as_str() == "citizen" { "you" } else { "centre" }, None),
        OrderEvent::Archived(_) => ("archived", "system", None),
        // Also without a text: then the other order's words are not for this caller.
        OrderEvent::ChildReplied(_) => ("answered", "centre", own),
        _ => return None,
    };
    let text = text.map(|text| open.text("work", text));
    let files = match event {
        OrderEvent::ReviewPassed(_) => result.map(|work| work.attachments.as_slice()),
        OrderEvent::AnsweredNow(work) => Some(work.attachments.as_slice()),
        _ => None,
    };
    let files: Vec<Value> = files.unwrap_or_default().iter().map(attachment).collect();
    Some(json!({ "at": recorded.at, "type": kind, "by": by, "text": text, "attachments": files }))
}
