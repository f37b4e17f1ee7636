//! A Spin-compatible host on wasmtime: it reads a `spin.toml`, runs its components and keeps their
//! data in the same file as `spin up` would.
//!
//! It knows the manifest and the WIT interfaces and nothing of the application in it. What must
//! stay true: a component can do nothing that its manifest does not grant, and nothing it does
//! takes the host or another component down.
//!
//! ```no_run
//! # async fn example() -> Result<(), host::HostError> {
//! let running = host::Host::builder("spin.toml").trace(true).start().await?;
//! println!("{}", running.url());
//! running.shutdown().await;
//! # Ok(())
//! # }
//! ```

mod app;
mod bindings;
mod engine;
mod error;
mod host;
mod imports;
mod instances;
pub mod kv;
pub mod manifest;
mod metrics;
mod mounts;
mod outbound;
mod prepare;
mod routes;
mod server;
mod state;
mod variables;

pub use error::HostError;
pub use host::{Host, HostBuilder, RunningHost, StoreChoice};
pub use metrics::Snapshot;
