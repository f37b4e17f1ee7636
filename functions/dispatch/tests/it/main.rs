//! The command centre over HTTP, with every function that its story needs and no network.

mod commands;
mod rights;
mod story;
mod town;
