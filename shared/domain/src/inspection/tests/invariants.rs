//! Handbook §0.4: the invariants that concern inspections, by their number.

use super::checks::{check_step, enter, finding};
use super::*;
use crate::board::project;
use crate::catalogue::Employment;
use crate::order::{Rates, Tally, Text};

const TODAY: &str = "2026-11-25";

fn lead() -> InspectorCode {
    code("YDZF260026")
}

fn frozen(library: &Library, plan: &PlannedDraw) -> Result<Population, Refusal> {
    freeze(library, plan, &[], day(TODAY))
}

fn confirm() -> CheckStep {
    CheckStep::Confirm { publish_by: catalogue().timer(at(OUT), Check::PUBLISH_WITHIN) }
}

#[test]
fn invariant_07_only_officers_are_drawn_and_sign_results() {
    for employment in Employment::ALL.iter().filter(|employment| **employment != Employment::Officer) {
        let mut library = library();
        library.inspectors.get_mut(&lead()).unwrap().employment = *employment;
        let why = Refusal::NotAnOfficer(lead());
        assert_eq!(frozen(&library, &planned()), Err(why.clone()), "{employment}");
        let everybody = PlannedDraw { roster: Vec::new(), ..planned() };
        let drawn = frozen(&library, &everybody).unwrap().inspectors;
        assert!(!drawn.is_empty() && drawn.iter().all(|one| one.code != lead()), "{employment}");
        assert_eq!(library.may_inspect(&lead(), &code("YD-DX-0001"), day(TODAY)), Err(why), "{employment}");
    }
    // Who is in no library of inspectors puts no name to a result.
    let mut check = None;
    let submit = || CheckStep::Submit(Box::new(finding()));
    check_step(&mut check, "inspector", Some("YDZF260026"), enter("YD-DX-0001")).unwrap();
    assert_eq!(check_step(&mut check, "gridworker", None, submit()), Err(Refusal::NotPermitted));
    check_step(&mut check, "inspector", Some("YDZF260026"), submit()).unwrap();
    assert_eq!(check_step(&mut check, "gridworker", None, confirm()), Err(Refusal::NotPermitted));
}

#[test]
fn invariant_08_an_item_that_is_not_published_is_in_no_draw() {
    let all = library();
    let mut joint = 0;
    for one in all.items.keys() {
        let mut library = all.clone();
        library.items.get_mut(one).unwrap().published = false;
        let why = Refusal::ItemUnpublished(one.clone());
        let plan = PlannedDraw { items: vec![one.clone()], ..planned() };
        assert_eq!(frozen(&library, &plan), Err(why.clone()));
        for other in all.items.keys().filter(|other| *other != one) {
            let items = vec![other.clone(), one.clone()];
            if usable(&all, &items).is_ok() {
                assert_eq!(frozen(&library, &PlannedDraw { items, ..planned() }), Err(why.clone()), "{other}");
                joint += 1;
            }
        }
    }
    assert!(joint > 0, "no items are inspected together");
}

#[test]
fn invariant_09_two_certified_officers_stand_by_every_check() {
    let mut library = library();
    let subject = code("YD-DX-0001");
    library.inspectors.get_mut(&lead()).unwrap().valid_until = planned().until;
    assert!(frozen(&library, &planned()).is_ok());
    assert_eq!(library.may_inspect(&lead(), &subject, planned().until), Ok(()));
    let expired = Err(Refusal::CertificateExpired(lead()));
    assert_eq!(library.may_inspect(&lead(), &subject, planned().until.plus_days(1)), expired);
    library.inspectors.get_mut(&lead()).unwrap().valid_until = planned().until.plus_days(-1);
    assert_eq!(frozen(&library, &planned()), Err(Refusal::CertificateExpired(lead())));

    let mut check = None;
    let (first, second) = (Some("YDZF260026"), Some("YDZF260021"));
    check_step(&mut check, "inspector", first, enter("YD-DX-0001")).unwrap();
    check_step(&mut check, "inspector", first, CheckStep::Submit(Box::new(finding()))).unwrap();
    for (who, inspector, why) in [
        ("inspector", first, Refusal::SamePerson),
        ("inspector", second, Refusal::SamePerson),
        ("stranger", Some("YDZF260019"), Refusal::NotPermitted),
        ("head", None, Refusal::NotPermitted),
    ] {
        assert_eq!(check_step(&mut check, who, inspector, confirm()), Err(why), "{who}");
        assert_eq!(check_step(&mut check, "head", None, CheckStep::Publish), Err(Refusal::StateConflict));
    }
    check_step(&mut check, "second", second, confirm()).unwrap();
    check_step(&mut check, "head", None, CheckStep::Publish).unwrap();
}

/// Statistics are of orders. That all figures are named here makes whoever adds one think of it.
#[test]
fn invariant_11_no_figure_counts_inspections_or_what_they_found() {
    let Tally { received: _, closed: _, on_time: _, withdrawn: _, open: _, rates } = Tally::default();
    let Rates { response: _, resolution: _, satisfaction: _, unsolvable: _ } = rates;
    let counts_nothing = |kind, state: serde_json::Value| {
        let shown = project(kind, &state).unwrap();
        assert_eq!((shown.sum, shown.queues), (None, Vec::new()), "{state}");
    };
    let mut draw = None;
    let steps = [
        (NOW, DrawStep::Commit(Box::new(commitment()))),
        (OUT, DrawStep::TakeEntropy { round: 7, signature: "b4".into() }),
        (OUT, DrawStep::Draw(Box::new(drawing()))),
        (OUT, DrawStep::Assign),
        (OUT, DrawStep::Reveal { secret: "aa".into(), finished: true }),
    ];
    for (now, step) in steps {
        draw_step(&mut draw, "planner", step, now).unwrap();
        counts_nothing(Draw::KIND, serde_json::to_value(&draw).unwrap());
    }
    let (mut check, text) = (None, || Text::Open("因为".into()));
    let bad = Finding { results: vec!["R06".into()], follow_ups: vec![follow_up()], ..finding() };
    let steps = [
        ("inspector", Some("YDZF260026"), enter("YD-DX-0001")),
        ("inspector", Some("YDZF260026"), CheckStep::Submit(Box::new(bad))),
        ("second", Some("YDZF260021"), confirm()),
        ("head", None, CheckStep::Publish),
        ("head", None, CheckStep::FollowUp { index: 0, text: text() }),
        ("head", None, CheckStep::Withdraw(text())),
    ];
    for (who, inspector, step) in steps {
        check_step(&mut check, who, inspector, step).unwrap();
        counts_nothing(Check::KIND, serde_json::to_value(&check).unwrap());
    }
}

fn follow_up() -> FollowUp {
    FollowUp { kind: FollowUpKind::CaseFiling, owner: code("D06"), due: day("2026-12-10"), done_at: None }
}
