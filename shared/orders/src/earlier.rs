//! Earlier orders of a caller, by the keyed hash of their phone number.

use canon::{DocId, Hash};
use domain::order::{EarlierOrder, caller_queue};
use store::{Access, Platform, StoreError, read_queue};

/// All orders of the caller with this index but `own`, which is not an earlier one if its request is sent again.
///
/// # Errors
/// The store's problems.
pub async fn earlier<P: Platform>(
    access: &Access<P>,
    index: &Hash,
    own: &DocId,
) -> Result<Vec<EarlierOrder>, StoreError> {
    let rows = read_queue(access, &caller_queue(index)).await?.into_iter();
    let others = rows.filter(|(other, _)| other != own);
    Ok(others.filter_map(|(id, row)| Some(EarlierOrder { id, row: canon::read_value(row.c?).ok()? })).collect())
}
