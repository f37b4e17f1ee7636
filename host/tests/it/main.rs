//! The host from outside: real components, real HTTP, real stores. One binary, because each would
//! link the whole wasm engine again.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail as tests do: by panicking"
)]

mod common;
mod containment;
mod durability;
mod faults_and_traces;
mod rights;
mod sharing;
mod store_redis;
mod store_sqlite;
