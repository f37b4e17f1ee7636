//! Mixed runs through the front door: the routers of intake and clock, citizens, timers, every fault, three backends.
#![expect(clippy::panic, reason = "a test: what is wrong must stop it")]

use std::collections::BTreeMap;

use sim::runs::{BACKENDS, over_http, seeds};
use store::memory::Backend;

fn all(backend: Backend, default: u64) {
    let (mut faults, mut acknowledged) = (0, 0);
    let mut steps: BTreeMap<String, usize> = BTreeMap::new();
    let seeds = seeds(default);
    for seed in &seeds {
        let outcome = over_http(*seed, backend).unwrap_or_else(|violation| {
            panic!(
                "{backend:?}, seed {seed}: {}\nreplay: ONETOWN_SIM_SEED={seed} cargo test -p sim --test http_runs",
                violation.0
            )
        });
        faults += outcome.faults;
        acknowledged += outcome.acknowledged;
        outcome.steps.into_iter().for_each(|(step, times)| *steps.entry(step).or_default() += times);
    }
    println!(
        "{backend:?}: {} runs, {acknowledged} requests acknowledged, {faults} faults; staff: {steps:?}",
        seeds.len()
    );
    assert!(acknowledged > 0);
    // A replay of one seed need not see everything.
    assert!(seeds.len() < 100 || steps.len() > 24, "staff took only {steps:?}");
}

#[test]
fn sqlite() {
    all(Backend::Sqlite, 100);
}

#[test]
fn redis() {
    all(Backend::Redis, 100);
}

#[test]
fn partial() {
    all(Backend::Partial, 100);
}

#[test]
fn one_seed_is_one_run() {
    for backend in BACKENDS {
        for seed in 0..4 {
            let run = || over_http(seed, backend).map(|outcome| outcome.trace).map_err(|violation| violation.0);
            assert_eq!(run(), run(), "{backend:?}, seed {seed}");
        }
    }
}
