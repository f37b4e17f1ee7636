//! The wasm engine: compiled once and kept, pooled, and interruptible.

use crate::state::Ctx;
use crate::{HostError, imports};
use std::path::Path;
use std::time::Duration;
use wasmtime::component::{Component, Linker};
use wasmtime::{Cache, CacheConfig, Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};
use wasmtime_wasi_http::p3::bindings::ServicePre;

/// A guest that never yields is stopped at the next tick and polled again; 10 ms keeps the others
/// of its thread alive at the price of 100 wake-ups a second.
const TICK: Duration = Duration::from_millis(10);
/// Core modules, memories and tables one component may bring: spin-sdk 7 needs one memory, two
/// tables and four core instances (the module, two shims, the fix-up).
const CORE_INSTANCES_EACH: u32 = 16;
const MEMORIES_EACH: u32 = 2;
const TABLES_EACH: u32 = 4;
/// Each request that waits in a host call keeps its own stack.
const STACKS_EACH: u32 = 4;

/// Makes the engine with room for `instances` live instances of at most `memory_max_bytes`.
///
/// Address space only, not memory: an instance reserves 4 GiB (so that wasm needs no bounds checks)
/// and 2 MiB a stack; 1 000 instances are 4 TiB of the 128 TiB a process has.
///
/// # Errors
/// Where the cache directory cannot be used.
pub fn engine(instances: u32, memory_max_bytes: usize, cache_dir: &Path) -> Result<Engine, HostError> {
    let fail = |error: wasmtime::Error| HostError::Engine(format!("{error:#}"));
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(instances)
        .total_core_instances(instances.saturating_mul(CORE_INSTANCES_EACH))
        .total_memories(instances.saturating_mul(MEMORIES_EACH))
        .total_tables(instances.saturating_mul(TABLES_EACH))
        .total_stacks(instances.saturating_mul(STACKS_EACH))
        .max_memory_size(memory_max_bytes)
        // What an instance touched most recently stays mapped: cheaper than faulting it in again.
        .linear_memory_keep_resident(512 * 1024)
        .table_keep_resident(64 * 1024)
        .async_stack_keep_resident(64 * 1024);
    let mut cache = CacheConfig::new();
    cache.with_directory(cache_dir);
    let mut config = Config::new();
    config
        .wasm_component_model_async(true)
        .epoch_interruption(true)
        .cache(Some(Cache::new(cache).map_err(fail)?))
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    let engine = Engine::new(&config).or_else(|error| {
        // Where address space is limited (ulimit -v, strict overcommit) there is no pool; slower,
        // but the same.
        tracing::warn!("no instance pool on this machine: {error:#}");
        config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
        Engine::new(&config)
    });
    let engine = engine.map_err(fail)?;
    tick(&engine)?;
    Ok(engine)
}

/// Moves the epoch on until the engine is gone.
fn tick(engine: &Engine) -> Result<(), HostError> {
    let engine = engine.weak();
    let ticking = move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(TICK);
        }
    };
    std::thread::Builder::new()
        .name("wasm-epoch".into())
        .spawn(ticking)
        .map(drop)
        .map_err(|error| HostError::Engine(error.to_string()))
}

/// Everything a component may import.
///
/// # Errors
/// Where two interfaces collide, which the tests would see first.
pub fn linker(engine: &Engine) -> Result<Linker<Ctx>, HostError> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)
        .and_then(|()| wasmtime_wasi::p3::add_to_linker(&mut linker))
        .and_then(|()| wasmtime_wasi_http::p3::add_to_linker(&mut linker))
        .and_then(|()| imports::add_to_linker(&mut linker))
        .map_err(|error| HostError::Engine(format!("{error:#}")))?;
    Ok(linker)
}

/// Compiles a component, or takes it from the cache, and checks that it can be served here.
///
/// # Errors
/// Where the file is missing, is no component, or wants what this host does not offer.
pub fn load(linker: &Linker<Ctx>, name: &str, path: &Path) -> Result<ServicePre<Ctx>, HostError> {
    let fail = |what: String| HostError::Component { component: name.to_owned(), what };
    if !path.is_file() {
        let what = format!("{} does not exist; run \"onetown build\"", path.display());
        return Err(fail(what));
    }
    let component = Component::from_file(linker.engine(), path)
        .map_err(|error| fail(format!("{} is no wasm component: {}", path.display(), in_one_line(&error))))?;
    let linked = linker
        .instantiate_pre(&component)
        .map_err(|error| fail(format!("this host cannot run it: {}", in_one_line(&error))))?;
    ServicePre::new(linked).map_err(|_| {
        fail("it exports no wasi:http/handler@0.3.0; build it with spin-sdk 7 and #[http_service]".to_owned())
    })
}

/// The engine draws some errors over several lines; people and logs want one.
fn in_one_line(error: &wasmtime::Error) -> String {
    format!("{error:#}").split_whitespace().collect::<Vec<_>>().join(" ")
}
