//! What the store's own tests share: a store without surprises and the smallest aggregate that can be listed.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;

use canon::{DocId, OpId, sha256};
use domain::aggregate::{Actor, Aggregate, Context, Stamp};
use domain::board::{Projection, Summand};
use futures::FutureExt as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::memory::{Backend, Gate, MemoryKv, Steady};
use crate::{Access, Birth, Committed, Operation, Round, StoreError, create, sequence, update};

pub const BACKENDS: [Backend; 3] = [Backend::Sqlite, Backend::Redis, Backend::Partial];

/// A store, the gate before it, and the instance memory of its accesses.
pub struct World {
    pub gate: Arc<Steady>,
    pub kv: MemoryKv,
}

impl World {
    pub fn new(backend: Backend) -> Self {
        Self::behind(backend, Steady::new(1))
    }

    pub fn behind(backend: Backend, gate: Arc<Steady>) -> Self {
        Self { kv: MemoryKv::new(backend, Arc::clone(&gate) as Arc<dyn Gate>), gate }
    }

    /// The same contents after a restart at the present time, with `gate` deciding.
    pub fn restarted(&self, gate: Arc<Steady>) -> Self {
        Self { kv: self.kv.behind(Arc::clone(&gate) as Arc<dyn Gate>), gate }
    }

    /// A new request.
    pub fn access(&self) -> Access<MemoryKv> {
        Access::new(self.kv.clone(), Arc::default())
    }

    pub fn keys(&self) -> Vec<String> {
        self.kv.dump().into_keys().collect()
    }

    pub fn open(&self, op: &str, amount: i64) -> Committed<Tally> {
        now(open(&self.access(), op, amount)).unwrap()
    }

    pub fn add(&self, doc: &str, op: &str, amount: i64) -> Committed<Tally> {
        now(add(&self.access(), doc, op, amount)).unwrap()
    }

    pub fn sequence(&self) -> Round {
        now(sequence(&self.access(), project)).unwrap()
    }

    /// Rounds until nothing new is left.
    pub fn sequence_all(&self) {
        while self.sequence().more {}
    }
}

/// The result of a future that has nothing to wait for.
pub fn now<F: Future>(future: F) -> F::Output {
    future.now_or_never().expect("a future over a Steady gate is ready unless its operation crashed")
}

/// The document that the operation `op` creates.
pub fn id(op: &str) -> DocId {
    DocId::of(&OpId::new("test", op))
}

pub fn operation(access: &Access<MemoryKv>, op: &str, request: &str) -> Operation {
    let context = Context { now: access.now(), by: Actor::citizen() };
    Operation { op: OpId::new("test", op), request: sha256(&[request.as_bytes()]), context }
}

pub type Outcome = Result<Committed<Tally>, crate::CommitError<Infallible>>;

pub async fn open(access: &Access<MemoryKv>, op: &str, amount: i64) -> Outcome {
    let lookups = vec![(format!("no/{op}"), id(op).as_str().as_bytes().to_vec())];
    let birth = |_| Ok(Birth { event: TallyEvent::Opened { amount }, key: None, lookups });
    create(access, operation(access, op, &amount.to_string()), birth).await
}

pub async fn add(access: &Access<MemoryKv>, doc: &str, op: &str, amount: i64) -> Outcome {
    let operation = operation(access, op, &amount.to_string());
    update(access, &id(doc), &operation, |_, _| Ok(TallyEvent::Added { amount })).await
}

/// A sum. Below 10 it is in the queue `few`, else in `many`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub total: i64,
    pub at: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TallyEvent {
    Opened { amount: i64 },
    Added { amount: i64 },
}

impl Aggregate for Tally {
    const KIND: &'static str = "tally";
    type Command = TallyEvent;
    type Event = TallyEvent;
    type Rejection = Infallible;

    fn decide(_: Option<&Self>, command: &TallyEvent, _: &Context) -> Result<TallyEvent, Infallible> {
        Ok(command.clone())
    }

    /// Nobody needs a nothing.
    fn eighths(event: &TallyEvent) -> usize {
        if matches!(event, TallyEvent::Added { amount: 0 }) { 4 } else { 8 }
    }

    fn evolve(state: Option<Self>, event: &TallyEvent, stamp: Stamp) -> Option<Self> {
        match (state, event) {
            (_, TallyEvent::Opened { amount }) => Some(Self { total: *amount, at: stamp.at.to_string() }),
            (Some(tally), TallyEvent::Added { amount }) => Some(Self { total: tally.total + amount, ..tally }),
            (None, TallyEvent::Added { .. }) => None,
        }
    }
}

pub fn project(kind: &str, state: &Value) -> Option<Projection> {
    let tally = Tally::deserialize(state).ok().filter(|_| kind == Tally::KIND)?;
    let queue = if tally.total < 10 { "few" } else { "many" };
    Some(Projection {
        table: "tallies",
        columns: json!({ "total": tally.total }),
        queues: vec![(queue.to_owned(), json!({ "total": tally.total }))],
        timelines: vec![("all", json!({ "total": tally.total, "receivedAt": tally.at }))],
        sum: Some(Summand {
            period: "all".to_owned(),
            groups: vec![queue.to_owned()],
            numbers: vec![1, tally.total.unsigned_abs()],
        }),
    })
}

/// The error of a result that must not be a success.
pub fn store_error<T>(result: Result<T, crate::CommitError<Infallible>>) -> StoreError {
    match result.map(|_| ()) {
        Err(crate::CommitError::Store(error)) => error,
        other => panic!("expected a store error, got {other:?}"),
    }
}
