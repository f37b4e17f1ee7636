use super::*;

/// RFC 6962 §2.1, written as it is written there.
fn tree_head(leaves: &[Vec<u8>]) -> [u8; 32] {
    match leaves {
        [] => Sha256::digest([]).into(),
        [leaf] => Sha256::digest([&[0], leaf.as_slice()].concat()).into(),
        _ => {
            let k = leaves.len().next_power_of_two() / 2;
            let (left, right) = (tree_head(&leaves[..k]), tree_head(&leaves[k..]));
            Sha256::digest([&[1], left.as_slice(), right.as_slice()].concat()).into()
        }
    }
}

#[test]
fn roots_are_those_of_rfc_6962_for_every_length() {
    let subjects: Vec<Subject> = inputs(&[(70, 0)], &[]).subjects;
    let leaf = |s: &Subject| {
        let text = |t: &str| [&u32::try_from(t.len()).unwrap().to_be_bytes(), t.as_bytes()].concat();
        [b"S".to_vec(), text(&s.id), text(&s.stratum), s.weight.to_be_bytes().to_vec()].concat()
    };
    let leaves: Vec<Vec<u8>> = subjects.iter().map(leaf).collect();
    for n in 0..=subjects.len() {
        let head = head(&subjects[..n]);
        assert_eq!((head.count, head.root), (n as u64, tree_head(&leaves[..n])), "{n}");
    }
}

#[test]
fn what_cannot_be_committed_to_is_refused_by_name() {
    let good = inputs(&[(3, 1), (2, 1)], &[(1, "LM"), (1, "M")]);
    assert_eq!(good.check(), Ok(()));
    type Change = fn(&mut Inputs);
    let cases: [(&str, Change); 13] = [
        ("badId", |i| i.plan.draw_id.clear()),
        ("badId", |i| i.subjects[4].id = "执法".into()),
        ("badId", |i| i.inspectors[1].code = "z".repeat(129)),
        ("badId", |i| i.plan.strata[0].lead = "a b".into()),
        ("unsorted", |i| i.subjects.swap(0, 1)),
        ("unsorted", |i| i.subjects[1].id = i.subjects[0].id.clone()),
        ("unsorted", |i| i.inspectors.swap(0, 1)),
        ("unsorted", |i| i.inspectors[0].qualifications.reverse()),
        ("unsorted", |i| i.plan.strata.swap(0, 1)),
        ("unsorted", |i| i.recusals = vec![recusal("b", "x"), recusal("a", "x")]),
        ("badWeight", |i| i.subjects[0].weight = 0),
        ("unknownStratum", |i| i.subjects[0].stratum = "s9".into()),
        ("tooFew", |i| i.plan.strata[1].k = 3),
    ];
    for (code, change) in cases {
        let mut bad = good.clone();
        change(&mut bad);
        assert_eq!(bad.check().unwrap_err().code(), code);
    }
    let mut huge = good;
    huge.subjects[0].weight = 1_001;
    assert_eq!(huge.check(), Err(Fault::BadWeight("0-00000".into())));
}
