//! Changing a shared page (log, queue, table, cursor) by swap, convergently.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::access::Access;
use crate::ensure::ensure;
use crate::error::StoreError;
use crate::port::{Platform, Swap};

/// Rounds before a contended page is left to the next tick: the waits add up to 1.3 s.
const ROUNDS_MAX: u32 = 8;

/// Applies `change` to the page at `key` until it is known to be in.
///
/// `change` must be idempotent and answer whether it changed anything; it runs again on what another writer left, and
/// "nothing to change" is what proves that an unconfirmed swap had applied.
///
/// # Errors
/// [`StoreError::Busy`] after eight contended rounds; the page is then as another writer left it.
pub(crate) async fn update<P, T>(
    access: &Access<P>,
    key: &str,
    mut change: impl FnMut(&mut T) -> bool,
) -> Result<T, StoreError>
where
    P: Platform,
    T: Default + Serialize + DeserializeOwned,
{
    for round in 0..ROUNDS_MAX {
        let (handle, current) = access.compare(key).await?;
        let Some(current) = current else {
            ensure(access, key, || async { Ok(serde_json::to_vec(&T::default())?) }).await?;
            continue;
        };
        let mut page: T = canon::read(&current)?;
        if !change(&mut page) {
            return Ok(page);
        }
        if access.swap(handle, serde_json::to_vec(&page)?).await? == Swap::Confirmed {
            return Ok(page);
        }
        access.back_off(round).await;
    }
    Err(StoreError::Busy)
}

/// Reads a page; absent reads as empty.
pub(crate) async fn read<P: Platform, T: Default + DeserializeOwned>(
    access: &Access<P>,
    key: &str,
) -> Result<T, StoreError> {
    Ok(access.get(key).await?.map(|bytes| canon::read(&bytes)).transpose()?.unwrap_or_default())
}
