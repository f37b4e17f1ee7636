//! Starting and stopping an application, for the command line and for tests alike.

use crate::app::App;
use crate::instances::Life;
use crate::kv::{FaultRule, Kv, KvBackend, RedisBackend, SqliteBackend};
use crate::manifest::Manifest;
use crate::metrics::{Metrics, Snapshot};
use crate::prepare::Common;
use crate::routes::Routes;
use crate::state::Ctx;
use crate::{HostError, engine, server, variables};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinHandle;
use wasmtime::component::Linker;

/// Requests inside components at the same time. Each may need an instance of its own (a guest in a
/// synchronous call takes no second request), so this is also the number of instances a component
/// may have: 256 of some 2 MB touched memory are half a gigabyte at the very worst.
const REQUESTS_AT_ONCE: u32 = 256;
/// Instances linger for a second after their last request, and components take turns at the peak:
/// four of them may have their peak in one second. Spin has room for 1 000. The kernel counts
/// mappings, and the stacks of the pool are four for each instance: 4 096 instances were 16 400 of
/// the 65 530 that Linux allows a process, so four hosts in one (tests) were too many.
const INSTANCES_MAX: u32 = 1_024;

/// Which store stands behind `key_value_stores`.
#[derive(Clone)]
pub enum StoreChoice {
    /// `sqlite_key_value.db` in the state directory, as `spin up`.
    Sqlite,
    /// A Redis or Valkey address.
    Redis(String),
    /// A backend of the caller's own.
    Custom(Arc<dyn KvBackend>),
}

/// What to run and how; made by [`Host::builder`].
pub struct HostBuilder {
    manifest: PathBuf,
    variables: BTreeMap<String, String>,
    state_dir: Option<PathBuf>,
    listen: SocketAddr,
    store: StoreChoice,
    faults: Vec<FaultRule>,
    trace: bool,
    timeout: Duration,
    body_max_bytes: usize,
    memory_max_bytes: usize,
    apart: bool,
}

/// The host: a Spin application on this machine.
pub struct Host;

impl Host {
    /// Starts describing a host for a manifest (or for `spin.toml` in a directory).
    pub fn builder(manifest: impl Into<PathBuf>) -> HostBuilder {
        HostBuilder {
            manifest: manifest.into(),
            variables: BTreeMap::new(),
            state_dir: None,
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            store: StoreChoice::Sqlite,
            faults: Vec::new(),
            trace: false,
            timeout: Duration::from_secs(30),
            // The largest body a function takes is a 10 MiB attachment with its envelope.
            body_max_bytes: 16 * 1024 * 1024,
            // A function needs a few MiB; one that handles a 10 MiB attachment a few times that.
            memory_max_bytes: 256 * 1024 * 1024,
            apart: true,
        }
    }
}

impl HostBuilder {
    /// Values of application variables; they beat `SPIN_VARIABLE_*` and defaults.
    #[must_use]
    pub fn variables(mut self, values: BTreeMap<String, String>) -> Self {
        self.variables = values;
        self
    }

    /// Where the database, logs and caches live; `.spin` beside the manifest if not said.
    #[must_use]
    pub fn state_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.state_dir = Some(directory.into());
        self
    }

    /// The address; port 0 of 127.0.0.1 (any free one) if not said.
    #[must_use]
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// The store; SQLite if not said.
    #[must_use]
    pub fn store(mut self, store: StoreChoice) -> Self {
        self.store = store;
        self
    }

    /// Faults for the store's operations; the first rule that picks an operation decides.
    #[must_use]
    pub fn faults(mut self, rules: Vec<FaultRule>) -> Self {
        self.faults = rules;
        self
    }

    /// Whether a request with `x-onetown-trace: kv` is told its store operations.
    #[must_use]
    pub fn trace(mut self, allowed: bool) -> Self {
        self.trace = allowed;
        self
    }

    /// The longest a request may take; 30 s if not said.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The largest request body; 16 MiB if not said.
    #[must_use]
    pub fn body_max_bytes(mut self, bytes: usize) -> Self {
        self.body_max_bytes = bytes;
        self
    }

    /// How far an instance's memory may grow; 256 MiB if not said.
    #[must_use]
    pub fn memory_max_bytes(mut self, bytes: usize) -> Self {
        self.memory_max_bytes = bytes;
        self
    }

    /// Whether a component that a call of the store made wait has an instance for each request from then on; yes if not
    /// said. Without it instances are shared as Spin shares them, and sixteen writers in one wait for one another.
    #[must_use]
    pub fn apart(mut self, apart: bool) -> Self {
        self.apart = apart;
        self
    }

    /// Opens the store, compiles the components and starts serving.
    ///
    /// # Errors
    /// One sentence for whatever stands in the way; see [`HostError`].
    pub async fn start(self) -> Result<RunningHost, HostError> {
        let manifest = Manifest::read(&self.manifest)?;
        let values = variables::resolve(&manifest.variables, &self.variables, |name| std::env::var(name).ok())?;
        let state_dir = self.state_dir.clone().unwrap_or_else(|| manifest.directory.join(".spin"));
        let state_dir = writable(&state_dir)?;
        let names = served_components(&manifest);
        let routes = Routes::new(manifest.triggers(), |name| names.iter().position(|known| *known == name))?;
        let linker = self.linker(names.len(), &state_dir)?;
        let kv = Arc::new(Kv::new(open_store(&self.store, &state_dir).await?, self.faults));
        let metrics = Arc::new(Metrics::default());
        let (stop, stopped) = watch::channel(false);
        let (alive, gone) = mpsc::channel(1);
        let common = Common {
            manifest: &manifest,
            values: &values,
            state_dir: &state_dir,
            kv: &kv,
            metrics: &metrics,
            life: Life { stop: stopped.clone(), alive },
            timeout: self.timeout,
            trace: self.trace,
            memory_max_bytes: self.memory_max_bytes,
            apart: self.apart,
        };
        let prepared = names.iter().map(|name| common.served(&linker, name));
        let components = prepared.collect::<Result<Vec<_>, _>>()?;
        let app = App {
            routes,
            components,
            at_once: Semaphore::new(REQUESTS_AT_ONCE as usize),
            timeout: self.timeout,
            body_max_bytes: self.body_max_bytes,
            metrics: Arc::clone(&metrics),
        };
        drop(common);
        let listener = listen(self.listen).await?;
        let addr = listener.local_addr().map_err(|error| cannot_listen(self.listen, &error))?;
        let serving = tokio::spawn(server::serve(listener, Arc::new(app), stopped));
        Ok(RunningHost { addr, kv, metrics, stop, serving, gone })
    }

    fn linker(&self, components: usize, state_dir: &Path) -> Result<Linker<Ctx>, HostError> {
        let pools = u32::try_from(components).unwrap_or(u32::MAX);
        let pools = pools.saturating_add(u32::from(self.trace));
        let instances = REQUESTS_AT_ONCE.saturating_mul(pools).min(INSTANCES_MAX);
        let engine = engine::engine(instances, self.memory_max_bytes, &state_dir.join("cache"))?;
        engine::linker(&engine)
    }
}

/// The components that a route leads to; one that no route reaches need not be built.
fn served_components(manifest: &Manifest) -> Vec<&str> {
    let names: BTreeSet<&str> = manifest.triggers().iter().map(|trigger| trigger.component.as_str()).collect();
    names.into_iter().collect()
}

async fn open_store(choice: &StoreChoice, state_dir: &Path) -> Result<Arc<dyn KvBackend>, HostError> {
    Ok(match choice {
        StoreChoice::Sqlite => Arc::new(SqliteBackend::open(&state_dir.join("sqlite_key_value.db"))?),
        StoreChoice::Redis(url) => Arc::new(RedisBackend::connect(url).await?),
        StoreChoice::Custom(backend) => Arc::clone(backend),
    })
}

/// Makes the state directory; the module cache wants its path absolute.
fn writable(directory: &Path) -> Result<PathBuf, HostError> {
    let fail = |error: std::io::Error| HostError::State {
        path: directory.to_owned(),
        what: format!("{error}; start with another --state-dir"),
    };
    std::fs::create_dir_all(directory).map_err(fail)?;
    std::path::absolute(directory).map_err(fail)
}

async fn listen(address: SocketAddr) -> Result<TcpListener, HostError> {
    TcpListener::bind(address).await.map_err(|error| cannot_listen(address, &error))
}

fn cannot_listen(address: SocketAddr, error: &std::io::Error) -> HostError {
    let what = match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            "something else listens there; choose another address with --listen".to_owned()
        }
        _ => error.to_string(),
    };
    HostError::Listen { address: address.to_string(), what }
}

/// A started application. Dropping it stops it too, without waiting.
pub struct RunningHost {
    /// Where it listens.
    pub addr: SocketAddr,
    kv: Arc<Kv>,
    metrics: Arc<Metrics>,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
    /// Ends when the last instance is gone.
    gone: mpsc::Receiver<()>,
}

impl RunningHost {
    /// `http://127.0.0.1:3000`, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// The store itself, without faults or traces.
    #[must_use]
    pub fn kv(&self) -> Arc<dyn KvBackend> {
        Arc::clone(self.kv.backend())
    }

    /// The counters now.
    #[must_use]
    pub fn metrics(&self) -> Snapshot {
        self.metrics.snapshot()
    }

    /// Accepts nothing more, lets requests under way finish (at most 10 s), closes the store.
    pub async fn shutdown(mut self) {
        _ = self.stop.send(true);
        if let Err(error) = self.serving.await {
            tracing::error!("the server ended badly: {error}");
        }
        // Instances hold the store open; the last one to go lets it close.
        if tokio::time::timeout(server::DRAIN, self.gone.recv()).await.is_err() {
            tracing::warn!("instances were left behind");
        }
    }
}
