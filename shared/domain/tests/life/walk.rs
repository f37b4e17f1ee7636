//! Random lives: whatever people do in whatever order, these stay true after every step.

use domain::order::*;
use domain::staff::Role;
use proptest::prelude::*;

use crate::scene::*;

/// People of every role in every unit that matters here, and the system.
fn people() -> Vec<Member> {
    let mut people = vec![Member::system("clock")];
    for unit_code in ["C01", LEAD, "D04", VILLAGE, "P01"] {
        for role in Role::ALL {
            people.push(member(&format!("{role}-{unit_code}"), *role, unit_code));
        }
    }
    people
}

/// The `n`-th step, with what it needs at this moment.
fn step(scene: &Scene, n: usize) -> Step {
    let lead = if n.is_multiple_of(2) { LEAD } else { "D04" };
    let key = ["notice/x", "yellow/x"][n % 2].to_owned();
    let level = [Level::Notice, Level::Yellow][n % 2];
    let card = |name| Step::Card { name, key: key.clone() };
    let answers = [Some(content()), Some(discontent()), None];
    let classes = Explanation::ALL;
    match n % 37 {
        // There is little else to do with what is closed.
        4.. if scene.order.status == Status::Closed => Step::Archive,
        0 => {
            let named = &[vec![lead], vec![VILLAGE], Vec::new()][n % 3];
            Step::NameRespondent { units: named.iter().map(|code| unit(code)).collect() }
        }
        1..=3 => Step::Dispatch(scene.assignment(lead, &[VILLAGE][..n % 2])),
        4 => Step::Transfer(scene.assignment(lead, &[])),
        5 => Step::HandOff { to: HandOffTo::Petition },
        6..=8 => Step::Sign,
        9 => scene.return_request(),
        10 => Step::ReturnApprove,
        11 => Step::ReturnReject,
        12 => Step::AddCo { units: vec![unit(VILLAGE)] },
        13 => Step::CoReply,
        14 => extend_request(1),
        15 => Step::ExtendApprove { clocks: scene.any_clocks(), past_outer: true },
        16 => Step::ExtendReject,
        17 => suspend_request(2),
        18 => Step::SuspendApprove,
        19 => Step::SuspendReject,
        20 => Step::Resume { clocks: scene.clocks(Clocking::Resume) },
        21 => Step::Contact { missed: None },
        22 | 23 => Step::SubmitResult {
            class: classes[n % classes.len()],
            no_contact: Some(NoContact::Unreachable),
            subject: None,
        },
        24 => Step::ReviewPass { visit: TOWN.visit_timer(scene.now), close: false },
        25 => Step::ReviewFail,
        26 => scene.visit(answers[n % 3]),
        27 => Step::Rule { redo: n.is_multiple_of(2), clocks: scene.any_clocks() },
        28 => Step::ProposeCard { key, level, unit: None },
        29 => {
            let timers = Box::new(TOWN.card_timers(level, scene.order.urgency, scene.now));
            Step::IssueCard { key, timers }
        }
        30 => card(CardStep::Object),
        31 => card(CardStep::Revoke),
        32 => Step::MoveDeadline { clocks: scene.clocks(Clocking::Set(scene.now.plus_ms(9 * 24 * 3_600_000))) },
        33 => Step::MarkMalicious,
        34 => Step::ClearMalicious,
        _ => Step::ReopenFalse { clocks: scene.any_clocks() },
    }
}

fn holds(scene: &Scene) -> Result<(), TestCaseError> {
    use Status::*;
    let order = &scene.order;
    prop_assert_eq!(order.closed_at.is_none(), order.status.is_open());
    let stored: WorkOrder = serde_json::from_str(&serde_json::to_string(order).unwrap()).unwrap();
    prop_assert_eq!(&stored, order);
    let Some(h) = order.handling.as_deref() else { return Ok(()) };
    let with_unit =
        matches!(order.status, PendingSign | InProgress | ReturnPending | Suspended | PendingReview | PendingVisit);
    prop_assert!(!with_unit || (h.lead.is_some() && h.clocks.is_some()), "{:?} without a unit", order.status);
    prop_assert!(order.status != Registered || h.lead.is_none(), "registered with a unit");
    prop_assert!(h.lead.iter().chain(h.co_units.iter().map(|co| &co.unit)).all(|unit| !order.is_accused(unit)));
    prop_assert!(h.co_units.iter().all(|co| Some(&co.unit) != h.lead.as_ref()), "leads and helps");
    prop_assert!(!h.ruling || order.status == PendingVisit);
    prop_assert!(h.reviewer.as_ref().is_none_or(|reviewer| !h.handlers.contains(reviewer)), "reviewed their own work");
    prop_assert!(h.cards.iter().all(|card| !card.holds() || card.issued_by.as_ref().is_some_and(|by| !by.is_system())));
    prop_assert!(h.suspensions.iter().all(|stop| stop.to.ms_since(stop.from) <= TOWN.rules().suspension_max_ms));
    let stands_still = h.suspensions.last().is_some_and(|stop| stop.to > scene.now);
    prop_assert!(
        !stands_still || matches!(order.status, Suspended | Withdrawn),
        "{:?} while the clock stands",
        order.status
    );
    Ok(())
}

/// Lives an order through `steps` and hours between them; the states it was in.
fn live(steps: impl IntoIterator<Item = (usize, i64)>) -> Result<Vec<Status>, TestCaseError> {
    let people = people();
    let mut scene = Scene::new();
    let mut states = vec![scene.order.status];
    for (n, hours) in steps {
        // Now and then nobody looks for eight days.
        scene = scene.after_hours(if n.is_multiple_of(17) { 8 * 24 } else { hours });
        // Whoever may; if nobody may, somebody who may not.
        let step = step(&scene, n);
        let able = people.iter().cycle().skip(n % people.len()).take(people.len()).find(|member| {
            let menu = scene.order.staff_actions(member, scene.now, TOWN.rules());
            menu.iter().any(|action| action.name == step.name() && action.why.is_none())
        });
        let before = scene.events.len();
        let answer = scene.take(able.unwrap_or(&people[n % people.len()]), step);
        prop_assert_eq!(scene.events.len() - before, usize::from(answer.is_ok()), "one step, one event");
        prop_assert!(able.is_some() || answer.is_err());
        holds(&scene)?;
        states.push(scene.order.status);
    }
    Ok(states)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn lives_keep_the_rules(steps in proptest::collection::vec((0usize..10_000, 0i64..30), 1..120)) {
        live(steps)?;
    }
}

/// The random lives are worth something: together they see every state that staff can lead to.
#[test]
fn lives_go_everywhere() {
    let mut seed = 1u64;
    let mut next = move |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let mut seen: Vec<Status> = Vec::new();
    for _ in 0..60 {
        let steps: Vec<(usize, i64)> = (0..120).map(|_| (next(10_000) as usize, next(30) as i64)).collect();
        seen.extend(live(steps).unwrap());
    }
    use Status::*;
    for state in [
        Registered,
        PendingSign,
        InProgress,
        ReturnPending,
        Suspended,
        PendingReview,
        PendingVisit,
        Closed,
        Archived,
        TransferredOut,
    ] {
        assert!(seen.contains(&state), "no life was ever {state:?}");
    }
}
