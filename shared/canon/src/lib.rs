//! Canonical bytes, hashing and identifiers.
//!
//! Everything that OneTown signs, chains or publishes goes through this crate, so that a document hashed by a
//! component, by a native test and in a visitor's browser gives the same bytes. What must stay true: no IO, no clock,
//! no randomness, no floating point; the output for a given input never changes once released.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod chain;
mod hash;
mod id;
mod json;
mod mac;
mod read;
mod variant;

pub use chain::{chain_root, event_hash};
pub use hash::{Hash, HashParseError, lp, sha256};
pub use id::{DocId, IdError, OpId};
pub use json::{NotCanonical, canonical};
pub use mac::Mac;
pub use read::{ReadError, Tree, read, read_value, read_variant};
pub use variant::{VariantContent, variant_name};
