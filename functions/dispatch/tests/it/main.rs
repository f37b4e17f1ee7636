//! The command centre over HTTP, with every function that its story needs and no network.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests fail as tests do")]

mod commands;
mod doors;
mod looks;
mod merges;
mod rights;
mod story;
mod supervision;
mod town;
mod words;
