//! A single-threaded executor that decides everything: who goes next, how long it takes, what fails, who dies.
//!
//! Every store operation stops at the gate as a *ticket*; one random ticket at a time is let through and its task runs
//! to its next stops. Time stands still while any ticket is ripe and then jumps to the next one, so a run of minutes
//! takes milliseconds. What must stay true: nothing here depends on an address, a thread or the wall clock; the seed
//! alone says what happens. Requests obey the host's rule: none lives longer than [`REQUEST_MS`].

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use store::memory::{Fate, Gate, Op};

use crate::random::Random;

/// The host ends a request after 30 s.
pub const REQUEST_MS: i64 = 30_000;
/// Monday 2026-11-23 10:00:00 in China, Unix milliseconds.
const START_MS: i64 = 1_795_399_200_000;
/// Steps of a run before it counts as stuck: the longest of the mixed runs takes about 20 000.
const STEPS_MAX: u64 = 2_000_000;

/// What goes wrong, each in per mille of all operations of requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Faults {
    /// Fails and was not applied.
    pub fail_before: u64,
    /// Was applied and reported as failed.
    pub fail_after: u64,
    /// The request dies before it.
    pub crash_before: u64,
    /// The request dies after it.
    pub crash_after: u64,
    /// Takes up to 20 s.
    pub slow: u64,
    /// All requests die at once, as when the machine does.
    pub power_cut: u64,
}

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// One stop at the gate, or one sleep.
struct Ticket {
    task: usize,
    ripe_ms: i64,
    sleep: bool,
    fate: Option<Fate>,
    waker: Option<Waker>,
}

struct Task {
    future: Boxed<()>,
    waker: Arc<Woken>,
    /// When the host ends it; actors (browsers, timers) live as long as they like.
    ends_ms: Option<i64>,
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

struct State {
    random: Random,
    now_ms: i64,
    faults: Faults,
    tickets: BTreeMap<u64, Ticket>,
    next_ticket: u64,
    next_task: usize,
    spawned: Vec<(usize, Task)>,
    /// The task that is being polled.
    current: usize,
    /// Whether the current task has met a crash and must go.
    crashed: bool,
    injected: u64,
    trace: u64,
}

/// The scheduler; clones are the same one. It is the store's gate.
#[derive(Clone)]
pub struct Scheduler(Arc<Mutex<State>>);

impl Scheduler {
    /// A scheduler whose every choice follows from `seed`.
    #[must_use]
    pub fn new(seed: u64, faults: Faults) -> Self {
        Self(Arc::new(Mutex::new(State {
            random: Random::new(seed),
            now_ms: START_MS,
            faults,
            tickets: BTreeMap::new(),
            next_ticket: 0,
            next_task: 0,
            spawned: Vec::new(),
            current: 0,
            crashed: false,
            injected: 0,
            trace: 0,
        })))
    }

    /// From now on these faults happen.
    pub fn set_faults(&self, faults: Faults) {
        self.state().faults = faults;
    }

    /// Faults injected so far.
    #[must_use]
    pub fn injected(&self) -> u64 {
        self.state().injected
    }

    /// A number that two runs share only if they took the same steps.
    #[must_use]
    pub fn trace(&self) -> u64 {
        self.state().trace
    }

    /// Moves the clock while nobody is about.
    pub fn advance(&self, ms: i64) {
        self.state().now_ms += ms;
    }

    /// A stream of chance that does not depend on the schedule.
    #[must_use]
    pub fn fork_random(&self) -> Random {
        self.state().random.fork()
    }

    /// Starts an actor: something outside the town that outlives requests.
    pub fn actor(&self, future: impl Future<Output = ()> + Send + 'static) {
        self.spawn(Box::pin(future), None);
    }

    /// Runs `future` as one request; `None` when it died before it could answer.
    pub fn request<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Pin<Box<dyn Future<Output = Option<T>> + Send>> {
        let answer = Arc::new(Mutex::new(Answer { value: None, over: false, waker: None }));
        let report = Report(Arc::clone(&answer));
        let ends_ms = self.state().now_ms + REQUEST_MS;
        let task = async move {
            let value = future.await;
            lock(&report.0).value = Some(value);
            drop(report);
        };
        self.spawn(Box::pin(task), Some(ends_ms));
        Box::pin(std::future::poll_fn(move |context| {
            let mut answer = lock(&answer);
            answer.waker = Some(context.waker().clone());
            if answer.over { Poll::Ready(answer.value.take()) } else { Poll::Pending }
        }))
    }

    fn spawn(&self, future: Boxed<()>, ends_ms: Option<i64>) {
        let mut state = self.state();
        let id = state.next_task;
        state.next_task += 1;
        let waker = Arc::new(Woken(AtomicBool::new(true)));
        state.spawned.push((id, Task { future, waker, ends_ms }));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.0)
    }

    /// Runs until every actor and every request has ended.
    ///
    /// # Panics
    /// When something waits for what never comes, or for ever.
    pub fn run(&self) {
        let mut tasks: BTreeMap<usize, Task> = BTreeMap::new();
        for _ in 0..STEPS_MAX {
            tasks.extend(std::mem::take(&mut self.state().spawned));
            if let Some(id) = self.runnable(&tasks) {
                self.poll(&mut tasks, id);
            } else if tasks.is_empty() {
                return;
            } else {
                self.let_one_through(&mut tasks);
            }
        }
        assert!(tasks.is_empty(), "the run does not come to an end");
    }

    /// One of the tasks that have something to do.
    fn runnable(&self, tasks: &BTreeMap<usize, Task>) -> Option<usize> {
        let woken: Vec<usize> =
            tasks.iter().filter(|(_, task)| task.waker.0.load(Ordering::Relaxed)).map(|(id, _)| *id).collect();
        let choice = if woken.len() > 1 { self.state().random.index(woken.len()) } else { 0 };
        woken.get(choice).copied()
    }

    fn poll(&self, tasks: &mut BTreeMap<usize, Task>, id: usize) {
        let Some(task) = tasks.get_mut(&id) else { return };
        task.waker.0.store(false, Ordering::Relaxed);
        {
            let mut state = self.state();
            (state.current, state.crashed) = (id, false);
        }
        let waker = Waker::from(Arc::clone(&task.waker));
        let done = task.future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready();
        if done || self.state().crashed {
            drop(tasks.remove(&id));
        }
    }

    /// Ends requests whose time is up, then lets one ripe ticket through; if none is ripe, time goes on.
    fn let_one_through(&self, tasks: &mut BTreeMap<usize, Task>) {
        let now_ms = self.state().now_ms;
        let overdue = |task: &Task| task.ends_ms.is_some_and(|ends_ms| ends_ms <= now_ms);
        let late: Vec<usize> = tasks.iter().filter(|(_, task)| overdue(task)).map(|(id, _)| *id).collect();
        if !late.is_empty() {
            // Whoever waited for them is awake now.
            late.into_iter().for_each(|id| drop(tasks.remove(&id)));
            return;
        }
        let mut state = self.state();
        let cut = state.faults.power_cut;
        if cut > 0 && state.random.chance(cut) {
            state.injected += 1;
            drop(state);
            let requests: Vec<usize> =
                tasks.iter().filter(|(_, task)| task.ends_ms.is_some()).map(|(id, _)| *id).collect();
            requests.into_iter().for_each(|id| drop(tasks.remove(&id)));
            return;
        }
        let open = |ticket: &Ticket| ticket.fate.is_none() && tasks.contains_key(&ticket.task);
        let ripe: Vec<u64> = state
            .tickets
            .iter()
            .filter(|(_, ticket)| open(ticket) && ticket.ripe_ms <= now_ms)
            .map(|(id, _)| *id)
            .collect();
        if ripe.is_empty() {
            let times = state.tickets.values().filter(|ticket| open(ticket)).map(|ticket| ticket.ripe_ms);
            let ends = tasks.values().filter_map(|task| task.ends_ms);
            let next = times.chain(ends).min();
            state.now_ms = next.unwrap_or_else(|| unreachable_wait(tasks.len())).max(now_ms);
            return;
        }
        let choice = state.random.index(ripe.len());
        let Some(id) = ripe.get(choice).copied() else { return };
        let waker = state.decide(id, |task| tasks.get(&task).is_some_and(|task| task.ends_ms.is_some()));
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn ticket(&self, sleep_ms: Option<u64>) -> Pass {
        let mut state = self.state();
        let id = state.next_ticket;
        state.next_ticket += 1;
        let slow = state.faults.slow;
        let delay_ms = match sleep_ms {
            Some(ms) => i64::try_from(ms).unwrap_or(i64::MAX),
            None if slow > 0 && state.random.chance(slow) => i64::try_from(state.random.below(20_000)).unwrap_or(0),
            None => i64::try_from(state.random.below(3)).unwrap_or(0),
        };
        let ripe_ms = state.now_ms.saturating_add(delay_ms);
        let task = state.current;
        let ticket = Ticket { task, ripe_ms, sleep: sleep_ms.is_some(), fate: None, waker: None };
        state.tickets.insert(id, ticket);
        Pass { id, scheduler: self.clone() }
    }
}

fn unreachable_wait(tasks: usize) -> i64 {
    // A mistake of the simulation itself, such as a task that waits for nothing.
    assert!(tasks == 0, "{tasks} tasks wait for something that never comes");
    0
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    /// Gives ticket `id` its fate; returns whom to wake.
    fn decide(&mut self, id: u64, is_request: impl Fn(usize) -> bool) -> Option<Waker> {
        let ticket = self.tickets.get(&id)?;
        let fate = if ticket.sleep || !is_request(ticket.task) { Fate::Proceed } else { self.fate() };
        self.injected += u64::from(fate != Fate::Proceed);
        self.trace = self.trace.rotate_left(5) ^ id.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ self.now_ms.unsigned_abs();
        let ticket = self.tickets.get_mut(&id)?;
        ticket.fate = Some(fate);
        ticket.waker.take()
    }

    fn fate(&mut self) -> Fate {
        let Faults { fail_before, fail_after, crash_before, crash_after, .. } = self.faults;
        let mut roll = self.random.below(1000);
        for (per_mille, fate) in [
            (fail_before, Fate::FailBefore),
            (fail_after, Fate::FailAfter),
            (crash_before, Fate::CrashBefore),
            (crash_after, Fate::CrashAfter),
        ] {
            if roll < per_mille {
                return fate;
            }
            roll -= per_mille;
        }
        Fate::Proceed
    }
}

/// Waits until its ticket has a fate.
struct Pass {
    id: u64,
    scheduler: Scheduler,
}

impl Future for Pass {
    type Output = Fate;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Fate> {
        let mut state = self.scheduler.state();
        let Some(ticket) = state.tickets.get_mut(&self.id) else { return Poll::Pending };
        let Some(fate) = ticket.fate else {
            ticket.waker = Some(context.waker().clone());
            return Poll::Pending;
        };
        state.crashed |= matches!(fate, Fate::CrashBefore | Fate::CrashAfter);
        Poll::Ready(fate)
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let ticket = self.scheduler.state().tickets.remove(&self.id);
        drop(ticket);
    }
}

impl Gate for Scheduler {
    fn pass(&self, _op: Op) -> Boxed<Fate> {
        Box::pin(self.ticket(None))
    }

    fn now_ms(&self) -> i64 {
        self.state().now_ms
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        self.state().random.fill(bytes);
    }

    fn sleep_ms(&self, ms: u64) -> Boxed<()> {
        let pass = self.ticket(Some(ms));
        Box::pin(async move {
            pass.await;
        })
    }
}

struct Answer<T> {
    value: Option<T>,
    over: bool,
    waker: Option<Waker>,
}

/// Says that the request is over, whether it answered or died.
struct Report<T>(Arc<Mutex<Answer<T>>>);

impl<T> Drop for Report<T> {
    fn drop(&mut self) {
        let mut answer = lock(&self.0);
        answer.over = true;
        let waker = answer.waker.take();
        drop(answer);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}
