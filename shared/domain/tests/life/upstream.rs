//! Orders that a platform above gave us: its deadline, what it says later, what the centre asks it for.

use domain::aggregate::{Actor, Aggregate, Context, Stamp};
use domain::catalogue::AppealType;
use domain::hotline::{EventKind, Telling, told};
use domain::limit::{Limit, LimitUnit};
use domain::order::*;
use domain::time::HOUR_MS;

use crate::common::at;
use crate::scene::*;

/// An order from above with this deadline, on Monday 10:00.
fn from_above(outer: &str) -> Scene {
    let mut registered = registered("T0403", AppealType::Complaint);
    let outer = at(outer);
    registered.channel = Channel::Hotline;
    registered.upstream = Some(FromAbove { system: "city".to_owned(), number: "QN1".to_owned(), outer: Some(outer) });
    registered.promised.at = outer;
    Scene::of(registered)
}

impl Scene {
    fn hear(&mut self, kind: EventKind, change: impl FnOnce(&mut Heard)) -> OrderEvent {
        let mut heard = Heard {
            kind,
            text: text(),
            attachments: Vec::new(),
            granted: false,
            outer: None,
            answer: None,
            clocks: None,
            rules: TOWN.rules(),
        };
        change(&mut heard);
        let context = Context { now: self.now, by: Actor::system("hotline") };
        let event = self.order.hear(&heard, &context).unwrap();
        let read: OrderEvent = serde_json::from_str(&serde_json::to_string(&event).unwrap()).unwrap();
        assert_eq!(read, event, "an event reads back as it was written");
        self.order = WorkOrder::evolve(Some(self.order.clone()), &event, Stamp { at: self.now }).unwrap();
        event
    }

    /// Asks for an extension, which the centre passes on.
    fn forwarded(self) -> Self {
        let scene = self.signed().with(&handler(LEAD), extend_request(5));
        let clocks = scene.clocks(Clocking::Extend(Limit::new(5, LimitUnit::WorkingDays)));
        scene.with(&dispatcher(), Step::ExtendApprove { clocks, past_outer: true })
    }
}

/// Handbook §1.2: the outer deadline is theirs; ours is a working day earlier, or a quarter of a short one.
#[test]
fn their_deadline_is_the_outer_one_and_ours_is_earlier_by_the_buffer() {
    for (outer, inner) in [
        // Ten working days: Friday 12-04 17:00, so the working day before it, when the office closes.
        ("2026-12-04T17:00", "2026-12-03T17:30"),
        // Beyond our own 15 working days, 12-14: those hold for the unit (handbook §1.5).
        ("2027-01-20T12:00", "2026-12-11T17:30"),
        // Two days, 48 hours: a quarter of it.
        ("2026-11-25T10:00", "2026-11-24T22:00"),
        // Four hours.
        ("2026-11-23T14:00", "2026-11-23T13:00"),
    ] {
        let scene = from_above(outer).dispatched();
        let clocks = scene.handling().clocks.clone().unwrap();
        assert_eq!(clocks.outer.due.at, at(outer), "{outer}");
        assert_eq!(clocks.inner.due.at, at(inner), "{outer}");
    }
}

/// What cannot wait does not wait because the platform gave us time.
#[test]
fn a_limit_of_our_own_that_is_shorter_holds_for_the_unit() {
    let mut urgent = from_above("2026-12-04T17:00");
    urgent.order.registered.limit = Limit::new(24, LimitUnit::NaturalHours);
    let clocks = urgent.clocks(Clocking::Dispatch);
    assert_eq!((clocks.outer.due.at, clocks.inner.due.at), (at("2026-12-04T17:00"), at("2026-11-24T04:00")));
    assert_eq!(clocks.warn_at, at("2026-11-23T23:30"), "hours are warned of in hours");
    // Our own stands still and is extended as always, until theirs is the earlier one.
    // Two of its working days, Tuesday and Wednesday: until 12-16.
    let stopped = from_above("2026-12-18T17:00").suspended().after_hours(72).clocks(Clocking::Resume);
    assert_eq!((stopped.outer.due.at, stopped.inner.due.at), (at("2026-12-18T17:00"), at("2026-12-15T17:30")));
    let longer = from_above("2026-12-18T17:00").signed();
    let longer = longer.clocks(Clocking::Extend(Limit::new(9, LimitUnit::WorkingDays)));
    assert_eq!((longer.outer.due.at, longer.inner.due.at), (at("2026-12-18T17:00"), at("2026-12-17T17:30")));
}

#[test]
fn a_suspension_does_not_move_their_deadline() {
    let outer = at("2026-12-11T17:00");
    let scene = from_above("2026-12-11T17:00").suspended().after_hours(72);
    let clocks = scene.clocks(Clocking::Resume);
    let scene = scene.with(&handler(LEAD), Step::Resume { clocks });
    assert_eq!(scene.handling().clocks.as_ref().unwrap().outer.due.at, outer);
}

#[test]
fn the_centre_asks_above_and_the_answer_moves_the_clocks() {
    let mut scene = from_above("2026-12-04T17:00").forwarded();
    assert!(matches!(scene.events.last(), Some(OrderEvent::ExtensionForwarded(_))));
    assert_eq!(scene.events.last().and_then(told), Some(Telling::Extension));
    assert!(scene.handling().forwarded && scene.handling().extension.is_none());
    let again = Step::ExtendApprove { clocks: scene.any_clocks(), past_outer: true };
    assert_eq!(scene.take(&dispatcher(), again), Err(Why::RequestPending), "asked once");
    let outer = at("2026-12-18T17:00");
    let asked = Clocking::Extend(Limit::new(5, LimitUnit::WorkingDays));
    let clocks = TOWN.clocks(&scene.order.with_outer_deadline(outer), scene.now, asked).unwrap();
    scene.hear(EventKind::ExtensionResult, |heard| {
        (heard.granted, heard.outer, heard.clocks) = (true, Some(outer), Some(Box::new(clocks)));
    });
    let handling = scene.handling();
    assert_eq!((handling.outer, handling.forwarded, handling.request.is_none()), (Some(outer), false, true));
    assert_eq!(handling.clocks.as_ref().unwrap().outer.due.at, outer);
    assert_eq!(handling.clocks.as_ref().unwrap().inner.due.at, at("2026-12-17T17:30"));
    assert!(handling.extension.is_some());
}

#[test]
fn a_refused_extension_leaves_the_clocks_and_ends_the_request() {
    let mut scene = from_above("2026-12-04T17:00").forwarded();
    let before = scene.handling().clocks.clone();
    scene.hear(EventKind::ExtensionResult, |_| ());
    assert_eq!(scene.handling().clocks, before);
    assert!(scene.handling().request.is_none() && !scene.handling().forwarded);
    let noted = scene.hear(EventKind::ExtensionResult, |_| ());
    assert!(matches!(noted, OrderEvent::NotedFromAbove(_)), "an answer to no question changes nothing");
}

#[test]
fn a_return_above_is_answered_and_a_refused_one_comes_back() {
    let handed = || from_above("2026-12-04T17:00").with(&dispatcher(), Step::HandOff { to: HandOffTo::OtherAuthority });
    assert_eq!(handed().events.last().and_then(told), Some(Telling::Return));
    let mut granted = handed();
    granted.hear(EventKind::ReturnResult, |heard| heard.granted = true);
    assert_eq!(granted.order.status, Status::TransferredOut);
    let mut refused = handed();
    refused.hear(EventKind::ReturnResult, |_| ());
    assert_eq!((refused.order.status, refused.order.closed_at), (Status::Registered, None));
}

#[test]
fn what_they_say_acts_while_it_can_and_is_noted_afterwards() {
    let mut scene = from_above("2026-12-04T17:00").signed();
    assert!(matches!(scene.hear(EventKind::Supplement, |_| ()), OrderEvent::Supplemented(_)));
    // Twice in a minute: no cool-down for the level above.
    for _ in 0..2 {
        assert!(matches!(scene.hear(EventKind::Urge, |_| ()), OrderEvent::Urged(_)));
    }
    assert!(matches!(scene.hear(EventKind::Supervise, |_| ()), OrderEvent::SupervisedFromAbove(_)));
    assert_eq!(scene.handling().supervisions, 1);
    assert!(matches!(scene.hear(EventKind::Withdraw, |_| ()), OrderEvent::Withdrawn(_)));
    assert_eq!(scene.order.status, Status::Withdrawn);
    for kind in EventKind::ALL {
        let event = scene.hear(*kind, |heard| (heard.granted, heard.outer) = (true, Some(scene_outer())));
        assert!(matches!(event, OrderEvent::NotedFromAbove(_)), "{kind}: {event:?}");
        assert_eq!(scene.order.status, Status::Withdrawn, "{kind}");
    }
}

fn scene_outer() -> domain::time::Moment {
    at("2026-12-18T17:00")
}

#[test]
fn their_callback_is_as_good_as_ours() {
    let clocks = |scene: &Scene| Some(scene.any_clocks());
    let mut content_ = from_above("2026-12-04T17:00").reviewed();
    assert_eq!(content_.events.last().and_then(told), Some(Telling::Result));
    let redo = clocks(&content_);
    content_.hear(EventKind::VisitResult, |heard| (heard.answer, heard.clocks) = (Some(content()), redo));
    assert_eq!(content_.order.status, Status::Closed);
    assert_eq!(content_.handling().answer, Some(content()));
    let mut unhappy = from_above("2026-12-04T17:00").reviewed();
    let redo = clocks(&unhappy);
    unhappy.hear(EventKind::VisitResult, |heard| (heard.answer, heard.clocks) = (Some(discontent()), redo));
    assert_eq!((unhappy.order.status, unhappy.handling().redos), (Status::InProgress, 1));
}

#[test]
fn an_order_of_the_towns_own_hears_nothing_from_above_and_extends_as_before() {
    let scene = Scene::new().signed();
    let heard = Heard {
        kind: EventKind::Urge,
        text: None,
        attachments: Vec::new(),
        granted: false,
        outer: None,
        answer: None,
        clocks: None,
        rules: TOWN.rules(),
    };
    let context = Context { now: scene.now.plus_ms(HOUR_MS), by: Actor::system("hotline") };
    assert!(scene.order.hear(&heard, &context).is_err());
    let own = Scene::new().forwarded();
    assert!(matches!(own.events.last(), Some(OrderEvent::ExtensionApproved(_))));
}

/// The names under which the log knows what is told, and what is told, are the same list.
#[test]
fn every_event_that_is_told_is_looked_for() {
    let scene = from_above("2026-12-04T17:00").closed();
    for event in &scene.events {
        let name = serde_json::to_value(event).unwrap();
        let name = name.as_object().unwrap().keys().next().unwrap().clone();
        assert!(told(event).is_none() || domain::hotline::TOLD.contains(&name.as_str()), "{name}");
    }
}
