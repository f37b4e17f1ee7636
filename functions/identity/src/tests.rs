//! The routes as their users meet them, over the store in memory, with the ways of SQLite and of Redis.

mod catalogue;
mod overtaking;
mod sessions;
mod setup;
mod staff;
mod town;
