//! From a component's table in the manifest to something that can serve requests.

use crate::app::Served;
use crate::instances::{Factory, Life};
use crate::kv::Kv;
use crate::manifest::{Component, Manifest};
use crate::metrics::Metrics;
use crate::outbound::Outbound;
use crate::state::{Ctx, Grants};
use crate::{HostError, engine, mounts, variables};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use wasmtime::component::Linker;
use wasmtime_wasi::cli::OutputFile;
use wasmtime_wasi_http::handler::ProxyHandler;

/// The one store label Spin knows without a runtime configuration.
const KNOWN_STORES: [&str; 1] = ["default"];

/// What all components of an application share.
pub struct Common<'a> {
    /// The manifest they stand in.
    pub manifest: &'a Manifest,
    /// Application variables with their values.
    pub values: &'a BTreeMap<String, String>,
    /// Where logs and gathered files go.
    pub state_dir: &'a Path,
    /// The store.
    pub kv: &'a Arc<Kv>,
    /// The counters.
    pub metrics: &'a Arc<Metrics>,
    /// How long instances may live.
    pub life: Life,
    /// Longest time for an answer.
    pub timeout: Duration,
    /// Whether requests may ask for a trace.
    pub trace: bool,
    /// How far an instance's memory may grow.
    pub memory_max_bytes: usize,
    /// See [`crate::HostBuilder::apart`].
    pub apart: bool,
}

impl Common<'_> {
    /// Compiles a component and binds it to its rights.
    ///
    /// # Errors
    /// One sentence about its file, its templates, its hosts or its imports.
    pub fn served(&self, linker: &Linker<Ctx>, name: &str) -> Result<Served, HostError> {
        let fail = |what: String| HostError::Component { component: name.to_owned(), what };
        let table = self.manifest.component.get(name).ok_or_else(|| fail("no table describes it".to_owned()))?;
        let grants = Arc::new(self.grants(name, table)?);
        let pre = engine::load(linker, name, &self.manifest.directory.join(&table.source))?;
        let handler = |traced| {
            ProxyHandler::new(Factory {
                pre: pre.clone(),
                grants: Arc::clone(&grants),
                timeout: self.timeout,
                traced,
                metrics: Arc::clone(self.metrics),
                life: self.life.clone(),
            })
        };
        Ok(Served { name: name.into(), shared: handler(false), traced: self.trace.then(|| handler(true)) })
    }

    fn grants(&self, name: &str, table: &Component) -> Result<Grants, HostError> {
        let fail = |what: String| HostError::Component { component: name.to_owned(), what };
        let component: Arc<str> = name.into();
        let filled = |(name, template): (&String, &String)| Ok((name.clone(), variables::fill(template, self.values)?));
        let values = table.variables.iter().map(filled).collect::<Result<_, String>>();
        let hosts = table.allowed_outbound_hosts.iter();
        let hosts = hosts.map(|host| variables::fill(host, self.values)).collect::<Result<Vec<_>, _>>();
        let staging = self.state_dir.join("assets").join(name);
        Ok(Grants {
            stores: table.key_value_stores.iter().cloned().collect(),
            known_stores: KNOWN_STORES.into_iter().map(str::to_owned).collect::<BTreeSet<_>>(),
            variables: values.map_err(fail)?,
            environment: table.environment.clone().into_iter().collect(),
            mounts: mounts::prepare(name, &table.files, &self.manifest.directory, &staging)?,
            outbound: Outbound::new(&component, &hosts.map_err(fail)?)?,
            kv: Arc::clone(self.kv),
            apart: self.apart,
            held_up: AtomicBool::new(false),
            stdout: self.log(name, "stdout")?,
            stderr: self.log(name, "stderr")?,
            memory_max_bytes: self.memory_max_bytes,
            component,
        })
    }

    /// `logs/<component>_stdout.txt` and `…_stderr.txt`, appended to, as Spin names them.
    fn log(&self, component: &str, stream: &str) -> Result<OutputFile, HostError> {
        let directory = self.state_dir.join("logs");
        let path = directory.join(format!("{component}_{stream}.txt"));
        let opened =
            std::fs::create_dir_all(&directory).and_then(|()| OpenOptions::new().create(true).append(true).open(&path));
        let file = opened.map_err(|error| HostError::State { path, what: error.to_string() })?;
        Ok(OutputFile::new(file))
    }
}
