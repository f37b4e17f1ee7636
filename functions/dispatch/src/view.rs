//! One order, everything in one view: what it is, where it stands, what happened, what this person can do with it.

use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use domain::catalogue::Point;
use domain::order::{Handling, StaffAction, Status, StepName, WorkOrder};
use http::{HeaderValue, StatusCode, header};
use orders::{Opener, attachments, mask};
use serde_json::{Value, json};
use service::Problem;
use service::session::StaffCall;
use store::Platform;

use crate::desk::Desk;
use crate::timeline;

/// `GET /api/dispatch/orders/{reference}`
pub(crate) async fn show<P: Platform>(staff: StaffCall<P>, Path(reference): Path<String>) -> Result<Response, Problem> {
    let desk = Desk::open(&staff, &reference).await?;
    let etag = format!("\"{}\"", desk.document.version);
    let known = staff.call.headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known == Some(etag.as_str()) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    Ok(respond(&staff, &desk))
}

/// The view as an answer.
pub(crate) fn respond<P: Platform>(staff: &StaffCall<P>, desk: &Desk) -> Response {
    let mut response = service::json(&view(staff, desk));
    if let Ok(etag) = HeaderValue::try_from(format!("\"{}\"", desk.document.version)) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    response
}

fn view<P: Platform>(staff: &StaffCall<P>, desk: &Desk) -> Value {
    let now = staff.call.access.now();
    let Desk { document, keys, catalogue, member, sight } = desk;
    let (order, opener) = (&document.state, Opener::new(document, keys));
    let registered = &order.registered;
    let text = |field, text| sight.content.then(|| opener.text(field, text));
    let files: Vec<Value> = attachments(document).filter(|_| sight.content).map(timeline::attachment).collect();
    let actions: Vec<Value> = order.staff_actions(member, now, catalogue.rules()).iter().filter_map(action).collect();
    let events = document.events.iter();
    let events: Vec<Value> = events.map(|event| timeline::entry(event, &opener, *sight, member.id.as_str())).collect();
    json!({
        "id": document.id, "number": registered.number, "version": document.version,
        "status": order.status, "urgency": order.urgency, "channel": registered.channel,
        "appealType": registered.appeal_type, "categoryCode": registered.category,
        "title": text("title", &registered.title), "content": text("content", &registered.content),
        "place": place(order, &opener, sight.content), "caller": caller(order, &opener, sight.caller),
        "respondent": opener.optional("respondent", registered.respondent.as_ref()).filter(|_| sight.content),
        "anonymous": registered.anonymous, "confidential": registered.confidential,
        "replyWanted": registered.reply_wanted, "receivedAt": order.received_at,
        "promisedBy": registered.promised.at, "provisional": registered.promised.provisional,
        "light": order.light(now), "attachments": files, "repeats": order.repeats,
        "repeatOf": registered.repeat.as_ref().map(|repeat| &repeat.parent),
        "handling": order.handling.as_deref().map(|handling| handled(handling, sight.content)),
        "timeline": events, "actions": actions, "suggestion": suggestion(desk, now),
    })
}

fn place(order: &WorkOrder, opener: &Opener, content: bool) -> Value {
    let place = &order.registered.place;
    let degrees = |e7: i32| serde_json::Number::from_f64(f64::from(e7) / 1e7);
    let (lon, lat) = match place.position {
        Some(Point { lon_e7, lat_e7 }) => (degrees(lon_e7), degrees(lat_e7)),
        None => (None, None),
    };
    json!({
        "address": opener.optional("place.address", place.address.as_ref()).filter(|_| content),
        "villageCode": place.village, "gridCode": place.grid, "lon": lon, "lat": lat,
    })
}

/// Masked always; who may see more asks for it with a purpose.
fn caller(order: &WorkOrder, opener: &Opener, visible: bool) -> Value {
    let caller = &order.registered.caller;
    let name = opener.optional("caller.name", caller.name.as_ref()).filter(|_| visible);
    let phone = opener.optional("caller.phone", caller.phone.as_ref()).filter(|_| visible);
    json!({
        "name": name.as_deref().map(mask::name), "phone": phone.as_deref().map(mask::phone), "visible": visible,
    })
}

fn handled(handling: &Handling, content: bool) -> Value {
    let respondents = if content { handling.respondents.as_slice() } else { &[] };
    json!({
        "lead": handling.lead, "coUnits": handling.co_units, "respondents": respondents,
        "clocks": handling.clocks, "request": handling.request.as_ref().map(|request| {
            json!({ "kind": request.kind, "limit": request.limit, "timer": request.timer })
        }),
        "dispatchedAt": handling.dispatched_at, "signedAt": handling.signed_at, "contactedAt": handling.contacted_at,
        "returnsFinal": handling.returns_final, "extension": handling.extension,
        "suspensions": handling.suspensions, "redos": handling.redos, "reworks": handling.reworks,
        "ruling": handling.ruling, "class": handling.class, "visitBy": handling.visit_by,
        "answer": handling.answer, "cards": handling.cards, "parent": handling.parent,
        "children": handling.children,
    })
}

/// Steps of the system are nobody's button; neither are those that this person's roles never have.
fn action(action: &StaffAction) -> Option<Value> {
    use domain::order::Why;
    let of_people = !matches!(action.name, StepName::Archive | StepName::NoteChild | StepName::ReplyChild);
    let shown = of_people && !matches!(action.why, Some(Why::NotPermitted | Why::Hidden));
    shown.then(|| json!({ "name": action.name, "why": action.why.map(Why::as_str) }))
}

/// For whom can dispatch it, and while it waits for that.
fn suggestion(desk: &Desk, now: domain::time::Moment) -> Option<Value> {
    let order = &desk.document.state;
    let actions = || order.staff_actions(&desk.member, now, desk.catalogue.rules());
    let dispatches =
        order.status == Status::Registered && actions().iter().any(|a| a.name == StepName::Dispatch && a.why.is_none());
    dispatches.then(|| json!(desk.catalogue.suggest(order, now)))
}
