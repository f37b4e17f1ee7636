//! What becomes due, when, and once; and the ladder of supervision that follows.

use domain::order::*;
use domain::staff::Role;
use domain::time::MINUTE_MS;

use crate::common::at;
use crate::scene::*;

fn keys(scene: &Scene) -> Vec<String> {
    scene.order.due(scene.now, TOWN.rules()).into_iter().map(|due| due.key).collect()
}

/// Does everything that is due, as the clock does.
fn tick(mut scene: Scene) -> Scene {
    let system = Member::system("clock");
    for Due { step, key } in scene.order.due(scene.now, TOWN.rules()) {
        let step = match step {
            DueStep::Remind => Step::Remind { key },
            DueStep::Propose(level) => Step::ProposeCard { key, level, unit: None },
            DueStep::Resume => Step::Resume { clocks: scene.clocks(Clocking::Resume) },
            DueStep::Archive => Step::Archive,
        };
        scene = scene.with(&system, step);
    }
    scene
}

fn issue(scene: Scene, who: &Member, key: &str, level: Level) -> Scene {
    let timers = Box::new(TOWN.card_timers(level, scene.order.urgency, scene.now));
    scene.with(who, Step::IssueCard { key: key.to_owned(), timers })
}

fn card(name: CardStep, key: &str) -> Step {
    Step::Card { name, key: key.to_owned() }
}

#[test]
fn reminders_come_at_their_moment_and_once() {
    let scene = Scene::new().dispatched();
    assert_eq!(keys(&scene), Vec::<String>::new());
    // Two working hours from Monday 10:00.
    assert_eq!(keys(&scene.clone().at("2026-11-23T11:59")), Vec::<String>::new());
    let late = scene.clone().at("2026-11-23T12:00");
    assert_eq!(keys(&late), ["sign/1.0.0"]);
    let told = tick(late);
    assert_eq!(keys(&told), Vec::<String>::new(), "once");
    // One working day to contact the caller: Tuesday's close.
    assert_eq!(keys(&told.clone().at("2026-11-24T17:30")), ["contact/1.0.0"]);
    let missed = Step::Contact { missed: Some(NoContact::Unreachable) };
    let tried = told.clone().with(&handler(LEAD), Step::Sign).with(&handler(LEAD), missed);
    assert_eq!(keys(&tried.at("2026-11-24T17:30")), ["contact/1.0.0"], "whoever was not reached is still to be called");
    let signed = told.with(&handler(LEAD), Step::Sign).contacted();
    // Inner deadline Friday 2026-12-11, 17:30; a quarter of 18 d 7.5 h before it.
    let warned = signed.clone().at("2026-12-07T03:38");
    assert_eq!((keys(&warned), warned.order.light(warned.now)), (vec!["yellow/1.0.0".to_owned()], Some(Light::Yellow)));
    assert_eq!(signed.order.light(at("2026-12-07T03:38").plus_ms(-MINUTE_MS)), Some(Light::Green));
    let overdue = signed.at("2026-12-11T17:30");
    assert_eq!(overdue.order.light(overdue.now), Some(Light::Red));
    assert_eq!(keys(&overdue), ["yellow/1.0.0", "notice/overdue/1.0.0"]);
}

#[test]
fn a_missed_week_and_a_second_tick_change_nothing() {
    let week = tick(Scene::new().dispatched().at("2026-12-21T10:00"));
    let handling = week.handling().clone();
    assert_eq!(tick(week.clone()).handling(), &handling);
    assert_eq!(handling.reminders, ["sign/1.0.0", "contact/1.0.0", "yellow/1.0.0"]);
    assert_eq!(handling.cards.len(), 1, "one notice, and nothing above it before a person issued it");
}

#[test]
fn the_ladder_climbs_only_by_decisions_of_persons() {
    let overdue = tick(Scene::new().signed().contacted().at("2026-12-11T17:30"));
    let notice = "notice/overdue/1.0.0";
    assert_eq!(overdue.handling().cards[0].status, CardStatus::Proposed);
    assert_eq!(
        keys(&overdue.clone().at("2027-01-20T10:00")),
        Vec::<String>::new(),
        "a mere proposal does not escalate"
    );
    let system = Member::system("clock");
    let timers = Box::new(TOWN.card_timers(Level::Notice, overdue.order.urgency, overdue.now));
    let by_system = Step::IssueCard { key: notice.to_owned(), timers };
    assert_eq!(overdue.clone().take(&system, by_system), Err(Why::NotPermitted), "no card without a named person");
    let issued = issue(overdue.at("2026-12-14T09:00"), &supervisor(), notice, Level::Notice);
    // One working day later, still overdue.
    assert_eq!(keys(&issued.clone().at("2026-12-15T17:29")), Vec::<String>::new());
    let yellow = tick(issued.at("2026-12-15T17:30"));
    let key = "yellow/overdue/1.0.0";
    assert_eq!(yellow.handling().cards[1].key, key);
    let timers = Box::new(TOWN.card_timers(Level::Yellow, yellow.order.urgency, yellow.now));
    let by_supervisor = Step::IssueCard { key: key.to_owned(), timers };
    assert_eq!(yellow.clone().take(&supervisor(), by_supervisor), Err(Why::TownLeaderOnly));
    let issued = issue(yellow, &leader(), key, Level::Yellow);
    assert_eq!(keys(&issued.clone().at("2026-12-18T17:29")), Vec::<String>::new());
    assert_eq!(keys(&issued.clone().at("2026-12-18T17:30")), ["red/overdue/1.0.0"]);
    // Whoever submits a result stops the ladder; from then on it is the centre that is late.
    let done = issued.with_result(Explanation::Resolved).at("2026-12-18T17:30");
    assert_eq!(keys(&done), ["review/1.0.0.0"]);
}

#[test]
fn a_card_can_be_objected_to_upheld_and_revoked() {
    let (key, head) = ("notice/overdue/1.0.0", head(LEAD));
    let proposed = tick(Scene::new().signed().contacted().at("2026-12-14T09:00"));
    assert_eq!(proposed.clone().take(&head, card(CardStep::Object, key)), Err(Why::NotPermitted), "not known yet");
    let issued = issue(proposed, &supervisor(), key, Level::Notice);
    let due = |scene: &Scene| scene.handling().cards[0].clone();
    assert_eq!(
        (due(&issued).reply_by, due(&issued).object_by),
        (Some(at("2026-12-16T17:30")), Some(at("2026-12-16T17:30")))
    );
    let late = issued.clone().at("2026-12-16T17:30");
    assert_eq!(late.clone().take(&head, card(CardStep::Object, key)), Err(Why::TooLate));
    let objected = issued.clone().at("2026-12-16T17:29").with(&head, card(CardStep::Object, key));
    assert_eq!(objected.clone().take(&supervisor(), card(CardStep::Uphold, key)), Err(Why::SamePerson));
    let upheld = objected.clone().with(&leader(), card(CardStep::Uphold, key));
    let revoked = objected.clone().with(&leader(), card(CardStep::Revoke, key));
    assert_eq!(keys(&upheld.clone().at("2026-12-18T09:00")), ["yellow/overdue/1.0.0"]);
    assert_eq!(keys(&revoked.clone().at("2026-12-18T09:00")), Vec::<String>::new(), "what never was does not escalate");
    let counts = |scene: &Scene, day: &str| due(scene).counts_on(day.parse().unwrap());
    assert_eq!([&objected, &upheld, &revoked].map(|scene| counts(scene, "2026-12-20")), [true, true, false]);
    assert_eq!(["2027-12-13", "2027-12-14"].map(|day| counts(&upheld, day)), [true, false], "twelve months");
    let replied = upheld.with(&head, card(CardStep::Reply, key));
    assert_eq!(replied.clone().take(&head, card(CardStep::Reply, key)), Err(Why::AlreadyReplied));
    let stranger = member("head-D04", Role::UnitHead, "D04");
    assert_eq!(replied.clone().take(&stranger, card(CardStep::Reply, key)), Err(Why::Hidden));
    let again = Step::ProposeCard { key: key.to_owned(), level: Level::Notice, unit: None };
    assert_eq!(replied.clone().take(&supervisor(), again), Err(Why::AlreadyDone));
    let unknown = card(CardStep::Revoke, "red/nothing");
    assert_eq!(replied.clone().take(&leader(), unknown), Err(Why::NoSuchCard));
}

#[test]
fn a_dismissed_proposal_does_not_come_back() {
    let proposed = tick(Scene::new().signed().contacted().at("2026-12-14T09:00"));
    let key = "notice/overdue/1.0.0";
    let dismissed = proposed.with(&supervisor(), card(CardStep::Dismiss, key));
    assert_eq!(keys(&dismissed.at("2027-01-04T09:00")), Vec::<String>::new());
}

#[test]
fn redos_improper_returns_and_urges_are_noticed() {
    let redo = |scene: Scene| {
        let visit = scene.visit(Some(discontent()));
        scene.with(&caller_agent(), visit)
    };
    let once = redo(Scene::new().reviewed());
    assert_eq!(keys(&once), ["notice/redo"]);
    let twice = redo(once.with_result(Explanation::Resolved).passed());
    assert_eq!(keys(&twice), ["yellow/redo"]);
    let mut returned = Scene::new().dispatched();
    let request = returned.return_request();
    returned = returned.with(&handler(LEAD), request).with(&dispatcher(), Step::ReturnReject);
    assert_eq!(keys(&returned), Vec::<String>::new());
    returned = returned.with(&handler(LEAD), Step::Sign);
    returned = returned.clone().with(&dispatcher(), Step::Transfer(returned.assignment("D04", &[])));
    let request = returned.return_request();
    returned = returned.with(&handler("D04"), request).with(&dispatcher(), Step::ReturnReject);
    assert_eq!(keys(&returned), ["yellow/returns"]);
    let urge = OrderCommand::Urge(UrgeCommand { reason: None, cooldown_ms: 0 });
    let mut before = Scene::new();
    before.give(&urge, domain::aggregate::Actor::citizen()).unwrap();
    let more =
        || OrderCommand::Supplement(SupplementCommand { text: text().unwrap(), attachments: Vec::new(), max: 20 });
    before.give(&more(), domain::aggregate::Actor::citizen()).unwrap();
    assert_eq!(keys(&before.after_hours(1).dispatched()), Vec::<String>::new(), "the unit gets it with the wish");
    let mut urged = Scene::new().dispatched();
    urged.give(&urge, domain::aggregate::Actor::citizen()).unwrap();
    assert_eq!(keys(&urged), [format!("urge/{}", urged.now.unix_ms())]);
    let mut told = tick(urged);
    assert_eq!(keys(&told), Vec::<String>::new());
    told.give(&more(), domain::aggregate::Actor::citizen()).unwrap();
    assert_eq!(keys(&told), ["supplement/1"]);
    assert_eq!(keys(&tick(told)), Vec::<String>::new());
}

#[test]
fn the_centre_is_reminded_of_its_own_work() {
    let asked = Scene::new().dispatched();
    let request = asked.return_request();
    let asked = asked.with(&handler(LEAD), request);
    // Four working hours from Monday 10:00: two until noon, two from 14:00.
    assert_eq!(keys(&asked.clone().at("2026-11-23T15:59")), Vec::<String>::new());
    assert_eq!(keys(&asked.at("2026-11-23T16:00")), ["ruling/1"]);
    let submitted = Scene::new().submitted();
    assert_eq!(keys(&submitted.clone().at("2026-12-11T17:29")), Vec::<String>::new());
    assert_eq!(keys(&submitted.at("2026-12-11T17:30")), ["review/1.0.0.0"]);
    // A quarter of the 518 hours that were promised: 129.5.
    assert_eq!(keys(&Scene::new().at("2026-11-28T19:29")), Vec::<String>::new());
    assert_eq!(keys(&Scene::new().at("2026-11-28T19:30")), ["dispatch/0.0.0"]);
    let reviewed = Scene::new().reviewed();
    assert_eq!(keys(&reviewed.clone().at("2026-11-26T17:29")), Vec::<String>::new());
    assert_eq!(keys(&reviewed.at("2026-11-26T17:30")), ["visit/0"]);
}

/// Two machines' clocks differ: the day of an earlier event may be over for the clock, so it is not looked at again.
#[test]
fn what_happens_with_an_earlier_moment_does_not_wake_the_clock_in_the_past() {
    let mut scene = Scene::new().dispatched().at("2026-11-25T10:00").with(&handler(LEAD), Step::Sign);
    let signed = scene.now;
    let more = OrderCommand::Supplement(SupplementCommand { text: text().unwrap(), attachments: Vec::new(), max: 20 });
    scene.now = at("2026-11-24T10:00");
    scene.give(&more, domain::aggregate::Actor::citizen()).unwrap();
    assert_eq!(scene.order.wakes_at(), Some(signed), "the wish is due at once, which is not yesterday");
}

/// A clock that looks only when the row says so misses nothing: it finds the same as one that looks every hour.
#[test]
fn the_queue_row_wakes_the_clock_at_every_moment() {
    let suspended = Scene::new().suspended();
    let mut urged = Scene::new().signed().contacted().after_hours(30);
    let urge = OrderCommand::Urge(UrgeCommand { reason: None, cooldown_ms: 0 });
    urged.give(&urge, domain::aggregate::Actor::citizen()).unwrap();
    let redone = Scene::new().reviewed();
    let visit = redone.visit(Some(discontent()));
    let redone = redone.with(&caller_agent(), visit);
    for start in [
        Scene::new(),
        Scene::new().dispatched(),
        Scene::new().signed(),
        Scene::new().submitted(),
        Scene::new().reviewed(),
        suspended,
        Scene::new().closed(),
        // Long after its deadlines began to count from the receipt.
        Scene::new().at("2026-12-10T10:00").dispatched(),
        urged,
        redone,
    ] {
        // Each of these scenes stands at its last event.
        assert!(start.order.wakes_at().is_some_and(|at| at >= start.now), "a day that was looked at is over");
        let mut hourly = start.clone();
        for _ in 0..24 * 40 {
            hourly = tick(hourly.after_hours(1));
        }
        let mut woken = start;
        let rules = TOWN.rules();
        let end = hourly.now;
        while let Some(at) = woken.order.wakes_at() {
            let closed = !woken.order.status.is_open();
            woken.now = if closed { at.plus_ms(rules.reopen_ms) } else { at.max(woken.now) };
            if woken.now > end {
                break;
            }
            assert!(!keys(&woken).is_empty(), "woken for nothing at {at}");
            woken = tick(woken);
        }
        assert_eq!(woken.order.status, hourly.order.status);
        assert_eq!(woken.events.len(), hourly.events.len());
    }
}
