//! Deadlines that somebody sets by hand (handbook §1.3), and those that wait for next year's holidays (§8.2).

use domain::calendar::YearStatus;
use domain::catalogue::{AppealType, Catalogue};
use domain::limit::{Limit, LimitUnit};
use domain::order::*;

use crate::common::{at, yundu};
use crate::scene::*;

fn outer(scene: &Scene) -> domain::time::Moment {
    scene.handling().clocks.as_ref().unwrap().outer.due.at
}

fn set(scene: &Scene, to: &str) -> Step {
    Step::MoveDeadline { clocks: scene.set_clocks(to) }
}

#[test]
fn a_supervisor_sets_a_deadline_and_says_why() {
    let scene = Scene::new().signed();
    let before = outer(&scene);
    for who in [dispatcher(), handler(LEAD), head(LEAD)] {
        assert_eq!(scene.clone().take(&who, set(&scene, "2026-12-01T00:00")), Err(Why::NotPermitted));
    }
    let mut silent = scene.clone();
    silent.text = None;
    assert_eq!(silent.take(&supervisor(), set(&scene, "2026-12-01T00:00")), Err(Why::TextMissing));
    assert_eq!(scene.clone().take(&supervisor(), set(&scene, MONDAY)), Err(Why::DeadlineNotAhead), "no time is left");
    let same = Step::MoveDeadline { clocks: scene.clocks(Clocking::Set(before)) };
    assert_eq!(scene.clone().take(&supervisor(), same), Err(Why::DeadlineNotAhead), "that is where it lies");

    let moved = scene.clone().with(&leader(), set(&scene, "2026-12-01T00:00"));
    let clocks = moved.handling().clocks.clone().unwrap();
    // Monday 30 November is its last day; the unit has until Friday, a working day before.
    assert_eq!((clocks.outer.due.at, clocks.inner.due.at), (at("2026-12-01T00:00"), at("2026-11-27T17:30")));
    assert_eq!(moved.order.promised_by(), at("2026-12-01T00:00"), "the caller is told");
    assert_eq!(clocks.sign, scene.handling().clocks.as_ref().unwrap().sign, "the unit's own timers stay");
    let Some(OrderEvent::DeadlineMoved(event)) = moved.events.last() else { panic!("not recorded") };
    assert_eq!((&event.work.by, event.work.text.is_some()), (&leader().id, true), "who and why");
}

#[test]
fn what_happens_later_goes_on_from_the_deadline_that_was_set() {
    let scene = Scene::new().signed();
    let moved = scene.clone().with(&supervisor(), set(&scene, "2026-12-02T00:00"));
    // Another unit gets the deadline that was set, and timers of its own.
    let other = moved.clone().with(&dispatcher(), Step::Transfer(moved.assignment("D04", &[])));
    assert_eq!(outer(&other), at("2026-12-02T00:00"));
    // Three days that the clock stands still move it by three days, and once only.
    let stopped = moved.clone().with(&handler(LEAD), suspend_request(3)).with(&dispatcher(), Step::SuspendApprove);
    let resumed = stopped.after_hours(72);
    let resumed =
        resumed.clone().with(&Member::system("clock"), Step::Resume { clocks: resumed.clocks(Clocking::Resume) });
    assert_eq!(outer(&resumed), at("2026-12-05T00:00"));
    let again = resumed.clone().with(&dispatcher(), Step::Transfer(resumed.assignment("D04", &[])));
    assert_eq!(outer(&again), at("2026-12-05T00:00"));
    // An extension goes on from it.
    let asked = moved.with(&handler(LEAD), extend_request(2));
    let longer = asked.clocks(Clocking::Extend(Limit::new(2, LimitUnit::WorkingDays)));
    let longer = asked.with(&dispatcher(), Step::ExtendApprove { clocks: longer, past_outer: true });
    assert_eq!(outer(&longer), at("2026-12-04T00:00"));
    // A redo begins with the usual limit again.
    let closed = Scene::new().signed();
    let closed = closed.clone().with(&supervisor(), set(&closed, "2026-12-02T00:00")).contacted();
    let closed = closed.with_result(Explanation::Resolved).passed();
    let redone = closed.clone().with(&caller_agent(), closed.visit(Some(discontent())));
    assert_eq!(outer(&redone), outer(&Scene::new().dispatched()));
    assert_eq!(redone.handling().fixed, None);
}

#[test]
fn a_deadline_that_was_set_is_reminded_of_anew() {
    let scene = Scene::new().signed().contacted();
    let late = scene.after_hours(24 * 21);
    let due = |scene: &Scene| late.order.clone().due(scene.now, TOWN.rules()).len();
    assert!(due(&late) > 0, "yellow and overdue");
    let moved = late.clone().with(&supervisor(), set(&late, "2026-12-31T00:00"));
    assert!(moved.order.due(moved.now, TOWN.rules()).is_empty(), "there is time again");
    let keys: Vec<String> =
        moved.order.due(at("2026-12-31T00:00"), TOWN.rules()).into_iter().map(|due| due.key).collect();
    assert!(keys.contains(&"notice/overdue/1.0.1".to_owned()), "{keys:?}");
}

/// The town once the State Council has said when 2027 is off; `off` are further days off.
fn with_notice(off: &[&str]) -> Catalogue {
    let mut town = Catalogue::parse(&yundu()).unwrap();
    town.calendar.version = "with the notice".to_owned();
    town.calendar.years.insert(2027, YearStatus::Official);
    town.calendar.off.extend(off.iter().map(|day| day.parse::<domain::time::Date>().unwrap()));
    town
}

/// Received on 21 December: fifteen working days reach into January.
fn before_new_year() -> Scene {
    let mut scene = Scene::of(registered("T0403", AppealType::Complaint)).at("2026-12-21T10:00");
    scene.order.received_at = scene.now;
    let promised = TOWN.promised(scene.now, AppealType::Complaint, scene.order.urgency).unwrap();
    scene.order.registered.promised = promised;
    scene.dispatched()
}

#[test]
fn next_years_notice_moves_a_provisional_deadline_later_and_never_earlier() {
    let scene = before_new_year();
    let before = outer(&scene);
    assert!(scene.order.is_provisional());
    let clock = Member::system("clock");
    let recount = |town: &Catalogue| Step::Recount {
        clocks: Box::new(town.clocks(&scene.order, scene.now, Clocking::Recount).unwrap()),
    };
    // A longer holiday: two working days more that are off.
    let later = scene.clone().with(&clock, recount(&with_notice(&["2027-01-05", "2027-01-06"])));
    assert!(!later.order.is_provisional());
    assert_eq!(outer(&later).ms_since(before), 2 * 24 * 3_600_000);
    // The same holidays: nothing moves, and it is sure now.
    let same = scene.clone().with(&clock, recount(&with_notice(&[])));
    assert_eq!((outer(&same), same.order.is_provisional()), (before, false));
    // More working days: the count is earlier, the promise is not.
    let mut busier = with_notice(&[]);
    busier.calendar.work.extend(["2027-01-02", "2027-01-03"].map(|day| day.parse::<domain::time::Date>().unwrap()));
    let kept = scene.clone().with(&clock, recount(&busier));
    assert_eq!(outer(&kept), before);
    // Once, by the clock only, and not while nothing is known.
    assert_eq!(same.clone().take(&clock, recount(&with_notice(&[]))), Err(Why::AlreadyDone));
    assert_eq!(scene.clone().take(&clock, recount(&TOWN)), Err(Why::AlreadyDone));
    assert_eq!(scene.clone().take(&supervisor(), recount(&with_notice(&[]))), Err(Why::NotPermitted));
}

#[test]
fn a_promise_made_before_the_notice_is_kept_by_a_dispatch_after_it() {
    let scene = before_new_year();
    let promised = scene.order.registered.promised.at;
    let mut busier = with_notice(&[]);
    busier.calendar.work.extend(["2027-01-02", "2027-01-03"].map(|day| day.parse::<domain::time::Date>().unwrap()));
    let mut fresh = scene.order.clone();
    fresh.handling = None;
    assert_eq!(busier.clocks(&fresh, scene.now, Clocking::Dispatch).unwrap().outer.due.at, promised);
}

#[test]
fn orders_that_wait_for_a_notice_are_in_a_queue_of_their_own() {
    let queues = |order: &WorkOrder| {
        let queues = project(&serde_json::to_value(order).unwrap()).unwrap().queues;
        queues.into_iter().filter(|(name, _)| name == PROVISIONAL_QUEUE).count()
    };
    let scene = before_new_year();
    assert_eq!(queues(&scene.order), 1);
    let clocks = Box::new(with_notice(&[]).clocks(&scene.order, scene.now, Clocking::Recount).unwrap());
    assert_eq!(queues(&scene.clone().with(&Member::system("clock"), Step::Recount { clocks }).order), 0);
    assert_eq!(queues(&Scene::new().dispatched().order), 0, "this year is official");
}
