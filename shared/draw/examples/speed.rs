//! How long a draw of 100 000 subjects and 1 000 inspectors takes: `cargo run -p draw --example speed`.
//!
//! The crate is compiled optimised in this profile, so this is what a native check takes. The design asks for < 1 s.
//! Processor time is counted, not the clock's, so that a busy machine says the same (Linux).
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a measurement")]

use draw::{Inputs, Inspector, Plan, Stratum, Subject, commit, run, seed};

/// Milliseconds of processor time that this thread has used.
fn used_ms() -> u64 {
    let line = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    line.split(' ').next().and_then(|ns| ns.parse::<u64>().ok()).unwrap() / 1_000_000
}

fn main() {
    let strata = ["A", "B", "C", "D", "focus"];
    let stratum = |name: &str| Stratum { name: name.into(), k: 200, lead: "lead".into(), member: "food".into() };
    let subject = |n: usize| Subject { id: format!("S{n:06}"), stratum: strata[n % 5].into(), weight: 1 };
    let inspector = |n: usize| Inspector {
        code: format!("I{n:04}"),
        cap: 10,
        qualifications: if n.is_multiple_of(4) { vec!["food".into(), "lead".into()] } else { vec!["food".into()] },
    };
    let inputs = Inputs {
        plan: Plan { draw_id: "SPEED".into(), strata: strata.map(stratum).into(), policy: String::new() },
        subjects: (0..100_000).map(subject).collect(),
        inspectors: (0..1_000).map(inspector).collect(),
        recusals: Vec::new(),
    };
    let start = used_ms();
    let commitment = commit(&inputs).unwrap();
    println!("commitment over 100 000 subjects and 1 000 inspectors: {} ms", used_ms() - start);
    let start = used_ms();
    let (mut part, mut began) = (None, used_ms());
    let outcome = run(&inputs, &seed(&commitment.commit, &[("drand", &[7; 48])]), &mut |now, _, _| {
        if part != Some(now) {
            if let Some(before) = part.replace(now) {
                println!("  {before:?}: {} ms", used_ms() - began);
            }
            began = used_ms();
        }
    })
    .unwrap();
    println!("  {:?}: {} ms", part.unwrap(), used_ms() - began);
    println!("draw of 1 000 with 2 000 places: {} ms", used_ms() - start);
    assert_eq!(outcome.pairings.len(), 1_000);
}
