use super::*;

fn drawn() -> (Inputs, Outcome) {
    let mut inputs = inputs(&[(6, 3)], &[(2, "LM"), (2, "LM"), (2, "LM"), (2, "M"), (3, "M")]);
    inputs.recusals = (0..6).map(|n| recusal("i0003", &format!("0-{n:05}"))).take(1).collect();
    let outcome = run(&inputs, &[5; 32], &mut nothing).unwrap();
    (inputs, outcome)
}

#[test]
fn a_subject_is_followed_by_the_reserves_in_their_order_and_then_by_nobody() {
    let (inputs, outcome) = drawn();
    let mut current = Current::new(&inputs, &outcome, Tickets::new(&[5; 32]));
    let mut subject = outcome.orders[0].drawn[0].clone();
    for reserve in &outcome.orders[0].reserves {
        let came = current.next(&subject, Who::Subject, Reason::Ceased).unwrap();
        assert_eq!(came, *reserve);
        assert_eq!(current.next(&subject, Who::Subject, Reason::Ceased), Err(Refused::NotDrawn));
        subject = came;
    }
    assert_eq!(current.next(&subject, Who::Subject, Reason::Ceased), Err(Refused::NoReserve));
    pairing::lawful(&inputs, current.pairings()).unwrap();
}

#[test]
fn an_inspector_who_is_gone_comes_back_nowhere() {
    let (inputs, outcome) = drawn();
    let mut current = Current::new(&inputs, &outcome, Tickets::new(&[5; 32]));
    let first = outcome.pairings[0].clone();
    let came = current.next(&first.subject, Who::Inspector(Role::Member), Reason::Ill).unwrap();
    assert_ne!(came, first.member);
    assert_ne!(came, first.lead);
    pairing::lawful(&inputs, current.pairings()).unwrap();
    for pairing in outcome.pairings.iter().skip(1).filter(|p| p.member != first.member) {
        while let Ok(came) = current.next(&pairing.subject, Who::Inspector(Role::Member), Reason::LeftPost) {
            assert_ne!(came, first.member);
        }
    }
}

#[test]
fn each_attempt_is_its_own_lot() {
    let mut seen = BTreeSet::new();
    let inputs = inputs(&[(2, 1)], &[(9, "LM"); 8]);
    let outcome = run(&inputs, &[5; 32], &mut nothing).unwrap();
    let mut current = Current::new(&inputs, &outcome, Tickets::new(&[5; 32]));
    let subject = &outcome.pairings[0].subject;
    seen.insert(outcome.pairings[0].lead.clone());
    while let Ok(came) = current.next(subject, Who::Inspector(Role::Lead), Reason::Recused) {
        assert!(seen.insert(came));
    }
    assert_eq!(seen.len(), 7, "all but the member");
}

#[test]
fn reasons_are_for_one_kind_only() {
    let (inputs, outcome) = drawn();
    let mut current = Current::new(&inputs, &outcome, Tickets::new(&[5; 32]));
    let subject = &outcome.pairings[0].subject;
    for reason in Reason::ALL {
        let other = if reason.is_about_subject() { Who::Inspector(Role::Lead) } else { Who::Subject };
        assert_eq!(current.next(subject, other, reason), Err(Refused::WrongReason));
    }
    assert_eq!(current.pairings(), outcome.pairings);
}
