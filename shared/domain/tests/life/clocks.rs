//! The two deadlines, the unit's timers and their laws.

use domain::catalogue::{AppealType, Urgency};
use domain::limit::{Limit, LimitUnit, Rule};
use domain::order::*;
use domain::time::HOUR_MS;
use proptest::prelude::*;

use crate::common::at;
use crate::scene::*;

fn dispatched(appeal_type: AppealType, urgency: Urgency, when: &str) -> Clocks {
    let mut order = Scene::of(registered("T0403", appeal_type)).order;
    (order.urgency, order.received_at) = (urgency, at(when));
    let promised = TOWN.effective_limit(at(when), appeal_type, urgency, Rule::PROMISE).unwrap();
    (order.registered.limit, order.registered.promised) = promised;
    TOWN.clocks(&order, at(when), Clocking::Dispatch).unwrap()
}

#[test]
fn long_limits_leave_a_working_day_and_short_ones_a_quarter() {
    let clocks = dispatched(AppealType::Complaint, Urgency::Normal, MONDAY);
    // Fifteen working days from Monday: 14 December; one working day before it, when the office closes.
    assert_eq!(clocks.outer.due.at, at("2026-12-15T00:00"));
    assert_eq!(clocks.inner.due.at, at("2026-12-11T17:30"));
    assert_eq!(clocks.extend_by, at("2026-12-10T17:30"));
    let praise = dispatched(AppealType::Praise, Urgency::Normal, MONDAY);
    assert_eq!((praise.outer.limit.n, praise.inner.due.at), (5, at("2026-11-27T17:30")), "five days are long");
    let consult = dispatched(AppealType::Consult, Urgency::Normal, MONDAY);
    // Two working days: 62 hours until Wednesday 24:00; a quarter of them is 15.5.
    assert_eq!((consult.outer.due.at, consult.inner.due.at), (at("2026-11-26T00:00"), at("2026-11-25T08:30")));
    let urgent = dispatched(AppealType::Complaint, Urgency::Urgent, MONDAY);
    assert_eq!((urgent.outer.due.at, urgent.inner.due.at), (at("2026-11-24T10:00"), at("2026-11-24T04:00")));
    assert_eq!(urgent.warn_at, at("2026-11-23T23:30"), "hours have no working day to warn before");
    assert!(urgent.extend_by <= at(MONDAY), "no extension of what is urgent");
    let emergency = dispatched(AppealType::Complaint, Urgency::Emergency, MONDAY);
    assert_eq!((emergency.outer.due.at, emergency.inner.due.at), (at("2026-11-23T12:00"), at("2026-11-23T11:30")));
}

#[test]
fn the_unit_signs_contacts_and_returns_within_its_own_timers() {
    let timers = |urgency, when| {
        let Clocks { sign, contact, give_back, .. } = dispatched(AppealType::Complaint, urgency, when);
        [sign, contact, give_back].map(|timer| timer.due.at)
    };
    let normal = timers(Urgency::Normal, "2026-11-23T11:00");
    assert_eq!(normal, ["2026-11-23T15:00", "2026-11-24T17:30", "2026-11-24T17:30"].map(at));
    let urgent = timers(Urgency::Urgent, "2026-11-23T11:00");
    assert_eq!(urgent, ["2026-11-23T11:30", "2026-11-23T13:00", "2026-11-23T15:00"].map(at));
    // Friday evening: working time begins on Monday, minutes run at once.
    let evening = timers(Urgency::Normal, "2026-11-27T18:00");
    assert_eq!(evening, ["2026-11-30T10:30", "2026-11-30T17:30", "2026-11-30T17:30"].map(at));
    assert_eq!(timers(Urgency::Emergency, "2026-11-27T18:00")[1], at("2026-11-27T18:30"));
}

#[test]
fn an_extension_goes_on_from_the_old_deadline() {
    let scene = Scene::new().signed();
    let extended = scene.clocks(Clocking::Extend(Limit::new(5, LimitUnit::WorkingDays)));
    assert_eq!((extended.outer.due.at, extended.inner.due.at), (at("2026-12-22T00:00"), at("2026-12-18T17:30")));
    let double = scene.clocks(Clocking::Extend(Limit::new(15, LimitUnit::WorkingDays)));
    assert!(double.outer.due.provisional, "2027 has no notice yet");
    assert!(!extended.outer.due.provisional);
}

/// Handbook §1.8: repeats raise the urgency, long after a deadline was promised.
#[test]
fn a_raised_urgency_does_not_take_a_promise_back() {
    let promised = at("2026-12-15T00:00");
    let raised = |mut scene: Scene| {
        scene.order.urgency = Urgency::Urgent;
        scene.at("2026-12-01T10:00")
    };
    let first = raised(Scene::new()).clocks(Clocking::Dispatch);
    let transfer = raised(Scene::new().signed()).clocks(Clocking::Dispatch);
    for clocks in [&first, &transfer] {
        assert_eq!((clocks.outer.due.at, clocks.inner.due.at), (promised, at("2026-12-11T17:30")));
        assert_eq!(clocks.sign.due.at, at("2026-12-01T10:30"), "the unit's own timers are those of what is urgent");
    }
    let resumed = raised(Scene::new().suspended()).clocks(Clocking::Resume);
    assert!(resumed.outer.due.at > promised, "it moves by the time that stood still");
    let longer = raised(Scene::new().signed()).clocks(Clocking::Extend(Limit::new(5, LimitUnit::WorkingDays)));
    assert_eq!(longer.outer.due.at, at("2026-12-22T00:00"));
    let redo = raised(Scene::new().signed()).clocks(Clocking::Redo);
    assert_eq!(redo.outer.due.at, at("2026-12-02T10:00"), "a redo promises anew");
}

#[test]
fn a_card_leaves_working_days_and_an_emergency_natural_ones() {
    let friday = at("2026-11-27T10:00");
    let timers = TOWN.card_timers(Level::Notice, Urgency::Normal, friday);
    assert_eq!((timers.reply.due.at, timers.object.due.at), (at("2026-12-01T17:30"), at("2026-12-01T17:30")));
    assert_eq!(timers.escalate.unwrap().due.at, at("2026-11-30T17:30"));
    let emergency = TOWN.card_timers(Level::Notice, Urgency::Emergency, friday);
    assert_eq!(emergency.escalate.unwrap().due.at, at("2026-11-28T17:30"));
    let red = TOWN.card_timers(Level::Red, Urgency::Normal, friday);
    assert_eq!((red.reply.due.at, red.escalate), (at("2026-11-30T17:30"), None));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whenever it comes and however it is suspended: the unit's deadline is not after the caller's, the warning not
    /// after the deadline, and no suspension makes either earlier.
    #[test]
    fn the_inner_deadline_never_passes_the_outer_one(
        hours in 0i64..24 * 60, kind in 0usize..7, urgency in 0usize..4, after in 1i64..200, days in 1i64..30
    ) {
        let mut order = Scene::of(registered("T0403", AppealType::ALL[kind])).order;
        order.urgency = Urgency::ALL[urgency];
        order.received_at = at(MONDAY).plus_ms(hours * HOUR_MS);
        let now = order.received_at;
        let promised = TOWN.effective_limit(now, AppealType::ALL[kind], order.urgency, Rule::PROMISE).unwrap();
        (order.registered.limit, order.registered.promised) = promised;
        let before = TOWN.clocks(&order, now, Clocking::Dispatch).unwrap();
        let mut handling = Handling { clocks: Some(before.clone()), ..Handling::default() };
        let from = now.plus_ms(after * HOUR_MS);
        let to = from.plus_ms(days * 24 * HOUR_MS);
        handling.suspensions.push(domain::limit::Interval { from, to });
        order.handling = Some(Box::new(handling));
        let later = TOWN.clocks(&order, to, Clocking::Resume).unwrap();
        for clocks in [&before, &later] {
            prop_assert!(clocks.inner.due.at <= clocks.outer.due.at);
            prop_assert!(clocks.warn_at <= clocks.inner.due.at);
            prop_assert!(clocks.extend_by < clocks.inner.due.at);
        }
        prop_assert!(later.outer.due.at >= before.outer.due.at);
        prop_assert!(later.inner.due.at >= before.inner.due.at);
    }
}
