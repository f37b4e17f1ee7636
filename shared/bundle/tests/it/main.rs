//! Bundles through their whole life, and every way to falsify one.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers: what is not there fails the test")]

mod assigned;
mod bytes;
mod falsified;
mod finding;
mod golden;
mod invariants;
mod life;

use bundle::{Bundle, Frozen, Report, verify};
use draw::policy::{Game, Policy, Source, reveal_hash, round_time, unhex_bytes};
use draw::{Excluded, Inspector, Recusal, Stratum, Subject};

/// When the lists were frozen so that round 1000 follows.
const AT: u64 = round_time(1000) - 1800;
const SECRET: &[u8] = b"the agency's thirty-two bytes.. ";

fn round_1000() -> Vec<u8> {
    let rounds = include_str!("../../../../demo/drand_rounds.csv");
    let line = rounds.lines().find_map(|line| line.strip_prefix("1000,")).unwrap();
    unhex_bytes(line).unwrap()
}

fn reveal(who: &str, secret: &[u8]) -> Source {
    Source::Reveal { who: who.into(), hash: reveal_hash("2026-YD-007", who, secret) }
}

/// P1.
fn drand() -> Policy {
    Policy {
        sources: vec![Source::Drand { round: 1000 }],
        committed: Some(AT),
        items: vec!["YD-JC-001".into()],
        program: Some([7; 32]),
        ..Policy::default()
    }
}

/// P2.
fn sealed() -> Policy {
    let mut policy = drand();
    policy.sources.push(reveal("agency", SECRET));
    policy
}

/// P3.
fn contributors() -> Policy {
    let lottery = |game, at| Source::Lottery { game, issue: 23_097, at };
    let secrets = ["anna", "bo", "chen"].map(|who| reveal(who, who.as_bytes()));
    let lotteries = [lottery(Game::Ssq, AT + 999), lottery(Game::Dlt, AT + 999), lottery(Game::Pl5, AT + 999)];
    Policy { sources: secrets.into_iter().chain(lotteries).collect(), until: Some(AT + 500), ..drand() }
}

fn frozen(policy: Policy) -> Frozen {
    let stratum = |name: &str, k| Stratum { name: name.into(), k, lead: "lead".into(), member: "food".into() };
    let subject = |n: u32| Subject {
        id: format!("YD-DX-{n:04}"),
        stratum: ["A", "B", "focus"][(n % 3) as usize].into(),
        weight: 1 + n % 2,
    };
    let inspector = |n: u32| Inspector {
        code: format!("YDZF26{n:04}"),
        cap: 5,
        qualifications: if n < 3 { vec!["food".into(), "lead".into()] } else { vec!["food".into()] },
    };
    Frozen {
        draw_id: "2026-YD-007".into(),
        strata: vec![stratum("A", 2), stratum("B", 2), stratum("focus", 3)],
        policy,
        subjects: (1..=24).map(subject).collect(),
        inspectors: (1..=6).map(inspector).collect(),
        recusals: vec![Recusal { inspector: "YDZF260001".into(), subject: "YD-DX-0004".into() }],
        exclusions: ["YD-DX-0030", "YD-DX-0031"]
            .map(|subject| Excluded { subject: subject.into(), reason: "coolingPeriod".into() })
            .into(),
    }
}

fn values(bundle: &mut Bundle) {
    let policy = bundle.policy().unwrap();
    for (at, source) in policy.sources.iter().enumerate() {
        let value = match source {
            Source::Drand { .. } => round_1000(),
            Source::Reveal { who, .. } if who == "agency" => SECRET.to_vec(),
            Source::Reveal { who, .. } => who.clone().into_bytes(),
            Source::Lottery { game: Game::Ssq, .. } => b"01,05,12,18,22,33+16".to_vec(),
            Source::Lottery { game: Game::Dlt, .. } => b"01,05,12,18,35+01,12".to_vec(),
            Source::Lottery { game: Game::Pl5, .. } => b"00123".to_vec(),
        };
        bundle.put(at, &value).unwrap();
    }
}

/// Committed and drawn.
fn drawn(policy: Policy) -> Bundle {
    let mut bundle = Bundle::commit(frozen(policy)).unwrap();
    values(&mut bundle);
    bundle.run(&mut |_, _, _| {}).unwrap();
    bundle
}

fn check(bundle: &Bundle) -> Report {
    check_bytes(&bundle.write())
}

fn check_bytes(json: &[u8]) -> Report {
    verify(json, &mut |round, signature| Some(draw::beacon::verify(round, signature)), &mut |_, _, _| {})
}

/// The first step that differs and its code.
fn difference(report: &Report) -> Option<(&'static str, &'static str)> {
    report.first_difference().map(|step| (step.name, step.code))
}
