//! The rules between the states: returns, helpers, extensions, suspensions, callbacks, redos, merging.

use domain::catalogue::AppealType;
use domain::limit::{Limit, LimitUnit};
use domain::order::*;

use crate::common::at;
use crate::scene::*;

#[test]
fn the_story_of_an_order() {
    let mut scene = Scene::new().dispatched().with(&handler(LEAD), Step::Sign).contacted();
    scene = scene.with(&handler(LEAD), extend_request(5));
    let clocks = scene.clocks(Clocking::Extend(Limit::new(5, LimitUnit::WorkingDays)));
    let approve = |past_outer| Step::ExtendApprove { clocks: clocks.clone(), past_outer };
    assert_eq!(scene.take(&dispatcher(), approve(false)), Err(Why::PastOuterDeadline));
    scene = scene.with(&dispatcher(), approve(true)).with_result(Explanation::Resolved);
    scene = scene.with(&supervisor(), Step::ReviewFail).with_result(Explanation::Resolved).passed();
    let visit = scene.visit(Some(discontent()));
    scene = scene.with(&caller_agent(), visit);
    assert_eq!((scene.order.status, scene.handling().redos, scene.handling().reworks), (Status::InProgress, 1, 1));
    scene = scene.with_result(Explanation::Resolved).passed();
    let visit = scene.visit(Some(content()));
    scene = scene.with(&caller_agent(), visit);
    assert_eq!((scene.order.status, scene.order.closed_at), (Status::Closed, Some(scene.now)));
    assert_eq!(scene.clone().after_hours(7 * 24 - 1).take(&Member::system("clock"), Step::Archive), Err(Why::TooEarly));
    scene = scene.after_hours(7 * 24).with(&Member::system("clock"), Step::Archive);
    assert_eq!(scene.order.status, Status::Archived);
    let stored = serde_json::to_string(&scene.order).unwrap();
    assert_eq!(serde_json::from_str::<WorkOrder>(&stored).unwrap(), scene.order);
}

#[test]
fn a_return_has_a_window_a_reason_and_evidence() {
    let request =
        |scene: &Scene, reason| Step::ReturnRequest { reason, suggested: None, ruling: TOWN.ruling_timer(scene.now) };
    let scene = Scene::new().dispatched();
    for reason in ReturnReason::ALL {
        let answer = scene.clone().take(&handler(LEAD), request(&scene, *reason)).err();
        let refused = matches!(reason, ReturnReason::Difficult | ReturnReason::TooLate);
        assert_eq!(answer, refused.then_some(Why::ReturnReasonRefused), "{reason}");
        let mut bare = scene.clone();
        bare.evidence.clear();
        let free = matches!(reason, ReturnReason::Repeated | ReturnReason::Emergency);
        assert_eq!(bare.take(&handler(LEAD), request(&scene, *reason)).is_ok(), free, "{reason}");
    }
    // One working day: Tuesday when the office closes at 17:30.
    let late = |when| scene.clone().at(when).take(&handler(LEAD), scene.return_request()).err();
    assert_eq!(late("2026-11-24T17:29"), None);
    assert_eq!(late("2026-11-24T17:30"), Some(Why::ReturnWindowClosed));
}

/// The reasons in code are those of the town's file.
#[test]
fn the_return_reasons_are_those_of_the_data_set() {
    let files = crate::common::yundu();
    let file = std::str::from_utf8(&files["return_reasons.csv"]).unwrap();
    let rows: Vec<Vec<&str>> = file.lines().skip(1).map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), ReturnReason::ALL.len());
    for row in rows {
        let reason: ReturnReason = row[0].parse().unwrap();
        assert_eq!((reason.is_allowed(), reason.needs_evidence()), (row[2] == "Y", row[3] == "Y"), "{reason}");
    }
}

#[test]
fn a_unit_returns_once_and_after_two_units_the_centre_is_final() {
    let asked = Scene::new().dispatched();
    let request = asked.return_request();
    let asked = asked.with(&handler(LEAD), request);
    let refused = asked.clone().with(&dispatcher(), Step::ReturnReject);
    assert_eq!(refused.order.status, Status::PendingSign, "back to where it was");
    assert_eq!(refused.clone().take(&handler(LEAD), refused.return_request()), Err(Why::ReturnUsed));
    let mut second = asked.with(&dispatcher(), Step::ReturnApprove);
    assert_eq!((second.order.status, &second.handling().lead), (Status::Registered, &None));
    second = second.clone().with(&dispatcher(), Step::Dispatch(second.assignment("D04", &[])));
    second = second.clone().with(&handler("D04"), second.return_request()).with(&dispatcher(), Step::ReturnApprove);
    assert!(second.handling().returns_final);
    let third = second.clone().with(&dispatcher(), Step::Dispatch(second.assignment("D12", &[])));
    assert_eq!(third.clone().take(&handler("D12"), third.return_request()), Err(Why::ReturnFinal));
}

#[test]
fn nobody_decides_on_their_own_work() {
    let everything = |name: &str, unit_code: &str| {
        let mut all = member(name, domain::staff::Role::Handler, unit_code);
        all.roles = domain::staff::Role::ALL.iter().copied().collect();
        all
    };
    // Somebody of the centre who leads, because the centre leads here.
    let lead = Scene::new();
    let assignment = lead.assignment("C01", &[]);
    let (one, two, three) = (everything("one", "C01"), everything("two", "C01"), everything("three", "C01"));
    let mut scene = lead.with(&one, Step::Dispatch(assignment)).with(&one, Step::Sign);
    scene = scene.with(&one, suspend_request(3));
    assert_eq!(scene.take(&one, Step::SuspendApprove), Err(Why::SamePerson));
    scene = scene.with(&two, Step::SuspendReject).with(&one, Step::Contact { missed: None });
    scene = scene.with(&one, Step::SubmitResult { class: Explanation::Resolved, no_contact: None, subject: None });
    let pass = || Step::ReviewPass { visit: TOWN.visit_timer(at(MONDAY)), close: false };
    assert_eq!(scene.take(&one, pass()), Err(Why::SamePerson));
    assert_eq!(scene.take(&one, Step::ReviewFail), Err(Why::SamePerson));
    scene = scene.with(&two, pass());
    let visit = scene.visit(Some(content()));
    assert_eq!(scene.take(&one, visit.clone()), Err(Why::SamePerson), "the handler");
    assert_eq!(scene.take(&two, visit.clone()), Err(Why::SamePerson), "the reviewer");
    assert_eq!(scene.take(&three, visit), Ok(()));
}

#[test]
fn helpers_reply_before_the_result() {
    let mut scene = Scene::new();
    assert_eq!(
        [&[LEAD][..], &["D04", "D04"]].map(|co| scene.take(&dispatcher(), Step::Dispatch(scene.assignment(LEAD, co)))),
        [Err(Why::UnitTwice), Err(Why::UnitTwice)]
    );
    let assignment = scene.assignment(LEAD, &["D04"]);
    scene = scene.with(&dispatcher(), Step::Dispatch(assignment)).with(&handler(LEAD), Step::Sign).contacted();
    let result = || Step::SubmitResult { class: Explanation::Resolved, no_contact: None, subject: None };
    assert_eq!(scene.take(&handler(LEAD), result()), Err(Why::CoUnitsPending));
    assert_eq!(scene.take(&dispatcher(), Step::AddCo { units: vec![unit("D04")] }), Err(Why::UnitTwice));
    assert_eq!(scene.take(&dispatcher(), Step::AddCo { units: Vec::new() }), Err(Why::UnitMissing));
    scene = scene.with(&dispatcher(), Step::AddCo { units: vec![unit(VILLAGE)] });
    assert_eq!(scene.take(&handler("D04"), Step::Sign), Err(Why::NotPermitted), "who helps does not lead");
    scene = scene.with(&handler("D04"), Step::CoReply);
    assert_eq!(scene.take(&handler("D04"), Step::CoReply), Err(Why::AlreadyReplied));
    assert_eq!(scene.take(&handler(LEAD), result()), Err(Why::CoUnitsPending));
    scene = scene.with(&handler(VILLAGE), Step::CoReply).with(&handler(LEAD), result());
    assert_eq!(scene.order.status, Status::PendingReview);
}

#[test]
fn a_transfer_makes_another_unit_sign_and_keeps_the_clock() {
    let scene = Scene::new().signed().at("2026-11-25T10:00");
    let before = scene.handling().clocks.clone().unwrap();
    let scene = scene.clone().with(&dispatcher(), Step::Transfer(scene.assignment("D04", &[])));
    let after = scene.handling().clocks.clone().unwrap();
    assert_eq!((scene.order.status, &scene.handling().lead), (Status::PendingSign, &Some(unit("D04"))));
    assert_eq!((before.inner, before.outer), (after.inner, after.outer));
    assert!(after.sign.due.at > before.sign.due.at);
    assert_eq!(scene.clone().take(&handler(LEAD), Step::Sign), Err(Why::Hidden), "the first unit is out");
}

#[test]
fn an_extension_is_asked_for_once_in_time_and_not_longer_than_the_limit() {
    let scene = Scene::new().signed();
    let ask = |scene: &Scene, step| scene.clone().take(&handler(LEAD), step).err();
    assert_eq!(ask(&scene, extend_request(15)), None);
    assert_eq!(ask(&scene, extend_request(16)), Some(Why::ExtensionTooLong));
    assert_eq!(ask(&scene, extend_request(0)), Some(Why::ExtensionTooLong));
    let hours = Step::ExtendRequest { limit: Limit::new(1, LimitUnit::NaturalHours) };
    assert_eq!(ask(&scene, hours), Some(Why::ExtensionTooLong));
    // Inner deadline: Friday 2026-12-11, 17:30; a working day before it: Thursday 17:30.
    assert_eq!(ask(&scene.clone().at("2026-12-10T17:30"), extend_request(1)), None);
    assert_eq!(ask(&scene.clone().at("2026-12-10T17:31"), extend_request(1)), Some(Why::ExtensionTooLate));
    let asked = scene.with(&handler(LEAD), extend_request(3));
    assert_eq!(ask(&asked, suspend_request(1)), Some(Why::RequestPending));
    assert_eq!(asked.clone().take(&dispatcher(), Step::SuspendReject), Err(Why::NothingRequested));
    let refused = asked.with(&dispatcher(), Step::ExtendReject);
    assert_eq!(ask(&refused, extend_request(1)), Some(Why::ExtensionUsed));
    assert_eq!(refused.handling().extension, None);
}

#[test]
fn a_suspension_ends_by_itself_and_moves_the_deadlines() {
    let scene = Scene::new().signed();
    let ask = |days| scene.clone().take(&handler(LEAD), suspend_request(days)).err();
    assert_eq!([ask(0), ask(30), ask(31)], [Some(Why::SuspensionTooLong), None, Some(Why::SuspensionTooLong)]);
    let hours = Limit::new(2, LimitUnit::WorkingHours);
    let hours = Step::SuspendRequest { reason: SuspendReason::PolicyPending, limit: hours };
    assert_eq!(scene.clone().take(&handler(LEAD), hours), Err(Why::SuspensionTooLong));
    let before = scene.handling().clocks.clone().unwrap();
    let suspended = scene.with(&handler(LEAD), suspend_request(7)).with(&dispatcher(), Step::SuspendApprove);
    assert_eq!(suspended.order.light(suspended.now), None, "no clock, no light");
    let system = Member::system("clock");
    let resume = |scene: &Scene| Step::Resume { clocks: scene.clocks(Clocking::Resume) };
    let early = suspended.clone().at("2026-11-30T09:59");
    assert_eq!(early.clone().take(&system, resume(&early)), Err(Why::TooEarly));
    // Seven natural days, in which four working days end: Monday is the day of the receipt and did not count anyway.
    let over = suspended.clone().at("2026-11-30T10:00");
    let resumed = over.clone().with(&system, resume(&over));
    let after = resumed.handling().clocks.clone().unwrap();
    assert_eq!((before.outer.due.at, after.outer.due.at), (at("2026-12-15T00:00"), at("2026-12-19T00:00")));
    assert_eq!(after.inner.due.at, at("2026-12-17T17:30"));
    assert_eq!((after.sign, after.give_back), (before.sign, before.give_back), "the unit's own timers are over");
    // People end it earlier: only the days that stood still count.
    let early = suspended.at("2026-11-25T10:00");
    let resumed = early.clone().with(&handler(LEAD), resume(&early));
    assert_eq!(resumed.handling().clocks.as_ref().unwrap().outer.due.at, at("2026-12-16T00:00"));
    assert_eq!(resumed.handling().suspensions[0].to, at("2026-11-25T10:00"));
}

#[test]
fn a_callback_needs_answers_and_three_attempts_on_two_days_are_enough() {
    let scene = Scene::new().reviewed();
    let nothing = Answer::default();
    let six = Answer { satisfaction: Some(6), ..content() };
    for answer in [nothing, six, Answer { satisfaction: Some(0), ..content() }] {
        assert_eq!(scene.clone().take(&caller_agent(), scene.visit(Some(answer))), Err(Why::AnswersMissing));
    }
    let attempt = |scene: Scene, when: &str| {
        let scene = scene.at(when);
        let visit = scene.visit(None);
        scene.with(&caller_agent(), visit)
    };
    let one_day =
        ["2026-11-23T11:00", "2026-11-23T14:00", "2026-11-23T16:00"].iter().fold(scene, |s, when| attempt(s, when));
    assert_eq!(one_day.order.status, Status::PendingVisit, "three attempts, but on one day");
    let closed = attempt(one_day, "2026-11-24T09:00");
    assert_eq!((closed.order.status, closed.handling().no_answer), (Status::Closed, true));
    let two_days = attempt(attempt(Scene::new().reviewed(), "2026-11-23T11:00"), "2026-11-24T11:00");
    assert_eq!(two_days.order.status, Status::PendingVisit, "two days, but two attempts");
}

fn redone(scene: Scene) -> Scene {
    let visit = scene.visit(Some(discontent()));
    scene.with(&caller_agent(), visit)
}

#[test]
fn after_two_redos_the_centre_rules() {
    let mut scene = Scene::new().reviewed();
    for redos in 1..=2 {
        scene = redone(scene.after_hours(24));
        assert_eq!(scene.handling().reviewer, None, "whoever passed the last result may handle this one");
        assert_eq!((scene.order.status, scene.handling().redos), (Status::InProgress, redos));
        assert_eq!(scene.handling().clocks.as_ref().unwrap().from, scene.now, "the same limit again");
        scene = scene.with_result(Explanation::Resolved).passed();
    }
    scene = redone(scene);
    assert_eq!((scene.order.status, scene.handling().ruling), (Status::PendingVisit, true));
    assert_eq!(scene.clone().take(&caller_agent(), scene.visit(Some(content()))), Err(Why::RulingNeeded));
    let rule = |redo| Step::Rule { redo, clocks: scene.any_clocks() };
    assert_eq!(scene.clone().take(&supervisor(), rule(false)), Err(Why::SamePerson), "the reviewer");
    let closed = scene.clone().with(&leader(), rule(false));
    assert_eq!((closed.order.status, closed.handling().unsolvable), (Status::Closed, false));
    let again = scene.clone().with(&leader(), rule(true));
    assert_eq!((again.order.status, again.handling().redos), (Status::InProgress, 3));
}

#[test]
fn what_cannot_be_resolved_is_agreed_by_two_persons() {
    for class in [Explanation::PolicyLimit, Explanation::Untrue] {
        let scene = redone(Scene::new().signed().contacted().with_result(class).passed());
        assert_eq!((scene.order.status, scene.handling().redos), (Status::PendingVisit, 0), "{class}");
        let rule = Step::Rule { redo: false, clocks: scene.any_clocks() };
        let closed = scene.with(&leader(), rule);
        assert_eq!((closed.order.status, closed.handling().unsolvable), (Status::Closed, true));
    }
}

#[test]
fn the_caller_rates_once_and_reopens_within_seven_days() {
    let rate = |scene: &mut Scene, answer| {
        let (rules, clocks) = (TOWN.rules(), scene.any_clocks());
        let command = OrderCommand::Rate(RateCommand {
            answer,
            reasons: vec![RatingReason::NotSolved],
            text: None,
            rules,
            clocks,
        });
        scene.give(&command, domain::aggregate::Actor::citizen()).map_err(|refusal| refusal.code())
    };
    let reopen = |scene: &mut Scene| {
        let command = ReopenCommand { text: text().unwrap(), rules: TOWN.rules(), clocks: scene.any_clocks() };
        scene
            .give(&OrderCommand::Reopen(command), domain::aggregate::Actor::citizen())
            .map_err(|refusal| refusal.code())
    };
    let mut scene = Scene::new().reviewed();
    assert_eq!(rate(&mut scene, Answer::default()).err(), Some("answersMissing"));
    assert!(rate(&mut scene, content()).is_ok(), "a rating is the callback");
    assert_eq!((scene.order.status, rate(&mut scene, content()).err()), (Status::Closed, Some("alreadyRated")));
    let late = scene.clone().after_hours(7 * 24);
    assert_eq!(reopen(&mut late.clone()).err(), Some("tooLate"));
    let late_actions = late.order.caller_actions(late.now, TOWN.rules());
    assert!(late_actions.iter().all(|action| !action.allowed || action.name == ActionName::Erase));
    let mut open = scene.clone().after_hours(7 * 24 - 1);
    assert!(reopen(&mut open).is_ok());
    assert_eq!((open.order.status, open.order.closed_at, open.handling().redos), (Status::InProgress, None, 1));
    let mut spent = scene;
    spent.order.handling.as_mut().unwrap().redos = 2;
    assert!(reopen(&mut spent).is_ok());
    assert_eq!(spent.handling().answer, None, "who reopens is not satisfied any more");
    assert_eq!((spent.order.status, spent.handling().ruling), (Status::PendingVisit, true));
    assert_eq!(reopen(&mut Scene::new()).err(), Some("stateConflict"));
    // After a redo that nobody answered for, the caller can still say how it went.
    let mut silent = redone(Scene::new().reviewed()).with_result(Explanation::Resolved).passed();
    for when in ["2026-11-23T11:00", "2026-11-23T14:00", "2026-11-24T09:00"] {
        silent = silent.at(when);
        let visit = silent.visit(None);
        silent = silent.with(&caller_agent(), visit);
    }
    assert!(rate(&mut silent, content()).is_ok());
    assert_eq!((silent.handling().no_answer, silent.handling().answer), (false, Some(content())));
    let mut unhappy = Scene::new().reviewed();
    assert!(rate(&mut unhappy, discontent()).is_ok());
    assert_eq!(unhappy.order.status, Status::InProgress, "the same as if the centre had called");
}

#[test]
fn praise_and_the_anonymous_are_closed_without_a_callback() {
    let pass = |mut order: Registered, close| {
        order.confidential = false;
        let scene = Scene::of(order).submitted();
        let visit = TOWN.visit_timer(scene.now);
        let mut after = scene;
        after.take(&supervisor(), Step::ReviewPass { visit, close }).map(|()| after.order.status)
    };
    let complaint = || registered("T0403", AppealType::Complaint);
    assert_eq!(pass(complaint(), false), Ok(Status::PendingVisit));
    assert_eq!(pass(complaint(), true), Err(Why::NotForThisType));
    assert_eq!(pass(registered("T0403", AppealType::Praise), true), Ok(Status::Closed));
    assert_eq!(pass(registered("T0403", AppealType::Suggestion), false), Ok(Status::PendingVisit));
    assert_eq!(pass(Registered { anonymous: true, ..complaint() }, false), Ok(Status::Closed));
    assert_eq!(pass(Registered { caller: CallerFields::default(), ..complaint() }, false), Ok(Status::Closed));
}

#[test]
fn merged_orders_stay_with_their_parent_and_every_caller_gets_the_reply() {
    let system = Member::system("merge");
    let mut parent = Scene::new().with(&system, Step::NoteChild { order: doc("a") });
    assert_eq!(parent.take(&system, Step::NoteChild { order: doc("a") }), Err(Why::AlreadyNoted));
    parent = parent.with(&system, Step::NoteChild { order: doc("b") });
    assert_eq!(parent.handling().children, [doc("a"), doc("b")]);
    let into = Step::Merge { parent: doc("other"), parent_open: true };
    assert_eq!(parent.take(&dispatcher(), into.clone()), Err(Why::HasChildren));
    assert_eq!(parent.take(&dispatcher(), Step::WithdrawFor), Err(Why::HasChildren));
    let withdraw = OrderCommand::Withdraw { reason: None };
    let refused = parent.give(&withdraw, domain::aggregate::Actor::citizen());
    assert_eq!(refused.unwrap_err().code(), "hasChildren", "it is no longer one caller's alone");
    let menu = parent.order.actions(parent.now, 20, 0);
    assert_eq!(menu.last().and_then(|action| action.reason), Some("hasChildren"));
    let mut child = Scene::new().with(&dispatcher(), into);
    assert_eq!((child.order.status, &child.handling().parent), (Status::Merged, &Some(doc("other"))));
    assert_eq!((child.order.waits_for(), child.order.is_answered()), (Some(&doc("other")), false));
    // Without words where the parent's are not for this caller.
    child.text = None;
    child = child.with(&system, Step::ReplyChild);
    assert_eq!(child.handling().replied_at, Some(child.now));
    assert_eq!(child.take(&system, Step::ReplyChild), Err(Why::AlreadyReplied));
    assert_eq!((child.order.waits_for(), child.order.is_answered()), (None, true));
}

#[test]
fn what_went_into_an_order_without_an_answer_comes_back_to_the_pool_once() {
    use domain::aggregate::{Actor, Aggregate as _, Context, Stamp};
    let into = Step::Merge { parent: doc("parent"), parent_open: true };
    let child = Scene::new().with(&dispatcher(), into).order;
    let context = Context { now: at(MONDAY), by: Actor::system("merges") };
    assert_eq!(child.release(&doc("another"), &context).unwrap_err().code(), "stateConflict", "it is not in that one");
    let event = child.release(&doc("parent"), &context).unwrap();
    let back = WorkOrder::evolve(Some(child), &event, Stamp { at: context.now }).unwrap();
    let handling = back.handling.as_deref().unwrap();
    assert_eq!((back.status, back.closed_at, &handling.parent), (Status::Registered, None, &None));
    assert_eq!((handling.redos, handling.false_closings), (0, 0), "nobody did anything wrong");
    assert!(back.release(&doc("parent"), &context).is_err());
    let ended = |scene: Scene| (scene.order.is_answered(), scene.order.ended_unanswered());
    assert_eq!(ended(Scene::new().closed()), (true, false));
    let withdrawn = Scene::new().with(&dispatcher(), Step::WithdrawFor);
    assert_eq!(ended(withdrawn.clone()), (false, true));
    let archived = withdrawn.after_hours(8 * 24).with(&Member::system("clock"), Step::Archive);
    assert_eq!(ended(archived), (false, true), "in the archive too");
    assert_eq!(ended(Scene::new().signed()), (false, false));
}

#[test]
fn a_false_closing_is_reopened_and_proposes_a_red_card() {
    let scene = Scene::new().closed();
    let step = Step::ReopenFalse { clocks: scene.any_clocks() };
    let scene = scene.with(&member("other", domain::staff::Role::Supervisor, "C01"), step);
    assert_eq!((scene.order.status, scene.handling().false_closings), (Status::InProgress, 1));
    let red = Due { step: DueStep::Propose(Level::Red), key: "red/false/1".to_owned() };
    assert!(scene.order.due(scene.now, TOWN.rules()).contains(&red));
}
