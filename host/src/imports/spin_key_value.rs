//! `spin:key-value@3.0.0`: asynchronous, so other requests of the instance go on meanwhile.

use crate::bindings::key_value::{Error, Host, HostStore, HostStoreWithStore};
use crate::kv::{Caller, Kv, KvError};
use crate::state::{Ctx, HasCtx, OpenStore};
use std::sync::Arc;
use wasmtime::component::{Accessor, FutureReader, Resource, StreamReader};

impl From<KvError> for Error {
    fn from(error: KvError) -> Self {
        match error {
            KvError::NoSuchStore => Self::NoSuchStore,
            KvError::AccessDenied => Self::AccessDenied,
            KvError::StoreTableFull => Self::StoreTableFull,
            KvError::Other(text) => Self::Other(text),
        }
    }
}

/// What an operation needs, taken out of the store so that it is free while the operation runs.
fn parts(
    accessor: &Accessor<Ctx, HasCtx>,
    store: &Resource<OpenStore>,
) -> wasmtime::Result<(Arc<Kv>, Caller, Arc<str>)> {
    accessor.with(|mut access| {
        let ctx = access.get();
        Ok((Arc::clone(&ctx.grants.kv), ctx.caller.clone(), ctx.held(store)?.label))
    })
}

impl Host for Ctx {}

impl HostStore for Ctx {
    fn drop(&mut self, store: Resource<OpenStore>) -> wasmtime::Result<()> {
        self.release(store).map(drop)
    }
}

impl HostStoreWithStore<Ctx> for HasCtx {
    async fn open(
        accessor: &Accessor<Ctx, Self>,
        label: String,
    ) -> wasmtime::Result<Result<Resource<OpenStore>, Error>> {
        let opened = accessor.with(|mut access| access.get().open(&label))?;
        Ok(opened.map_err(Error::from))
    }

    async fn get(
        accessor: &Accessor<Ctx, Self>,
        store: Resource<OpenStore>,
        key: String,
    ) -> wasmtime::Result<Result<Option<Vec<u8>>, Error>> {
        let (kv, who, label) = parts(accessor, &store)?;
        Ok(kv.get(&who, &label, &key).await.map_err(Error::from))
    }

    async fn set(
        accessor: &Accessor<Ctx, Self>,
        store: Resource<OpenStore>,
        key: String,
        value: Vec<u8>,
    ) -> wasmtime::Result<Result<(), Error>> {
        let (kv, who, label) = parts(accessor, &store)?;
        Ok(kv.set(&who, &label, &key, value).await.map_err(Error::from))
    }

    async fn delete(
        accessor: &Accessor<Ctx, Self>,
        store: Resource<OpenStore>,
        key: String,
    ) -> wasmtime::Result<Result<(), Error>> {
        let (kv, who, label) = parts(accessor, &store)?;
        Ok(kv.delete(&who, &label, &key).await.map_err(Error::from))
    }

    async fn exists(
        accessor: &Accessor<Ctx, Self>,
        store: Resource<OpenStore>,
        key: String,
    ) -> wasmtime::Result<Result<bool, Error>> {
        let (kv, who, label) = parts(accessor, &store)?;
        Ok(kv.exists(&who, &label, &key).await.map_err(Error::from))
    }

    async fn get_keys(
        accessor: &Accessor<Ctx, Self>,
        store: Resource<OpenStore>,
    ) -> wasmtime::Result<(StreamReader<String>, FutureReader<Result<(), Error>>)> {
        let (kv, who, label) = parts(accessor, &store)?;
        let (keys, end) = match kv.list(&who, &label).await {
            Ok(keys) => (keys, Ok(())),
            Err(error) => (Vec::new(), Err(Error::from(error))),
        };
        accessor.with(|mut access| {
            let stream = StreamReader::new(&mut access, keys)?;
            Ok((stream, FutureReader::new(&mut access, async move { wasmtime::error::Ok(end) })?))
        })
    }
}
