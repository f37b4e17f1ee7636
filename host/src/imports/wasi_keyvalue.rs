//! `wasi:keyvalue@0.2.0-draft2`: store, atomics and batch. Synchronous for the guest: while one of
//! these runs, the other requests of the instance wait.

use crate::bindings::keyvalue::{atomics, batch, store};
use crate::kv::{GuardedCas, KvError, Pair, SwapError};
use crate::state::{Ctx, OpenStore};
use std::sync::Arc;
use wasmtime::component::Resource;

impl From<KvError> for store::Error {
    fn from(error: KvError) -> Self {
        match error {
            KvError::NoSuchStore => Self::NoSuchStore,
            KvError::AccessDenied => Self::AccessDenied,
            KvError::StoreTableFull => Self::Other("store table full".to_owned()),
            KvError::Other(text) => Self::Other(text),
        }
    }
}

/// A trap for a broken handle outside, the store's own answer inside.
type Answer<T> = wasmtime::Result<Result<T, store::Error>>;

fn answer<T>(result: Result<T, KvError>) -> Answer<T> {
    Ok(result.map_err(store::Error::from))
}

impl store::Host for Ctx {
    async fn open(&mut self, identifier: String) -> Answer<Resource<OpenStore>> {
        answer(Self::open(self, &identifier)?)
    }
}

impl store::HostBucket for Ctx {
    async fn get(&mut self, bucket: Resource<OpenStore>, key: String) -> Answer<Option<Vec<u8>>> {
        let label = self.held(&bucket)?.label;
        answer(self.grants.holding(self.grants.kv.get(&self.caller, &label, &key)).await)
    }

    async fn set(&mut self, bucket: Resource<OpenStore>, key: String, value: Vec<u8>) -> Answer<()> {
        let label = self.held(&bucket)?.label;
        answer(self.grants.holding(self.grants.kv.set(&self.caller, &label, &key, value)).await)
    }

    async fn delete(&mut self, bucket: Resource<OpenStore>, key: String) -> Answer<()> {
        let label = self.held(&bucket)?.label;
        answer(self.grants.holding(self.grants.kv.delete(&self.caller, &label, &key)).await)
    }

    async fn exists(&mut self, bucket: Resource<OpenStore>, key: String) -> Answer<bool> {
        let label = self.held(&bucket)?.label;
        answer(self.grants.holding(self.grants.kv.exists(&self.caller, &label, &key)).await)
    }

    async fn list_keys(&mut self, bucket: Resource<OpenStore>, cursor: Option<String>) -> Answer<store::KeyResponse> {
        if cursor.is_some() {
            let text = "list_keys: cursor not supported".to_owned();
            return Ok(Err(store::Error::Other(text)));
        }
        let label = self.held(&bucket)?.label;
        let keys = self.grants.holding(self.grants.kv.list(&self.caller, &label)).await;
        answer(keys.map(|keys| store::KeyResponse { keys, cursor: None }))
    }

    fn drop(&mut self, bucket: Resource<OpenStore>) -> wasmtime::Result<()> {
        self.release(bucket).map(drop)
    }
}

impl batch::Host for Ctx {
    async fn get_many(&mut self, bucket: Resource<OpenStore>, keys: Vec<String>) -> Answer<Vec<Pair>> {
        let label = self.held(&bucket)?.label;
        answer(self.grants.holding(self.grants.kv.get_many(&self.caller, &label, keys)).await)
    }

    async fn set_many(&mut self, bucket: Resource<OpenStore>, pairs: Vec<(String, Vec<u8>)>) -> Answer<()> {
        let label = self.held(&bucket)?.label;
        answer(self.grants.holding(self.grants.kv.set_many(&self.caller, &label, pairs)).await)
    }

    async fn delete_many(&mut self, bucket: Resource<OpenStore>, keys: Vec<String>) -> Answer<()> {
        let label = self.held(&bucket)?.label;
        answer(self.grants.holding(self.grants.kv.delete_many(&self.caller, &label, keys)).await)
    }
}

impl atomics::HostCas for Ctx {
    async fn new(&mut self, bucket: Resource<OpenStore>, key: String) -> Answer<Resource<GuardedCas>> {
        let label = self.held(&bucket)?.label;
        match self.grants.kv.cas(&label, &key).await {
            Ok(cas) => Ok(handle(self.hold(cas)?)),
            Err(error) => answer(Err(error)),
        }
    }

    async fn current(&mut self, cas: Resource<GuardedCas>) -> Answer<Option<Vec<u8>>> {
        let cas = self.held(&cas)?;
        answer(self.grants.holding(self.grants.kv.current(&self.caller, &cas)).await)
    }

    fn drop(&mut self, cas: Resource<GuardedCas>) -> wasmtime::Result<()> {
        self.release(cas).map(drop)
    }
}

fn handle<T>(held: Result<T, KvError>) -> Result<T, store::Error> {
    held.map_err(|_| store::Error::Other("too many compare_and_swaps opened".to_owned()))
}

impl atomics::Host for Ctx {
    async fn increment(&mut self, bucket: Resource<OpenStore>, key: String, delta: i64) -> Answer<i64> {
        let label = self.held(&bucket)?.label;
        answer(self.grants.holding(self.grants.kv.increment(&self.caller, &label, &key, delta)).await)
    }

    async fn swap(
        &mut self,
        cas: Resource<GuardedCas>,
        value: Vec<u8>,
    ) -> wasmtime::Result<Result<(), atomics::CasError>> {
        // The guest gave the handle away: it must leave the table whatever happens.
        let cas = self.release(cas)?;
        let grants = Arc::clone(&self.grants);
        let renewed = match grants.holding(grants.kv.swap(&self.caller, &cas, value)).await {
            Ok(()) => return Ok(Ok(())),
            Err(SwapError::Other(text)) => Err(store::Error::Other(text)),
            Err(SwapError::CasFailed(_)) => match grants.kv.renewed(&cas).await {
                Ok(fresh) => handle(self.hold(fresh)?),
                Err(error) => Err(error.into()),
            },
        };
        Ok(Err(match renewed {
            Ok(fresh) => atomics::CasError::CasFailed(fresh),
            Err(error) => atomics::CasError::StoreError(error),
        }))
    }
}
