//! The store as components meet it: every operation is counted and may be made to fail.

use super::{Cas, Fault, FaultRule, KvBackend, KvError, Op, Pair, SwapError, Trace};
use std::future::Future;
use std::sync::Arc;

/// Who is asking: the component for fault rules, the trace of its request if one was asked for.
#[derive(Clone)]
pub struct Caller {
    /// The component's name in the manifest.
    pub component: Arc<str>,
    /// Where the request's operations are counted.
    pub trace: Option<Arc<Trace>>,
}

/// A backend behind fault rules and traces. With neither, an operation costs nothing extra.
pub struct Kv {
    backend: Arc<dyn KvBackend>,
    rules: Vec<FaultRule>,
}

impl Kv {
    /// Puts `rules` in front of `backend`; the first rule that picks an operation decides.
    pub fn new(backend: Arc<dyn KvBackend>, rules: Vec<FaultRule>) -> Self {
        Self { backend, rules }
    }

    /// The bare backend: no faults, no traces.
    #[must_use]
    pub fn backend(&self) -> &Arc<dyn KvBackend> {
        &self.backend
    }

    async fn run<'k, T, E: From<KvError>>(
        &self,
        who: &Caller,
        op: Op,
        keys: impl Iterator<Item = &'k str> + Clone,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        if let Some(trace) = &who.trace {
            trace.record(op, keys.clone());
        }
        let picked = |rule: &FaultRule| rule.picks(&who.component, op, keys.clone());
        let injected = || KvError::Other(format!("injected fault: {}", op.name())).into();
        match self.rules.iter().find_map(picked) {
            None => work.await,
            Some(Fault::FailBefore) => Err(injected()),
            Some(Fault::FailAfter) => work.await.and_then(|_| Err(injected())),
            Some(Fault::Delay(time)) => {
                tokio::time::sleep(time).await;
                work.await
            }
            Some(Fault::KillBefore) => std::process::abort(),
            Some(Fault::KillAfter) => {
                _ = work.await;
                std::process::abort()
            }
        }
    }

    pub(crate) async fn get(&self, who: &Caller, store: &str, key: &str) -> Result<Option<Vec<u8>>, KvError> {
        self.run(who, Op::Get, one(key), self.backend.get(store, key)).await
    }

    pub(crate) async fn set(&self, who: &Caller, store: &str, key: &str, value: Vec<u8>) -> Result<(), KvError> {
        self.run(who, Op::Set, one(key), self.backend.set(store, key, value)).await
    }

    pub(crate) async fn delete(&self, who: &Caller, store: &str, key: &str) -> Result<(), KvError> {
        self.run(who, Op::Delete, one(key), self.backend.delete(store, key)).await
    }

    pub(crate) async fn exists(&self, who: &Caller, store: &str, key: &str) -> Result<bool, KvError> {
        self.run(who, Op::Exists, one(key), self.backend.exists(store, key)).await
    }

    /// An empty batch never reaches the backend: Spin answers it itself.
    pub(crate) async fn get_many(&self, who: &Caller, store: &str, keys: Vec<String>) -> Result<Vec<Pair>, KvError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let names = keys.clone();
        let names = names.iter().map(String::as_str);
        self.run(who, Op::GetMany, names, self.backend.get_many(store, keys)).await
    }

    pub(crate) async fn set_many(
        &self,
        who: &Caller,
        store: &str,
        pairs: Vec<(String, Vec<u8>)>,
    ) -> Result<(), KvError> {
        if pairs.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = pairs.iter().map(|(key, _)| key.clone()).collect();
        let names = names.iter().map(String::as_str);
        self.run(who, Op::SetMany, names, self.backend.set_many(store, pairs)).await
    }

    pub(crate) async fn delete_many(&self, who: &Caller, store: &str, keys: Vec<String>) -> Result<(), KvError> {
        if keys.is_empty() {
            return Ok(());
        }
        let names = keys.clone();
        let names = names.iter().map(String::as_str);
        self.run(who, Op::DeleteMany, names, self.backend.delete_many(store, keys)).await
    }

    pub(crate) async fn increment(&self, who: &Caller, store: &str, key: &str, delta: i64) -> Result<i64, KvError> {
        self.run(who, Op::Increment, one(key), self.backend.increment(store, key, delta)).await
    }

    pub(crate) async fn list(&self, who: &Caller, store: &str) -> Result<Vec<String>, KvError> {
        self.run(who, Op::List, std::iter::empty(), self.backend.list(store)).await
    }

    pub(crate) async fn cas(&self, store: &str, key: &str) -> Result<GuardedCas, KvError> {
        let inner = self.backend.cas(store, key).await?;
        Ok(GuardedCas { inner, store: store.to_owned(), key: key.to_owned() })
    }

    pub(crate) async fn current(&self, who: &Caller, cas: &GuardedCas) -> Result<Option<Vec<u8>>, KvError> {
        self.run(who, Op::CasCurrent, one(&cas.key), cas.inner.current()).await
    }

    pub(crate) async fn swap(&self, who: &Caller, cas: &GuardedCas, value: Vec<u8>) -> Result<(), SwapError> {
        self.run(who, Op::Swap, one(&cas.key), cas.inner.swap(value)).await
    }

    /// The handle Spin gives back with a failed swap: a new one that has already looked. That look
    /// is the host's own and is neither counted nor made to fail.
    pub(crate) async fn renewed(&self, cas: &GuardedCas) -> Result<GuardedCas, KvError> {
        let fresh = self.cas(&cas.store, &cas.key).await?;
        fresh.inner.current().await?;
        Ok(fresh)
    }
}

/// A swap handle that knows its key.
#[derive(Clone)]
pub struct GuardedCas {
    inner: Arc<dyn Cas>,
    store: String,
    key: String,
}

fn one(key: &str) -> impl Iterator<Item = &str> + Clone {
    std::iter::once(key)
}
