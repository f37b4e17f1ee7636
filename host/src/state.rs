//! What one instance of a component carries with it, and what it may do with it.
//!
//! An instance serves several requests at once, so nothing here belongs to one request: except the
//! trace, and a traced request has its instance to itself.

use crate::kv::{Caller, Kv, KvError, Trace};
use crate::outbound::Outbound;
use std::collections::{BTreeMap, BTreeSet};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use wasmtime::component::{HasData, Resource, ResourceTable};
use wasmtime::{StoreLimits, StoreLimitsBuilder};
use wasmtime_wasi::cli::OutputFile;
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

/// As many stores and swap handles as Spin lets one instance hold open.
const HANDLES_MAX: usize = 256;

/// A component's rights and settings, the same for all its instances.
pub struct Grants {
    /// The component's name in the manifest.
    pub component: Arc<str>,
    /// Store labels of `key_value_stores`.
    pub stores: BTreeSet<String>,
    /// Store labels this host has a backend for.
    pub known_stores: BTreeSet<String>,
    /// The component's variables, resolved.
    pub variables: BTreeMap<String, String>,
    /// The `environment` table.
    pub environment: Vec<(String, String)>,
    /// Host directory and the path the guest sees it at, read-only.
    pub mounts: Vec<(std::path::PathBuf, String)>,
    /// Where outbound requests may go.
    pub outbound: Outbound,
    /// The store.
    pub kv: Arc<Kv>,
    /// See [`crate::HostBuilder::apart`].
    pub apart: bool,
    /// Whether a synchronous call ever made one of its instances wait.
    pub held_up: AtomicBool,
    /// Log files for what the guest prints.
    pub stdout: OutputFile,
    /// See `stdout`.
    pub stderr: OutputFile,
    /// How far an instance's memory may grow.
    pub memory_max_bytes: usize,
}

impl Grants {
    /// Runs a synchronous call of the store, noting whether its instance had to wait.
    pub async fn holding<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        poll_fn(|cx| {
            let polled = work.as_mut().poll(cx);
            if polled.is_pending() {
                self.held_up.store(true, Relaxed);
            }
            polled
        })
        .await
    }
}

/// An open store.
#[derive(Clone)]
pub struct OpenStore {
    /// The label it was opened by.
    pub label: Arc<str>,
}

/// The data of a wasm store.
pub struct Ctx {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
    outbound: Outbound,
    handles: usize,
    /// Memory and table growth.
    pub limits: StoreLimits,
    /// Rights of the component.
    pub grants: Arc<Grants>,
    /// Who the store is told is asking.
    pub caller: Caller,
}

impl Ctx {
    /// The data of a fresh instance.
    pub fn new(grants: &Arc<Grants>) -> wasmtime::Result<Self> {
        let mut wasi = WasiCtx::builder();
        wasi.stdout(grants.stdout.clone()).stderr(grants.stderr.clone()).envs(&grants.environment);
        for (from, to) in &grants.mounts {
            wasi.preopened_dir(from, to, FsPerms::ReadOnly)?;
        }
        Ok(Self {
            wasi: wasi.build(),
            http: WasiHttpCtx::new(),
            table: ResourceTable::new(),
            outbound: grants.outbound.clone(),
            handles: 0,
            limits: StoreLimitsBuilder::new().memory_size(grants.memory_max_bytes).build(),
            caller: Caller { component: Arc::clone(&grants.component), trace: None },
            grants: Arc::clone(grants),
        })
    }

    /// Counts the operations of the one request this instance serves.
    pub fn set_trace(&mut self, trace: Option<Arc<Trace>>) {
        self.caller.trace = trace;
    }

    /// Opens a store by label. Rights come before existence, as in Spin.
    pub fn open(&mut self, label: &str) -> wasmtime::Result<Result<Resource<OpenStore>, KvError>> {
        if !self.grants.stores.contains(label) {
            return Ok(Err(KvError::AccessDenied));
        }
        if !self.grants.known_stores.contains(label) {
            return Ok(Err(KvError::NoSuchStore));
        }
        self.hold(OpenStore { label: label.into() })
    }

    /// Puts a store or a swap handle into the table, if there is room.
    pub fn hold<T: Send + 'static>(&mut self, held: T) -> wasmtime::Result<Result<Resource<T>, KvError>> {
        if self.handles >= HANDLES_MAX {
            return Ok(Err(KvError::StoreTableFull));
        }
        self.handles += 1;
        Ok(Ok(self.table.push(held)?))
    }

    /// A copy of what a handle stands for.
    pub fn held<T: Clone + 'static>(&self, handle: &Resource<T>) -> wasmtime::Result<T> {
        Ok(self.table.get(handle)?.clone())
    }

    /// Gives a handle up.
    pub fn release<T: 'static>(&mut self, handle: Resource<T>) -> wasmtime::Result<T> {
        let held = self.table.delete(handle)?;
        self.handles = self.handles.saturating_sub(1);
        Ok(held)
    }
}

impl WasiView for Ctx {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for Ctx {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { hooks: &mut self.outbound, table: &mut self.table, ctx: &mut self.http }
    }
}

/// Tells the linker that our own interfaces work on the whole [`Ctx`].
pub struct HasCtx;

impl HasData for HasCtx {
    type Data<'a> = &'a mut Ctx;
}
