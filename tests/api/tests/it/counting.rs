//! A store that counts what reaches it, in front of a real one.

use std::sync::{Arc, Mutex};

use host::kv::{Cas, KvBackend, KvError, Pair, SwapError};

/// Counts the operations on `inner`; a batch is one.
pub struct Counting {
    inner: Arc<dyn KvBackend>,
    seen: Seen,
}

type Seen = Arc<Mutex<Vec<(&'static str, String)>>>;

/// The operations of one request.
#[derive(Debug, Clone)]
pub struct Operations(pub Vec<(&'static str, String)>);

impl Operations {
    pub fn total(&self) -> usize {
        self.0.len()
    }

    pub fn writes(&self) -> usize {
        self.0.iter().filter(|(kind, _)| !matches!(*kind, "get" | "exists" | "get_many" | "current")).count()
    }
}

impl Counting {
    pub fn new(inner: Arc<dyn KvBackend>) -> Arc<Self> {
        Arc::new(Self { inner, seen: Seen::default() })
    }

    /// What was done since the last call.
    pub fn take(&self) -> Operations {
        Operations(std::mem::take(&mut self.seen.lock().unwrap()))
    }

    fn note(&self, kind: &'static str, key: &str) {
        self.seen.lock().unwrap().push((kind, key.to_owned()));
    }
}

#[async_trait::async_trait]
impl KvBackend for Counting {
    async fn get(&self, store: &str, key: &str) -> Result<Option<Vec<u8>>, KvError> {
        self.note("get", key);
        self.inner.get(store, key).await
    }

    async fn set(&self, store: &str, key: &str, value: Vec<u8>) -> Result<(), KvError> {
        self.note("set", key);
        self.inner.set(store, key, value).await
    }

    async fn delete(&self, store: &str, key: &str) -> Result<(), KvError> {
        self.note("delete", key);
        self.inner.delete(store, key).await
    }

    async fn exists(&self, store: &str, key: &str) -> Result<bool, KvError> {
        self.note("exists", key);
        self.inner.exists(store, key).await
    }

    async fn get_many(&self, store: &str, keys: Vec<String>) -> Result<Vec<Pair>, KvError> {
        self.note("get_many", &keys.join(" "));
        self.inner.get_many(store, keys).await
    }

    async fn set_many(&self, store: &str, pairs: Vec<(String, Vec<u8>)>) -> Result<(), KvError> {
        self.note("set_many", &pairs.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>().join(" "));
        self.inner.set_many(store, pairs).await
    }

    async fn delete_many(&self, store: &str, keys: Vec<String>) -> Result<(), KvError> {
        self.note("delete_many", &keys.join(" "));
        self.inner.delete_many(store, keys).await
    }

    async fn increment(&self, store: &str, key: &str, delta: i64) -> Result<i64, KvError> {
        self.note("increment", key);
        self.inner.increment(store, key, delta).await
    }

    async fn list(&self, store: &str) -> Result<Vec<String>, KvError> {
        self.note("list", "");
        self.inner.list(store).await
    }

    async fn cas(&self, store: &str, key: &str) -> Result<Arc<dyn Cas>, KvError> {
        let inner = self.inner.cas(store, key).await?;
        Ok(Arc::new(CountingCas { inner, key: key.to_owned(), seen: Arc::clone(&self.seen) }))
    }
}

struct CountingCas {
    inner: Arc<dyn Cas>,
    key: String,
    seen: Seen,
}

impl CountingCas {
    fn note(&self, kind: &'static str) {
        self.seen.lock().unwrap().push((kind, self.key.clone()));
    }
}

#[async_trait::async_trait]
impl Cas for CountingCas {
    async fn current(&self) -> Result<Option<Vec<u8>>, KvError> {
        self.note("current");
        self.inner.current().await
    }

    async fn swap(&self, value: Vec<u8>) -> Result<(), SwapError> {
        self.note("swap");
        self.inner.swap(value).await
    }
}
