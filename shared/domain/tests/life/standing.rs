//! The permission table by role, relation and step, written once more by another hand.

use domain::order::*;
use domain::permission::{Action, permitted, system_permitted};
use domain::staff::Role;

use crate::scene::*;

/// Who may take each step: `role@relation`, `role@*` for any relation, `system`.
const TABLE: &[(&str, &str)] = &[
    ("nameRespondent dispatch answerNow handOff merge returnApprove returnReject addCo transfer", "dispatcher@Centre"),
    ("extendApprove extendReject suspendApprove suspendReject withdrawFor", "dispatcher@Centre"),
    ("sign returnRequest extendRequest suspendRequest submitResult", "handler@Leading unit_head@Leading"),
    ("contact", "handler@Leading unit_head@Leading dispatcher@Centre callback_agent@Centre"),
    ("resume", "handler@Leading unit_head@Leading dispatcher@Centre system"),
    ("coReply", "handler@Assisting unit_head@Assisting grid_head@Assisting grid_worker@Assisting"),
    ("reviewPass reviewFail", "dispatcher@Centre supervisor@Centre"),
    ("visit", "callback_agent@Centre"),
    ("rule issueCard dismissCard upholdCard revokeCard moveDeadline", "supervisor@Centre town_leader@*"),
    ("reopenFalse markMalicious clearMalicious", "supervisor@Centre"),
    ("remind proposeCard", "supervisor@Centre system"),
    ("replyCard objectCard", "unit_head@Carded"),
    ("archive noteChild replyChild recount", "system"),
];

#[test]
fn every_step_for_every_role_in_every_relation() {
    let who = |name: &str| TABLE.iter().find(|(names, _)| names.split(' ').any(|one| one == name)).unwrap().1;
    for step in StepName::ALL {
        let allowed: Vec<&str> = who(step.as_str()).split(' ').collect();
        assert_eq!(system_permitted(*step), allowed.contains(&"system"), "{step}");
        for role in Role::ALL {
            for relation in Relation::ALL {
                let here = format!("{role}@{relation:?}");
                let expected = allowed.contains(&here.as_str()) || allowed.contains(&format!("{role}@*").as_str());
                assert_eq!(permitted(*role, Action::Step(*step), *relation), expected, "{step} {here}");
            }
        }
    }
}

#[test]
fn who_sees_an_order_and_its_caller() {
    let scene = Scene::new();
    let scene = scene.clone().with(&dispatcher(), Step::Dispatch(scene.assignment(LEAD, &["D04"])));
    let sight = |role, unit_code| {
        let Sight { order, content, caller } = scene.order.sight(&member("someone", role, unit_code));
        (order, content, caller)
    };
    let (all, work, nothing) = ((true, true, true), (true, true, false), (false, false, false));
    assert_eq!(sight(Role::Dispatcher, "C01"), all);
    assert_eq!(sight(Role::CallbackAgent, "C01"), all);
    assert_eq!(sight(Role::Handler, LEAD), all);
    assert_eq!(sight(Role::Handler, "D04"), work, "who helps needs no caller");
    assert_eq!(sight(Role::Handler, "D01"), nothing);
    assert_eq!(sight(Role::Dispatcher, "D01"), nothing, "a dispatcher elsewhere is none here");
    assert_eq!(sight(Role::GridWorker, VILLAGE), work);
    assert_eq!(sight(Role::GridWorker, "990181101002"), nothing);
    assert_eq!(sight(Role::Auditor, "P02"), work, "reads everything but the person");
    assert_eq!(sight(Role::TownLeader, "P01"), work);
    assert_eq!(sight(Role::Administrator, "C01"), nothing, "sets the town up, handles nothing");
    assert_eq!(sight(Role::WindowClerk, LEAD), nothing);
}

#[test]
fn the_grid_knows_its_orders_once_they_are_dispatched() {
    let worker =
        Member { grid: Some(GRID.parse().unwrap()), unit: None, ..member("worker", Role::GridWorker, VILLAGE) };
    assert_eq!(Scene::new().order.sight(&worker), Sight::default(), "it may be about the village itself");
    assert!(Scene::new().dispatched().order.sight(&worker).order);
    let elsewhere = Member { grid: Some("990181101002001".parse().unwrap()), ..worker };
    assert!(!Scene::new().dispatched().order.sight(&elsewhere).order);
}

#[test]
fn relations_follow_the_state() {
    let scene = Scene::new().dispatched();
    let relations = |scene: &Scene, member: &Member| scene.order.standing(member).relations;
    assert_eq!(relations(&scene, &handler(LEAD)), [Relation::Leading]);
    assert_eq!(relations(&scene, &handler("D01")), [Relation::Outside]);
    assert_eq!(relations(&scene, &dispatcher()), [Relation::Centre]);
    assert!(!scene.order.standing(&handler(LEAD)).handled);
    let signed = scene.with(&handler(LEAD), Step::Sign);
    assert!(signed.order.standing(&handler(LEAD)).handled, "by person");
    assert!(!signed.order.standing(&member("colleague", Role::Handler, LEAD)).handled);
}

#[test]
fn the_system_takes_only_its_own_steps() {
    let mut scene = Scene::new();
    let dispatch = Step::Dispatch(scene.assignment(LEAD, &[]));
    assert_eq!(scene.take(&Member::system("clock"), dispatch), Err(Why::NotPermitted));
    // A member of staff cannot pretend to be the system: the name of a person never begins with it.
    let impostor = member("system:clock", Role::Handler, LEAD);
    assert!(!impostor.id.is_system());
}
