//! What the centre marks and is told beside an order's way: group matters, callers without a reason, units that do not
//! come when they are called, and in which order all of it is shown.

use domain::order::*;
use domain::staff::Role;

use crate::scene::*;

#[test]
fn as_many_callers_as_the_town_says_make_a_group_matter() {
    let system = Member::system("merges");
    let mut scene = Scene::new();
    for n in 2..=TOWN.town.limits.group_callers {
        assert!(scene.order.handling.as_deref().is_none_or(|handling| !handling.group), "{n} callers");
        scene = scene.with(&system, Step::NoteChild { order: doc(&format!("child {n}")) });
    }
    assert!(scene.handling().group);
    assert_eq!(scene.handling().children.len(), 4, "and its own caller is the fifth");
}

/// Handbook §1.8: a supervisor's decision only, and never a lock.
#[test]
fn only_a_supervisor_says_that_somebody_comes_without_reason_and_nothing_is_blocked() {
    let scene = Scene::new();
    for role in Role::ALL {
        let expected = if *role == Role::Supervisor { Ok(()) } else { Err(Why::NotPermitted) };
        let sees = scene.order.sight(&member("who", *role, "C01")).order;
        let answer = scene.clone().take(&member("who", *role, "C01"), Step::MarkMalicious);
        assert_eq!(answer, if sees { expected } else { Err(Why::Hidden) }, "{role}");
    }
    assert_eq!(scene.clone().take(&Member::system("clock"), Step::MarkMalicious), Err(Why::NotPermitted));
    let marked = scene.with(&supervisor(), Step::MarkMalicious);
    assert_eq!(marked.clone().take(&supervisor(), Step::MarkMalicious), Err(Why::AlreadyDone));
    assert_eq!(marked.clone().dispatched().order.status, Status::PendingSign, "it is handled as any other");
    let cleared = marked.with(&supervisor(), Step::ClearMalicious);
    assert!(!cleared.handling().malicious);
    assert_eq!(cleared.clone().take(&supervisor(), Step::ClearMalicious), Err(Why::NotMarked));
}

#[test]
fn a_card_can_be_about_a_unit_that_was_called_and_does_not_lead() {
    let about = |unit: Option<&str>| Step::ProposeCard {
        key: "yellow/whistle/x/D04".to_owned(),
        level: Level::Yellow,
        unit: unit.map(crate::scene::unit),
    };
    let system = Member::system("whistles");
    let scene = Scene::new();
    assert_eq!(scene.clone().take(&system, about(None)), Err(Why::UnitMissing), "nobody leads yet");
    let proposed = scene.with(&system, about(Some("D04")));
    assert_eq!(proposed.handling().cards[0].unit, unit("D04"));
    assert_eq!(proposed.handling().cards[0].status, CardStatus::Proposed, "a person decides");
}

/// The columns of the queue row by which waiting orders are put in order (handbook §2).
#[test]
fn a_queue_row_has_what_its_place_depends_on() {
    let row = |scene: &Scene| {
        let queues = project(&serde_json::to_value(&scene.order).unwrap()).unwrap().queues;
        queues.into_iter().find(|(name, _)| name == POOL_QUEUE).unwrap().1
    };
    let listed = row(&Scene::new());
    assert_eq!(
        (&listed["sensitive"], &listed["urgency"], &listed["repeats"]),
        (&false.into(), &"normal".into(), &0.into())
    );
    let unlisted = Registered { listed: false, ..registered("T0403", domain::catalogue::AppealType::Complaint) };
    assert_eq!(row(&Scene::of(unlisted))["sensitive"], true);
}

/// The board of supervision shows a card until it is answered; the unit has it before it whatever else it has to do.
#[test]
fn a_card_is_on_the_board_until_it_is_answered_and_in_its_units_queue() {
    let names = |scene: &Scene| -> Vec<(String, serde_json::Value)> {
        project(&serde_json::to_value(&scene.order).unwrap()).unwrap().queues
    };
    let card = |scene: &Scene| {
        names(scene).into_iter().find(|(name, _)| name == CARDS_QUEUE).map(|(_, row)| row["cards"][0].clone())
    };
    let key = || "notice/x".to_owned();
    let scene = Scene::new().signed();
    let scene = scene.with(&supervisor(), Step::ProposeCard { key: key(), level: Level::Notice, unit: None });
    assert_eq!(card(&scene).unwrap()["status"], "proposed");
    let timers = Box::new(TOWN.card_timers(Level::Notice, scene.order.urgency, scene.now));
    let issued = scene.with(&supervisor(), Step::IssueCard { key: key(), timers });
    let shown = card(&issued).unwrap();
    assert_eq!((&shown["status"], &shown["unit"]), (&"issued".into(), &LEAD.into()));
    assert!(shown["replyBy"].is_string());
    // Another unit gets the order; the first still owes an answer.
    let moved = issued.clone().with(&dispatcher(), Step::Transfer(issued.assignment("D04", &[])));
    let first = names(&moved).into_iter().find(|(name, _)| *name == unit_queue(&unit(LEAD))).unwrap().1;
    assert_eq!(first["part"], "carded");
    let reply = Step::Card { name: CardStep::Reply, key: key() };
    let replied = moved.with(&head(LEAD), reply);
    assert!(card(&replied).is_none());
    assert!(names(&replied).iter().all(|(name, _)| *name != unit_queue(&unit(LEAD))));
}
