//! Who should handle an order, by which rule.

use domain::catalogue::{AppealType, UnitCode, Urgency};
use domain::order::*;

use crate::common::at;
use crate::scene::*;

fn suggestion(scene: &Scene) -> (Option<String>, Vec<String>, Vec<Ground>) {
    let Suggestion { lead, co_units, grounds, .. } = TOWN.suggest(&scene.order, scene.now);
    (lead.map(|unit| unit.to_string()), co_units.iter().map(UnitCode::to_string).collect(), grounds)
}

fn some(code: &str) -> Option<String> {
    Some(code.to_owned())
}

#[test]
fn the_category_decides_and_the_village_helps() {
    let scene = Scene::new();
    assert_eq!(suggestion(&scene), (some(LEAD), vec![VILLAGE.to_owned()], vec![Ground::CategoryPower, Ground::Area]));
    let mut nowhere = scene;
    nowhere.order.registered.place = Place::default();
    assert_eq!(suggestion(&nowhere), (some(LEAD), vec![], vec![Ground::CategoryPower]));
    nowhere.order.registered.place.grid = Some(GRID.parse().unwrap());
    assert_eq!(suggestion(&nowhere).1, [VILLAGE], "the grid tells the village");
}

#[test]
fn at_night_the_duty_desk_helps_with_what_cannot_wait() {
    let at_night = |urgency, when| {
        let mut scene = Scene::new().at(when);
        scene.order.urgency = urgency;
        suggestion(&scene).2.contains(&Ground::OutOfHours)
    };
    assert!(at_night(Urgency::Urgent, "2026-11-23T22:00"));
    assert!(at_night(Urgency::Urgent, "2026-11-28T10:00"), "Saturday");
    assert!(!at_night(Urgency::Urgent, "2026-11-23T10:00"));
    assert!(!at_night(Urgency::Priority, "2026-11-23T22:00"));
}

#[test]
fn conflicts_go_past_the_units_they_are_about() {
    let conduct = Scene::of(registered("T1501", AppealType::Complaint));
    assert_eq!(suggestion(&conduct).0, some("P02"));
    assert_eq!(suggestion(&conduct).2[0], Ground::ConflictCategory);
    let name = |units: &[&str]| Step::NameRespondent { units: units.iter().map(|code| unit(code)).collect() };
    let accused = Scene::new().with(&dispatcher(), name(&[LEAD, VILLAGE]));
    assert_eq!(suggestion(&accused), (some("P02"), vec![], vec![Ground::UsualUnitAccused]));
    let both = conduct.with(&dispatcher(), name(&["P02"]));
    assert_eq!(suggestion(&both).0, None, "only a person can say");
}

#[test]
fn a_confidential_report_is_not_told_to_the_village() {
    let report = Registered { confidential: true, ..registered("T0403", AppealType::Report) };
    assert_eq!(suggestion(&Scene::of(report)).1, Vec::<String>::new());
}

#[test]
fn a_unit_that_gave_it_back_is_not_suggested_again() {
    let scene = Scene::new().dispatched();
    let request = scene.return_request();
    let scene = scene.with(&handler(LEAD), request).with(&dispatcher(), Step::ReturnApprove);
    assert_eq!(suggestion(&scene).0, None);
    assert_eq!(suggestion(&scene).2[0], Ground::UsualUnitReturned);
}

#[test]
fn every_category_of_the_town_has_a_suggestion() {
    for (code, category) in &TOWN.categories {
        let order = Scene::of(registered(code.as_str(), AppealType::Complaint)).order;
        let suggestion = TOWN.suggest(&order, at(MONDAY));
        assert_eq!(suggestion.hand_off, category.emergency_number, "{code}");
        assert_eq!(suggestion.hand_off.is_none(), suggestion.lead.is_some(), "{code}");
        assert!(!suggestion.grounds.is_empty(), "{code}");
    }
    let unknown = Scene::of(registered("T9999", AppealType::Complaint));
    assert_eq!(suggestion(&unknown), (None, vec![], vec![]), "a removed category is a person's business");
}

#[test]
fn only_units_of_the_town_are_assigned() {
    let order = Scene::new().order;
    let assign = |lead, co: &[&str]| {
        let co: Vec<UnitCode> = co.iter().map(|code| unit(code)).collect();
        TOWN.assignment(&order, &unit(lead), &co, at(MONDAY)).is_some()
    };
    assert!(assign(LEAD, &[VILLAGE]));
    assert!(!assign("D99", &[]) && !assign(LEAD, &["D99"]) && !assign(LEAD, &["990181101999"]));
}
