#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]
use bundle::{Bundle, Frozen};
use draw::policy::{Policy, Source, round_time, unhex_bytes};
use draw::{Inspector, Stratum, Subject};
fn main() {
    let strata = ["A", "B", "C", "D", "focus"];
    let at = round_time(1000) - 1800;
    let frozen = Frozen {
        draw_id: "2026-YD-007".into(),
        strata: strata
            .map(|name| Stratum { name: name.into(), k: 200, lead: "lead".into(), member: "food".into() })
            .into(),
        policy: Policy {
            sources: vec![Source::Drand { round: 1000 }],
            committed: Some(at),
            items: vec!["YD-JC-001".into()],
            program: Some([7; 32]),
            ..Policy::default()
        },
        subjects: (0..100_000)
            .map(|n| Subject { id: format!("S{n:06}"), stratum: strata[n % 5].into(), weight: 1 })
            .collect(),
        inspectors: (0..1_000)
            .map(|n: usize| Inspector {
                code: format!("I{n:04}"),
                cap: 10,
                qualifications: if n % 4 == 0 { vec!["food".into(), "lead".into()] } else { vec!["food".into()] },
            })
            .collect(),
        recusals: Vec::new(),
        exclusions: Vec::new(),
    };
    let mut bundle = Bundle::commit(frozen).unwrap();
    let rounds = include_str!("../../../demo/drand_rounds.csv");
    let line = rounds.lines().find_map(|line| line.strip_prefix("1000,")).unwrap();
    bundle.put(0, &unhex_bytes(line).unwrap()).unwrap();
    bundle.run(&mut |_, _, _| ()).unwrap();
    std::fs::write("/tmp/x/large.json", bundle.write()).unwrap();
}
