//! Exports over HTTP, in the town that the tests of `dispatch` work in.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests fail as tests do")]

mod approval;
mod records;
#[path = "../../../dispatch/tests/it/town.rs"]
#[expect(dead_code, reason = "the tests of dispatch need more of it")]
mod town;
