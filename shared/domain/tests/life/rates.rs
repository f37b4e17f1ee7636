//! The three rates and their denominators.

use domain::catalogue::AppealType;
use domain::order::*;

use crate::scene::*;

/// A closed order whose caller gave this answer.
fn answered(answer: Answer) -> WorkOrder {
    let scene = Scene::new().reviewed();
    let visit = scene.visit(Some(answer));
    scene.with(&caller_agent(), visit).order
}

fn satisfied(stars: u8) -> Answer {
    Answer { contacted: Some(true), resolved: None, satisfaction: Some(stars) }
}

const NONE: Ratio = Ratio { part: 0, whole: 0 };

#[test]
fn each_rate_counts_its_own_answers() {
    let unresolved = Answer { satisfaction: Some(3), resolved: Some(false), contacted: None };
    let mut disliked = answered(content());
    disliked.handling.as_mut().unwrap().answer = Some(unresolved);
    let orders = [answered(content()), answered(satisfied(4)), disliked];
    let rates = Rates::of(&orders);
    assert_eq!(rates.response, Ratio { part: 3, whole: 3 });
    assert_eq!(rates.resolution, Ratio { part: 1, whole: 2 }, "who did not say is not in it");
    assert_eq!(rates.satisfaction, Ratio { part: 10 + 10 + 8, whole: 30 });
    assert_eq!([rates.resolution, rates.satisfaction, NONE].map(Ratio::per_mille), [Some(500), Some(933), None]);
    let [a, b, c] = orders;
    assert_eq!(Rates::of([&a]).plus(Rates::of([&b, &c])), rates, "a fold in parts is the same fold");
}

#[test]
fn weights_of_satisfaction() {
    for (stars, tenths) in [(5, 10), (4, 10), (3, 8), (2, 0), (1, 0)] {
        let mut order = answered(content());
        order.handling.as_mut().unwrap().answer = Some(satisfied(stars));
        assert_eq!(Rates::of([&order]).satisfaction, Ratio { part: tenths, whole: 10 }, "{stars}");
    }
}

#[test]
fn contact_after_the_limit_is_no_response() {
    let late = Scene::new().signed().at("2026-11-24T17:30").contacted().with_result(Explanation::Resolved).passed();
    let visit = late.visit(Some(content()));
    let late = late.with(&caller_agent(), visit).order;
    let never = Scene::new().signed();
    let result =
        Step::SubmitResult { class: Explanation::Resolved, no_contact: Some(NoContact::Unreachable), subject: None };
    let never = never.with(&handler(LEAD), result).passed();
    let visit = never.visit(Some(content()));
    let never = never.with(&caller_agent(), visit).order;
    let mut tried = Scene::new().signed().with(&handler(LEAD), Step::Contact { missed: Some(NoContact::Unreachable) });
    assert_eq!((tried.handling().contacted_at, tried.handling().contact_tried), (None, true));
    tried = tried.with_result(Explanation::Resolved).passed();
    let visit = tried.visit(Some(content()));
    let tried = tried.with(&caller_agent(), visit).order;
    assert_eq!(Rates::of([&late, &never, &tried]).response, Ratio { part: 0, whole: 3 }, "nor is an attempt");
    let reached = Scene::new().signed().with(&handler(LEAD), Step::Contact { missed: Some(NoContact::Unreachable) });
    let reached = reached.contacted().with_result(Explanation::Resolved).passed();
    let visit = reached.visit(Some(content()));
    let reached = reached.with(&caller_agent(), visit).order;
    assert_eq!(Rates::of([&reached]).response, Ratio { part: 1, whole: 1 }, "the call after it is");
}

#[test]
fn who_is_in_no_denominator() {
    let anonymous = Scene::of(Registered { anonymous: true, ..registered("T0403", AppealType::Complaint) }).submitted();
    let anonymous = anonymous.passed();
    let out = Scene::new().with(&dispatcher(), Step::HandOff { to: HandOffTo::Petition });
    let merged = Scene::new().with(&dispatcher(), Step::Merge { parent: doc("p"), parent_open: true });
    let withdrawn = Scene::new().submitted().with(&dispatcher(), Step::WithdrawFor);
    let archived = withdrawn.clone().after_hours(8 * 24).with(&Member::system("clock"), Step::Archive);
    for scene in [anonymous, out, merged, withdrawn, archived, Scene::new().signed(), Scene::new().reviewed()] {
        assert_eq!(Rates::of([&scene.order]), Rates::default(), "{:?}", scene.order.status);
    }
}

#[test]
fn unanswered_and_unsolvable_are_not_in_the_callbacks() {
    // Dissatisfied first; after the redo nobody answers, and the old answer is no answer to the new result.
    let mut silent = Scene::new().reviewed();
    let visit = silent.visit(Some(discontent()));
    silent = silent.with(&caller_agent(), visit).with_result(Explanation::Resolved).passed();
    for when in ["2026-11-23T11:00", "2026-11-23T14:00", "2026-11-24T09:00"] {
        silent = silent.at(when);
        let visit = silent.visit(None);
        silent = silent.with(&caller_agent(), visit);
    }
    let rates = Rates::of([&silent.order]);
    assert_eq!((rates.response.whole, rates.resolution, rates.satisfaction), (1, NONE, NONE));
    let scene = Scene::new().signed().contacted().with_result(Explanation::PolicyLimit).passed();
    let visit = scene.visit(Some(discontent()));
    let scene = scene.with(&caller_agent(), visit);
    let rule = Step::Rule { redo: false, clocks: scene.any_clocks() };
    let scene = scene.with(&leader(), rule);
    let rates = Rates::of([&scene.order]);
    assert_eq!((rates.response.whole, rates.resolution, rates.unsolvable), (1, NONE, 1), "counted beside");
    // Opened again, resolved after all, and the caller is content: that ruling was about another result.
    let step = Step::ReopenFalse { clocks: scene.any_clocks() };
    let scene = scene.with(&member("other", domain::staff::Role::Supervisor, "C01"), step);
    assert!(!scene.handling().unsolvable, "nothing is known of the next result");
    let scene = scene.with_result(Explanation::Resolved).passed();
    let visit = scene.visit(Some(content()));
    let rates = Rates::of([&scene.with(&caller_agent(), visit).order]);
    assert_eq!((rates.resolution, rates.unsolvable), (Ratio { part: 1, whole: 1 }, 0));
}

#[test]
fn an_archived_order_counts_like_a_closed_one() {
    let closed = Scene::new().closed();
    let archived = closed.clone().after_hours(8 * 24).with(&Member::system("clock"), Step::Archive);
    assert_eq!(Rates::of([&closed.order]), Rates::of([&archived.order]));
}

/// The dashboard sums rows and reads no order, so the two must agree whatever happened to an order.
#[test]
fn rows_of_the_table_add_up_to_the_rates_of_the_orders() {
    let anonymous = Scene::of(Registered { anonymous: true, ..registered("T0403", AppealType::Complaint) }).submitted();
    let withdrawn = Scene::new().submitted().with(&dispatcher(), Step::WithdrawFor);
    let closed = Scene::new().closed();
    let archived = closed.clone().after_hours(8 * 24).with(&Member::system("clock"), Step::Archive);
    let mut orders: Vec<WorkOrder> =
        [Scene::new(), Scene::new().signed(), Scene::new().reviewed(), closed, archived, withdrawn, anonymous.passed()]
            .into_iter()
            .map(|scene| scene.order)
            .collect();
    orders.extend([answered(content()), answered(satisfied(3)), answered(satisfied(1))]);
    let of_row = |order: &WorkOrder| {
        let row = domain::board::project("order", &serde_json::to_value(order).unwrap()).unwrap().columns;
        row.get("rates").map(|rates| serde_json::from_value::<Rates>(rates.clone()).unwrap()).unwrap_or_default()
    };
    for order in &orders {
        assert_eq!(of_row(order), Rates::of([order]), "{:?}", order.status);
    }
    let sum = orders.iter().map(of_row).fold(Rates::default(), Rates::plus);
    assert_eq!(sum, Rates::of(&orders));
    assert!(sum.response.whole > 3 && sum.satisfaction.whole >= 30, "{sum:?}");
}
