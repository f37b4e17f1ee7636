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
    mut change: impl FnMut(&mut T) -> bool + Send,
) -> Result<T, StoreError>
where
    P: Platform,
    T: Default + Serialize + DeserializeOwned + Send,
{
    let mut seen = None;
    let mut change_bytes = |current: &[u8]| {
        let mut page: T = canon::read(current)?;
        let changed = change(&mut page).then(|| serde_json::to_vec(&page)).transpose()?;
        seen = Some(page);
        Ok(changed)
    };
    update_bytes(access, key, serde_json::to_vec(&T::default())?, &mut change_bytes).await?;
    seen.ok_or(StoreError::Busy)
}

/// What a page's bytes become; `None` to leave them.
type ChangeBytes<'a> = &'a mut (dyn FnMut(&[u8]) -> Result<Option<Vec<u8>>, StoreError> + Send);

/// The same for all types of pages: this loop, with every store operation in it, is in a component once.
async fn update_bytes<P: Platform>(
    access: &Access<P>,
    key: &str,
    empty: Vec<u8>,
    change: ChangeBytes<'_>,
) -> Result<(), StoreError> {
    for round in 0..ROUNDS_MAX {
        let (handle, current) = access.compare(key).await?;
        let Some(current) = current else {
            ensure(access, key, || async { Ok(empty.clone()) }).await?;
            continue;
        };
        let Some(changed) = change(&current)? else { return Ok(()) };
        if access.swap(handle, changed).await? == Swap::Confirmed {
            return Ok(());
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
