//! What a town is made of, read from its files into one immutable value.
mod calendar_rows;
mod codes;
mod error;
mod files;
mod table;
pub use codes::*;
pub use error::{RowError, RowErrorCode};
