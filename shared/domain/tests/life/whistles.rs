//! A whistle from the call to the last task.

use domain::aggregate::{Aggregate, Context, Stamp};
use domain::limit::{Limit, LimitUnit};
use domain::order::Member;
use domain::staff::Role;
use domain::time::Moment;
use domain::whistle::*;

use crate::common::at;
use crate::scene::*;

fn give(
    whistle: Option<&Whistle>,
    who: &Member,
    step: WhistleStep,
    now: Moment,
    text: bool,
) -> Result<Whistle, &'static str> {
    let text = text.then(|| super::scene::text().unwrap());
    let command = WhistleCommand { member: who.clone(), text, step };
    let context = Context { now, by: who.id.clone() };
    let event = Whistle::decide(whistle, &command, &context).map_err(WhistleRejection::code)?;
    let stored = serde_json::to_string(&event).unwrap();
    assert_eq!(serde_json::from_str::<WhistleEvent>(&stored).unwrap(), event);
    Ok(Whistle::evolve(whistle.cloned(), &event, Stamp { at: now }).unwrap())
}

fn blown(kind: WhistleKind, callees: &[(&str, bool)]) -> WhistleStep {
    WhistleStep::Blow(Box::new(Blown {
        kind,
        order: Some(doc("order")),
        text: text().unwrap(),
        village: Some(VILLAGE.parse().unwrap()),
        callees: callees.iter().map(|(code, requested)| (unit(code), *requested)).collect(),
        need_by: TOWN.whistle_timer(kind, at(MONDAY)),
        by: dispatcher().id,
    }))
}

fn whistle() -> Whistle {
    give(None, &dispatcher(), blown(WhistleKind::Enforcement, &[("D04", false), ("D01", true)]), at(MONDAY), true)
        .unwrap()
}

fn task(code: &str) -> Task {
    let due = TOWN.timer(at(MONDAY), Limit::new(2, LimitUnit::WorkingDays));
    Task { unit: unit(code), action: text().unwrap(), due, done_at: None }
}

#[test]
fn from_the_call_to_the_last_task() {
    let now = at(MONDAY);
    let step = |whistle: &Whistle, who: &Member, step| give(Some(whistle), who, step, now, true);
    let called = whistle();
    let accepted = step(&called, &handler("D04"), WhistleStep::Accept).unwrap();
    let there = step(&accepted, &handler("D04"), WhistleStep::Arrive).unwrap();
    let minutes = || WhistleStep::Minute { tasks: vec![task("D04"), task("D01")] };
    assert_eq!(step(&accepted, &dispatcher(), minutes()).err(), Some("stateConflict"));
    assert_eq!(step(&there, &handler("D04"), minutes()).err(), Some("notPermitted"));
    for tasks in [Vec::new(), vec![task("D04"), task("D12")]] {
        assert_eq!(step(&there, &dispatcher(), WhistleStep::Minute { tasks }).err(), Some("unitMissing"));
    }
    let minuted = step(&there, &dispatcher(), minutes()).unwrap();
    let done = |whistle: &Whistle, who: &str, task| step(whistle, &handler(who), WhistleStep::CompleteTask { task });
    assert_eq!(done(&minuted, "D04", 1).err(), Some("stateConflict"), "another unit's task");
    let half = done(&minuted, "D04", 0).unwrap();
    assert_eq!(done(&half, "D04", 0).err(), Some("stateConflict"), "twice");
    let all = done(&half, "D01", 1).unwrap();
    let states = [&called, &accepted, &there, &minuted, &half, &all].map(|whistle| whistle.status);
    use WhistleStatus::*;
    assert_eq!(states, [Blown, Accepted, OnSite, Minuted, Minuted, Done]);
    assert_eq!(step(&minuted, &handler("D01"), WhistleStep::Refuse).err(), Some("stateConflict"), "it is written down");
}

#[test]
fn a_refusal_says_why_and_counts_only_against_who_was_ordered() {
    let (now, late) = (at(MONDAY), at("2026-11-23T16:00"));
    let refuse = |whistle: &Whistle, who: &str, text| give(Some(whistle), &head(who), WhistleStep::Refuse, now, text);
    assert_eq!(refuse(&whistle(), "D04", false).err(), Some("textMissing"));
    let one = refuse(&whistle(), "D01", true).unwrap();
    assert_eq!((one.status, one.failing(now)), (WhistleStatus::Blown, vec![]));
    // Four working hours from 10:00.
    assert_eq!((one.failing(late.plus_ms(-1)), one.failing(late)), (vec![], vec![&unit("D04")]));
    let both = refuse(&one, "D04", true).unwrap();
    assert_eq!((both.status, both.failing(now)), (WhistleStatus::Refused, vec![&unit("D04")]));
    let again = give(Some(&both), &head("D04"), WhistleStep::Accept, now, true).unwrap();
    assert_eq!(again.status, WhistleStatus::Accepted, "whoever refused may still come");
}

#[test]
fn who_may_whistle_and_who_hears_it() {
    let now = at(MONDAY);
    let call = |who: &Member, callees: &[(&str, bool)]| {
        give(None, who, blown(WhistleKind::Emergency, callees), now, true).err()
    };
    for (who, answer) in [(dispatcher(), None), (leader(), None), (handler(LEAD), Some("notPermitted"))] {
        assert_eq!(call(&who, &[("D04", false)]), answer, "{:?}", who.id);
    }
    assert_eq!(call(&dispatcher(), &[]), Some("unitMissing"));
    assert_eq!(call(&dispatcher(), &[("D04", false), ("D04", true)]), Some("unitMissing"));
    let answer = |who: &Member| give(Some(&whistle()), who, WhistleStep::Accept, now, true).err();
    assert_eq!(answer(&handler("D04")), None);
    assert_eq!(answer(&handler("D12")), Some("hidden"));
    assert_eq!(answer(&dispatcher()), Some("notPermitted"));
    assert_eq!(answer(&member("auditor", Role::Auditor, "D04")), Some("notPermitted"));
}

#[test]
fn whoever_calls_the_centre_itself_still_sees_it() {
    let called =
        give(None, &dispatcher(), blown(WhistleKind::Emergency, &[("C01", false), ("D04", false)]), at(MONDAY), true);
    let called = called.unwrap();
    for who in [dispatcher(), handler("C01"), handler("D04"), leader()] {
        assert!(called.is_seen_by(&who), "{:?} {:?}", who.id, who.unit);
    }
    assert!(!called.is_seen_by(&handler("D12")));
}

#[test]
fn how_soon_units_must_come() {
    let need_by = |kind| TOWN.whistle_timer(kind, at(MONDAY)).due.at;
    assert_eq!(need_by(WhistleKind::Emergency), at("2026-11-23T10:30"));
    assert_eq!(need_by(WhistleKind::Enforcement), at("2026-11-23T16:00"));
    assert_eq!(need_by(WhistleKind::Stubborn), at("2026-11-24T17:30"));
}

#[test]
fn lists_show_a_whistle_while_it_is_open_and_no_text() {
    let rows =
        |whistle: &Whistle| domain::board::project("whistle", &serde_json::to_value(whistle).unwrap()).unwrap().queues;
    let open = rows(&whistle());
    let names: Vec<&str> = open.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, [WHISTLES_QUEUE, "whistle/D04", "whistle/D01"]);
    assert!(open.iter().all(|(_, row)| !row.to_string().contains("因为")), "{open:?}");
    let mut refused = whistle();
    refused.status = WhistleStatus::Refused;
    assert_eq!(rows(&refused), []);
}
