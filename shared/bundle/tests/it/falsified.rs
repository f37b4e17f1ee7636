//! One change each, and the step that tells it.

use super::*;
use bundle::{Exclusion, Substitution};

type Change = fn(&mut Bundle);

fn told(policy: Policy, cases: &[(&'static str, &'static str, Change)]) {
    let honest = drawn(policy);
    for (at, (step, code, change)) in cases.iter().enumerate() {
        let mut bundle = honest.clone();
        change(&mut bundle);
        assert_ne!(bundle, honest, "case {at} changes nothing");
        assert_eq!(difference(&check(&bundle)), Some((*step, *code)), "case {at}");
    }
}

#[test]
fn a_changed_list_is_told_by_its_root() {
    told(
        drand(),
        &[
            ("subjects", "rootDiffers", |b| b.subjects[0].weight += 1),
            ("subjects", "rootDiffers", |b| b.subjects[0].stratum = "A".into()),
            ("subjects", "rootDiffers", |b| drop(b.subjects.remove(3))),
            ("subjects", "rootDiffers", |b| b.subjects[5].id.push('x')),
            ("subjects", "rootDiffers", |b| b.subjects.swap(1, 2)),
            ("subjects", "rootDiffers", |b| b.commitment.subjects.count += 1),
            ("inspectors", "rootDiffers", |b| b.inspectors[0].cap += 1),
            ("inspectors", "rootDiffers", |b| b.inspectors[4].qualifications.push("lead".into())),
            ("recusals", "rootDiffers", |b| b.recusals.clear()),
            ("exclusions", "rootDiffers", |b| b.exclusions[0].reason = "yearlyCap".into()),
            ("exclusions", "rootDiffers", |b| {
                b.exclusions.push(Exclusion { subject: "YD-DX-0032".into(), reason: "coolingPeriod".into() });
            }),
        ],
    );
}

#[test]
fn a_changed_plan_is_told_by_the_commitment() {
    told(
        drand(),
        &[
            ("commitment", "commitDiffers", |b| b.draw_id.push('8')),
            ("commitment", "commitDiffers", |b| b.strata[0].k += 1),
            ("commitment", "commitDiffers", |b| b.strata[0].member = "lead".into()),
            ("commitment", "commitDiffers", |b| b.policy = b.policy.replace("drand", "drond")),
            ("commitment", "commitDiffers", |b| b.policy = b.policy.replace(" 1000", " 1001")),
            ("commitment", "commitDiffers", |b| b.commitment.commit = b.commitment.subjects.root),
        ],
    );
}

#[test]
fn changed_randomness_is_told_by_its_source() {
    told(
        drand(),
        &[
            ("drand", "wrongValue", |b| b.entropy[0].value = b.entropy[0].value.take().map(|v| v.replace('4', "5"))),
            ("drand", "wrongValue", |b| b.entropy[0].value = Some("c0".to_owned() + &"00".repeat(47))),
            ("drand", "notHexadecimal", |b| b.entropy[0].value = b.entropy[0].value.take().map(|v| v.to_uppercase())),
            ("drand", "kindDiffers", |b| b.entropy[0].kind = "reveal".into()),
            ("policy", "sourcesDiffer", |b| b.entropy.clear()),
            ("seed", "noEntropy", |b| b.entropy[0].value = None),
        ],
    );
    told(
        sealed(),
        &[
            ("reveal", "wrongValue", |b| b.entropy[1].value = Some("00".repeat(32))),
            ("reveal", "wrongValue", |b| b.entropy[1].value = b.entropy[1].value.take().map(|v| v + "00")),
            ("sealed", "sealDiffers", |b| b.sealed = Some(b.commitment.commit)),
            ("sealed", "sealDiffers", |b| b.sealed = None),
        ],
    );
    told(
        contributors(),
        &[
            ("lottery", "wrongValue", |b| b.entropy[3].value = Some("00".into())),
            ("seed", "seedDiffers", |b| b.entropy[5].value = Some("3030313234".into())),
            ("seed", "seedDiffers", |b| b.entropy[0].value = None),
            ("sealed", "notSealed", |b| b.sealed = Some(b.commitment.commit)),
        ],
    );
}

#[test]
fn a_changed_result_is_told_by_what_was_drawn() {
    told(
        drand(),
        &[
            ("seed", "seedDiffers", |b| b.result.as_mut().unwrap().seed = b.commitment.commit),
            ("selection", "selectionDiffers", |b| b.result.as_mut().unwrap().strata[1].drawn.swap(0, 1)),
            ("selection", "selectionDiffers", |b| {
                let order = &mut b.result.as_mut().unwrap().strata[0];
                std::mem::swap(&mut order.drawn[1], &mut order.reserves[0]);
            }),
            ("selection", "selectionDiffers", |b| drop(b.result.as_mut().unwrap().strata[0].reserves.pop())),
            ("selection", "selectionDiffers", |b| {
                let order = &mut b.result.as_mut().unwrap().strata[0];
                let late = order.drawn.pop().unwrap();
                order.reserves.insert(0, late);
            }),
            ("pairing", "pairingDiffers", |b| b.result.as_mut().unwrap().pairings[0].member = "YDZF260006x".into()),
            ("pairing", "pairingDiffers", |b| b.result.as_mut().unwrap().pairings.swap(0, 1)),
            ("substitutions", "substituteDiffers", |b| {
                let (subject, drawn) = (b.result.as_ref().unwrap().strata[0].drawn[0].clone(), "YD-DX-0001".to_owned());
                b.substitutions =
                    vec![Substitution { subject, replaces: "subject".into(), reason: "ceased".into(), by: drawn }];
            }),
            ("substitutions", "wrongReason", |b| {
                let subject = b.result.as_ref().unwrap().strata[0].drawn[0].clone();
                let by = b.result.as_ref().unwrap().strata[0].reserves[0].clone();
                b.substitutions = vec![Substitution { subject, replaces: "subject".into(), reason: "ill".into(), by }];
            }),
        ],
    );
}

#[test]
fn a_bundle_made_again_with_another_list_has_another_commitment() {
    // Whoever edits a list after seeing the outcome and recomputes everything cannot keep the published commitment.
    let honest = drawn(drand());
    let mut lists = frozen(drand());
    lists.subjects[0].weight += 1;
    assert_ne!(Bundle::commit(lists).unwrap().commitment.commit, honest.commitment.commit);
}
