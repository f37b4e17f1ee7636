//! The port over Spin: the only code that knows its interfaces.
//!
//! Plain reads and writes go through `spin:key-value`, whose calls let an instance's other requests run meanwhile;
//! counters, swaps and batches exist in `wasi:keyvalue` only, whose calls hold the instance up.

use std::io::Write as _;
use std::sync::{Arc, OnceLock};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::Body;
use futures::future::{Either, select};
use http::{Request, Response};
use spin_sdk::experimental::wasi::keyvalue::{atomics, batch, store as wasi_store};
use spin_sdk::wasip3::{clocks::monotonic_clock, random::random::get_random_bytes};
use spin_sdk::{key_value, variables};
use store::{Kv, KvError, Platform, Swap};

use crate::outbound::{Network, NetworkError};

/// The store's label in spin.toml.
const LABEL: &str = "default";

/// Spin's key-value store, clock, entropy and variables. Handles are opened once an instance.
#[derive(Clone, Default)]
pub struct Spin {
    handles: Arc<Handles>,
}

#[derive(Default)]
struct Handles {
    store: OnceLock<key_value::Store>,
    bucket: OnceLock<wasi_store::Bucket>,
    atomic_batches: OnceLock<bool>,
}

impl Spin {
    async fn store(&self) -> Result<&key_value::Store, KvError> {
        if let Some(store) = self.handles.store.get() {
            return Ok(store);
        }
        let store = key_value::Store::open(LABEL).await.map_err(spin_error)?;
        Ok(self.handles.store.get_or_init(|| store))
    }

    fn bucket(&self) -> Result<&wasi_store::Bucket, KvError> {
        if let Some(bucket) = self.handles.bucket.get() {
            return Ok(bucket);
        }
        let bucket = wasi_store::open(LABEL).map_err(wasi_error)?;
        Ok(self.handles.bucket.get_or_init(|| bucket))
    }
}

impl Kv for Spin {
    type Cas = atomics::Cas;

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, KvError> {
        self.store().await?.get(key).await.map_err(spin_error)
    }

    async fn set(&self, key: &str, value: Vec<u8>) -> Result<(), KvError> {
        self.store().await?.set(key, value).await.map_err(spin_error)
    }

    async fn get_many(&self, keys: &[String]) -> Result<Vec<(String, Vec<u8>)>, KvError> {
        let found = batch::get_many(self.bucket()?, keys).map_err(wasi_error)?;
        Ok(found.into_iter().filter_map(|(key, value)| value.map(|value| (key, value))).collect())
    }

    async fn set_many(&self, pairs: Vec<(String, Vec<u8>)>) -> Result<(), KvError> {
        batch::set_many(self.bucket()?, &pairs).map_err(wasi_error)
    }

    async fn delete_many(&self, keys: &[String]) -> Result<(), KvError> {
        batch::delete_many(self.bucket()?, keys).map_err(wasi_error)
    }

    async fn increment(&self, key: &str, delta: i64) -> Result<i64, KvError> {
        atomics::increment(self.bucket()?, key, delta).map_err(wasi_error)
    }

    async fn compare(&self, key: &str) -> Result<(atomics::Cas, Option<Vec<u8>>), KvError> {
        let handle = atomics::Cas::new(self.bucket()?, key).map_err(wasi_error)?;
        let current = handle.current().map_err(wasi_error)?;
        Ok((handle, current))
    }

    async fn swap(&self, handle: atomics::Cas, value: Vec<u8>) -> Result<Swap, KvError> {
        match atomics::swap(handle, &value) {
            Ok(()) => Ok(Swap::Confirmed),
            Err(atomics::CasError::CasFailed(_)) => Ok(Swap::Unconfirmed),
            Err(atomics::CasError::StoreError(error)) => Err(wasi_error(error)),
        }
    }
}

impl Platform for Spin {
    fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        let length = u64::try_from(bytes.len()).unwrap_or(0);
        bytes.copy_from_slice(&get_random_bytes(length));
    }

    async fn sleep_ms(&self, ms: u64) {
        monotonic_clock::wait_for(ms.saturating_mul(1_000_000)).await;
    }

    async fn has_atomic_batches(&self) -> Result<bool, KvError> {
        if let Some(known) = self.handles.atomic_batches.get() {
            return Ok(*known);
        }
        let atomic = self.variable("atomic_batches").await?.as_deref() != Some("false");
        Ok(*self.handles.atomic_batches.get_or_init(|| atomic))
    }

    fn log(&self, line: &str) {
        // One write: standard error has no buffer, and each piece is a call to the host. A line that cannot be written
        // has nowhere else to go.
        let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
    }

    async fn variable(&self, name: &str) -> Result<Option<String>, KvError> {
        match spin_sdk::variables::get(name).await {
            Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
            Err(variables::Error::Undefined(_)) => Ok(None),
            // A provider (Vault, a broken .env) that does not answer says nothing about the variable.
            Err(
                variables::Error::Provider(why) | variables::Error::Other(why) | variables::Error::InvalidName(why),
            ) => Err(KvError::Variable(why)),
        }
    }
}

/// Requests through Spin.
#[derive(Clone, Default)]
pub struct Http;

impl Network for Http {
    async fn send(
        &self,
        request: Request<Vec<u8>>,
        bytes_max: usize,
        within_ms: u64,
    ) -> Result<Response<Vec<u8>>, NetworkError> {
        let exchange = std::pin::pin!(async {
            let sent = spin_sdk::http::send(request.map(Body::from)).await;
            let (parts, body) = sent.map_err(|_| NetworkError::Unreachable)?.into_parts();
            let bytes = axum::body::to_bytes(Body::new(body), bytes_max).await.map_err(|error| {
                let why = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
                if why.contains("length limit") { NetworkError::TooLarge } else { NetworkError::Unreachable }
            })?;
            Ok(Response::from_parts(parts, bytes.to_vec()))
        });
        let late = std::pin::pin!(monotonic_clock::wait_for(within_ms.saturating_mul(1_000_000)));
        match select(exchange, late).await {
            Either::Left((answer, _)) => answer,
            Either::Right(_) => Err(NetworkError::Timeout),
        }
    }
}

fn spin_error(error: key_value::Error) -> KvError {
    match error {
        key_value::Error::AccessDenied => KvError::AccessDenied,
        other => KvError::Backend(other.to_string()),
    }
}

fn wasi_error(error: wasi_store::Error) -> KvError {
    match error {
        wasi_store::Error::AccessDenied => KvError::AccessDenied,
        other => KvError::Backend(format!("{other:?}")),
    }
}
