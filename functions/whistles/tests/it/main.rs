//! Whistles over HTTP: the story, who hears one, and what is refused.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests fail as tests do")]

mod crashes;
mod refusals;
mod story;
mod town;
