//! Mixed runs over the store: citizens, timers, every fault, three backends.
#![expect(clippy::panic, reason = "a test: what is wrong must stop it")]

use sim::runs::{BACKENDS, over_store, seeds};
use store::memory::Backend;

fn all(backend: Backend, default: u64) {
    let (mut faults, mut acknowledged) = (0, 0);
    let seeds = seeds(default);
    for seed in &seeds {
        let outcome = over_store(*seed, backend).unwrap_or_else(|violation| {
            panic!(
                "{backend:?}, seed {seed}: {}\nreplay: ONETOWN_SIM_SEED={seed} cargo test -p sim --test store_runs",
                violation.0
            )
        });
        faults += outcome.faults;
        acknowledged += outcome.acknowledged;
    }
    println!("{backend:?}: {} runs, {acknowledged} operations acknowledged, {faults} faults", seeds.len());
    assert!(acknowledged > 0);
}

#[test]
fn sqlite() {
    all(Backend::Sqlite, 300);
}

#[test]
fn redis() {
    all(Backend::Redis, 300);
}

#[test]
fn partial() {
    all(Backend::Partial, 300);
}

#[test]
fn one_seed_is_one_run() {
    for backend in BACKENDS {
        for seed in 0..12 {
            let run = || over_store(seed, backend).map(|outcome| outcome.trace).map_err(|violation| violation.0);
            assert_eq!(run(), run(), "{backend:?}, seed {seed}");
        }
    }
}
