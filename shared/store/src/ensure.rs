//! Bringing a key into being exactly once, with nothing but a counter and a swap.
//!
//! A swap on an absent key is an unguarded write on SQLite, so nothing is ever swapped from absence. Instead the first
//! to increment `…#claim` writes; the others wait for the value, and take over by `…#lease` only when the first is
//! certainly gone (storage.md §2). A crash anywhere leaves the key absent and the ladder climbable again.

use std::future::Future;

use serde::{Deserialize, Serialize};

use crate::access::Access;
use crate::error::StoreError;
use crate::port::{Platform, Swap};

/// How long a claim protects its owner, who writes nothing after [`Access::WRITE_UNTIL_MS`].
const LEASE_MS: i64 = 30_000;
/// Looks at an absent key before a waiter gives up: 10 looks, backing off, wait about 2.6 s at most.
const LOOKS_MAX: u32 = 10;

#[derive(Serialize, Deserialize, PartialEq, Eq)]
struct Lease {
    at_ms: i64,
    nonce: [u8; 16],
}

/// Who may write the absent key.
pub(crate) enum Turn {
    /// This caller, now.
    Mine,
    /// Somebody else wrote it: here is the value.
    Present(Vec<u8>),
}

/// Decides whether this caller creates `key`.
///
/// # Errors
/// [`StoreError::Busy`] while another creator may still be at work.
pub(crate) async fn claim<P: Platform>(access: &Access<P>, key: &str) -> Result<Turn, StoreError> {
    if access.increment(&format!("{key}#claim"), 1).await? == 1 {
        return Ok(Turn::Mine);
    }
    for look in 0..LOOKS_MAX {
        if let Some(value) = access.get(key).await? {
            return Ok(Turn::Present(value));
        }
        if take_lease(access, key).await? {
            // One more look: the dead creator may have written just before it died.
            return Ok(access.get(key).await?.map_or(Turn::Mine, Turn::Present));
        }
        access.back_off(look).await;
    }
    Err(StoreError::Busy)
}

/// Whether the lease on `key` was free for the taking, and this caller got it.
async fn take_lease<P: Platform>(access: &Access<P>, key: &str) -> Result<bool, StoreError> {
    let lease_key = format!("{key}#lease");
    let mine = Lease { at_ms: access.now().unix_ms(), nonce: access.random() };
    let value = serde_json::to_vec(&mine)?;
    let (handle, current) = access.compare(&lease_key).await?;
    let Some(current) = current else {
        // Absent: start the clock. Two may do so at once; that only restarts it.
        access.set(&lease_key, value).await?;
        return Ok(false);
    };
    let lease: Lease = canon::read(&current)?;
    if mine.at_ms.saturating_sub(lease.at_ms) <= LEASE_MS {
        return Ok(false);
    }
    if access.swap(handle, value.clone()).await? == Swap::Confirmed {
        return Ok(true);
    }
    // Applied or not, only what is read back tells.
    Ok(access.get(&lease_key).await?.as_deref() == Some(value.as_slice()))
}

/// The value of `key`, created from `initial` if it is absent. Only for keys that belong to no document.
pub(crate) async fn ensure<P, F, Fut>(access: &Access<P>, key: &str, initial: F) -> Result<Vec<u8>, StoreError>
where
    P: Platform,
    F: FnOnce() -> Fut,
    Fut: Future<Output = Result<Vec<u8>, StoreError>>,
{
    match claim(access, key).await? {
        Turn::Present(value) => Ok(value),
        Turn::Mine => {
            let value = initial().await?;
            access.set(key, value.clone()).await?;
            Ok(value)
        }
    }
}

/// The value of `key`, which becomes `value` if it is absent; for configuration that is made at first use.
///
/// # Errors
/// [`StoreError::Busy`] while another creator may still be at work.
pub async fn ensure_value<P: Platform>(access: &Access<P>, key: &str, value: Vec<u8>) -> Result<Vec<u8>, StoreError> {
    match access.get(key).await? {
        Some(present) => Ok(present),
        None => ensure(access, key, || async { Ok(value) }).await,
    }
}

#[cfg(test)]
mod tests;
