use super::*;

const AT: u64 = 1_795_000_000;

fn drand() -> Policy {
    let sources = vec![Source::Drand { round: round_for(AT) }];
    Policy { sources, committed: Some(AT), ..Policy::default() }
}

fn reveal(who: &str) -> Source {
    Source::Reveal { who: who.into(), hash: reveal_hash("D-1", who, b"secret") }
}

fn contributors() -> Policy {
    let lottery = |game, at| Source::Lottery { game, issue: 26_136, at };
    let lotteries = [lottery(Game::Ssq, AT + 200), lottery(Game::Dlt, AT + 201), lottery(Game::Pl5, AT + 101)];
    Policy {
        sources: ["a", "b", "c"].map(reveal).into_iter().chain(lotteries).collect(),
        until: Some(AT + 100),
        committed: Some(AT),
        ..Policy::default()
    }
}

fn sealed() -> Policy {
    let mut policy = drand();
    policy.sources.push(reveal("agency"));
    policy
}

#[test]
fn the_three_shapes_are_read_back_as_they_were_written() {
    for (policy, kind) in [(drand(), Kind::Drand), (sealed(), Kind::Sealed), (contributors(), Kind::Contributors)] {
        assert_eq!(policy.kind(), Ok(kind));
        assert_eq!(Policy::parse(&policy.to_string()), Ok(policy));
    }
}

#[test]
fn nothing_else_is_a_policy() {
    let text = sealed().to_string();
    for at in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1;
        let changed = String::from_utf8(bytes).unwrap();
        assert_ne!(Policy::parse(&changed), Ok(sealed()), "{changed}");
    }
    for wrong in ["drand\n", "\n", "drand x 1000\n", "rehearsal", "rehearsal\nrehearsal\n", "committed 01\n"] {
        assert_eq!(Policy::parse(wrong), Err(PolicyFault::NotAPolicy), "{wrong}");
    }
}

#[test]
fn the_round_follows_from_the_time() {
    type Change = fn(&mut Policy);
    let cases: [(Result<Kind, PolicyFault>, Change); 5] = [
        (Err(PolicyFault::WrongRound), |p| p.committed = None),
        (Err(PolicyFault::WrongRound), |p| p.committed = Some(AT + 3)),
        (Err(PolicyFault::WrongRound), |p| p.sources = vec![Source::Drand { round: round_for(AT) + 1 }]),
        (Ok(Kind::Drand), |p| (p.rehearsal, p.committed) = (true, None)),
        (Err(PolicyFault::NoSuchPolicy), |p| p.sources.push(Source::Drand { round: 1 })),
    ];
    for (expected, change) in cases {
        let mut policy = drand();
        change(&mut policy);
        assert_eq!(policy.kind(), expected);
    }
}

#[test]
fn contributors_must_be_three_and_lotteries_come_after_and_be_enough() {
    type Change = fn(&mut Policy);
    let cases: [(PolicyFault, Change); 7] = [
        (PolicyFault::TooFewContributors, |p| drop(p.sources.remove(0))),
        (PolicyFault::TooFewContributors, |p| p.sources.insert(1, reveal("a"))),
        (PolicyFault::TooLittleEntropy, |p| drop(p.sources.pop())),
        (PolicyFault::TooLittleEntropy, |p| p.sources[5] = p.sources[4].clone()),
        (PolicyFault::TooEarly, |p| p.until = Some(AT + 101)),
        (PolicyFault::TooEarly, |p| p.until = Some(AT)),
        (PolicyFault::NoSuchPolicy, |p| p.sources.push(reveal("late"))),
    ];
    for (fault, change) in cases {
        let mut policy = contributors();
        change(&mut policy);
        assert_eq!(policy.kind(), Err(fault));
    }
}

#[test]
fn only_a_contributor_may_be_left_out() {
    let value = || Some(b"v".to_vec());
    let policy = contributors();
    let mut values = vec![value(), None, value(), value(), value(), value()];
    assert_eq!(policy.entropy(&values).unwrap().len(), 5);
    values[5] = None;
    assert_eq!(policy.entropy(&values), None);
    assert_eq!(sealed().entropy(&[value(), None]), None, "the agency cannot leave itself out");
    assert_eq!(sealed().entropy(&[value()]), None);
    assert_eq!(drand().entropy(&[value()]).unwrap(), [("drand", b"v".as_slice())]);
}

#[test]
fn lottery_numbers_have_one_way_to_be_written() {
    assert!(Game::Ssq.is_result(b"01,05,12,18,22,33+16"));
    assert!(Game::Dlt.is_result(b"01,05,12,18,35+01,12"));
    assert!(Game::Pl5.is_result(b"00123"));
    for wrong in ["1,05,12,18,22,33+16", "05,01,12,18,22,33+16", "01,05,12,18,22,34+16", "01,05,12,18,22,33+17", ""] {
        assert!(!Game::Ssq.is_result(wrong.as_bytes()), "{wrong}");
    }
    assert!(!Game::Pl5.is_result(b"+1234"));
}
