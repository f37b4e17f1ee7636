//! Bytes in parts, at an address that names their content.
//!
//! What must stay true: whoever writes to an address writes the same bytes as everybody else, so writing twice or half
//! and again ends in the same. Only bytes whose address is one owner's alone may be removed.

use canon::Hash;

use crate::access::Access;
use crate::error::StoreError;
use crate::keys;
use crate::port::Platform;

/// Bytes of a part: 256 KiB, so 10 MiB are 40 parts and one write stays below 5 ms.
pub const PART_BYTES: usize = 256 * 1024;
/// Parts written or read in one batch: 8 × 256 KiB = 2 MiB in flight.
const BATCH_PARTS: usize = 8;

/// Stores `bytes` under `address`; storing the same twice is the same as once.
///
/// # Errors
/// When the store fails; parts may then be left behind, which a later attempt overwrites with the same bytes.
pub async fn put<P: Platform>(access: &Access<P>, address: &Hash, bytes: &[u8]) -> Result<(), StoreError> {
    let parts: Vec<(String, Vec<u8>)> =
        bytes.chunks(PART_BYTES).enumerate().map(|(part, bytes)| (keys::blob(address, part), bytes.to_vec())).collect();
    for batch in parts.chunks(BATCH_PARTS) {
        access.set_many(batch.to_vec()).await?;
    }
    Ok(())
}

/// Reads `size` bytes from `address`; `None` when a part is missing.
///
/// # Errors
/// When the store fails.
pub async fn get<P: Platform>(access: &Access<P>, address: &Hash, size: usize) -> Result<Option<Vec<u8>>, StoreError> {
    let keys: Vec<String> = (0..size.div_ceil(PART_BYTES)).map(|part| keys::blob(address, part)).collect();
    let mut bytes = Vec::with_capacity(size);
    for batch in keys.chunks(BATCH_PARTS) {
        let mut found = access.get_many(batch).await?;
        for key in batch {
            let Some(part) = found.remove(key) else { return Ok(None) };
            bytes.extend_from_slice(&part);
        }
    }
    Ok((bytes.len() == size).then_some(bytes))
}

/// Removes the `size` bytes at `address`; what is not there need not be.
///
/// # Errors
/// When the store fails; parts may then be left behind, which a later attempt removes.
pub async fn remove<P: Platform>(access: &Access<P>, address: &Hash, size: usize) -> Result<(), StoreError> {
    let keys: Vec<String> = (0..size.div_ceil(PART_BYTES)).map(|part| keys::blob(address, part)).collect();
    for batch in keys.chunks(BATCH_PARTS) {
        access.delete_many(batch).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
