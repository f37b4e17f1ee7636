//! What is stored of handling today must be readable, and written the same, for ever: a change here is a migration.

use std::collections::BTreeMap;

use domain::aggregate::Actor;
use domain::limit::{Deadline, Limit, LimitUnit};
use domain::order::*;
use domain::whistle::{Blown, Task, WhistleEvent, WhistleKind};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::common::at;
use crate::scene::*;

/// A timer that no file of the town has a part in.
fn timer() -> Timer {
    let due = Deadline { at: at(MONDAY), provisional: false, calendar_version: "2026.1".to_owned() };
    Timer { limit: Limit::new(3, LimitUnit::WorkingDays), due }
}

fn all_clocks() -> Clocks {
    let (sign, contact, give_back, inner, outer) = (timer(), timer(), timer(), timer(), timer());
    let (from, warn_at, extend_by) = (at(MONDAY), at(MONDAY), at(MONDAY));
    Clocks { from, sign, contact, give_back, inner, outer, warn_at, extend_by }
}

/// Work in which nothing is empty.
fn work() -> Work {
    Work {
        unit: Some(unit(LEAD)),
        units: vec![unit("D04")],
        reason: Some("RT01".to_owned()),
        text: text(),
        attachments: evidence(),
        limit: Some(Limit::new(3, LimitUnit::WorkingDays)),
        timer: Some(timer()),
        order: Some(doc("other")),
        ..Work::by(Actor::staff("handler"))
    }
}

/// Every type of event, fully filled.
fn events() -> Vec<OrderEvent> {
    use OrderEvent as E;
    let clocks = all_clocks();
    let work = || Box::new(work());
    let clocked = || Box::new(Clocked { work: *work(), clocks: clocks.clone() });
    let key = "yellow/overdue/1.0.0".to_owned();
    let (object, escalate) = (Some(timer()), Some(timer()));
    let carded = || {
        let (key, object, escalate) = (key.clone(), object.clone(), escalate.clone());
        Box::new(Carded { key, level: Level::Yellow, work: *work(), object, escalate })
    };
    let (answer, clocks) = (Some(content()), Some(Box::new(clocks.clone())));
    let visited = || {
        Box::new(Visited {
            work: *work(),
            answer,
            to: Status::InProgress,
            ruling: true,
            clocks: clocks.clone(),
            reasons: Vec::new(),
        })
    };
    let mut events = vec![E::Dispatched(clocked()), E::Transferred(clocked()), E::ExtensionApproved(clocked())];
    events.extend([E::DeadlineMoved(clocked()), E::Recounted(clocked())]);
    events.extend([E::Resumed(clocked()), E::Visited(visited()), E::Rated(visited()), E::Ruled(visited())]);
    events.push(E::Reopened(visited()));
    events.push(E::ResultSubmitted(Box::new(Outcome { work: *work(), class: Explanation::Partly, subject: None })));
    let of_work: [fn(Box<Work>) -> OrderEvent; 24] = [
        E::RespondentNamed,
        E::AnsweredNow,
        E::HandedOff,
        E::Merged,
        E::Signed,
        E::ReturnRequested,
        E::ReturnApproved,
        E::ReturnRejected,
        E::CoUnitsAdded,
        E::CoReplied,
        E::ExtensionRequested,
        E::ExtensionRejected,
        E::SuspensionRequested,
        E::SuspensionApproved,
        E::SuspensionRejected,
        E::Contacted,
        E::ReviewPassed,
        E::ReviewFailed,
        E::Archived,
        E::Reminded,
        E::ChildNoted,
        E::ChildReplied,
        E::MaliciousMarked,
        E::MaliciousCleared,
    ];
    events.extend(of_work.map(|event| event(work())));
    let of_card: [fn(Box<Carded>) -> OrderEvent; 7] = [
        E::CardProposed,
        E::CardIssued,
        E::CardDismissed,
        E::CardReplied,
        E::CardObjected,
        E::CardUpheld,
        E::CardRevoked,
    ];
    events.extend(of_card.map(|event| event(carded())));
    events
}

fn whistle_events() -> Vec<WhistleEvent> {
    let (text, work) = (text().unwrap(), || Box::new(work()));
    let task = Task { unit: unit("D04"), action: text.clone(), due: timer(), done_at: Some(at(MONDAY)) };
    let blown = Blown {
        kind: WhistleKind::Emergency,
        order: Some(doc("order")),
        text,
        village: Some(VILLAGE.parse().unwrap()),
        callees: vec![(unit("D04"), true)],
        need_by: timer(),
        by: Actor::staff("dispatcher"),
    };
    vec![
        WhistleEvent::Blown(Box::new(blown)),
        WhistleEvent::Accepted(work()),
        WhistleEvent::Refused(work()),
        WhistleEvent::Arrived(work()),
        WhistleEvent::Minuted { work: work(), tasks: vec![task] },
        WhistleEvent::TaskDone { work: work(), task: 1 },
    ]
}

fn name_of(event: &Value) -> String {
    event.as_object().unwrap().keys().next().unwrap().clone()
}

/// Compares what is written today with what was written first; the number of events in it.
fn compare<E: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(events: Vec<E>, golden: &str) -> usize {
    let golden: BTreeMap<String, Value> = serde_json::from_str(golden).unwrap();
    let values = events.iter().map(|event| serde_json::to_value(event).unwrap());
    let written: BTreeMap<String, Value> = values.map(|value| (name_of(&value), value)).collect();
    assert_eq!(written, golden, "written now: {}", serde_json::to_string_pretty(&written).unwrap());
    for event in events {
        let name = name_of(&serde_json::to_value(&event).unwrap());
        assert_eq!(serde_json::from_value::<E>(golden[&name].clone()).unwrap(), event);
    }
    golden.len()
}

#[test]
fn stored_handling_never_changes_its_shape() {
    let golden = include_str!("../../../../tests/golden/order-handling-events.json");
    assert_eq!(compare(events(), golden), 42, "every event of handling");
}

#[test]
fn stored_whistles_never_change_their_shape() {
    let golden = include_str!("../../../../tests/golden/whistle-events.json");
    assert_eq!(compare(whistle_events(), golden), 6, "every event of a whistle");
}

/// A state that was stored before there was handling, or with fewer fields than today, still reads.
#[test]
fn a_state_of_earlier_days_reads() {
    let order = Scene::new().order;
    let stored = serde_json::to_value(&order).unwrap();
    assert!(stored.get("handling").is_none(), "nothing is added to what has not been handled");
    let mut early = stored;
    early["handling"] = serde_json::json!({ "lead": LEAD });
    let read: WorkOrder = serde_json::from_value(early).unwrap();
    assert_eq!(read.handling.unwrap().lead, Some(unit(LEAD)));
}
