//! Citizens who insist and timers that tick, over the store alone.
//!
//! A citizen tries an operation until it is answered, sometimes twice at once, sometimes gives up, sometimes sends
//! something else under a key that was used. What it was told goes into the [`Promises`], which the checker holds
//! against the documents.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use canon::{DocId, sha256};
use domain::aggregate::Aggregate;
use domain::order::{OrderCommand, SupplementCommand, Text, UrgeCommand, WorkOrder};
use store::memory::{Backend, Gate, MemoryKv};
use store::{CommitError, Document, keys};

use crate::checker::{self, Acknowledged, Promises, Violation};
use crate::desk::{self, Answer, Form};
use crate::{Random, Scheduler};

/// How often a citizen tries one operation.
const TRIES_MAX: u32 = 8;

/// A town under simulation; clones are the same one.
#[derive(Clone)]
pub struct World {
    /// The store.
    pub kv: MemoryKv,
    /// Who decides what happens next.
    pub scheduler: Scheduler,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    promises: Mutex<Promises>,
    orders: Mutex<Vec<DocId>>,
    busy_citizens: AtomicUsize,
    violation: Mutex<Option<Violation>>,
}

/// One thing a citizen wants.
#[derive(Debug, Clone)]
enum Wish {
    Submit(Form),
    Change(DocId, OrderCommand),
}

/// How a wish ended.
enum End {
    Done,
    Refused,
    Unknown,
}

impl World {
    /// A town whose store is `backend` behind `scheduler`.
    #[must_use]
    pub fn new(backend: Backend, scheduler: Scheduler) -> Self {
        let kv = MemoryKv::new(backend, Arc::new(scheduler.clone()) as Arc<dyn Gate>);
        Self { kv, scheduler, shared: Arc::default() }
    }

    /// What people were told so far.
    pub fn promises(&self) -> MutexGuard<'_, Promises> {
        lock(&self.shared.promises)
    }

    /// The first thing that was found wrong while it ran.
    #[must_use]
    pub fn violation(&self) -> Option<Violation> {
        lock(&self.shared.violation).clone()
    }

    fn report(&self, violation: Violation) {
        lock(&self.shared.violation).get_or_insert(violation);
    }

    /// A citizen with `wishes` wishes.
    pub fn citizen(&self, name: usize, wishes: u32) {
        self.shared.busy_citizens.fetch_add(1, Ordering::Relaxed);
        let (world, random) = (self.clone(), self.scheduler.fork_random());
        self.scheduler.actor(async move {
            world.live(name, wishes, random).await;
            world.shared.busy_citizens.fetch_sub(1, Ordering::Relaxed);
        });
    }

    /// A timer that ticks every so often until all citizens are content.
    pub fn ticker(&self, pause_ms: u64) {
        let (world, mut random) = (self.clone(), self.scheduler.fork_random());
        self.scheduler.actor(async move {
            while world.shared.busy_citizens.load(Ordering::Relaxed) > 0 {
                let kv = world.kv.clone();
                let _ = world.scheduler.request(async move { desk::tick(&desk::access(&kv)).await }).await;
                world.scheduler.sleep_ms(random.below(pause_ms)).await;
            }
        });
    }

    /// Somebody who checks everything in the middle of it all.
    pub fn inspector(&self, pause_ms: u64) {
        let world = self.clone();
        self.scheduler.actor(async move {
            while world.shared.busy_citizens.load(Ordering::Relaxed) > 0 {
                world.scheduler.sleep_ms(pause_ms).await;
                if let Err(violation) = checker::always(&world.kv.dump(), &world.promises()) {
                    world.report(violation);
                }
            }
        });
    }

    async fn live(&self, name: usize, wishes: u32, mut random: Random) {
        for number in 0..wishes {
            self.scheduler.sleep_ms(random.below(3_000)).await;
            let wish = self.wish(name, number, &mut random);
            let key = format!("{name}/{number}");
            let end = self.insist(&key, &wish, &mut random).await;
            if matches!(end, End::Done) && random.chance(150) {
                self.misuse(&key, &wish).await;
            }
        }
    }

    fn wish(&self, name: usize, number: u32, random: &mut Random) -> Wish {
        let text = format!("citizen {name}, wish {number}");
        let orders = lock(&self.shared.orders);
        let known = orders.get(random.index(orders.len())).filter(|_| random.chance(650)).cloned();
        let Some(order) = known else {
            return Wish::Submit(Form { caller: random.below(3), matter: random.below(6), text });
        };
        let reason = Some(Text::Open(text.clone()));
        let command = match random.below(10) {
            0..6 => {
                OrderCommand::Supplement(SupplementCommand { text: Text::Open(text), attachments: Vec::new(), max: 20 })
            }
            6..9 => OrderCommand::Urge(UrgeCommand { reason, cooldown_ms: 5_000 }),
            _ => OrderCommand::Withdraw { reason },
        };
        Wish::Change(order, command)
    }

    /// Tries until there is an answer, or gives up.
    async fn insist(&self, key: &str, wish: &Wish, random: &mut Random) -> End {
        let mut doubled = false;
        for _ in 0..TRIES_MAX {
            let first = self.scheduler.request(perform(self.kv.clone(), key.to_owned(), wish.clone()));
            let answers = if random.chance(200) {
                doubled = true;
                let second = self.scheduler.request(perform(self.kv.clone(), key.to_owned(), wish.clone()));
                let (first, second) = futures::join!(first, second);
                vec![first, second]
            } else {
                vec![first.await]
            };
            let mut end = End::Unknown;
            for answer in answers.into_iter().flatten() {
                match self.hear(key, wish, answer, doubled) {
                    End::Unknown => {}
                    known => end = known,
                }
            }
            if !matches!(end, End::Unknown) || random.chance(60) {
                return end;
            }
            let pause_ms = if random.chance(200) { 31_000 } else { random.below(4_000) };
            self.scheduler.sleep_ms(pause_ms).await;
        }
        End::Unknown
    }

    fn hear(&self, key: &str, wish: &Wish, answer: Answer, doubled: bool) -> End {
        match answer {
            Ok(committed) => {
                let doc = Document::<WorkOrder>::key_of(&committed.document.id);
                let (op, request) = (op_of(key), sha256(&[request_of(wish).as_bytes()]));
                if matches!(wish, Wish::Submit(_)) {
                    lock(&self.shared.orders).push(committed.document.id.clone());
                }
                self.promises().acknowledged.push(Acknowledged { doc, op, request, slot: committed.slot });
                End::Done
            }
            Err(CommitError::Rejected(_) | CommitError::Full) => {
                if let (Wish::Change(order, _), false) = (wish, doubled) {
                    self.promises().refused.push((keys::document(WorkOrder::KIND, order), op_of(key)));
                }
                End::Refused
            }
            Err(CommitError::Store(_)) => End::Unknown,
            Err(other) => {
                self.report(Violation(format!("{key} {wish:?} was answered: {other}")));
                End::Refused
            }
        }
    }

    /// Something else under a key that was used must change nothing and say so.
    async fn misuse(&self, key: &str, wish: &Wish) {
        let other = match wish.clone() {
            Wish::Submit(form) => Wish::Submit(Form { text: format!("{} but other", form.text), ..form }),
            Wish::Change(order, _) => {
                Wish::Change(order, OrderCommand::Withdraw { reason: Some(Text::Open("something else".to_owned())) })
            }
        };
        let answer = self.scheduler.request(perform(self.kv.clone(), key.to_owned(), other)).await;
        let honest = matches!(answer, None | Some(Err(CommitError::OtherRequest | CommitError::Store(_))));
        if !honest {
            self.report(Violation(format!("{key}: another request under the same key was accepted")));
        }
    }
}

fn op_of(key: &str) -> canon::OpId {
    canon::OpId::new("sim", key)
}

fn request_of(wish: &Wish) -> String {
    match wish {
        Wish::Submit(form) => format!("{form:?}"),
        Wish::Change(_, command) => format!("{command:?}"),
    }
}

async fn perform(kv: MemoryKv, key: String, wish: Wish) -> Answer {
    let access = desk::access(&kv);
    match &wish {
        Wish::Submit(form) => desk::submit(&access, &key, form).await,
        Wish::Change(order, command) => desk::change(&access, order, &key, command).await,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
