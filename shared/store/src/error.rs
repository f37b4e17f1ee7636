//! What the store can answer instead of a result.

use crate::port::KvError;

/// Why a store operation did not finish. Every variant is safe to retry with the same operation id.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The backend failed; whether the last write applied is unknown.
    #[error(transparent)]
    Kv(#[from] KvError),
    /// Somebody else is at work on the same key; try again in a moment.
    #[error("another request is at work on the same key")]
    Busy,
    /// What is stored does not read as what it should be.
    #[error("a stored value is damaged: {0}")]
    Damaged(String),
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl From<canon::ReadError> for StoreError {
    fn from(error: canon::ReadError) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl From<canon::NotCanonical> for StoreError {
    fn from(error: canon::NotCanonical) -> Self {
        Self::Damaged(error.to_string())
    }
}
