//! Aggregates, state machines, calendar, deadlines: the law as pure functions.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

pub mod calendar;
pub mod catalogue;
pub mod limit;
mod text;
pub mod time;
