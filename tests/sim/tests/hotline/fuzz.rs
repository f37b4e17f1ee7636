//! Hostile bodies under a right signature: whatever a platform's own software may send, the answer is one of the
//! documented ones, never a 5xx and never a panic, and whatever is taken can be read again.
//!
//! 500 000 bodies, a minute of one core; `ONETOWN_FUZZ_RUNS` says another number. An hour:
//! `ONETOWN_FUZZ_RUNS=37000000 cargo test -p sim --test hotline fuzz`.

use http::StatusCode;
use platform::plan::Dice;
use platform::{Plan, Shares};
use sim::runs::BACKENDS;

use crate::town::{Town, raw, signed};

/// Pieces that parsers trip over.
const PIECES: [&[u8]; 24] = [
    b"null",
    b"true",
    b"-0",
    b"1e999",
    b"1e-999",
    b"18446744073709551616",
    b"\"\"",
    b"[]",
    b"{}",
    b"[[[[[[[[",
    b"\\u0000",
    b"\\ud800",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\"no\":",
    b"\"order\":{",
    b",,",
    b"}{",
    b"\"eventType\":\"\xe6\x96\xb0\xe5\xbb\xba\"",
    b"9999-12-31T23:59:59+08:00",
    b"0000-00-00T00:00:00Z",
    b"\"T0001\"",
    b"\"\xf0\x9f\x92\xa9\"",
    b"\\\\",
];

fn mutated(body: &[u8], other: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = body.to_vec();
    let at = |dice: &mut Dice, length: usize| usize::try_from(dice.below(u64::try_from(length).unwrap() + 1)).unwrap();
    for _ in 0..=dice.below(4) {
        let (from, to) = (at(dice, bytes.len()), at(dice, bytes.len()));
        let (from, to) = (from.min(to), from.max(to));
        match dice.below(8) {
            0 if from < bytes.len() => bytes[from] ^= 1 << dice.below(8),
            1 => drop(bytes.drain(from..to.min(from + 40))),
            2 => bytes.truncate(from),
            3 => {
                let piece = PIECES[usize::try_from(dice.below(24)).unwrap()];
                bytes.splice(from..from, piece.iter().copied());
            }
            4 => {
                let piece = PIECES[usize::try_from(dice.below(24)).unwrap()];
                bytes.splice(from..to.min(from + 12), piece.iter().copied());
            }
            5 => {
                let copied = bytes[from..to.min(from + 200)].to_vec();
                bytes.splice(from..from, copied);
            }
            6 => {
                let cut = at(dice, other.len());
                bytes.truncate(from);
                bytes.extend_from_slice(&other[cut..]);
            }
            _ => {
                let depth = usize::try_from(dice.below(300)).unwrap();
                bytes.splice(from..from, vec![if dice.chance(50) { b'[' } else { b'{' }; depth]);
            }
        }
    }
    bytes
}

#[test]
fn hostile_bodies_get_documented_answers() {
    let runs = std::env::var("ONETOWN_FUZZ_RUNS").ok().and_then(|n| n.parse().ok()).unwrap_or(500_000_u64);
    let seed = std::env::var("ONETOWN_SIM_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(1_u64);
    let mut dice = Dice(seed);
    let mut answers = std::collections::BTreeMap::new();
    // A town for each thousand, so that an hour does not measure how long a log can get.
    for round in 0..runs.div_ceil(1000) {
        let town = Town::new(BACKENDS[0], seed ^ round);
        let instance = town.instance();
        let plan = Plan::new(seed ^ round, 60, Shares::ISSUE, town.now());
        let pick = |dice: &mut Dice| {
            let index = usize::try_from(dice.below(u64::try_from(plan.sends.len()).unwrap())).unwrap();
            plan.sends[index].body.clone()
        };
        for run in 0..runs.min(1000) {
            let (body, other) = (pick(&mut dice), pick(&mut dice));
            let body = mutated(&body, &other, &mut dice);
            let headers = signed(&town.platform.key, town.now(), &format!("fuzz-{run}"), &body);
            let (status, answer) = raw(&instance, &headers, body.clone()).expect("it ends");
            let shown = String::from_utf8_lossy(&body);
            let documented =
                [StatusCode::OK, StatusCode::BAD_REQUEST, StatusCode::CONFLICT, StatusCode::PAYLOAD_TOO_LARGE];
            assert!(documented.contains(&status), "seed {seed}: {status} {answer}: {shown}");
            *answers.entry(status.as_u16()).or_insert(0_u64) += 1;
        }
        for (key, bytes) in town.kv.dump().iter().filter(|(key, _)| key.starts_with("doc/") && !key.contains('#')) {
            let read = serde_json::from_slice::<serde_json::Value>(bytes);
            assert!(read.is_ok(), "seed {seed}: {key}");
        }
    }
    println!("{answers:?}");
    assert!(
        answers.contains_key(&200) && answers.contains_key(&400),
        "the mutations are too mild or too wild: {answers:?}"
    );
}
