//! The life of a work order (handbook §1.3 to §1.10, §2), told through what functions use of it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the stage stops the test that it cannot set"
)]

#[path = "../common/mod.rs"]
mod common;
mod scene;

mod callers;
mod clocks;
mod deadlines;
mod due;
mod golden;
mod invariants;
mod queues;
mod rates;
mod standing;
mod stories;
mod suggest;
mod supervision;
mod transitions;
mod upstream;
mod walk;
mod whistles;
