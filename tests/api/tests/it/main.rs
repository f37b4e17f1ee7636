//! The product from outside: the real components of spin.toml on the real host, over real HTTP. One binary, because
//! each would link the whole wasm engine again.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail as tests do: by panicking"
)]

mod bad_input;
mod beacon;
mod budgets;
mod client;
mod components;
mod counting;
mod durability;
mod every_route;
mod forms;
mod hotline;
mod journey;
mod many_from_one;
mod photos;
mod same_key;
mod secrets;
mod servers;
mod town;
