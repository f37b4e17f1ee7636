//! One order, everything in one view: what it is, where it stands, what happened, what this person can do with it.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use canon::DocId;
use domain::catalogue::{AppealType, CategoryCode, SubjectCode, UnitCode, Urgency};
use domain::limit::{Interval, Limit};
use domain::order::{
    Answer, Card, Channel, Clocks, CoUnit, Explanation, Handling, Light, OrderNo, Relation, Relationship, StaffAction,
    Status, StepName, Suggestion, WorkOrder,
};
use domain::time::Moment;
use http::{HeaderValue, StatusCode, header};
use orders::{Desk, Opener, attachments, mask};
use serde::Serialize;
use serde_json::{Value, json};
use service::Problem;
use service::session::StaffCall;
use store::Platform;

use crate::{names, timeline};

/// `GET /api/dispatch/orders/{reference}`
pub(crate) async fn show<P: Platform>(staff: StaffCall<P>, Path(reference): Path<String>) -> Result<Response, Problem> {
    let desk = Desk::open(&staff, &reference).await?;
    let etag = etag(&desk, staff.call.access.now());
    let known = staff.call.headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known == Some(etag.as_str()) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let names =
        if desk.sight.content { names::of(&staff.call.access, &desk.document.events).await? } else { BTreeMap::new() };
    let mut response = service::json(&view(&staff, &desk, &names));
    if let Ok(etag) = HeaderValue::try_from(etag) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    Ok(response)
}

/// The version, the light, and which steps are possible: both change with time alone.
fn etag(desk: &Desk, now: Moment) -> String {
    let order = &desk.document.state;
    let light = match order.light(now) {
        None => '-',
        Some(Light::Green) => 'g',
        Some(Light::Yellow) => 'y',
        Some(Light::Red) => 'r',
    };
    let actions = order.staff_actions(&desk.member, now, desk.catalogue.rules());
    let possible: String = actions.iter().map(|action| if action.why.is_none() { '1' } else { '0' }).collect();
    format!("\"{}{light}{possible}\"", desk.document.version)
}

/// The view.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View<'a> {
    id: &'a DocId,
    number: &'a OrderNo,
    version: u64,
    status: Status,
    urgency: Urgency,
    channel: Channel,
    appeal_type: AppealType,
    category_code: &'a CategoryCode,
    title: Option<String>,
    content: Option<String>,
    place: Value,
    caller: Value,
    respondent: Option<String>,
    anonymous: bool,
    confidential: bool,
    reply_wanted: bool,
    received_at: Moment,
    promised_by: Moment,
    provisional: bool,
    light: Option<Light>,
    attachments: Vec<Value>,
    me_too: usize,
    callers: usize,
    group: bool,
    on_behalf: Option<Relationship>,
    erased_at: Option<Moment>,
    repeats: &'a [DocId],
    repeat_of: Option<&'a DocId>,
    handling: Option<Handled<'a>>,
    timeline: Vec<Value>,
    actions: Vec<Value>,
    suggestion: Option<Suggestion>,
}

fn view<'a, P: Platform>(staff: &StaffCall<P>, desk: &'a Desk, names: &BTreeMap<String, String>) -> View<'a> {
    let now = staff.call.access.now();
    let Desk { document, keys, catalogue, member, sight } = desk;
    let (order, opener) = (&document.state, Opener::new(document, keys));
    let registered = &order.registered;
    let text = |field, text| sight.content.then(|| opener.text(field, text));
    let events = document.events.iter();
    // Of a confidential order its units know what the centre wrote for them (handbook §1.9, b).
    let handles = |relation: &Relation| matches!(relation, Relation::Leading | Relation::Assisting);
    let told = order.erased_at.is_none() && order.standing(member).relations.iter().any(handles);
    let entry = |event| timeline::entry(event, &opener, (*sight, told), member.id.as_str(), names);
    View {
        id: &document.id,
        number: &registered.number,
        version: document.version,
        status: order.status,
        urgency: order.urgency,
        channel: registered.channel,
        appeal_type: registered.appeal_type,
        category_code: &registered.category,
        title: text("title", &registered.title),
        content: text("content", &registered.content),
        place: orders::place(order, &opener, sight.content),
        caller: caller(order, &opener, sight.caller),
        respondent: opener.optional("respondent", registered.respondent.as_ref()).filter(|_| sight.content),
        anonymous: registered.anonymous,
        confidential: registered.confidential,
        reply_wanted: registered.reply_wanted,
        received_at: order.received_at,
        promised_by: order.promised_by(),
        provisional: order.is_provisional(),
        light: order.light(now),
        attachments: attachments(document).filter(|_| sight.content).map(timeline::attachment).collect(),
        me_too: order.joined.len(),
        callers: order.callers(),
        group: order.callers() >= usize::try_from(catalogue.town.limits.group_callers).unwrap_or(usize::MAX),
        on_behalf: registered.on_behalf,
        erased_at: order.erased_at,
        repeats: &order.repeats,
        repeat_of: registered.repeat.as_ref().map(|repeat| &repeat.parent),
        handling: order.handling.as_deref().map(|handling| handled(handling, sight.content)),
        timeline: events.map(entry).collect(),
        actions: order.staff_actions(member, now, catalogue.rules()).iter().filter_map(action).collect(),
        suggestion: suggestion(desk, now),
    }
}

/// Masked, and only for who may know the caller; nothing for others, so that they are not told that nobody was named.
/// `visible` says that there is more, which is a look with a purpose.
fn caller(order: &WorkOrder, opener: &Opener, may_know: bool) -> Value {
    if !may_know {
        return Value::Null;
    }
    let caller = &order.registered.caller;
    let name = opener.optional("caller.name", caller.name.as_ref());
    let phone = opener.optional("caller.phone", caller.phone.as_ref());
    let others = order.joined.iter().any(|joined| joined.index.is_some());
    json!({
        "name": name.as_deref().map(mask::name), "phone": phone.as_deref().map(mask::phone),
        "visible": name.is_some() || phone.is_some() || others,
    })
}

/// What staff see of the handling.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Handled<'a> {
    lead: Option<&'a UnitCode>,
    co_units: &'a [CoUnit],
    respondents: &'a [UnitCode],
    clocks: Option<&'a Clocks>,
    request: Option<Value>,
    dispatched_at: Option<Moment>,
    signed_at: Option<Moment>,
    contacted_at: Option<Moment>,
    returns_final: bool,
    /// Whether the deadline was set by hand.
    fixed: bool,
    group: bool,
    malicious: bool,
    extension: Option<Limit>,
    suspensions: &'a [Interval],
    redos: u32,
    reworks: u32,
    ruling: bool,
    class: Option<Explanation>,
    subject: Option<&'a SubjectCode>,
    visit_by: Option<Moment>,
    answer: Option<Answer>,
    cards: &'a [Card],
    parent: Option<&'a DocId>,
    children: &'a [DocId],
}

fn handled(handling: &Handling, content: bool) -> Handled<'_> {
    let request = handling.request.as_ref();
    Handled {
        lead: handling.lead.as_ref(),
        co_units: &handling.co_units,
        respondents: if content { &handling.respondents } else { &[] },
        clocks: handling.clocks.as_ref(),
        request: request.map(|request| json!({ "kind": request.kind, "limit": request.limit, "timer": request.timer })),
        dispatched_at: handling.dispatched_at,
        signed_at: handling.signed_at,
        contacted_at: handling.contacted_at,
        returns_final: handling.returns_final,
        fixed: handling.fixed.is_some(),
        group: handling.group,
        malicious: handling.malicious,
        extension: handling.extension,
        suspensions: &handling.suspensions,
        redos: handling.redos,
        reworks: handling.reworks,
        ruling: handling.ruling,
        class: handling.class,
        subject: handling.subject.as_ref().filter(|_| content),
        visit_by: handling.visit_by,
        answer: handling.answer,
        cards: &handling.cards,
        parent: handling.parent.as_ref(),
        children: &handling.children,
    }
}

/// Steps of the system are nobody's button; neither are those that this person's roles never have.
fn action(action: &StaffAction) -> Option<Value> {
    use domain::order::Why;
    let of_people =
        !matches!(action.name, StepName::Archive | StepName::NoteChild | StepName::ReplyChild | StepName::Recount);
    let shown = of_people && !matches!(action.why, Some(Why::NotPermitted | Why::Hidden));
    shown.then(|| json!({ "name": action.name, "why": action.why.map(Why::as_str) }))
}

/// For whom can dispatch it, and while it waits for that.
fn suggestion(desk: &Desk, now: Moment) -> Option<Suggestion> {
    let order = &desk.document.state;
    let actions = || order.staff_actions(&desk.member, now, desk.catalogue.rules());
    let dispatches =
        order.status == Status::Registered && actions().iter().any(|a| a.name == StepName::Dispatch && a.why.is_none());
    dispatches.then(|| desk.catalogue.suggest(order, now))
}
