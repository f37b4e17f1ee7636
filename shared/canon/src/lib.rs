//! Canonical bytes, hashing and identifiers.
