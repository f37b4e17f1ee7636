//! Checks: what was found, by whom, and what of it is published.

use super::*;
use crate::order::Text;

pub(super) fn finding() -> Finding {
    Finding {
        points: vec![Point { item: code("YD-JC-001"), outcome: Outcome::Compliant, note: None }],
        results: vec!["R01".into()],
        publish: true,
        serious: false,
        signature: Signature { refused: false, name: Text::Open("店主".into()) },
        photos: Vec::new(),
        follow_ups: Vec::new(),
        by: person("inspector"),
    }
}

#[test]
fn a_finding_keeps_the_rules_of_results() {
    let (library, items) = (library(), [code::<ItemCode>("YD-JC-001")]);
    let broken = |change: fn(&mut Finding)| {
        let mut finding = finding();
        change(&mut finding);
        library.check_finding(&items, &finding).map_err(|why| why.code())
    };
    assert_eq!(broken(|_| {}), Ok(()));
    assert_eq!(broken(|f| f.points.clear()), Err("pointsMissing"));
    assert_eq!(broken(|f| f.points[0].item = code("YD-JC-002")), Err("pointsMissing"));
    assert_eq!(broken(|f| f.results.clear()), Err("resultUnknown"));
    assert_eq!(broken(|f| f.results.push("R99".into())), Err("resultUnknown"));
    assert_eq!(broken(|f| f.results.push("R08".into())), Err("resultContradicts"));
    assert_eq!(broken(|f| f.points[0].outcome = Outcome::NotCompliant), Err("resultContradicts"));
    assert_eq!(
        broken(|f| f.signature = Signature { refused: true, name: Text::Open(" ".into()) }),
        Err("witnessMissing")
    );
    assert_eq!(broken(|f| f.results = vec!["R06".into()]), Err("followUpMissing"));
    assert!(library.publishes(&["R01".into()]) && !library.publishes(&["R10".into(), "R01".into()]));
}

pub(super) fn check_step(
    check: &mut Option<Check>,
    by: &str,
    inspector: Option<&str>,
    step_: CheckStep,
) -> Result<(), Refusal> {
    let inspector: Option<InspectorCode> = inspector.map(code);
    let command = CheckCommand { by: person(by), inspector, task: task("YD-DX-0001"), step: step_ };
    step(check, &command, by, OUT)
}

pub(super) fn enter(scanned: &str) -> CheckStep {
    let opened = Opened {
        draw: code("2026-D06-001"),
        task: task("YD-DX-0001"),
        name_zh: "云渡餐饮-001".into(),
        uscc: "92990181MA0000001P".into(),
        items: vec![code("YD-JC-001")],
        unit: code("D06"),
        by: person("x"),
    };
    CheckStep::Enter { opened: Box::new(opened), scanned: scanned.into() }
}

#[test]
fn a_check_is_done_by_the_two_and_published_by_a_third() {
    let mut check = None;
    let (lead, member) = (Some("YDZF260026"), Some("YDZF260021"));
    let text = || Text::Open("因为".into());
    let timer = catalogue().timer(at(OUT), Check::PUBLISH_WITHIN);
    let confirm = || CheckStep::Confirm { publish_by: timer.clone() };
    let submit = || CheckStep::Submit(Box::new(finding()));
    assert_eq!(check_step(&mut check, "inspector", lead, submit()), Err(Refusal::StateConflict));
    assert_eq!(check_step(&mut check, "other", Some("YDZF260019"), enter("YD-DX-0001")), Err(Refusal::NotPermitted));
    assert_eq!(check_step(&mut check, "inspector", lead, enter("YD-DX-0002")), Err(Refusal::ScanMismatch));
    check_step(&mut check, "inspector", lead, enter("92990181MA0000001P")).unwrap();
    assert_eq!(check_step(&mut check, "inspector", lead, enter("YD-DX-0001")), Err(Refusal::StateConflict));
    assert_eq!(check_step(&mut check, "head", None, submit()), Err(Refusal::NotPermitted));
    check_step(&mut check, "inspector", lead, submit()).unwrap();
    assert_eq!(check_step(&mut check, "inspector", lead, confirm()), Err(Refusal::SamePerson));
    check_step(&mut check, "second", member, CheckStep::Return(text())).unwrap();
    check_step(&mut check, "inspector", lead, submit()).unwrap();
    check_step(&mut check, "second", member, confirm()).unwrap();
    // 20 working days after 25 November: 23 December, for there is no holiday between.
    assert_eq!(check.as_ref().unwrap().publish_by.as_ref().unwrap().due.at.date(), day("2026-12-23"));
    assert_eq!(check_step(&mut check, "second", member, CheckStep::Publish), Err(Refusal::SamePerson));
    check_step(&mut check, "head", None, CheckStep::Publish).unwrap();
    let shown = project_check(&serde_json::to_value(check.as_ref().unwrap()).unwrap()).unwrap();
    let row = shown.timelines[0].1.to_string();
    assert!(row.contains("92990181MA0000001P") && !row.contains("店主") && !row.contains("YDZF"), "{row}");
    check_step(&mut check, "head", None, CheckStep::Withdraw(text())).unwrap();
    let shown = project_check(&serde_json::to_value(check.as_ref().unwrap()).unwrap()).unwrap();
    let row = shown.timelines[0].1.to_string();
    assert!(row.contains("withdrawn") && !row.contains("MA0000001P") && !row.contains("YD-DX-0001"), "{row}");
}

#[test]
fn what_is_never_published_stays_inside() {
    let mut check = None;
    let (lead, member) = (Some("YDZF260026"), Some("YDZF260021"));
    check_step(&mut check, "inspector", lead, enter("YD-DX-0001")).unwrap();
    let gone = Finding { results: vec!["R10".into()], publish: false, ..finding() };
    check_step(&mut check, "inspector", lead, CheckStep::Submit(Box::new(gone))).unwrap();
    let publish_by = catalogue().timer(at(OUT), Check::PUBLISH_WITHIN);
    check_step(&mut check, "second", member, CheckStep::Confirm { publish_by }).unwrap();
    assert_eq!(check_step(&mut check, "head", None, CheckStep::Publish), Err(Refusal::NeverPublished));
    let shown = project_check(&serde_json::to_value(check.as_ref().unwrap()).unwrap()).unwrap();
    assert!(shown.timelines.is_empty());
}

#[test]
fn a_serious_violation_is_on_record_once_both_signed_until_it_is_withdrawn() {
    let (mut library, mut check) = (library(), None);
    assert!(library.is_serious(&["R06".into(), "R07".into()]) && !library.is_serious(&["R04".into()]));
    let queues =
        |check: &Option<Check>| project_check(&serde_json::to_value(check.as_ref().unwrap()).unwrap()).unwrap().queues;
    let (lead, member) = (Some("YDZF260026"), Some("YDZF260021"));
    check_step(&mut check, "inspector", lead, enter("YD-DX-0001")).unwrap();
    let refused = Finding { results: vec!["R07".into()], serious: true, ..finding() };
    check_step(&mut check, "inspector", lead, CheckStep::Submit(Box::new(refused))).unwrap();
    assert!(queues(&check).is_empty());
    let publish_by = catalogue().timer(at(OUT), Check::PUBLISH_WITHIN);
    check_step(&mut check, "second", member, CheckStep::Confirm { publish_by }).unwrap();
    let on_record = [(SERIOUS_QUEUE.to_owned(), serde_json::json!({"subject": "YD-DX-0001"}))];
    assert_eq!(queues(&check), on_record);
    check_step(&mut check, "head", None, CheckStep::Publish).unwrap();
    assert_eq!(queues(&check), on_record);
    check_step(&mut check, "head", None, CheckStep::Withdraw(Text::Open("撤销".into()))).unwrap();
    assert!(queues(&check).is_empty());
    let before = library.subjects[&code::<SubjectCode>("YD-DX-0001")].serious;
    library.offended(&code("YD-DX-0001"));
    assert_eq!((before, library.subjects[&code::<SubjectCode>("YD-DX-0001")].serious), (false, true));
}

#[test]
fn three_complaints_of_twelve_months_put_a_subject_into_the_focus_set() {
    let (mut library, subject) = (library(), code::<SubjectCode>("YD-DX-0001"));
    let today = day("2026-11-25");
    let before = library.subjects[&subject].complaints;
    assert_eq!((before, is_focus(&library.subjects[&subject])), (1, false), "as the file has it");
    // By its code and by its credit code; too long ago; against somebody else.
    library.complained(&subject, day("2025-11-26"), today);
    library.complained(&subject, day("2025-11-25"), today);
    library.complained(&code("YD-DX-9999"), today, today);
    assert_eq!((library.subjects[&subject].complaints, is_focus(&library.subjects[&subject])), (2, false));
    library.complained(&code("92990181MA0000001P"), today, today);
    assert_eq!((library.subjects[&subject].complaints, is_focus(&library.subjects[&subject])), (3, true));
    let frozen = freeze(&library, &planned(), &[], today).unwrap();
    let focus = frozen.strata.iter().find(|stratum| stratum.name == FOCUS).unwrap();
    assert!(focus.subjects.contains(&subject));
}
