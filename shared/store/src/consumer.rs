//! Workers over the log: each has a cursor and sees every event, in order, at least once.
//!
//! What a worker does for an event must be idempotent (an operation id derived from the event's hash makes it so);
//! then "at least once" is exactly once. The cursor moves only after the work is done.

use std::future::Future;

use serde::{Deserialize, Serialize};

use crate::access::Access;
use crate::error::StoreError;
use crate::log::{self, LogEntry};
use crate::port::Platform;
use crate::{keys, page};

#[derive(Default, Serialize, Deserialize)]
struct Cursor {
    next: u64,
}

/// Runs `work` over up to a page of new events; returns how many it saw.
///
/// # Errors
/// The first error of `work` or of the store. The cursor then stands before the event that failed or earlier.
pub async fn consume<P, F, Fut>(access: &Access<P>, name: &str, mut work: F) -> Result<usize, StoreError>
where
    P: Platform,
    F: FnMut(LogEntry) -> Fut,
    Fut: Future<Output = Result<(), StoreError>>,
{
    let key = keys::consumer(name);
    let cursor: Cursor = page::read(access, &key).await?;
    let entries = log::read_from(access, cursor.next).await?;
    let mut next = cursor.next;
    let mut result = Ok(());
    for entry in entries {
        result = work(entry).await;
        if result.is_err() {
            break;
        }
        next = next.saturating_add(1);
    }
    if next > cursor.next {
        page::update(access, &key, |cursor: &mut Cursor| {
            let behind = cursor.next < next;
            cursor.next = cursor.next.max(next);
            behind
        })
        .await?;
    }
    result?;
    Ok(usize::try_from(next.saturating_sub(cursor.next)).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests;
