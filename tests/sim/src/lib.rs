//! The simulation: the real code over a store that fails in every way a real one can, under a scheduler that one seed
//! replays exactly.
//!
//! [`random`] and [`scheduler`] decide what happens when; [`desk`] and [`world`] are the people and timers of a town over
//! the store alone, [`town`],
//! [`citizens`], [`office`] and [`inspectors`] the same through the HTTP routers; [`points`] strikes one request; [`checker`] recomputes everything from the documents and compares. What must stay true:
//! no wall clock, no thread, no iteration order of a hash map takes part, so a printed seed is a reproduction.

pub mod checker;
pub mod citizens;
pub mod desk;
pub mod inspectors;
pub mod office;
pub mod points;
pub mod quiesce;
pub mod random;
pub mod runs;
pub mod scheduler;
pub mod town;
pub mod world;

pub use random::Random;
pub use scheduler::{Faults, Scheduler};
