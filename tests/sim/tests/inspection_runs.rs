//! Mixed runs of inspections alone: officers who plan, approve, contribute, draw, inspect and publish at the same time,
//! timers, every fault, three backends; long enough for whole checks, and for draws with contributors.
#![expect(clippy::panic, reason = "a test: what is wrong must stop it")]

use std::collections::BTreeMap;

use sim::runs::{over_inspections, seeds};
use store::memory::Backend;

/// What the runs together must have seen.
const SEEN: [&str; 14] = [
    "commit",
    "pledge",
    "reveal secret",
    "lottery",
    "draw",
    "direct-assign",
    "direct-sign",
    "assign",
    "enter",
    "submit",
    "confirm",
    "publish",
    "follow-up",
    "withdraw",
];

fn all(backend: Backend) {
    let mut steps: BTreeMap<String, usize> = BTreeMap::new();
    let seeds = seeds(8);
    for seed in &seeds {
        let outcome = over_inspections(*seed, backend).unwrap_or_else(|violation| {
            panic!(
                "{backend:?}, seed {seed}: {}\nreplay: ONETOWN_SIM_SEED={seed} cargo test -p sim --test inspection_runs",
                violation.0
            )
        });
        outcome.steps.into_iter().for_each(|(step, times)| *steps.entry(step).or_default() += times);
    }
    println!("{backend:?}: {} runs; {steps:?}", seeds.len());
    // A replay of one seed need not see everything.
    let unseen: Vec<&&str> = SEEN.iter().filter(|step| !steps.contains_key(&format!("inspection {step}"))).collect();
    assert!(seeds.len() < 8 || unseen.is_empty(), "nobody came to {unseen:?}: {steps:?}");
}

sim::on_every_backend!(all);
