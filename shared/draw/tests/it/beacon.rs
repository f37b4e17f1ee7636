//! Real rounds are accepted and nothing else is.

use draw::beacon::verify;
use draw::policy::{first_round, round_for, round_time, unhex_bytes};

/// Rounds that were published; the demo town draws with them.
const ROUNDS: &str = include_str!("../../../../demo/drand_rounds.csv");

fn rounds() -> Vec<(u64, Vec<u8>)> {
    let round = |line: &str| {
        let (round, signature) = line.split_once(',').unwrap();
        (round.parse().unwrap(), unhex_bytes(signature).unwrap())
    };
    ROUNDS.lines().skip(1).map(round).collect()
}

#[test]
fn every_round_of_the_demo_town_is_real() {
    let rounds = rounds();
    assert_eq!(rounds.len(), 11);
    for (round, signature) in rounds {
        assert!(verify(round, &signature), "{round}");
    }
}

#[test]
fn a_signature_is_for_its_round_only() {
    let (round, signature) = rounds().remove(0);
    assert_eq!(round, 1000);
    for other in [0, 999, 1001, 1 << 32 | 1000, u64::MAX] {
        assert!(!verify(other, &signature), "{other}");
    }
}

#[test]
fn a_negated_signature_is_refused() {
    let (round, mut signature) = rounds().remove(0);
    signature[0] ^= 0x20;
    assert!(!verify(round, &signature));
}

#[test]
fn infinity_is_refused() {
    let mut infinity = vec![0; 48];
    infinity[0] = 0xc0;
    assert!(!verify(1000, &infinity));
    infinity[0] = 0x40;
    assert!(!verify(1000, &infinity));
}

#[test]
fn what_is_no_point_is_refused() {
    let (round, signature) = rounds().remove(0);
    assert!(!verify(round, &[]));
    assert!(!verify(round, &signature[..47]));
    assert!(!verify(round, &[&signature[..], &[0]].concat()));
    assert!(!verify(round, &[0xff; 48]));
    for at in 0..48 {
        let mut wrong = signature.clone();
        wrong[at] ^= 1;
        assert!(!verify(round, &wrong), "byte {at}");
    }
}

#[test]
fn the_schedule_is_arithmetic() {
    assert_eq!(round_time(1), 1_692_803_367);
    assert_eq!(round_time(1000), 1_692_806_364);
    assert_eq!(first_round(0), 1);
    for (time, round) in [(1_692_803_367, 1), (1_692_803_368, 2), (1_692_803_370, 2), (1_692_803_371, 3)] {
        assert_eq!(first_round(time), round, "{time}");
    }
    assert_eq!(round_for(1_692_806_364 - 1800), 1000);
    assert_eq!(round_for(1_692_806_364 - 1799), 1001);
}
