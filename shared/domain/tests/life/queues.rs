//! Which lists an order is on, and what they show.

use std::collections::BTreeMap;

use domain::catalogue::AppealType;
use domain::order::*;
use serde_json::Value;

use crate::scene::*;

fn queues(scene: &Scene) -> BTreeMap<String, Value> {
    let projection = project(&serde_json::to_value(&scene.order).unwrap()).unwrap();
    projection.queues.into_iter().filter(|(name, _)| !name.starts_with("caller/")).collect()
}

/// The names of the lists; of the clock's, only that there is one.
fn names(scene: &Scene) -> Vec<String> {
    let clock = |name: String| name.split_once("/2026-").map_or(name.clone(), |(kind, _)| kind.to_owned());
    let mut names: Vec<String> = queues(scene).into_keys().map(clock).collect();
    names.sort();
    names
}

#[test]
fn every_state_waits_in_the_right_lists() {
    let (unit_list, local) = (unit_queue(&unit(LEAD)), local_queue(&VILLAGE.parse().unwrap()));
    let handled = |more: &str| {
        let similar = "similar/T0403".to_owned();
        let mut names = vec![more.to_owned(), "clock".to_owned(), similar, unit_list.clone(), local.clone()];
        names.retain(|name| !name.is_empty());
        names.sort();
        names
    };
    let fresh = names(&Scene::new());
    assert_eq!(fresh, [POOL_QUEUE, "clock", "similar/T0403"], "before its dispatch it is the centre's alone");
    assert_eq!(names(&Scene::new().dispatched()), handled(""));
    assert_eq!(names(&Scene::new().signed()), handled(""));
    assert_eq!(names(&Scene::new().suspended()), handled(""));
    let asked = Scene::new().signed().with(&handler(LEAD), extend_request(1));
    assert_eq!(names(&asked), handled(POOL_QUEUE));
    assert_eq!(queues(&asked)[POOL_QUEUE]["request"], "extension");
    assert_eq!(names(&Scene::new().submitted()), handled(REVIEW_QUEUE));
    assert_eq!(names(&Scene::new().reviewed()), handled(VISIT_QUEUE));
    assert_eq!(names(&Scene::new().closed()), ["closed"], "for the archive");
    let archived = Scene::new().closed().after_hours(24 * 8).with(&Member::system("clock"), Step::Archive);
    assert_eq!(names(&archived), Vec::<String>::new());
}

#[test]
fn rows_say_who_has_which_part_and_until_when() {
    let scene = Scene::new();
    let scene = scene.clone().with(&dispatcher(), Step::Dispatch(scene.assignment(LEAD, &["D04"])));
    let rows = queues(&scene);
    let row = &rows[&unit_queue(&unit(LEAD))];
    for column in ["number", "categoryCode", "villageCode", "status", "urgency", "innerBy", "outerBy", "warnAt"] {
        assert!(!row[column].is_null(), "{column} in {row}");
    }
    assert_eq!(rows[&unit_queue(&unit("D04"))]["part"], "co");
    let clocks = scene.handling().clocks.as_ref().unwrap();
    let sign_by = clocks.sign.due.at;
    assert_eq!(rows[&clock_queue(sign_by.date())]["at"], serde_json::to_value(sign_by).unwrap());
    let closed = Scene::new().closed();
    let row = queues(&closed)[&closed_queue(closed.now.date())]["at"].clone();
    assert_eq!(row, serde_json::to_value(closed.now).unwrap());
}

#[test]
fn no_list_of_an_accused_unit_and_no_village_list_of_a_report() {
    let accused = Scene::new().with(&dispatcher(), Step::NameRespondent { units: vec![unit(VILLAGE)] }).dispatched();
    assert!(!names(&accused).contains(&local_queue(&VILLAGE.parse().unwrap())));
    let report = Registered { confidential: true, ..registered("T0403", AppealType::Report) };
    assert!(!names(&Scene::of(report).dispatched()).iter().any(|name| name.starts_with("village/")));
    let late = Scene::new();
    let late = late.clone().with(&dispatcher(), Step::Dispatch(late.assignment("D04", &[LEAD])));
    let late = late.with(&dispatcher(), Step::NameRespondent { units: vec![unit(LEAD)] });
    assert!(!names(&late).contains(&unit_queue(&unit(LEAD))), "a helper that is named is out");
    assert!(names(&late).contains(&unit_queue(&unit("D04"))));
}

#[test]
fn no_row_holds_anything_about_a_person() {
    let secret = Registered {
        title: Text::Sealed(Sealed("SEALED-title".to_owned())),
        confidential: true,
        ..registered("T0403", AppealType::Report)
    };
    let index = secret.caller.index.unwrap().to_string();
    for scene in
        [Scene::of(secret.clone()), Scene::of(secret).dispatched(), Scene::new().signed(), Scene::new().closed()]
    {
        for (name, row) in queues(&scene) {
            let row = row.to_string();
            for word in ["SEALED", "三盏", "因为", "staff:", &index] {
                assert!(!row.contains(word), "{word} in {name}: {row}");
            }
        }
    }
}

#[test]
fn cards_that_wait_for_a_decision_are_listed() {
    let propose = Step::ProposeCard { key: "notice/x".to_owned(), level: Level::Notice, unit: None };
    let proposed = Scene::new().signed().with(&supervisor(), propose);
    assert_eq!(queues(&proposed)[CARDS_QUEUE]["cards"][0]["key"], "notice/x");
    let dismissed = proposed.with(&supervisor(), Step::Card { name: CardStep::Dismiss, key: "notice/x".to_owned() });
    assert!(!names(&dismissed).contains(&CARDS_QUEUE.to_owned()));
}

/// The complaints against subjects of inspection that an order is among.
fn complaints(scene: &Scene) -> Vec<(String, Value)> {
    queues(scene).into_iter().filter(|(name, _)| name.starts_with("subjects/")).collect()
}

#[test]
fn a_complaint_that_holds_counts_against_its_subject_while_it_is_closed() {
    let about = |scene: Scene, class, subject| {
        let scene = scene.signed().contacted().with_result_about(class, subject).passed();
        let visit = scene.visit(Some(content()));
        assert!(complaints(&scene).is_empty(), "nobody has agreed yet");
        scene.with(&caller_agent(), visit)
    };
    let subject = Some("YD-DX-0001");
    let closed = about(Scene::new(), Explanation::Partly, subject);
    let row = serde_json::json!({"subject": "YD-DX-0001", "at": closed.now});
    assert_eq!(complaints(&closed), [(complaints_queue(2026), row)]);
    for class in [Explanation::PolicyLimit, Explanation::Untrue, Explanation::NotContactable] {
        assert!(complaints(&about(Scene::new(), class, subject)).is_empty(), "{class}");
    }
    assert!(complaints(&about(Scene::new(), Explanation::Resolved, None)).is_empty(), "about nobody in the library");
    let help = Scene::of(registered("T0403", AppealType::Help));
    assert!(complaints(&about(help, Explanation::Resolved, subject)).is_empty(), "nobody complained");
    let archived = closed.clone().after_hours(7 * 24).with(&Member::system("clock"), Step::Archive);
    assert_eq!(complaints(&archived), complaints(&closed), "the archive forgets nothing");
    let clocks = closed.any_clocks();
    let opened = closed.with(&supervisor(), Step::ReopenFalse { clocks });
    assert!(complaints(&opened).is_empty());
    let untrue = opened.with_result_about(Explanation::Untrue, None);
    assert_eq!(untrue.handling().subject, None, "the last result says");
}
