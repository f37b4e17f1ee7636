//! The key-value port: what a store can do, in the host's own words.
//!
//! Two stores stand behind it, and each behaves as Spin's does to the bit, the awkward parts
//! included, because the functions above are written for those. What must stay true: an operation
//! that answered `Ok` is durable and is seen by every later read.

pub mod fault;
mod guard;
mod redis;
mod sqlite;
mod trace;
mod writer;

pub use fault::{Fault, FaultRule};
pub use guard::{Caller, GuardedCas, Kv};
pub use redis::RedisBackend;
pub use sqlite::SqliteBackend;
pub use trace::Trace;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A key with its value, or with `None` where a backend says the key is absent.
pub type Pair = (String, Option<Vec<u8>>);

/// Why an operation failed, as the guest sees it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KvError {
    /// No store is known by this label.
    #[error("no such store")]
    NoSuchStore,
    /// The component was not granted this store.
    #[error("access denied")]
    AccessDenied,
    /// More than 256 stores are open in one instance.
    #[error("store table full")]
    StoreTableFull,
    /// The backend failed; the text is the backend's own.
    #[error("{0}")]
    Other(String),
}

impl KvError {
    /// Spin hands the backend's error to the guest in its debug form; so do we.
    pub(crate) fn from_backend(error: impl fmt::Debug) -> Self {
        let text = format!("{error:?}");
        tracing::warn!("key-value error: {text}");
        Self::Other(text)
    }
}

/// Why a swap did not report success. It may have applied all the same (see [`RedisBackend`]).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SwapError {
    /// The guest gets a fresh handle and may try again.
    #[error("{0}")]
    CasFailed(String),
    /// The store itself failed.
    #[error("{0}")]
    Other(String),
}

impl From<KvError> for SwapError {
    fn from(error: KvError) -> Self {
        Self::Other(error.to_string())
    }
}

/// The kinds of operation, for faults and traces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// Read one key.
    Get,
    /// Write one key.
    Set,
    /// Remove one key.
    Delete,
    /// Ask whether a key is there.
    Exists,
    /// Read several keys.
    GetMany,
    /// Write several keys.
    SetMany,
    /// Remove several keys.
    DeleteMany,
    /// Add to a counter.
    Increment,
    /// Read a key through a swap handle.
    CasCurrent,
    /// Write through a swap handle.
    Swap,
    /// List the keys.
    List,
}

impl Op {
    /// Every kind, in the order a trace lists them.
    pub const ALL: [Self; 11] = [
        Self::Get,
        Self::Set,
        Self::Delete,
        Self::Exists,
        Self::GetMany,
        Self::SetMany,
        Self::DeleteMany,
        Self::Increment,
        Self::CasCurrent,
        Self::Swap,
        Self::List,
    ];

    /// The name used in rules and headers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Set => "set",
            Self::Delete => "delete",
            Self::Exists => "exists",
            Self::GetMany => "get_many",
            Self::SetMany => "set_many",
            Self::DeleteMany => "delete_many",
            Self::Increment => "increment",
            Self::CasCurrent => "cas_current",
            Self::Swap => "swap",
            Self::List => "list",
        }
    }
}

impl FromStr for Op {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|op| op.name() == text).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|op| op.name()).collect();
            format!("\"{text}\" is no operation; use one of {}", names.join(", "))
        })
    }
}

/// A store of keys. `store` is the label the guest opened; Redis has one key space for all labels.
#[async_trait::async_trait]
pub trait KvBackend: Send + Sync + 'static {
    /// The value, or `None` where the key is absent.
    async fn get(&self, store: &str, key: &str) -> Result<Option<Vec<u8>>, KvError>;
    /// Writes the value, replacing what was there.
    async fn set(&self, store: &str, key: &str, value: Vec<u8>) -> Result<(), KvError>;
    /// Removes the key; an absent key is no error.
    async fn delete(&self, store: &str, key: &str) -> Result<(), KvError>;
    /// Whether the key is there.
    async fn exists(&self, store: &str, key: &str) -> Result<bool, KvError>;
    /// Reads several keys. SQLite answers only those that exist, in any order; Redis fails.
    async fn get_many(&self, store: &str, keys: Vec<String>) -> Result<Vec<Pair>, KvError>;
    /// Writes several keys, all or none.
    async fn set_many(&self, store: &str, pairs: Vec<(String, Vec<u8>)>) -> Result<(), KvError>;
    /// Removes several keys, all or none.
    async fn delete_many(&self, store: &str, keys: Vec<String>) -> Result<(), KvError>;
    /// Adds to a counter and answers the sum. SQLite keeps 8 bytes little endian, Redis decimal text.
    async fn increment(&self, store: &str, key: &str, delta: i64) -> Result<i64, KvError>;
    /// Every key of the store.
    async fn list(&self, store: &str) -> Result<Vec<String>, KvError>;
    /// A swap handle on one key. Nothing is read yet.
    async fn cas(&self, store: &str, key: &str) -> Result<Arc<dyn Cas>, KvError>;
}

/// A compare-and-swap handle. Without [`Cas::current`] first, a swap is unconditional.
#[async_trait::async_trait]
pub trait Cas: Send + Sync + 'static {
    /// Reads the value and remembers it as what the swap expects.
    async fn current(&self) -> Result<Option<Vec<u8>>, KvError>;
    /// Writes the value if the store still holds what [`Cas::current`] saw.
    async fn swap(&self, value: Vec<u8>) -> Result<(), SwapError>;
}
