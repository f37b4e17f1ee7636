//! One request's access to the store: the only code that calls the port.
//!
//! It refuses writes once the request is 25 s old, counts operations, and turns a batch read that a backend cannot do
//! into single reads. What must stay true: no write leaves here after [`Access::WRITE_UNTIL_MS`], so a
//! lease of 30 s that is found expired has no owner that still writes (storage.md §2). Whether the host ends a request
//! that hangs is its administrator's setting (`--request-timeout`), and nothing rests on it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use domain::time::Moment;
use futures::future::try_join_all;

use crate::port::{KvError, Platform, Swap};

/// A request's view of the store. Cheap to clone; clones share the operation count.
pub struct Access<P> {
    platform: P,
    started_ms: i64,
    operations: Arc<AtomicU32>,
    single_reads: Arc<AtomicBool>,
}

impl<P: Clone> Clone for Access<P> {
    fn clone(&self) -> Self {
        Self {
            platform: self.platform.clone(),
            started_ms: self.started_ms,
            operations: Arc::clone(&self.operations),
            single_reads: Arc::clone(&self.single_reads),
        }
    }
}

impl<P: Platform> Access<P> {
    /// 25 s: 30 s (the creation lease) less 5 s for the slowest single write.
    pub const WRITE_UNTIL_MS: i64 = 25_000;
    /// DynamoDB refuses a batch of more than 25 items (`BatchWriteItem`); a round of the sequencer clears up to 256.
    const TORN_BATCH_MAX: usize = 25;

    /// Access for a request that begins now. `single_reads` is the instance's memory of a backend without batch reads.
    pub fn new(platform: P, single_reads: Arc<AtomicBool>) -> Self {
        let started_ms = platform.now_ms();
        Self { platform, started_ms, operations: Arc::default(), single_reads }
    }

    /// The world behind the store.
    pub const fn platform(&self) -> &P {
        &self.platform
    }

    /// The time now.
    pub fn now(&self) -> Moment {
        Moment::from_unix_ms(self.platform.now_ms())
    }

    /// `N` random bytes.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.platform.fill_random(&mut bytes);
        bytes
    }

    /// Store operations so far.
    pub fn operations(&self) -> u32 {
        self.operations.load(Ordering::Relaxed)
    }

    fn count(&self) {
        self.operations.fetch_add(1, Ordering::Relaxed);
    }

    fn count_write(&self) -> Result<(), KvError> {
        let age_ms = self.platform.now_ms().saturating_sub(self.started_ms);
        if age_ms > Self::WRITE_UNTIL_MS {
            return Err(KvError::TooLate);
        }
        self.count();
        Ok(())
    }

    /// See [`crate::Kv::get`].
    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, KvError> {
        self.count();
        self.platform.get(key).await
    }

    /// See [`crate::Kv::set`].
    pub async fn set(&self, key: &str, value: Vec<u8>) -> Result<(), KvError> {
        self.count_write()?;
        self.platform.set(key, value).await
    }

    /// The values of those `keys` that exist: one batch, or single reads at once where the backend has no batch.
    pub async fn get_many(&self, keys: &[String]) -> Result<HashMap<String, Vec<u8>>, KvError> {
        match keys {
            [] => return Ok(HashMap::new()),
            [key] => return Ok(self.get(key).await?.map(|value| (key.clone(), value)).into_iter().collect()),
            _ => {}
        }
        if !self.single_reads.load(Ordering::Relaxed) {
            self.count();
            match self.platform.get_many(keys).await {
                Ok(pairs) => return Ok(pairs.into_iter().collect()),
                Err(KvError::AccessDenied) => return Err(KvError::AccessDenied),
                Err(_) => self.single_reads.store(true, Ordering::Relaxed),
            }
        }
        let reads = keys.iter().map(|key| async move { Ok((key.clone(), self.get(key).await?)) });
        let found = try_join_all(reads).await?;
        Ok(found.into_iter().filter_map(|(key, value)| value.map(|value| (key, value))).collect())
    }

    /// See [`crate::Kv::set_many`].
    pub async fn set_many(&self, pairs: Vec<(String, Vec<u8>)>) -> Result<(), KvError> {
        self.count_write()?;
        self.platform.set_many(pairs).await
    }

    /// See [`crate::Kv::delete_many`].
    pub async fn delete_many(&self, keys: &[String]) -> Result<(), KvError> {
        if keys.is_empty() {
            return Ok(());
        }
        let at_once = if self.platform.has_atomic_batches().await? { keys.len() } else { Self::TORN_BATCH_MAX };
        for part in keys.chunks(at_once) {
            self.count_write()?;
            self.platform.delete_many(part).await?;
        }
        Ok(())
    }

    /// See [`crate::Kv::increment`].
    pub async fn increment(&self, key: &str, delta: i64) -> Result<i64, KvError> {
        self.count_write()?;
        self.platform.increment(key, delta).await
    }

    /// See [`crate::Kv::compare`].
    pub async fn compare(&self, key: &str) -> Result<(P::Cas, Option<Vec<u8>>), KvError> {
        self.count();
        self.platform.compare(key).await
    }

    /// See [`crate::Kv::swap`].
    pub async fn swap(&self, handle: P::Cas, value: Vec<u8>) -> Result<Swap, KvError> {
        self.count_write()?;
        self.platform.swap(handle, value).await
    }

    /// Waits a jittered, growing moment before round `round` (0-based) of a contended operation: up to 5 ms × 2^round,
    /// so eight rounds wait 1.3 s at most (5 + 10 + … + 640).
    pub async fn back_off(&self, round: u32) {
        let ceiling_ms = 5_u64.saturating_mul(1 << round.min(7));
        let [random] = self.random::<1>();
        self.platform.sleep_ms(ceiling_ms.saturating_mul(u64::from(random)) / 256).await;
    }
}

#[cfg(test)]
mod tests;
