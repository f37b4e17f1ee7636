//! Instances and how requests share them: as Spin 4, at most 128 requests an instance, 16 at once,
//! and one second of idleness before it goes.
//!
//! A call of `wasi:keyvalue` holds its whole instance up until the store has answered. Sixteen
//! requests in one instance would write one after the other, each with a commit of its own; so a
//! component that was ever held up gets an instance for every request that is under way, and its
//! writers meet in the store. Spin does not do that; [`crate::HostBuilder::apart`] turns it off.

use crate::kv::Trace;
use crate::metrics::Metrics;
use crate::state::{Ctx, Grants};
use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};
use tokio::time::Sleep;
use wasmtime::component::GuestTaskId;
use wasmtime::{Store, StoreContextMut};
use wasmtime_wasi_http::WasiHttpView as _;
use wasmtime_wasi_http::handler::{
    HandlerState, Instance, Proxy, ShouldAccept, WorkerExpiration, WorkerState, WorkerStatus,
};
use wasmtime_wasi_http::p3::bindings::ServicePre;

/// Spin 4's numbers.
const REQUESTS_PER_INSTANCE: usize = 128;
const REQUESTS_AT_ONCE: usize = 16;
const IDLE: Duration = Duration::from_secs(1);

/// Ties instances to the running host.
#[derive(Clone)]
pub struct Life {
    /// Turns true, or loses its sender, when the host stops.
    pub stop: watch::Receiver<bool>,
    /// Held as long as any instance may live; nothing is ever sent.
    #[expect(dead_code, reason = "its end is its message")]
    pub alive: mpsc::Sender<()>,
}

impl Life {
    fn is_over(&self) -> bool {
        *self.stop.borrow() || self.stop.has_changed().is_err()
    }

    async fn over(mut self) {
        // An error means that nobody is left who could say stop: the same thing.
        _ = self.stop.wait_for(|stop| *stop).await;
    }
}

/// Makes instances of one component.
pub struct Factory {
    /// The linked component.
    pub pre: ServicePre<Ctx>,
    /// Its rights.
    pub grants: Arc<Grants>,
    /// How long a request may take.
    pub timeout: Duration,
    /// Whether each request gets an instance to itself, so that what the instance does is what the
    /// request did.
    pub traced: bool,
    /// Where instances are counted.
    pub metrics: Arc<Metrics>,
    /// How long instances may live.
    pub life: Life,
}

impl HandlerState for Factory {
    type StoreData = Ctx;
    type WorkerExpiration = Expiry;
    type WorkerState = Reuse;

    async fn instantiate(&self) -> wasmtime::Result<Instance<Ctx, Expiry, Reuse>> {
        let mut store = Store::new(self.pre.engine(), Ctx::new(&self.grants)?);
        store.limiter(|ctx| &mut ctx.limits);
        // A busy guest gives way at every tick, so its deadline can be looked at.
        store.set_epoch_deadline(1);
        store.epoch_deadline_async_yield_and_update(1);
        let service = self.pre.instantiate_async(&mut store).await?;
        self.metrics.instance_started();
        Ok(Instance {
            store,
            proxy: Proxy::P3(service),
            view: |ctx| ctx.http(),
            expiration: Expiry {
                timeout: self.timeout,
                sleep: Box::pin(tokio::time::sleep(self.timeout)),
                over: self.life.clone().over().boxed().shared(),
            },
            state: Reuse {
                grants: Arc::clone(&self.grants),
                requests_max: if self.traced { 1 } else { REQUESTS_PER_INSTANCE },
                timeout: self.timeout,
                metrics: Arc::clone(&self.metrics),
                life: self.life.clone(),
            },
        })
    }
}

/// When an instance must go, looked at from outside the guest.
pub struct Expiry {
    timeout: Duration,
    sleep: Pin<Box<Sleep>>,
    /// Shared only because such a future may be asked again after it is over.
    over: Shared<BoxFuture<'static, ()>>,
}

impl WorkerExpiration for Expiry {
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>, status: WorkerStatus, since: Instant) -> Poll<()> {
        if status == WorkerStatus::Idle && self.over.poll_unpin(cx).is_ready() {
            return Poll::Ready(());
        }
        let allowed = match status {
            WorkerStatus::Idle => IDLE,
            WorkerStatus::Requests | WorkerStatus::PostReturn => self.timeout,
        };
        let deadline = (since + allowed).into();
        if self.sleep.deadline() != deadline {
            self.sleep.as_mut().reset(deadline);
        }
        self.sleep.as_mut().poll(cx)
    }
}

/// How many requests an instance takes.
pub struct Reuse {
    grants: Arc<Grants>,
    requests_max: usize,
    timeout: Duration,
    metrics: Arc<Metrics>,
    life: Life,
}

impl WorkerState for Reuse {
    type StoreData = Ctx;
    type RequestData = Option<Arc<Trace>>;

    fn should_accept_request(&self, at_once: usize, so_far: usize) -> ShouldAccept {
        let apart = self.grants.apart && self.grants.held_up.load(Relaxed);
        let at_once_max = if apart { 1 } else { REQUESTS_AT_ONCE };
        if so_far >= self.requests_max {
            ShouldAccept::Never
        } else if at_once >= at_once_max {
            ShouldAccept::No
        } else {
            ShouldAccept::Yes
        }
    }

    fn on_request_start(
        &self,
        mut store: StoreContextMut<'_, Ctx>,
        trace: Option<Arc<Trace>>,
        _: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + Sync>> {
        store.data_mut().set_trace(trace);
        Box::pin(tokio::time::sleep(self.timeout))
    }

    fn drop(&self, store: Store<Ctx>, result: wasmtime::Result<()>) {
        self.metrics.instance_ended();
        // The end of the runtime drops instances too, and nobody is interested.
        if let Err(error) = result
            && !self.life.is_over()
        {
            self.metrics.trapped();
            tracing::error!("component \"{}\": {error:#}", self.grants.component);
        }
        drop(store);
    }
}
