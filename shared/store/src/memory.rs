//! A key-value store in memory that behaves like Spin's backends, the awkward ways included, and can be made to fail.
//!
//! It serves tests and the simulation: a [`Gate`] sees every operation before it happens and says what becomes of it.
//! What must stay true: each row of storage.md §5 is reproduced here exactly, because the proof of the protocol is only
//! as good as this likeness.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::port::{Kv, KvError, Platform, Swap};

mod steady;

pub use steady::{Steady, split_mix};

/// Whose behaviour to reproduce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// `spin up`'s default. A swap on an absent key is an upsert; counters are 8 bytes little endian.
    Sqlite,
    /// Batch reads always fail; a swap of an existing key never admits that it applied; counters are decimal text.
    Redis,
    /// DynamoDB: like SQLite, but a failed batch leaves a subset behind.
    Partial,
}

/// What happens to an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is done.
    Proceed,
    /// It fails and nothing was applied.
    FailBefore,
    /// It is applied, yet reported as failed. A batch on [`Backend::Partial`] is applied in part.
    FailAfter,
    /// The process dies before it.
    CrashBefore,
    /// The process dies right after it was applied.
    CrashAfter,
}

/// An operation about to happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Op {
    /// `get`, `set`, `get_many`, `set_many`, `delete_many`, `increment`, `compare` or `swap`.
    pub kind: &'static str,
    /// Its key; the first one of a batch.
    pub key: String,
}

/// Decides the fate of every operation; also where a scheduler interleaves tasks.
pub trait Gate: Send + Sync + 'static {
    /// Resolves when the operation may happen.
    fn pass(&self, op: Op) -> Pin<Box<dyn Future<Output = Fate> + Send>>;
    /// Unix time in milliseconds.
    fn now_ms(&self) -> i64;
    /// Random bytes.
    fn fill_random(&self, bytes: &mut [u8]);
    /// Resolves when `ms` milliseconds have passed.
    fn sleep_ms(&self, ms: u64) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// The contents of a store.
#[derive(Debug, Default, Clone)]
struct Contents {
    values: BTreeMap<String, Vec<u8>>,
    variables: BTreeMap<String, String>,
    variables_fail: bool,
}

/// The store. Clones share their contents and their gate.
#[derive(Clone)]
pub struct MemoryKv {
    backend: Backend,
    contents: Arc<Mutex<Contents>>,
    gate: Arc<dyn Gate>,
}

/// A swap handle: the key and what it held.
pub struct MemoryCas {
    key: String,
    seen: Option<Vec<u8>>,
}

impl MemoryKv {
    /// An empty store.
    #[must_use]
    pub fn new(backend: Backend, gate: Arc<dyn Gate>) -> Self {
        Self { backend, contents: Arc::default(), gate }
    }

    /// The same contents behind another gate, as after a restart.
    #[must_use]
    pub fn behind(&self, gate: Arc<dyn Gate>) -> Self {
        Self { backend: self.backend, contents: Arc::clone(&self.contents), gate }
    }

    /// A store of its own with the same contents: what happens there does not happen here.
    #[must_use]
    pub fn copied(&self, gate: Arc<dyn Gate>) -> Self {
        let contents = self.contents().clone();
        Self { backend: self.backend, contents: Arc::new(Mutex::new(contents)), gate }
    }

    /// Sets a Spin variable.
    pub fn set_variable(&self, name: &str, value: &str) {
        self.contents().variables.insert(name.to_owned(), value.to_owned());
    }

    /// From now on the provider of variables answers, or does not.
    pub fn let_variables_fail(&self, fail: bool) {
        self.contents().variables_fail = fail;
    }

    /// Everything in the store, for checkers.
    #[must_use]
    pub fn dump(&self) -> BTreeMap<String, Vec<u8>> {
        self.contents().values.clone()
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn perform<T>(
        &self,
        kind: &'static str,
        key: &str,
        apply: impl FnOnce(&mut Contents, Fate) -> Result<T, KvError>,
    ) -> Result<T, KvError> {
        let fate = self.gate.pass(Op { kind, key: key.to_owned() }).await;
        let applied = match fate {
            Fate::FailBefore | Fate::CrashBefore => None,
            Fate::Proceed | Fate::FailAfter | Fate::CrashAfter => Some(apply(&mut self.contents(), fate)),
        };
        match fate {
            Fate::CrashBefore | Fate::CrashAfter => std::future::pending().await,
            Fate::FailBefore | Fate::FailAfter => Err(KvError::Backend(format!("injected at {kind} {key}"))),
            Fate::Proceed => applied.unwrap_or_else(|| Err(KvError::Backend("not applied".to_owned()))),
        }
    }
}

impl Kv for MemoryKv {
    type Cas = MemoryCas;

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, KvError> {
        self.perform("get", key, |contents, _| Ok(contents.values.get(key).cloned())).await
    }

    async fn set(&self, key: &str, value: Vec<u8>) -> Result<(), KvError> {
        self.perform("set", key, |contents, _| {
            contents.values.insert(key.to_owned(), value);
            Ok(())
        })
        .await
    }

    async fn get_many(&self, keys: &[String]) -> Result<Vec<(String, Vec<u8>)>, KvError> {
        let backend = self.backend;
        self.perform("get_many", first(keys), |contents, _| {
            if backend == Backend::Redis {
                return Err(KvError::Backend("ERR wrong number of arguments for 'keys' command".to_owned()));
            }
            // Only keys that exist, in an order that is not the caller's.
            let found = keys.iter().rev().filter_map(|key| Some((key.clone(), contents.values.get(key)?.clone())));
            Ok(found.collect())
        })
        .await
    }

    async fn set_many(&self, pairs: Vec<(String, Vec<u8>)>) -> Result<(), KvError> {
        let key = pairs.first().map(|(key, _)| key.clone()).unwrap_or_default();
        let backend = self.backend;
        self.perform("set_many", &key, |contents, fate| {
            // Where a batch is not atomic, a failure may leave any subset; the cruellest is all but the first.
            let torn = backend == Backend::Partial && fate != Fate::Proceed;
            contents.values.extend(pairs.into_iter().skip(usize::from(torn)));
            Ok(())
        })
        .await
    }

    async fn delete_many(&self, keys: &[String]) -> Result<(), KvError> {
        self.perform("delete_many", first(keys), |contents, _| {
            for key in keys {
                contents.values.remove(key);
            }
            Ok(())
        })
        .await
    }

    async fn increment(&self, key: &str, delta: i64) -> Result<i64, KvError> {
        let backend = self.backend;
        self.perform("increment", key, |contents, _| {
            let current = match contents.values.get(key) {
                None => 0,
                Some(bytes) => decode(backend, bytes).ok_or_else(|| KvError::Backend("not a counter".to_owned()))?,
            };
            let next = current.saturating_add(delta);
            contents.values.insert(key.to_owned(), encode(backend, next));
            Ok(next)
        })
        .await
    }

    async fn compare(&self, key: &str) -> Result<(MemoryCas, Option<Vec<u8>>), KvError> {
        self.perform("compare", key, |contents, _| {
            let seen = contents.values.get(key).cloned();
            Ok((MemoryCas { key: key.to_owned(), seen: seen.clone() }, seen))
        })
        .await
    }

    async fn swap(&self, handle: MemoryCas, value: Vec<u8>) -> Result<Swap, KvError> {
        let backend = self.backend;
        let MemoryCas { key, seen } = handle;
        self.perform("swap", &key, |contents, _| {
            let unchanged = contents.values.get(&key) == seen.as_ref();
            let upsert = seen.is_none() && backend != Backend::Redis;
            if unchanged || upsert {
                contents.values.insert(key.clone(), value);
            }
            let honest = backend != Backend::Redis || seen.is_none();
            Ok(if honest && (unchanged || upsert) { Swap::Confirmed } else { Swap::Unconfirmed })
        })
        .await
    }
}

impl Platform for MemoryKv {
    fn now_ms(&self) -> i64 {
        self.gate.now_ms()
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        self.gate.fill_random(bytes);
    }

    async fn sleep_ms(&self, ms: u64) {
        self.gate.sleep_ms(ms).await;
    }

    async fn has_atomic_batches(&self) -> Result<bool, KvError> {
        Ok(self.backend != Backend::Partial)
    }

    /// Nothing: tests look at answers and at the store.
    fn log(&self, _line: &str) {}

    async fn variable(&self, name: &str) -> Result<Option<String>, KvError> {
        let contents = self.contents();
        if contents.variables_fail {
            return Err(KvError::Variable(format!("{name}: the provider does not answer")));
        }
        Ok(contents.variables.get(name).cloned())
    }
}

fn first(keys: &[String]) -> &str {
    keys.first().map_or("", String::as_str)
}

fn encode(backend: Backend, value: i64) -> Vec<u8> {
    if backend == Backend::Redis { value.to_string().into_bytes() } else { value.to_le_bytes().to_vec() }
}

fn decode(backend: Backend, bytes: &[u8]) -> Option<i64> {
    if backend == Backend::Redis {
        std::str::from_utf8(bytes).ok()?.parse().ok()
    } else {
        Some(i64::from_le_bytes(bytes.try_into().ok()?))
    }
}
