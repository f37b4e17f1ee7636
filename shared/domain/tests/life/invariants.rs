//! Handbook §0.4: one test for each of the invariants that concern orders, by its number. The others: 3 in
//! `tests/sim/tests/hotline`, 7 to 9 and 11 beside the rules of inspection and, at the door, in `functions/inspection`, 10
//! in `shared/bundle`; 12 to 17 are about permits and cases, which there are not.

use domain::catalogue::{AppealType, EmergencyNumber};
use domain::limit::{Limit, LimitUnit};
use domain::order::*;
use domain::staff::Role;

use crate::common::at;
use crate::scene::*;

#[test]
fn invariant_01_every_duration_of_an_order_carries_a_unit() {
    let clocks = serde_json::to_value(Scene::new().dispatched().handling().clocks.as_ref().unwrap()).unwrap();
    for timer in ["sign", "contact", "giveBack", "inner", "outer"] {
        let limit: Limit = serde_json::from_value(clocks[timer]["limit"].clone()).unwrap();
        assert!(limit.n > 0, "{timer}");
        assert!(clocks[timer]["due"]["calendarVersion"].is_string(), "{timer}");
    }
}

#[test]
fn invariant_02_deadlines_are_days_of_shanghai() {
    // 23:30 in Shanghai is 15:30 UTC of the same day; 00:30 is 16:30 UTC of the day before.
    let outer = |when| {
        let scene = Scene::new().at(when);
        let mut order = scene.order.clone();
        order.received_at = scene.now;
        TOWN.clocks(&order, scene.now, Clocking::Dispatch).unwrap().outer.due.at
    };
    assert_eq!(outer("2026-11-23T23:30"), at("2026-12-15T00:00"));
    assert_eq!(outer("2026-11-24T00:30"), at("2026-12-16T00:00"));
}

#[test]
fn invariant_04_emergencies_are_handed_off_at_once_and_never_queued() {
    let emergency = || Scene::of(registered("T0002", AppealType::Help));
    let suggestion = TOWN.suggest(&emergency().order, emergency().now);
    assert_eq!((suggestion.hand_off, suggestion.lead), (Some(EmergencyNumber::Fire), None));
    let mut scene = emergency();
    let assignment = scene.assignment("D09", &[]);
    assert_eq!(scene.take(&dispatcher(), Step::Dispatch(assignment)), Err(Why::HandOffFirst));
    let gone = scene.with(&dispatcher(), Step::HandOff { to: HandOffTo::Fire });
    assert_eq!(gone.order.status, Status::TransferredOut);
    let state = serde_json::to_value(&gone.order).unwrap();
    let queues = project(&state).unwrap().queues;
    assert!(queues.iter().all(|(name, _)| name.starts_with("caller/")), "{queues:?}");
}

#[test]
fn invariant_05_a_unit_complained_about_neither_handles_nor_sees() {
    let named = || Scene::new().with(&dispatcher(), Step::NameRespondent { units: vec![unit(LEAD)] });
    let mut scene = named();
    for (lead, co) in [(LEAD, &[][..]), ("D04", &[LEAD])] {
        let assignment = scene.assignment(lead, co);
        assert_eq!(scene.take(&dispatcher(), Step::Dispatch(assignment)), Err(Why::AccusedUnit));
    }
    assert_ne!(TOWN.suggest(&scene.order, scene.now).lead, Some(unit(LEAD)));
    let scene = scene.clone().with(&dispatcher(), Step::Dispatch(scene.assignment("D04", &[])));
    for role in Role::ALL {
        let accused = member("accused", *role, LEAD);
        assert_eq!(scene.order.sight(&accused), Sight::default(), "{role}");
        assert_eq!(scene.order.staff_actions(&accused, scene.now, TOWN.rules()), [], "{role}");
    }
    // Named while it leads: the order goes back, and the unit is out at once.
    let leading = Scene::new().signed().with(&dispatcher(), Step::NameRespondent { units: vec![unit(LEAD)] });
    assert_eq!((leading.order.status, &leading.handling().lead), (Status::Registered, &None));
    assert_eq!(leading.clone().take(&handler(LEAD), Step::Sign), Err(Why::Hidden));
    // Named while it helps: it helps no longer, and nobody waits for its reply.
    let helped = Scene::new();
    let helped = helped.clone().with(&dispatcher(), Step::Dispatch(helped.assignment("D04", &[LEAD])));
    let helped = helped.with(&dispatcher(), Step::NameRespondent { units: vec![unit(LEAD)] });
    assert_eq!((helped.order.status, helped.handling().co_units.len()), (Status::PendingSign, 0));
    // The parts of a respondent are shut out with it: a village's grids.
    let village = Scene::new().with(&dispatcher(), Step::NameRespondent { units: vec![unit(VILLAGE)] });
    let worker = Member { grid: Some(GRID.parse().unwrap()), ..member("worker", Role::GridWorker, VILLAGE) };
    assert_eq!(village.order.sight(&worker), Sight::default());
    assert!(is_within(GRID, VILLAGE) && !is_within(VILLAGE, GRID) && !is_within("D10", "D1"));
    // The centre is nobody's respondent: then nobody would be left to hand the order on.
    let mut scene = Scene::new();
    let centre = Step::NameRespondent { units: vec![unit("D01"), unit("C01")] };
    assert_eq!(scene.take(&dispatcher(), centre), Err(Why::CentreAccused));
    assert!(scene.order.sight(&dispatcher()).order);
    let mut village = village;
    assert_eq!(
        village.take(&dispatcher(), Step::Dispatch(village.assignment(LEAD, &[VILLAGE]))),
        Err(Why::AccusedUnit)
    );
}

#[test]
fn invariant_06_the_caller_of_a_confidential_order_stays_with_the_centre() {
    let report = Registered { confidential: true, ..registered("T0403", AppealType::Report) };
    let scene = Scene::of(report);
    let scene = scene.clone().with(&dispatcher(), Step::Dispatch(scene.assignment(LEAD, &[VILLAGE])));
    let scene = scene.with(&handler(LEAD), Step::Sign);
    for role in Role::ALL {
        for unit_code in [LEAD, VILLAGE, "D04", "P01", "P02"] {
            let sight = scene.order.sight(&member("someone", *role, unit_code));
            assert!(!sight.caller && !sight.content, "{role} of {unit_code}");
        }
    }
    assert!(scene.order.sight(&dispatcher()).caller);
    // Contact goes through the centre.
    assert_eq!(scene.clone().take(&handler(LEAD), Step::Contact { missed: None }), Err(Why::NotPermitted));
    assert_eq!(scene.clone().take(&caller_agent(), Step::Contact { missed: None }), Ok(()));
    let open = Scene::new().signed();
    assert!(open.order.sight(&handler(LEAD)).caller, "an open order's caller is known to who handles it");
}

#[test]
fn invariant_18_a_village_helps_and_never_leads() {
    let mut scene = Scene::new();
    let assignment = scene.assignment(VILLAGE, &[]);
    assert_eq!(scene.take(&dispatcher(), Step::Dispatch(assignment)), Err(Why::VillageCannotLead));
    for category in TOWN.categories.keys() {
        let order = Scene::of(registered(category.as_str(), AppealType::Complaint)).order;
        let lead = TOWN.suggest(&order, at(MONDAY)).lead;
        assert!(lead.is_none_or(|lead| TOWN.units.contains_key(&lead)), "{category}");
    }
    let assignment = scene.assignment(LEAD, &[VILLAGE]);
    assert_eq!(scene.take(&dispatcher(), Step::Dispatch(assignment)), Ok(()));
}

#[test]
fn invariant_19_supervision_is_the_towns_own_and_not_called_the_governments() {
    let words: Vec<&str> = Level::ALL.iter().map(|level| level.as_str()).collect();
    assert_eq!(words, ["notice", "yellow", "red"]);
    for role in Role::ALL {
        for relation in Relation::ALL {
            let may =
                domain::permission::permitted(*role, domain::permission::Action::Step(StepName::IssueCard), *relation);
            let internal = matches!((role, relation), (Role::Supervisor, Relation::Centre) | (Role::TownLeader, _));
            assert_eq!(may, internal, "{role} {relation:?}");
        }
    }
}

#[test]
fn invariant_20_no_result_without_contact_or_the_reason_why_not() {
    let submit = |no_contact| Step::SubmitResult { class: Explanation::Resolved, no_contact, subject: None };
    let mut scene = Scene::new().signed();
    assert_eq!(scene.take(&handler(LEAD), submit(None)), Err(Why::ContactMissing));
    let unreachable = scene.clone().with(&handler(LEAD), submit(Some(NoContact::Unreachable)));
    let Some(OrderEvent::ResultSubmitted(outcome)) = unreachable.events.last() else { panic!("no result") };
    assert_eq!(outcome.work.reason.as_deref(), Some("unreachable"));
    assert_eq!(scene.clone().contacted().take(&handler(LEAD), submit(None)), Ok(()));
    // The other ways to an end say what the caller was told.
    scene = Scene::of(registered("T0403", AppealType::Consult));
    scene.text = None;
    let ends =
        [Step::AnswerNow { knowledge: "K1".to_owned() }, Step::HandOff { to: HandOffTo::Petition }, Step::WithdrawFor];
    for step in ends {
        assert_eq!(scene.take(&dispatcher(), step), Err(Why::TextMissing));
    }
}

/// The unit of a limit is checked by type, so an extension in another unit cannot even be compared.
#[test]
fn an_extension_in_another_unit_is_no_extension() {
    let mut scene = Scene::new().signed();
    let step = Step::ExtendRequest { limit: Limit::new(1, LimitUnit::NaturalDays) };
    assert_eq!(scene.take(&handler(LEAD), step), Err(Why::ExtensionTooLong));
}
