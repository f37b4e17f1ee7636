//! What callers and others with the same matter do: reasons, until when, who counts, and being forgotten.

use canon::{Hash, sha256};
use domain::aggregate::{Actor, Aggregate as _, Context, Stamp};
use domain::board::project;
use domain::catalogue::{AppealType, Point};
use domain::order::*;
use serde_json::{Value, json};

use crate::scene::*;

fn hash(name: &str) -> Hash {
    sha256(&[name.as_bytes()])
}

fn rate(scene: &mut Scene, answer: Answer, reasons: &[RatingReason], text: Option<Text>) -> Result<(), &'static str> {
    let (rules, clocks, reasons) = (TOWN.rules(), scene.any_clocks(), reasons.to_vec());
    let command = OrderCommand::Rate(RateCommand { answer, reasons, text, rules, clocks });
    scene.give(&command, Actor::citizen()).map(drop).map_err(|refusal| refusal.code())
}

fn join(scene: &mut Scene, device: &str, phone: Option<&str>) -> Result<(), &'static str> {
    let sealed = phone.map(|phone| Sealed(format!("SEALED-{phone}")));
    let command = JoinCommand { device: hash(device), index: phone.map(hash), phone: sealed };
    scene.give(&OrderCommand::Join(command), Actor::citizen()).map(drop).map_err(|refusal| refusal.code())
}

fn erase(scene: &mut Scene) -> Result<(), &'static str> {
    scene.give(&OrderCommand::Erase, Actor::citizen()).map(drop).map_err(|refusal| refusal.code())
}

fn action(scene: &Scene, name: ActionName) -> Action {
    let actions = scene.order.caller_actions(scene.now, TOWN.rules());
    actions.into_iter().find(|action| action.name == name).unwrap()
}

#[test]
fn a_dissatisfied_rating_says_why() {
    let said = |answer, reasons: &[RatingReason], text| rate(&mut Scene::new().reviewed(), answer, reasons, text);
    assert_eq!(said(content(), &[], None), Ok(()));
    assert_eq!(said(discontent(), &[], None), Err("reasonMissing"));
    assert_eq!(said(discontent(), &[RatingReason::Other], None), Err("reasonMissing"));
    assert_eq!(said(discontent(), &[RatingReason::TooSlow], None), Ok(()));
    assert_eq!(said(discontent(), &[RatingReason::Other], text()), Ok(()));
    let unresolved = Answer { resolved: Some(false), ..content() };
    assert_eq!(said(unresolved, &[], None), Err("reasonMissing"));
    let mut scene = Scene::new().reviewed();
    rate(&mut scene, discontent(), &[RatingReason::Attitude], None).unwrap();
    let Some(OrderEvent::Rated(rated)) = scene.events.last() else { panic!("{:?}", scene.events.last()) };
    assert_eq!((rated.reasons.as_slice(), scene.order.status), (&[RatingReason::Attitude][..], Status::InProgress));
}

/// What the view promises is what the commands keep: allowed until the moment that it names, and not at it.
#[test]
fn each_possible_step_says_until_when() {
    let waiting = Scene::new().reviewed();
    assert_eq!(action(&waiting, ActionName::Rate).until, waiting.handling().visit_by);
    assert_eq!(action(&waiting, ActionName::Reopen).until, None);
    let closed = Scene::new().closed();
    let until = action(&closed, ActionName::Reopen).until.unwrap();
    let mut early = Scene { now: until.plus_ms(-1), ..closed.clone() };
    let mut late = Scene { now: until, ..closed };
    let reopen = |scene: &mut Scene| {
        let command = ReopenCommand { text: text().unwrap(), rules: TOWN.rules(), clocks: scene.any_clocks() };
        scene.give(&OrderCommand::Reopen(command), Actor::citizen()).map(drop).map_err(|refusal| refusal.code())
    };
    assert_eq!((reopen(&mut early), reopen(&mut late)), (Ok(()), Err("tooLate")));
    assert!(!action(&late, ActionName::Reopen).allowed && action(&late, ActionName::Reopen).until.is_none());
}

#[test]
fn a_device_joins_once_and_people_are_counted_by_phone() {
    let mut scene = Scene::new();
    assert_eq!(scene.order.callers(), 1);
    for (device, phone, devices, people) in [
        ("a", None, 1, 2),
        ("b", Some("p"), 2, 3),
        ("c", Some("p"), 3, 3),
        // The caller's own number.
        ("d", Some("phone"), 4, 3),
        ("e", None, 5, 4),
    ] {
        assert_eq!(join(&mut scene, device, phone), Ok(()), "{device}");
        assert_eq!((scene.order.joined.len(), scene.order.callers()), (devices, people), "{device}");
    }
    assert_eq!(join(&mut scene, "a", Some("q")), Err("alreadyDone"));
    assert!(scene.order.has_joined(&hash("a")) && !scene.order.has_joined(&hash("z")));
    assert!(!serde_json::to_string(&scene.order).unwrap().contains("SEALED-p\""), "the number is in the event alone");
}

#[test]
fn only_open_and_public_matters_are_joined_and_a_hundred_is_enough() {
    assert_eq!(join(&mut Scene::new().closed(), "a", None), Err("stateConflict"));
    let hidden = Registered { listed: false, ..registered("T0403", AppealType::Complaint) };
    assert_eq!(join(&mut Scene::of(hidden), "a", None), Err("hidden"));
    let mut scene = Scene::new();
    for n in 0..JOINED_MAX {
        join(&mut scene, &n.to_string(), None).unwrap();
    }
    assert_eq!(join(&mut scene, "one more", None), Err("meTooFull"));
    assert_eq!(join(&mut scene, "7", None), Err("alreadyDone"), "who is counted is not told that it is full");
}

fn projected(scene: &Scene) -> (Value, Vec<(String, Value)>, Vec<Value>) {
    let state = serde_json::to_value(&scene.order).unwrap();
    let projection = project("order", &state).unwrap();
    let timelines = projection.timelines.into_iter().map(|(_, row)| row).collect();
    (projection.columns, projection.queues, timelines)
}

fn located() -> Scene {
    let mut scene = Scene::new();
    scene.order.registered.place.position = Some(Point { lon_e7: 1_199_012_345, lat_e7: 326_054_321 });
    scene
}

#[test]
fn the_public_sees_the_middle_of_a_cell_and_never_the_place() {
    let mut scene = located();
    join(&mut scene, "a", None).unwrap();
    let (columns, queues, timelines) = projected(&scene);
    let around = json!({"lonE7": 1_199_010_000, "latE7": 326_050_000});
    let similar = queues.iter().find(|(name, _)| name == "similar/T0403").map(|(_, row)| row).unwrap();
    for row in [similar, &timelines[0]] {
        assert_eq!((&row["around"], &row["meToo"]), (&around, &json!(1)));
        assert!(!row.to_string().contains("1199012345") && !row.to_string().contains("326054321"), "{row}");
    }
    assert!(columns.get("around").is_none(), "staff have the place itself");
    let pool = queues.iter().find(|(name, _)| name == POOL_QUEUE).map(|(_, row)| row).unwrap();
    assert_eq!(pool["callers"], 2);
    let far = around_of(-1, 19_999);
    assert_eq!(far, Point { lon_e7: -10_000, lat_e7: 10_000 }, "cells do not change their size at zero");
}

fn around_of(lon_e7: i32, lat_e7: i32) -> Point {
    domain::order::around(Point { lon_e7, lat_e7 })
}

#[test]
fn what_is_closed_or_not_public_is_similar_to_nothing() {
    let is_similar = |scene: &Scene| projected(scene).1.iter().any(|(name, _)| name.starts_with("similar/"));
    assert!(is_similar(&Scene::new()) && is_similar(&Scene::new().submitted()));
    assert!(!is_similar(&Scene::new().closed()));
    let hidden = Registered { listed: false, ..registered("T0403", AppealType::Complaint) };
    assert!(!is_similar(&Scene::of(hidden)));
}

#[test]
fn erasure_waits_until_nobody_owes_an_answer() {
    assert_eq!(erase(&mut Scene::new()), Err("orderOpen"));
    assert_eq!(erase(&mut Scene::new().reviewed()), Err("orderOpen"));
    assert_eq!(erase(&mut Scene::new().closed()), Ok(()));
    let merge = Step::Merge { parent: doc("parent"), parent_open: true };
    let mut merged = Scene::new().with(&dispatcher(), merge);
    assert_eq!(erase(&mut merged), Err("replyPending"));
    merged.order.handling.as_mut().unwrap().replied_at = Some(merged.now);
    assert_eq!(erase(&mut merged), Ok(()));
    let mut parent = Scene::new().closed();
    parent.order.handling.as_mut().unwrap().children.push(doc("child"));
    assert_eq!(erase(&mut parent), Err("replyPending"), "the child's answer is made of this one's texts");
    parent.order.status = Status::Archived;
    assert_eq!((erase(&mut parent), erase(&mut parent)), (Ok(()), Err("erased")));
}

#[test]
fn whoever_is_erased_is_in_no_state_queue_or_sight_any_more() {
    let mut scene = located();
    join(&mut scene, "a", Some("p")).unwrap();
    let mut scene = scene.closed();
    let before = projected(&scene);
    assert!(before.1.iter().any(|(name, _)| name.starts_with("caller/")) && before.0.get("title").is_some());
    erase(&mut scene).unwrap();
    let order = &scene.order;
    assert_eq!((order.status, order.erased_at), (Status::Closed, Some(scene.now)));
    let stored = serde_json::to_string(order).unwrap();
    for gone in ["SEALED", &hash("phone").to_string(), &hash("p").to_string(), "1199012345"] {
        assert!(!stored.contains(gone), "{gone} in {stored}");
    }
    let (columns, queues, timelines) = projected(&scene);
    assert!(!queues.iter().any(|(name, _)| name.starts_with("caller/")));
    assert!(columns.get("title").is_none() && timelines[0].get("around").is_none());
    let sight = order.sight(&dispatcher());
    assert_eq!((sight.order, sight.content, sight.caller), (true, false, false));
    assert!(WorkOrder::destroys_key(&OrderEvent::Erased) && !WorkOrder::destroys_key(scene.events.first().unwrap()));
    assert_eq!(rate(&mut scene.clone(), content(), &[], None), Err("erased"));
    for action in order.caller_actions(scene.now, TOWN.rules()) {
        assert_eq!((action.allowed, action.reason), (false, Some("erased")), "{:?}", action.name);
    }
    let reopen = Step::ReopenFalse { clocks: scene.any_clocks() };
    assert_eq!(scene.clone().take(&supervisor(), reopen), Err(Why::Erased));
    let mut late = scene.after_hours(7 * 24);
    assert_eq!(late.take(&Member::system("clock"), Step::Archive), Ok(()), "the archive takes it all the same");
}

#[test]
fn a_month_counts_what_came_in_in_it_whatever_happens_later() {
    let tally = |scene: &Scene| {
        let state = serde_json::to_value(&scene.order).unwrap();
        let sum = project("order", &state).unwrap().sum.unwrap();
        assert_eq!(sum.period, "2026-11");
        assert_eq!(sum.groups, ["town", "category/T0403", &format!("village/{VILLAGE}")]);
        let tally = Tally::from_numbers(&sum.numbers);
        assert_eq!((tally, sum.numbers.as_slice()), (Tally::of(&scene.order), &tally.numbers()[..]));
        tally
    };
    let numbers = |t: Tally| [t.received, t.closed, t.on_time, t.withdrawn, t.open];
    assert_eq!(numbers(tally(&Scene::new())), [1, 0, 0, 0, 1]);
    let closed = Scene::new().closed();
    assert_eq!(numbers(tally(&closed)), [1, 1, 1, 0, 0]);
    assert_eq!(tally(&closed).rates.resolution, Ratio { part: 1, whole: 1 });
    let late = Scene::new().reviewed().after_hours(90 * 24);
    let visit = late.visit(Some(content()));
    assert_eq!(numbers(tally(&late.with(&caller_agent(), visit))), [1, 1, 0, 0, 0]);
    let mut withdrawn = Scene::new();
    withdrawn.give(&OrderCommand::Withdraw { reason: None }, Actor::citizen()).unwrap();
    assert_eq!(numbers(tally(&withdrawn)), [1, 0, 0, 1, 0]);
    let mut archived = withdrawn.after_hours(7 * 24);
    archived.take(&Member::system("clock"), Step::Archive).unwrap();
    assert_eq!(numbers(tally(&archived)), [1, 0, 0, 1, 0], "what was taken back stays taken back in the archive");
    let context = Context { now: archived.now, by: Actor::citizen() };
    assert!(WorkOrder::decide(Some(&archived.order), &OrderCommand::Erase, &context).is_ok());
    let erased = WorkOrder::evolve(Some(archived.order), &OrderEvent::Erased, Stamp { at: archived.now }).unwrap();
    assert_eq!(numbers(Tally::of(&erased)), [1, 0, 0, 1, 0], "figures stay when the person goes");
}
