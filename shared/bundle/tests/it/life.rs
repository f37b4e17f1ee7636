//! A draw's life, in each policy.

use super::*;
use bundle::{LifeError, Status, Verdict};
use draw::substitute::{Reason, Who};
use draw::{Role, policy};

fn open(report: &Report) -> Vec<(&str, &str)> {
    report.steps.iter().filter(|s| s.status == Status::Open).map(|s| (s.name, s.code)).collect()
}

#[test]
fn each_policy_ends_in_a_bundle_that_holds() {
    for (policy, name) in [(drand(), "P1"), (sealed(), "P2"), (contributors(), "P3")] {
        let bundle = drawn(policy);
        let report = check(&bundle);
        assert_eq!((report.verdict, report.facts.policy), (Verdict::Holds, name), "{:?}", report.steps);
        assert_eq!(Bundle::read(&bundle.write()).unwrap(), bundle);
        assert_eq!(bundle.result.unwrap().pairings.len(), 7);
    }
}

#[test]
fn before_the_round_everything_that_can_be_checked_is() {
    let bundle = Bundle::commit(frozen(drand())).unwrap();
    let report = check(&bundle);
    assert_eq!(report.verdict, Verdict::HoldsSoFar);
    let expected = [("drand", "notYet"), ("seed", "notYet"), ("selection", "notYet"), ("pairing", "notYet")];
    assert_eq!(open(&report), expected);
}

#[test]
fn a_sealed_draw_shows_its_root_and_neither_secret_nor_result() {
    let mut bundle = drawn(sealed());
    let subject = bundle.result.as_ref().unwrap().pairings[0].subject.clone();
    bundle.substitute(&subject, Who::Subject, Reason::Ceased).unwrap();
    let shown = bundle.sealed_view();
    let text = String::from_utf8(shown.write()).unwrap();
    assert!(!text.contains(&policy::hex(SECRET)) && shown.result.is_none() && shown.substitutions.is_empty());
    let report = check(&shown);
    assert_eq!(report.verdict, Verdict::HoldsSoFar);
    assert!(open(&report).contains(&("sealed", "stillSealed")));
    assert_eq!(shown.sealed, bundle.sealed);
    assert_eq!(drawn(drand()).sealed_view(), drawn(drand()), "what follows from public values is not hidden");
}

#[test]
fn a_contributor_who_does_not_reveal_is_left_out() {
    let mut bundle = Bundle::commit(frozen(contributors())).unwrap();
    values(&mut bundle);
    bundle.entropy[1].value = None;
    bundle.run(&mut |_, _, _| {}).unwrap();
    let report = check(&bundle);
    assert_eq!(report.verdict, Verdict::Holds);
    assert!(report.steps.iter().any(|s| (s.name, s.code, s.about.as_str()) == ("reveal", "leftOut", "bo")));
    assert_ne!(bundle.result.unwrap().seed, drawn(contributors()).result.unwrap().seed);
}

#[test]
fn nothing_is_drawn_twice_or_early_or_with_another_value() {
    let none = &mut |_: draw::Part, _: usize, _: usize| {};
    let mut bundle = Bundle::commit(frozen(sealed())).unwrap();
    assert_eq!(bundle.run(none), Err(LifeError::TooEarly));
    assert_eq!(bundle.put(1, b"another secret"), Err(LifeError::WrongValue));
    assert_eq!(bundle.put(2, b""), Err(LifeError::NoSuchSource));
    values(&mut bundle);
    assert_eq!(bundle.put(0, &round_1000()), Err(LifeError::NoSuchSource), "a value is there for ever");
    bundle.run(none).unwrap();
    assert_eq!(bundle.run(none), Err(LifeError::AlreadyDrawn));
    assert_eq!(bundle.put(0, &round_1000()), Err(LifeError::AlreadyDrawn));
}

#[test]
fn what_is_not_lawful_is_not_committed_to() {
    let mut early = drand();
    early.committed = Some(AT + 60);
    assert_eq!(Bundle::commit(frozen(early)).unwrap_err().code(), "wrongRound");
    let mut spaced = drand();
    spaced.items = vec!["YD JC".into()];
    assert_eq!(Bundle::commit(frozen(spaced)).unwrap_err().code(), "notAPolicy");
    let mut lists = frozen(drand());
    lists.exclusions.reverse();
    assert_eq!(Bundle::commit(lists).unwrap_err().code(), "unsorted");
}

#[test]
fn substitutions_are_logged_replayed_and_checked() {
    let mut bundle = drawn(drand());
    let first = bundle.result.as_ref().unwrap().pairings[0].clone();
    let lead = bundle.substitute(&first.subject, Who::Inspector(Role::Lead), Reason::Ill).unwrap();
    let subject = bundle.substitute(&first.subject, Who::Subject, Reason::MovedAway).unwrap();
    assert_eq!(bundle.substitute(&first.subject, Who::Subject, Reason::Ceased).unwrap_err().code(), "notDrawn");
    let report = check(&bundle);
    assert_eq!(report.verdict, Verdict::Holds);
    assert!(report.steps.iter().any(|s| (s.name, s.code) == ("substitutions", "substitutesMatch")));
    let now = bundle.current().unwrap()[0].clone();
    assert_eq!((now.subject, now.lead), (subject, lead));
    assert_eq!(bundle.result.unwrap().pairings[0], first, "what was drawn stays visible");
}

#[test]
fn a_rehearsal_says_what_it_is() {
    let mut policy = drand();
    (policy.rehearsal, policy.committed) = (true, Some(1_795_000_000));
    assert_eq!(check(&drawn(policy)).verdict, Verdict::Rehearsal);
}

#[test]
fn without_the_beacon_the_rest_is_checked_and_it_is_said() {
    let json = drawn(drand()).write();
    let report = verify(&json, &mut |_, _| None, &mut |_, _, _| {});
    assert_eq!((report.verdict, open(&report)), (Verdict::HoldsSoFar, vec![("drand", "notChecked")]));
}
