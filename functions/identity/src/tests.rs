//! The routes as their users meet them, over the store in memory, with the ways of SQLite and of Redis.

mod administration;
mod catalogue;
mod crashes;
mod integration;
mod overtaking;
mod passwords;
mod sessions;
mod setup;
mod staff;
mod town;
mod two_steps;
