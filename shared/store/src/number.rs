//! Human numbers: a day's orders are numbered by their slot, counted from the day's first.
//!
//! A slot is taken for every change anyway, so a number costs no operation of its own; the price is gaps, which the
//! handbook allows. A number is never used twice, because a slot is not: the base is fixed before the first slot of the
//! day is taken from it.

use domain::time::Date;

use crate::access::Access;
use crate::ensure::ensure;
use crate::error::StoreError;
use crate::port::Platform;
use crate::{feed, keys};

/// The slot after which the numbers of `day` count. It never changes, so an instance may remember it.
///
/// # Errors
/// When the store fails.
pub async fn day_base<P: Platform>(access: &Access<P>, day: Date) -> Result<u64, StoreError> {
    let key = keys::day(day);
    let bytes = match access.get(&key).await? {
        Some(bytes) => bytes,
        None => ensure(access, &key, || async { Ok(feed::last(access).await?.to_string().into_bytes()) }).await?,
    };
    feed::decode_counter(&bytes).ok_or_else(|| StoreError::Damaged(format!("{key} is not a number")))
}

#[cfg(test)]
mod tests;
