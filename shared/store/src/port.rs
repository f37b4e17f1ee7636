//! The port to a key-value store, and the little else that touches the world.
//!
//! Every implementation keeps these contracts: a `get` after an acknowledged write of the same key sees that write or a
//! later one; a swap applies only if the value is still the one that its handle read; an error means *unknown*, the
//! operation may have been applied. What is not promised: an order between two writes of one batch, and that a swap
//! which applied says so (storage.md §5).

use std::future::Future;

/// The store, or the configuration that says how to use it, could not answer; the operation may or may not have been
/// applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KvError {
    /// The application was not granted this store (`key_value_stores` in spin.toml).
    #[error("this component may not use the key-value store")]
    AccessDenied,
    /// The request has run for too long to be allowed another write ([`crate::Access::WRITE_UNTIL_MS`]).
    #[error("the request ran out of time before it could write")]
    TooLate,
    /// A variable's provider failed, so nobody knows what the variable is.
    #[error("a variable could not be read: {0}")]
    Variable(String),
    /// Anything else, in the backend's words.
    #[error("the key-value store failed: {0}")]
    Backend(String),
}

/// What a swap said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Swap {
    /// It applied.
    Confirmed,
    /// It may or may not have applied: read again and look for your own operation.
    Unconfirmed,
}

/// A plain key-value store as Spin offers it.
pub trait Kv: Clone + Send + Sync + 'static {
    /// A compare-and-swap handle. Made by [`Kv::compare`] only, so it has always been read before it is swapped.
    type Cas: Send;

    /// The value of `key`.
    fn get(&self, key: &str) -> impl Future<Output = Result<Option<Vec<u8>>, KvError>> + Send;
    /// Sets `key`, whatever was there.
    fn set(&self, key: &str, value: Vec<u8>) -> impl Future<Output = Result<(), KvError>> + Send;
    /// The values of those `keys` that exist, in any order. Redis always fails here.
    fn get_many(&self, keys: &[String]) -> impl Future<Output = Result<Vec<(String, Vec<u8>)>, KvError>> + Send;
    /// Sets all pairs; where the batch is not atomic, any subset may be left behind by a failure.
    fn set_many(&self, pairs: Vec<(String, Vec<u8>)>) -> impl Future<Output = Result<(), KvError>> + Send;
    /// Removes keys; absent ones are fine.
    fn delete_many(&self, keys: &[String]) -> impl Future<Output = Result<(), KvError>> + Send;
    /// Adds `delta` to a counter (absent counts as 0) and returns the new value.
    fn increment(&self, key: &str, delta: i64) -> impl Future<Output = Result<i64, KvError>> + Send;
    /// Opens a swap handle on `key` and reads the current value through it.
    fn compare(&self, key: &str) -> impl Future<Output = Result<(Self::Cas, Option<Vec<u8>>), KvError>> + Send;
    /// Swaps in `value` if the key still holds what the handle read. Never call it on a key that was absent.
    fn swap(&self, handle: Self::Cas, value: Vec<u8>) -> impl Future<Output = Result<Swap, KvError>> + Send;
}

/// A store together with clock, entropy and configuration: all that a function may ask of the world.
pub trait Platform: Kv {
    /// Unix time in milliseconds.
    fn now_ms(&self) -> i64;
    /// Fills `bytes` from a cryptographically secure source.
    fn fill_random(&self, bytes: &mut [u8]);
    /// Lets `ms` milliseconds pass.
    fn sleep_ms(&self, ms: u64) -> impl Future<Output = ()> + Send;
    /// Whether a batch of writes is applied as a whole or not at all: SQLite and Redis do, DynamoDB does not.
    fn has_atomic_batches(&self) -> impl Future<Output = Result<bool, KvError>> + Send;
    /// Writes one line to the log.
    fn log(&self, line: &str);
    /// The Spin variable `name`; `None` where it is not declared or empty.
    fn variable(&self, name: &str) -> impl Future<Output = Result<Option<String>, KvError>> + Send;
}
