//! A bundle of 100 000 subjects and 1 000 inspectors, 1 000 to be drawn, to measure a check with:
//! `cargo run -p bundle --example large > /tmp/large.json`.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a tool of the developers")]

use bundle::{Bundle, Frozen};
use draw::policy::{Policy, Source, round_time, unhex_bytes};
use draw::{Inspector, Stratum, Subject};
use std::io::Write as _;

fn main() {
    let rounds = include_str!("../../../demo/drand_rounds.csv");
    let signature = rounds.lines().find_map(|line| line.strip_prefix("1000,")).unwrap();
    let strata = ["A", "B", "C", "D", "focus"];
    let stratum = |name: &str| Stratum { name: name.into(), k: 200, lead: "lead".into(), member: "food".into() };
    let subject = |n: usize| Subject { id: format!("S{n:06}"), stratum: strata[n % 5].into(), weight: 1 };
    let inspector = |n: usize| Inspector {
        code: format!("I{n:04}"),
        cap: 10,
        qualifications: if n.is_multiple_of(4) { vec!["food".into(), "lead".into()] } else { vec!["food".into()] },
    };
    let committed = Some(round_time(1000) - 1_800);
    let mut bundle = Bundle::commit(Frozen {
        draw_id: "LARGE".into(),
        strata: strata.map(stratum).into(),
        policy: Policy { sources: vec![Source::Drand { round: 1000 }], committed, ..Policy::default() },
        subjects: (0..100_000).map(subject).collect(),
        inspectors: (0..1_000).map(inspector).collect(),
        recusals: Vec::new(),
        exclusions: Vec::new(),
    })
    .unwrap();
    bundle.put(0, &unhex_bytes(signature).unwrap()).unwrap();
    bundle.run(&mut |_, _, _| {}).unwrap();
    std::io::stdout().write_all(&bundle.write()).unwrap();
}
