//! The 12345 webhook over a store that fails, against a platform that fails too. One binary, because all of it needs the
//! same town.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test: what is wrong must stop it"
)]

mod answers;
mod fuzz;
mod invariants;
mod points;
mod runs;
mod story;
mod town;
