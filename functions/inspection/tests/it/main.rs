//! Inspections over HTTP, from the plan to the publication, with every function that takes part.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests fail as tests do")]

mod beacon;
mod contributors;
mod direct;
mod invariants;
mod refusals;
mod rights;
mod story;
mod town;
