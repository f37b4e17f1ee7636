//! Mixed runs: a seed, a backend, and how a failure is told so that anybody can repeat it.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use store::memory::Backend;

use crate::checker::{Promises, Violation};
use crate::citizens::Citizens;
use crate::quiesce::{self, Runner};
use crate::town::{self, Instance};
use crate::world::World;
use crate::{Faults, Random, Scheduler, desk, inspectors};

/// All backends whose behaviour is reproduced.
pub const BACKENDS: [Backend; 3] = [Backend::Sqlite, Backend::Redis, Backend::Partial];

/// What went wrong in which run, and the numbers of a run that went well.
pub struct Outcome {
    /// What the run came to: equal numbers mean the same run.
    pub trace: u64,
    /// Faults that were injected.
    pub faults: u64,
    /// Operations that were acknowledged.
    pub acknowledged: usize,
    /// How often staff took which step.
    pub steps: BTreeMap<String, usize>,
}

impl Runner for Scheduler {
    fn complete<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> Option<T> {
        let answer = Arc::new(Mutex::new(None));
        let (slot, request) = (Arc::clone(&answer), self.request(future));
        self.actor(async move {
            let value = request.await;
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = value;
        });
        self.run();
        answer.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn advance(&self, ms: i64) {
        Self::advance(self, ms);
    }
}

/// The temper of a run: from calm to a machine that keeps losing power.
#[must_use]
pub fn temper(random: &mut Random) -> Faults {
    let calm = Faults::default();
    match random.below(6) {
        0 => calm,
        1 => Faults { fail_before: 30, fail_after: 30, ..calm },
        2 => Faults { crash_before: 20, crash_after: 20, ..calm },
        3 => Faults { slow: 60, ..calm },
        4 => Faults { power_cut: 8, slow: 10, ..calm },
        _ => Faults { fail_before: 10, fail_after: 15, crash_before: 8, crash_after: 8, slow: 15, power_cut: 2 },
    }
}

/// One run over the store alone.
///
/// # Errors
/// What was found wrong.
pub fn over_store(seed: u64, backend: Backend) -> Result<Outcome, Violation> {
    let mut random = Random::new(seed);
    let scheduler = Scheduler::new(random.bits(), temper(&mut random));
    let world = World::new(backend, scheduler.clone());
    for name in 0..usize::try_from(2 + random.below(4)).unwrap_or(2) {
        world.citizen(name, 4 + u32::try_from(random.below(6)).unwrap_or(0));
    }
    for _ in 0..=random.below(3) {
        world.ticker(if random.chance(250) { 150_000 } else { 3_000 });
    }
    world.inspector(7_000);
    scheduler.run();
    scheduler.set_faults(Faults::default());
    if let Some(violation) = world.violation() {
        return Err(violation);
    }
    quiesce::settle(&scheduler, &world.kv, &world.promises(), || desk::tick_once(&world.kv))?;
    let acknowledged = world.promises().acknowledged.len();
    let steps = BTreeMap::new();
    Ok(Outcome { trace: scheduler.trace(), faults: scheduler.injected(), acknowledged, steps })
}

/// One run through the front door.
///
/// # Errors
/// What was found wrong.
pub fn over_http(seed: u64, backend: Backend) -> Result<Outcome, Violation> {
    let mut random = Random::new(seed);
    let scheduler = Scheduler::new(random.bits(), temper(&mut random));
    let town = Citizens::new(backend, scheduler.clone())?;
    // Inspections have dates of their own, so they have their day.
    let (inspected, long) = (random.chance(100), random.chance(250));
    let citizens = if long && !inspected { town.over_days() } else { town };
    for name in 0..usize::try_from(2 + random.below(3)).unwrap_or(2) {
        citizens.citizen(name, 4 + u32::try_from(random.below(5)).unwrap_or(0));
    }
    // Sometimes nobody is in the office; else everybody, or a few.
    for number in 0..usize::try_from(random.below(3) * 5).unwrap_or(0) {
        citizens.worker(number, 6 + u32::try_from(random.below(14)).unwrap_or(0));
    }
    // And sometimes there are inspections.
    if inspected {
        citizens.inspection(15 + u32::try_from(random.below(20)).unwrap_or(0));
    }
    for _ in 0..=random.below(2) {
        citizens.ticker(if random.chance(250) { 150_000 } else { 3_000 });
    }
    finish(&scheduler, &citizens)
}

/// Runs to the end, lets everything come to rest, and checks what everybody was told.
fn finish(scheduler: &Scheduler, citizens: &Citizens) -> Result<Outcome, Violation> {
    scheduler.run();
    scheduler.set_faults(Faults::default());
    if let Some(violation) = citizens.violation() {
        return Err(violation);
    }
    citizens.check(&citizens.kv.dump())?;
    let instance = Instance::new(&citizens.kv);
    quiesce::settle(scheduler, &citizens.kv, &Promises::default(), || town::tick(&instance))?;
    citizens.check(&citizens.kv.dump())?;
    inspectors::draws_hold(scheduler, &instance, &citizens.draws())?;
    let (acknowledged, steps) = (citizens.promised(), citizens.steps());
    Ok(Outcome { trace: scheduler.trace(), faults: scheduler.injected(), acknowledged, steps })
}

/// One run through the front door in which nothing but inspections happens, long enough for whole ones.
///
/// # Errors
/// What was found wrong.
pub fn over_inspections(seed: u64, backend: Backend) -> Result<Outcome, Violation> {
    let mut random = Random::new(seed);
    let scheduler = Scheduler::new(random.bits(), temper(&mut random));
    let citizens = Citizens::new(backend, scheduler.clone())?;
    citizens.inspection(60 + u32::try_from(random.below(40)).unwrap_or(0));
    citizens.ticker(15_000);
    finish(&scheduler, &citizens)
}

/// The seeds to run: the one of `ONETOWN_SIM_SEED`, else `ONETOWN_SIM_RUNS` of them from `ONETOWN_SIM_FROM` (0), else
/// `default`.
#[must_use]
pub fn seeds(default: u64) -> Vec<u64> {
    let number = |name| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    if let Some(seed) = number("ONETOWN_SIM_SEED") {
        return vec![seed];
    }
    let from = number("ONETOWN_SIM_FROM").unwrap_or(0);
    (from..from.saturating_add(number("ONETOWN_SIM_RUNS").unwrap_or(default))).collect()
}
