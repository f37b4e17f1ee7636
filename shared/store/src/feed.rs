//! The announcement: a numbered slot per change, set before the change itself.
//!
//! A slot that names no event yet is harmless; an event without its notice would be invisible. So the notice is always
//! written first (storage.md §2).

use domain::time::Moment;
use serde::{Deserialize, Serialize};

use crate::access::Access;
use crate::error::StoreError;
use crate::keys;
use crate::port::Platform;

/// What a slot announces.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Notice {
    /// Key of the document that is about to change.
    pub doc: String,
    /// When the slot was taken.
    pub at: Moment,
}

/// Takes the next slot.
pub(crate) async fn allocate<P: Platform>(access: &Access<P>) -> Result<u64, StoreError> {
    let slot = access.increment(keys::FEED_NEXT, 1).await?;
    u64::try_from(slot).map_err(|_| StoreError::Damaged("feed/next is negative".to_owned()))
}

/// The pair that announces a change of `doc` in `slot`.
pub(crate) fn notice<P: Platform>(access: &Access<P>, slot: u64, doc: &str) -> Result<(String, Vec<u8>), StoreError> {
    let notice = Notice { doc: doc.to_owned(), at: access.now() };
    Ok((keys::feed(slot), serde_json::to_vec(&notice)?))
}

/// The last slot taken so far; 0 before the first.
pub(crate) async fn last<P: Platform>(access: &Access<P>) -> Result<u64, StoreError> {
    counted(access.get(keys::FEED_NEXT).await?.as_ref())
}

/// The counter of slots as it was read; 0 where there is none yet.
pub(crate) fn counted(bytes: Option<&Vec<u8>>) -> Result<u64, StoreError> {
    bytes.map_or(Ok(0), |bytes| {
        decode_counter(bytes).ok_or_else(|| StoreError::Damaged("feed/next is not a counter".to_owned()))
    })
}

/// A counter as a plain read shows it: 8 bytes little endian on SQLite, decimal text on Redis. Eight ASCII digits are
/// decimal: read as binary they would be above 3 × 10^18, which no counter reaches.
pub(crate) fn decode_counter(bytes: &[u8]) -> Option<u64> {
    let decimal = !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit);
    if decimal {
        return std::str::from_utf8(bytes).ok()?.parse().ok();
    }
    u64::try_from(i64::from_le_bytes(bytes.try_into().ok()?)).ok()
}

#[cfg(test)]
mod tests {
    use super::decode_counter;

    #[test]
    fn a_counter_reads_the_same_from_both_backends() {
        assert_eq!(decode_counter(&4711_i64.to_le_bytes()), Some(4711));
        assert_eq!(decode_counter(b"4711"), Some(4711));
        assert_eq!(decode_counter(b"47114711"), Some(47_114_711));
        assert_eq!(decode_counter(b""), None);
        assert_eq!(decode_counter(b"-1"), None);
        assert_eq!(decode_counter(&(-1_i64).to_le_bytes()), None);
    }
}
