//! One task with its check: what is asked, what was found, and what this person can do.

use axum::extract::Path;
use axum::response::Response;
use domain::catalogue::ItemCode;
use domain::inspection::{Check, CheckEvent, CheckStatus, Finding, Person, Point};
use domain::order::Text;
use domain::permission::Action;
use inspections::is_of;
use serde_json::{Value, json};
use service::Problem;
use service::keys::DataKey;
use service::session::StaffCall;
use store::{Platform, Recorded};

use crate::desk::{Desk, NAME, NOTE, WORK, open};

/// `GET /api/inspection/checks/{draw}/{subject}`
pub(crate) async fn show<P: Platform>(
    staff: StaffCall<P>,
    Path((draw, subject)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let desk = Desk::open(&staff, &draw, &subject).await?;
    Ok(respond(&staff, &desk))
}

/// The view as an answer.
pub(crate) fn respond<P: Platform>(staff: &StaffCall<P>, desk: &Desk) -> Response {
    let plan = &desk.draw.commitment.plan;
    let key = desk.data_key();
    let subject = desk.library.subjects.get(&desk.subject);
    let check = desk.check.as_ref();
    let events = check.map(|check| check.events.as_slice()).unwrap_or_default();
    let inspectors = [&desk.task.lead, &desk.task.member].map(|code| inspector(desk, code));
    let me = staff.session.actor();
    let timeline: Vec<Value> = events.iter().map(|event| entry(event, key.as_ref(), me.as_str())).collect();
    service::json(&json!({
        "draw": plan.id, "drawName": plan.name, "unit": plan.unit, "from": plan.from, "until": plan.until,
        "task": desk.task, "version": check.map_or(0, |check| check.version),
        "status": check.map_or(json!("open"), |check| json!(check.state.status)),
        "subject": subject.map(|one| json!({
            "nameZh": one.name_zh, "uscc": one.uscc, "village": one.village, "class": one.class, "kind": one.kind,
        })),
        "items": plan.items.iter().map(|code| item(desk, code)).collect::<Vec<_>>(),
        "inspectors": inspectors,
        "enteredAt": check.map(|check| check.state.entered_at),
        "finding": check.and_then(|check| check.state.finding.as_ref()).map(|found| finding(found, key.as_ref())),
        "publishBy": check.and_then(|check| check.state.publish_by.as_ref()).map(|timer| timer.due.at),
        "publishedAt": check.and_then(|check| check.state.published_at),
        "timeline": timeline, "actions": actions(staff, desk), "results": results(desk),
    }))
}

fn item(desk: &Desk, code: &ItemCode) -> Value {
    let item = desk.library.items.get(code);
    json!({
        "code": code, "nameZh": item.map(|item| &item.name_zh), "basisZh": item.map(|item| &item.basis_zh),
        "method": item.map(|item| item.method), "cap": item.map(|item| item.cap),
    })
}

fn inspector(desk: &Desk, code: &domain::catalogue::InspectorCode) -> Value {
    let one = desk.library.inspectors.get(code);
    json!({
        "code": code, "nameZh": one.map(|one| &one.name_zh), "nameEn": one.map(|one| &one.name_en),
        "you": desk.inspector.as_ref() == Some(code),
    })
}

fn results(desk: &Desk) -> Vec<Value> {
    let all = desk.library.results.iter();
    let result = all.map(|(code, info)| {
        json!({"code": code, "nameZh": info.name_zh, "nameEn": info.name_en, "followUp": info.follow_up, "publish": info.publish})
    });
    result.collect()
}

fn finding(finding: &Finding, key: Option<&DataKey>) -> Value {
    let point = |point: &Point| {
        json!({
            "item": point.item, "outcome": point.outcome,
            "note": point.note.as_ref().map(|note| open(key, NOTE, note)),
        })
    };
    json!({
        "points": finding.points.iter().map(point).collect::<Vec<_>>(), "results": finding.results,
        "publish": finding.publish, "followUps": finding.follow_ups,
        "signature": {"refused": finding.signature.refused, "name": open(key, NAME, &finding.signature.name)},
        "photos": finding.photos.iter().map(|photo| &photo.id).collect::<Vec<_>>(),
    })
}

fn entry(recorded: &Recorded<CheckEvent>, key: Option<&DataKey>, me: &str) -> Value {
    let told = |by: &Person, text: Option<&Text>| (by.account.clone(), text.map(|text| open(key, WORK, text)));
    let (kind, (by, text)) = match &recorded.event {
        CheckEvent::Entered(opened) => ("entered", told(&opened.by, None)),
        CheckEvent::Submitted(finding) => ("submitted", told(&finding.by, None)),
        CheckEvent::Confirmed { by, .. } => ("confirmed", told(by, None)),
        CheckEvent::Returned { by, text } => ("returned", told(by, Some(text))),
        CheckEvent::FollowedUp { by, text, .. } => ("followedUp", told(by, Some(text))),
        CheckEvent::Published { by } => ("published", told(by, None)),
        CheckEvent::Withdrawn { by, text } => ("withdrawn", told(by, Some(text))),
    };
    json!({
        "seq": recorded.seq, "at": recorded.at, "type": kind, "by": by, "you": recorded.by.as_str() == me, "text": text,
    })
}

/// What this person can do now, in the order of the work.
fn actions<P: Platform>(staff: &StaffCall<P>, desk: &Desk) -> Vec<&'static str> {
    let own = is_of(&desk.task, desk.inspector.as_ref());
    let publishes = staff.session.may(Action::PublishCheck);
    let wrote = |check: &Check| check.finding.as_ref().is_some_and(|finding| finding.by.actor == staff.session.actor());
    let Some(check) = desk.check.as_ref().map(|check| &check.state) else {
        return if own { vec!["enter"] } else { Vec::new() };
    };
    let follows = publishes && !check.is_corrected();
    let mut actions = match check.status {
        CheckStatus::Entered if own => vec!["submit"],
        CheckStatus::Submitted if own && !wrote(check) => vec!["confirm", "return"],
        CheckStatus::Confirmed if publishes && !own => vec!["publish"],
        CheckStatus::Published if publishes => vec!["withdraw"],
        _ => Vec::new(),
    };
    if follows && matches!(check.status, CheckStatus::Confirmed | CheckStatus::Published) {
        actions.push("follow-up");
    }
    if actions == ["publish"] && !check.finding.as_ref().is_some_and(|finding| finding.publish) {
        actions.clear();
    }
    actions
}
