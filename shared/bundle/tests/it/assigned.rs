//! Too few inspectors: the subjects are drawn, people assign, and the check holds both to what can be recomputed.

use bundle::{Bundle, Pairing, Status, Verdict};

use crate::{check, drand, drawn, frozen, sealed, values};

/// Two inspectors of six: one can lead, and is recused from one of those who are drawn.
fn short() -> Bundle {
    let mut short = frozen(sealed());
    short.inspectors.retain(|inspector| ["YDZF260001", "YDZF260003"].contains(&inspector.code.as_str()));
    let mut bundle = Bundle::commit(short).unwrap();
    values(&mut bundle);
    let blocked = bundle.run(&mut |_, _, _| {}).unwrap().unwrap();
    assert!(!blocked.places.is_empty());
    bundle
}

/// By two whom no list names, because they came from elsewhere.
pub fn assigned() -> Bundle {
    let mut bundle = short();
    let drawn = bundle.result.as_ref().unwrap().strata.iter().flat_map(|order| order.drawn.clone());
    let pair = |subject| Pairing { subject, lead: "YDZF260008".into(), member: "YDZF260009".into() };
    bundle.assigned = drawn.map(pair).collect();
    bundle
}

fn told(bundle: &Bundle) -> (Verdict, Vec<(&'static str, &'static str)>) {
    let report = check(bundle);
    let told = report.steps.iter().filter(|step| ["pairing", "assigned"].contains(&step.name));
    (report.verdict, told.map(|step| (step.name, step.code)).collect())
}

#[test]
fn subjects_are_drawn_and_it_shows_that_a_draw_of_inspectors_was_impossible() {
    let bundle = short();
    assert!(bundle.result.as_ref().unwrap().pairings.is_empty());
    let few = ("pairing", "tooFewInspectors");
    assert_eq!(told(&bundle), (Verdict::HoldsSoFar, vec![few, ("assigned", "notYet")]));
    assert_eq!(told(&assigned()), (Verdict::Holds, vec![few, ("assigned", "assignedByPeople")]));
}

#[test]
fn an_assignment_that_the_rules_forbid_is_told() {
    let change = |change: &dyn Fn(&mut Bundle)| {
        let mut bundle = assigned();
        change(&mut bundle);
        let report = check(&bundle);
        assert_eq!(report.verdict, Verdict::Differs);
        let step = report.first_difference().unwrap().clone();
        assert_eq!((step.name, step.status), ("assigned", Status::Differs));
        step
    };
    let others = [
        change(&|bundle| drop(bundle.assigned.pop())),
        change(&|bundle| bundle.assigned[0].subject = "YD-DX-0099".into()),
        change(&|bundle| bundle.assigned[1] = bundle.assigned[0].clone()),
        change(&|bundle| bundle.assigned.push(bundle.assigned[0].clone())),
    ];
    assert!(others.iter().all(|step| step.code == "assignedOthers"));
    let one = change(&|bundle| bundle.assigned[0].member = "YDZF260008".into());
    assert_eq!((one.code, one.about.as_str()), ("assignedUnlawfully", assigned().assigned[0].subject.as_str()));
    let recused = change(&|bundle| bundle.assigned.iter_mut().for_each(|one| one.member = "YDZF260001".into()));
    assert_eq!((recused.code, recused.about.as_str()), ("assignedUnlawfully", "YD-DX-0004"));
}

#[test]
fn nobody_is_assigned_where_inspectors_could_be_drawn() {
    let mut bundle = drawn(drand());
    bundle.assigned.push(bundle.result.as_ref().unwrap().pairings[0].clone());
    assert_eq!(told(&bundle).1[1], ("assigned", "assignedNeedlessly"));
    // Taking the drawn inspectors out to assign others shows as well.
    bundle.result.as_mut().unwrap().pairings.clear();
    assert_eq!(told(&bundle).1[0], ("pairing", "pairingDiffers"));
}

#[test]
fn a_sealed_view_has_no_assignment() {
    let shown = assigned().sealed_view();
    assert_eq!((shown.result, shown.assigned), (None, Vec::new()));
    let mut early = assigned().sealed_view();
    early.assigned = assigned().assigned;
    let report = check(&early);
    assert!(report.steps.iter().any(|step| (step.name, step.code) == ("assigned", "noResultYet")));
}

#[test]
fn a_file_without_assignments_is_as_it_always_was() {
    let text = String::from_utf8(drawn(drand()).write()).unwrap();
    assert!(!text.contains("assigned"));
}
