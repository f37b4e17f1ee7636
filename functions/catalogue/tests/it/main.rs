//! The catalogue's administration over HTTP: previews, days, going back, and what goes wrong.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests fail as tests do")]

mod changes;
mod days;
mod town;
