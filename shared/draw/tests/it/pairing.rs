use super::*;

fn pairs(inputs: &Inputs, seed: u8) -> Result<Vec<Pairing>, draw::Blocked> {
    match run(inputs, &[seed; 32], &mut nothing) {
        Ok(outcome) => Ok(outcome.pairings),
        Err(Failure::Blocked(blocked)) => Err(blocked),
        Err(Failure::Fault(fault)) => panic!("{fault}"),
    }
}

#[test]
fn nobody_has_more_places_than_need_be() {
    let inputs = inputs(&[(40, 20)], &[(40, "LM"); 10]);
    let mut load = BTreeMap::new();
    for pairing in pairs(&inputs, 7).unwrap() {
        *load.entry(pairing.lead).or_insert(0) += 1;
        *load.entry(pairing.member).or_insert(0) += 1;
    }
    assert!(load.len() == 10 && load.values().all(|n| *n == 4), "{load:?}");
}

#[test]
fn one_person_cannot_be_two() {
    let blocked = pairs(&inputs(&[(1, 1)], &[(9, "LM")]), 1).unwrap_err();
    assert_eq!(blocked.inspectors, [("i0000".into(), 9)]);
    assert_eq!(blocked.places, [("0-00000".into(), Role::Lead), ("0-00000".into(), Role::Member)]);
}

#[test]
fn what_blocks_is_named_and_nothing_else() {
    // Four tasks need four leads; two may lead, at most once and twice. Members there are plenty.
    let blocked = pairs(&inputs(&[(4, 4)], &[(1, "L"), (2, "L"), (9, "M"), (9, "M")]), 1).unwrap_err();
    assert_eq!(blocked.inspectors, [("i0000".into(), 1), ("i0001".into(), 2)]);
    assert_eq!(blocked.places.len(), 4);
    assert!(blocked.places.iter().all(|(_, role)| *role == Role::Lead));
}

#[test]
fn a_chain_of_places_is_found() {
    // 0-00000 can be led by i0000 only, 0-00001 by either; both must lead once.
    let mut inputs = inputs(&[(2, 2)], &[(1, "L"), (1, "L"), (2, "M")]);
    inputs.recusals = vec![recusal("i0001", "0-00000")];
    for seed in 0..20 {
        let found = pairs(&inputs, seed).unwrap();
        let lead = |subject: &str| found.iter().find(|p| p.subject == subject).unwrap().lead.clone();
        assert_eq!((lead("0-00000"), lead("0-00001")), ("i0000".into(), "i0001".into()), "seed {seed}");
    }
}

/// Whether all places can be filled, by trying everything.
fn feasible(tasks: &[String], inputs: &Inputs, place: usize, load: &mut Vec<u32>, lead: usize) -> bool {
    let Some(task) = tasks.get(place / 2) else { return true };
    let role = if place.is_multiple_of(2) { "L" } else { "M" };
    (0..inputs.inspectors.len()).any(|at| {
        let inspector = &inputs.inspectors[at];
        let ok = load[at] < inspector.cap
            && inspector.qualifications.iter().any(|q| q == role)
            && !inputs.recusals.contains(&recusal(&inspector.code, task))
            && (place.is_multiple_of(2) || at != lead);
        if !ok {
            return false;
        }
        load[at] += 1;
        let rest = feasible(tasks, inputs, place + 1, load, at);
        load[at] -= 1;
        rest
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn a_full_assignment_is_found_whenever_there_is_one(
        staff in vec((0_u32..3, 0_usize..3), 1..5),
        tasks in 1_u32..4,
        barred in btree_set((0_usize..5, 0_u32..4), 0..6),
        seed in any::<u8>(),
    ) {
        let kinds = ["L", "M", "LM"];
        let staff: Vec<_> = staff.into_iter().map(|(cap, kind)| (cap, kinds[kind])).collect();
        let mut inputs = inputs(&[(tasks, tasks)], &staff);
        inputs.recusals = barred.iter().map(|(i, s)| recusal(&format!("i{i:04}"), &format!("0-{s:05}"))).collect();
        let subjects: Vec<String> = inputs.subjects.iter().map(|s| s.id.clone()).collect();
        let possible = feasible(&subjects, &inputs, 0, &mut vec![0; staff.len()], 0);
        match pairs(&inputs, seed) {
            Ok(found) => {
                prop_assert!(possible);
                lawful(&inputs, &found)?;
            }
            Err(blocked) => {
                prop_assert!(!possible);
                // The places really cannot be filled from these inspectors alone.
                let named: BTreeSet<_> = blocked.inspectors.iter().map(|(code, _)| code.as_str()).collect();
                for (subject, role) in &blocked.places {
                    let role = if *role == Role::Lead { "L" } else { "M" };
                    for i in inputs.inspectors.iter().filter(|i| i.qualifications.iter().any(|q| q == role)) {
                        let fits = !inputs.recusals.contains(&recusal(&i.code, subject));
                        prop_assert!(!fits || named.contains(i.code.as_str()));
                    }
                }
            }
        }
    }
}

/// Every rule that an assignment has to keep.
pub fn lawful(inputs: &Inputs, found: &[Pairing]) -> Result<(), TestCaseError> {
    let mut load: BTreeMap<&str, u32> = BTreeMap::new();
    for pairing in found {
        prop_assert_ne!(&pairing.lead, &pairing.member);
        for (code, role) in [(&pairing.lead, "L"), (&pairing.member, "M")] {
            let inspector = inputs.inspectors.iter().find(|i| i.code == *code).unwrap();
            prop_assert!(inspector.qualifications.iter().any(|q| q == role));
            prop_assert!(!inputs.recusals.contains(&recusal(code, &pairing.subject)));
            *load.entry(&inspector.code).or_default() += 1;
            prop_assert!(load[inspector.code.as_str()] <= inspector.cap);
        }
    }
    Ok(())
}
