//! Every step in every state: where it leads, or that it is refused.

use std::collections::BTreeMap;

use domain::aggregate::Actor;
use domain::catalogue::AppealType;
use domain::order::*;

use crate::scene::*;

/// An order in each state.
fn scenes() -> Vec<Scene> {
    let question = || Scene::of(registered("T0403", AppealType::Consult));
    let merge = Step::Merge { parent: doc("parent"), parent_open: true };
    let scenes = vec![
        question(),
        question().dispatched(),
        question().signed(),
        question().dispatched().with(&head(LEAD), question().return_request()),
        question().suspended(),
        question().submitted(),
        question().reviewed(),
        question().closed(),
        question().with(&dispatcher(), Step::WithdrawFor),
        question().closed().after_hours(24 * 8).with(&Member::system("clock"), Step::Archive),
        question().with(&dispatcher(), Step::HandOff { to: HandOffTo::Petition }),
        question().with(&dispatcher(), merge),
    ];
    let states =
        scenes.iter().map(|scene| format!("{:?}", scene.order.status)).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(states.len(), 12, "one scene for each state");
    scenes
}

/// Where each step leads from each state that allows it: handbook §1.4 once more, by row.
fn expected(from: Status, name: StepName) -> Option<Status> {
    use Status::*;
    use StepName as S;
    let to = match (from, name) {
        (Registered, S::Dispatch) => PendingSign,
        (Registered, S::AnswerNow) => Closed,
        (Registered, S::HandOff) => TransferredOut,
        (Registered, S::Merge) => Merged,
        (PendingSign, S::Sign) => InProgress,
        (PendingSign | InProgress, S::ReturnRequest) => ReturnPending,
        (ReturnPending, S::ReturnApprove) => Registered,
        (ReturnPending, S::ReturnReject) => PendingSign,
        (InProgress, S::AddCo | S::Contact | S::ExtendRequest | S::SuspendRequest) => InProgress,
        (InProgress, S::Transfer) => PendingSign,
        (InProgress, S::SubmitResult) => PendingReview,
        (Suspended, S::Resume) => InProgress,
        (PendingReview, S::ReviewPass) => PendingVisit,
        (PendingReview, S::ReviewFail) => InProgress,
        (PendingVisit, S::Visit) => Closed,
        (Closed, S::ReopenFalse) => InProgress,
        (Closed | Withdrawn, S::Archive) => Archived,
        (Merged, S::ReplyChild) => Merged,
        (any, S::NoteChild) => any,
        (Registered | PendingSign | InProgress | ReturnPending | Suspended | PendingReview | PendingVisit, name) => {
            match name {
                S::WithdrawFor => Withdrawn,
                S::MarkMalicious => from,
                S::MoveDeadline if matches!(from, PendingSign | InProgress | ReturnPending | PendingReview) => from,
                S::NameRespondent | S::Remind => from,
                S::ProposeCard if from != Registered => from,
                _ => return None,
            }
        }
        (Closed, S::ProposeCard | S::MarkMalicious) => Closed,
        _ => return None,
    };
    Some(to)
}

/// A good command of each name, with somebody who may give it.
fn steps(scene: &Scene) -> BTreeMap<StepName, (Member, Step)> {
    let (d, h, s, system) = (dispatcher(), handler(LEAD), supervisor(), Member::system("clock"));
    let key = || "notice/x".to_owned();
    let card = |name| Step::Card { name, key: key() };
    let timers = Box::new(TOWN.card_timers(Level::Notice, scene.order.urgency, scene.now));
    let order = doc("other");
    let list = vec![
        (d.clone(), Step::NameRespondent { units: vec![unit("D01")] }),
        (d.clone(), Step::Dispatch(scene.assignment(LEAD, &[]))),
        (d.clone(), Step::Transfer(scene.assignment("D04", &[]))),
        (d.clone(), Step::AnswerNow { knowledge: "K1".to_owned() }),
        (d.clone(), Step::HandOff { to: HandOffTo::Police }),
        (d.clone(), Step::Merge { parent: doc("parent"), parent_open: true }),
        (h.clone(), Step::Sign),
        (h.clone(), scene.return_request()),
        (d.clone(), Step::ReturnApprove),
        (d.clone(), Step::ReturnReject),
        (d.clone(), Step::AddCo { units: vec![unit(VILLAGE)] }),
        (handler(VILLAGE), Step::CoReply),
        (h.clone(), extend_request(1)),
        (d.clone(), Step::ExtendApprove { clocks: scene.any_clocks(), past_outer: true }),
        (d.clone(), Step::ExtendReject),
        (h.clone(), suspend_request(1)),
        (d.clone(), Step::SuspendApprove),
        (d.clone(), Step::SuspendReject),
        (d.clone(), Step::Resume { clocks: scene.any_clocks() }),
        (s.clone(), Step::MoveDeadline { clocks: scene.set_clocks("2026-12-31T00:00") }),
        (system.clone(), Step::Recount { clocks: scene.any_clocks() }),
        (s.clone(), Step::MarkMalicious),
        (s.clone(), Step::ClearMalicious),
        (h.clone(), Step::Contact { missed: None }),
        (
            h.clone(),
            Step::SubmitResult {
                class: Explanation::Resolved,
                no_contact: Some(NoContact::Unreachable),
                subject: None,
            },
        ),
        (s.clone(), Step::ReviewPass { visit: TOWN.visit_timer(scene.now), close: false }),
        (s.clone(), Step::ReviewFail),
        (caller_agent(), scene.visit(Some(content()))),
        (leader(), Step::Rule { redo: false, clocks: scene.any_clocks() }),
        (d.clone(), Step::WithdrawFor),
        (member("other", domain::staff::Role::Supervisor, "C01"), Step::ReopenFalse { clocks: scene.any_clocks() }),
        (system.clone(), Step::Archive),
        (system.clone(), Step::Remind { key: "yellow/1".to_owned() }),
        (system.clone(), Step::ProposeCard { key: key(), level: Level::Notice, unit: None }),
        (s.clone(), Step::IssueCard { key: key(), timers }),
        (s.clone(), card(CardStep::Dismiss)),
        (head(LEAD), card(CardStep::Reply)),
        (head(LEAD), card(CardStep::Object)),
        (s.clone(), card(CardStep::Uphold)),
        (s, card(CardStep::Revoke)),
        (system.clone(), Step::NoteChild { order }),
        (system, Step::ReplyChild),
    ];
    list.into_iter().map(|(member, step)| (step.name(), (member, step))).collect()
}

#[test]
fn every_step_in_every_state_leads_where_the_handbook_says_or_is_refused() {
    for scene in scenes() {
        let scene = if matches!(scene.order.status, Status::Closed | Status::Withdrawn) {
            scene.after_hours(24 * 8)
        } else {
            scene
        };
        let (from, steps) = (scene.order.status, steps(&scene));
        assert_eq!(steps.len(), StepName::ALL.len(), "a command for every name");
        for (name, (member, step)) in steps {
            let mut scene = scene.clone();
            let answer = scene.take(&member, step).map(|()| scene.order.status);
            match expected(from, name) {
                Some(to) => assert_eq!(answer, Ok(to), "{name} in {from:?}"),
                None => assert!(answer.is_err(), "{name} in {from:?} leads to {answer:?}"),
            }
        }
    }
}

#[test]
fn nothing_happens_to_what_is_archived_but_that_another_order_is_noted() {
    let scene = scenes().into_iter().find(|scene| scene.order.status == Status::Archived).unwrap();
    for (name, (member, step)) in steps(&scene) {
        assert_eq!(scene.clone().take(&member, step).is_ok(), name == StepName::NoteChild, "{name}");
    }
}

/// Exactly what `decide` would answer is what the console shows beforehand, for everybody.
#[test]
fn the_menu_says_what_the_step_would_answer() {
    for scene in scenes() {
        for (name, (_, step)) in steps(&scene) {
            for member in
                [dispatcher(), supervisor(), caller_agent(), leader(), handler(LEAD), head(LEAD), handler("D01")]
            {
                let menu = scene.order.staff_actions(&member, scene.now, TOWN.rules());
                let shown = menu.iter().find(|action| action.name == name);
                let answer = scene.clone().take(&member, step.clone()).err();
                match shown {
                    None => assert_eq!(answer, Some(Why::Hidden), "{name}"),
                    Some(StaffAction { why: Some(why), .. }) => assert_eq!(answer, Some(*why), "{name}"),
                    // What the step carries may still be refused: here the card that does not exist.
                    Some(_) => assert!(answer.is_none_or(|why| why.kind() != RefusalKind::Hidden), "{name}"),
                }
            }
        }
    }
}

#[test]
fn a_refusal_says_what_would_be_allowed() {
    let mut scene = Scene::new().dispatched();
    let refusal = scene
        .refusal(&handler(LEAD), Step::SubmitResult { class: Explanation::Resolved, no_contact: None, subject: None });
    let Refusal { why, status, allowed } = refusal.unwrap();
    assert_eq!((why, status), (Why::StateConflict, Status::PendingSign));
    assert_eq!(allowed, [StepName::Sign, StepName::ReturnRequest]);
    let hidden = scene.refusal(&handler("D01"), Step::Sign).unwrap();
    assert_eq!((hidden.why, hidden.allowed), (Why::Hidden, Vec::new()));
}

#[test]
fn nobody_acts_in_the_name_of_another() {
    let mut scene = Scene::new();
    let step = Step::Dispatch(scene.assignment(LEAD, &[]));
    let (rules, text, attachments) = (TOWN.rules(), None, Vec::new());
    let command = StaffCommand { member: dispatcher(), rules, text, attachments, step };
    let refused = scene.give(&OrderCommand::Staff(Box::new(command)), Actor::staff("another"));
    assert_eq!(refused.unwrap_err().code(), "notPermitted");
}

#[test]
fn codes_are_stable_words_each_used_once() {
    let codes: std::collections::BTreeSet<_> = Why::ALL.iter().map(|why| why.as_str()).collect();
    assert_eq!(codes.len(), Why::ALL.len());
    assert!(codes.iter().all(|code| code.bytes().all(|byte| byte.is_ascii_alphabetic())), "{codes:?}");
    for name in StepName::ALL {
        assert_eq!(name.as_str().parse(), Ok(*name));
    }
}

#[test]
fn what_a_step_must_carry() {
    let poor = |mut scene: Scene, text: bool, evidence: bool| {
        scene.text = scene.text.filter(|_| text);
        scene.evidence.truncate(usize::from(evidence));
        scene
    };
    let result = || Step::SubmitResult { class: Explanation::Resolved, no_contact: None, subject: None };
    let contacted = || Scene::new().signed().contacted();
    let h = handler(LEAD);
    assert_eq!(poor(contacted(), false, true).take(&h, result()), Err(Why::TextMissing));
    assert_eq!(poor(contacted(), true, false).take(&h, result()), Err(Why::EvidenceMissing));
    assert_eq!(Scene::new().signed().take(&h, result()), Err(Why::ContactMissing));
    assert_eq!(contacted().take(&h, result()), Ok(()));
    let mut blank = contacted();
    blank.text = Some(Text::Open("  ".to_owned()));
    assert_eq!(blank.take(&h, result()), Err(Why::TextMissing));
    let hand_off = Step::HandOff { to: HandOffTo::Police };
    assert_eq!(poor(Scene::new(), false, true).take(&dispatcher(), hand_off), Err(Why::TextMissing));
    let closed = Step::Merge { parent: doc("p"), parent_open: false };
    assert_eq!(Scene::new().take(&dispatcher(), closed), Err(Why::ParentClosed));
    let answer = Step::AnswerNow { knowledge: "K1".to_owned() };
    assert_eq!(Scene::new().take(&dispatcher(), answer), Err(Why::NotForThisType));
}

#[test]
fn nothing_but_a_registration_can_be_first() {
    use domain::aggregate::{Aggregate as _, Stamp};
    for event in Scene::new().closed().events.iter().skip(1) {
        assert_eq!(WorkOrder::evolve(None, event, Stamp { at: crate::common::at(MONDAY) }), None);
    }
    assert!(Actor::system("clock").is_system());
    assert!(!Actor::staff("system").is_system());
}
