//! Aggregates, state machines, calendar, deadlines: the law as pure functions.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

pub mod aggregate;
pub mod board;
pub mod calendar;
pub mod catalogue;
pub mod export;
pub mod hotline;
pub mod inspection;
pub mod integration;
pub mod limit;
pub mod look;
pub mod order;
pub mod permission;
pub mod staff;
mod text;
pub mod time;
pub mod upload;
pub mod whistle;
